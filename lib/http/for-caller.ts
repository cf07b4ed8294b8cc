import type { Reply } from '../dialects/format.ts';
import type { Actor } from '../domain/member.ts';
import { getUser } from '../people/people.ts';
import { type Caller, callerByKey, identify, presentActorByKey, refuseKind, requireCredential } from './caller.ts';
import { IN_ORGANIZATION, OF_MEMBERS } from './declaration.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import type { Request } from './request.ts';
import { type Claims, type KeyText, unauthenticated, verifyToken } from './token.ts';

/** The caller of an endpoint about what they see, in person or with a program's credential. */
interface Seeing extends Caller {
  /** The actor of the access token or the integration; undefined for a person. */
  readonly bound?: Actor;
}

/** The caller of an endpoint about themselves, in person or with an access token. */
interface Owner extends Seeing {
  readonly email: string;
}

/** Returns the rows that the caller may see: for an access token, those of its organization only. */
export function visibleTo<T extends { readonly organizationId: string }>({ bound }: Seeing, rows: readonly T[]): T[] {
  return rows.filter(({ organizationId }) => !bound || organizationId === bound.organizationId);
}

/**
 * Declares an endpoint about the caller, for persons and access tokens. An access token shows its owner, but only its
 * own organization: use `visibleTo`.
 */
export function forCaller<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & {
    handle(incoming: Incoming<B, Q> & { caller: Owner }): Promise<Reply>;
    /**
     * Answers a person whose address isn't verified. Without it they are refused. It must not create or bind anything.
     */
    handleUnverified?(claims: Claims): Promise<Reply>;
  },
): Endpoint {
  return declare(spec, { caller: OF_MEMBERS }, async ({ request, input }) => {
    const credential = requireCredential(request);
    refuseKind(credential, OF_MEMBERS);
    if (typeof credential !== 'string') {
      const caller = await verifiedOwner(request, credential);
      return spec.handle({ ...input(), caller });
    }
    const claims = await verifyToken(credential);
    const incoming = input();
    if (!claims.emailVerified && spec.handleUnverified) return spec.handleUnverified(claims);
    return spec.handle({ ...incoming, caller: await identify(request, claims) });
  });
}

/**
 * Declares a list over all organizations of the caller. The credential of a program sees its own organization only:
 * `caller.bound`.
 */
export function forViewer<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & { handle(incoming: Incoming<B, Q> & { caller: Seeing }): Promise<Reply> },
): Endpoint {
  return declare(spec, { caller: IN_ORGANIZATION }, async ({ request, input }) => {
    const credential = requireCredential(request);
    if (typeof credential === 'string') {
      const claims = await verifyToken(credential);
      return spec.handle({ ...input(), caller: await identify(request, claims) });
    }
    const bound = await presentActorByKey(request, credential);
    if (!bound) throw unauthenticated();
    return spec.handle({ ...input(), caller: { ...callerByKey(request, credential), bound } });
  });
}

/** Returns the owner of a valid access token. @throws Refusal `unauthenticated` */
async function verifiedOwner(request: Request, key: KeyText): Promise<Owner> {
  const caller = callerByKey(request, key);
  const [bound, user] = await Promise.all([presentActorByKey(request, key), getUser(caller.userId)]);
  if (!bound || !user) throw unauthenticated();
  return { ...caller, email: user.email, bound };
}
