import type { Reply } from '../dialects/format.ts';
import type { TokenText } from '../domain/access-token.ts';
import type { Actor } from '../domain/member.ts';
import { getUser } from '../people/people.ts';
import { actorOfToken, type Caller, identify, ownerOf, requireCredential } from './caller.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import type { Request } from './request.ts';
import { type Claims, unauthenticated, verifyToken } from './token.ts';

/** The caller of an endpoint about themselves, in person or with an access token. */
interface Owner extends Caller {
  readonly email: string;
  /** The actor of their access token; undefined for a person. */
  readonly bound?: Actor;
}

/** Returns the rows that the caller may see: for an access token, those of its organization only. */
export function visibleTo<T extends { readonly organizationId: string }>({ bound }: Owner, rows: readonly T[]): T[] {
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
  return declare(spec, { caller: ['person', 'token'] }, async ({ request, input }) => {
    const credential = requireCredential(request);
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

/** Returns the owner of a valid access token. @throws Refusal `unauthenticated` */
async function verifiedOwner(request: Request, credential: TokenText): Promise<Owner> {
  const [bound, user] = await Promise.all([actorOfToken(request, credential), getUser(credential.userId)]);
  if (!bound || !user) throw unauthenticated();
  return { ...ownerOf(request, credential), email: user.email, bound };
}
