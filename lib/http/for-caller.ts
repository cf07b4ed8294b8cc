import type { Reply } from '../dialects/format.ts';
import type { TokenText } from '../domain/access-token.ts';
import type { Actor } from '../domain/member.ts';
import { getUser } from '../people/people.ts';
import { actorOfToken, type Caller, identify, ownerOf, requireCredential } from './caller.ts';
import { declare, type Endpoint, type Incoming, type Schema, type Spec } from './endpoint.ts';
import type { Request } from './request.ts';
import { type Claims, unauthenticated, verifyToken } from './token.ts';

/** Whoever calls about themselves, in person or by an access token. */
interface Owner extends Caller {
  readonly email: string;
  /** What their access token acts as, in its only organization; undefined for a person. */
  readonly bound?: Actor;
}

/** What of somebody's may be shown to whoever calls: to an access token what is of its organization, and no more. */
export function visibleTo<T extends { readonly organizationId: string }>({ bound }: Owner, rows: readonly T[]): T[] {
  return rows.filter(({ organizationId }) => !bound || organizationId === bound.organizationId);
}

/**
 * Declares an endpoint about whoever calls, for persons and for access tokens, which show their owner, and of their
 * owner's organizations their own: `visibleTo`.
 */
export function forCaller<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & {
    handle(incoming: Incoming<B, Q> & { caller: Owner }): Promise<Reply>;
    /** Answers somebody whose address isn't verified, who is refused otherwise. Creates and binds nothing. */
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

/** The owner of a good access token, where no organization is asked for. */
async function verifiedOwner(request: Request, credential: TokenText): Promise<Owner> {
  const [bound, user] = await Promise.all([actorOfToken(request, credential), getUser(credential.userId)]);
  if (!bound || !user) throw unauthenticated();
  return { ...ownerOf(request, credential), email: user.email, bound };
}
