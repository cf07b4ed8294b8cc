import type { AccessToken, TokenText } from '../domain/access-token.ts';
import type { AuditContext } from '../domain/audit.ts';
import { knowsSecret } from '../domain/link.ts';
import type { Actor, Membership } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { lowerRole } from '../domain/roles.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getAccessToken } from '../people/access-tokens.ts';
import { confirmSignIn, signIn } from '../people/sign-in.ts';
import type { Incoming, Run, Schema, Spec } from './endpoint.ts';
import type { Request } from './request.ts';
import { type Claims, credentialOf, unauthenticated, verifyToken } from './token.ts';

/** The caller: a signed-in person, or the owner of an access token. */
export interface Caller {
  readonly userId: string;
  /** The audit context of their changes. */
  readonly auditContext: AuditContext;
}

/** A signed-in person with a verified address. */
export interface Person extends Caller {
  readonly email: string;
  readonly claims: Claims;
}

export function requireCredential(request: Request): string | TokenText {
  const credential = credentialOf(request);
  if (credential === undefined) throw unauthenticated();
  return credential;
}

/** Refuses access tokens: only a signed-in person may call. @throws Refusal `token_not_allowed` */
export function requireJwt(credential: string | TokenText): string {
  if (typeof credential !== 'string') throw new Refusal('token_not_allowed');
  return credential;
}

/**
 * A cache of user ids by identity. Endpoints of organizations start with the cached user, and confirm it in parallel
 * with their own reads.
 */
const cachedUserIds = new Map<string, string>();
const CACHE_LIMIT = 10_000;

/** Signs the person in. @throws Refusal `email_not_verified`, `address_taken` */
export async function identify(request: Request, claims: Claims): Promise<Person> {
  const { userId, email } = await signIn(request, verifiedOnly(claims));
  if (cachedUserIds.size >= CACHE_LIMIT) cachedUserIds.clear();
  cachedUserIds.set(claims.identity, userId);
  return { ...callerOf(request, userId), email, claims };
}

function callerOf({ now, origin }: Request, userId: string): Caller {
  return { userId, auditContext: { now, origin, by: { type: 'user', id: userId } } };
}

function verifiedOnly(claims: Claims): Claims {
  if (!claims.emailVerified) throw new Refusal('email_not_verified');
  return claims;
}

/** Refuses a token with a wrong secret, an expired token, and one whose membership has ended. */
export function refuseUnlessValid(
  token: AccessToken | undefined,
  { secret }: TokenText,
  membership: Membership | undefined,
  now: Date,
): void {
  const isValid =
    token !== undefined &&
    knowsSecret([token.hash], secret) &&
    (token.expiresAt === undefined || token.expiresAt > now.toISOString()) &&
    token.memberId === membership?.memberId;
  if (!isValid) throw unauthenticated();
}

/** Returns the actor of a token. The role is the lower of the token's and its owner's present role. */
export function actorBoundByToken({ tokenId, role }: AccessToken, membership: Membership): Actor {
  return { ...membership, role: lowerRole(role ?? membership.role, membership.role), tokenId };
}

export function ownerOf({ now, origin }: Request, { userId, tokenId }: TokenText): Caller {
  return { userId, auditContext: { now, origin, by: { type: 'apiKey', id: tokenId } } };
}

/** Returns the actor of a valid access token; undefined if its organization was deleted. */
export async function actorOfToken({ now }: Request, credential: TokenText): Promise<Actor | undefined> {
  const { userId, organizationId, tokenId } = credential;
  const [membership, organization, token] = await Promise.all([
    getMembership(userId, organizationId),
    getOrganization(organizationId),
    getAccessToken(userId, organizationId, tokenId),
  ]);
  refuseUnlessValid(token, credential, membership, now);
  return token && membership && organization && actorBoundByToken(token, membership);
}

/** A call of an endpoint of an organization, with its caller and input. */
export interface IdentifiedCall<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly credential: string | TokenText;
  readonly caller: Caller;
  /** Confirms a cached caller. Call it in parallel with the other reads. */
  confirm(): Promise<unknown>;
  /** Undefined if the input is invalid: then `mistake` is thrown after authentication. */
  readonly incoming?: Incoming<B, Q>;
  readonly mistake?: Refusal;
}

export async function identifyCaller<B extends Schema, Q extends Schema>(
  { format }: Spec<B, Q>,
  { request, input, fresh }: Parameters<Run<B, Q>>[0],
): Promise<IdentifiedCall<B, Q>> {
  const credential = requireCredential(request);
  const claims = typeof credential === 'string' ? await verifyToken(credential) : undefined;
  // Verifying an access token takes a read. The caller of an invalid token must not learn the mistakes of the input.
  const incoming = claims && !isPermissionFirst(format) ? input() : inputOrRefusal(input);
  const cached = claims && !fresh ? cachedUserIds.get(verifiedOnly(claims).identity) : undefined;
  const caller = !claims
    ? ownerOf(request, credential as TokenText)
    : cached === undefined
      ? await identify(request, claims)
      : callerOf(request, cached);
  return {
    request,
    credential,
    caller,
    confirm: async () => claims && cached && confirmSignIn(cached, claims),
    ...(incoming instanceof Refusal ? { mistake: incoming } : { incoming }),
  };
}

function isPermissionFirst(format: Spec<Schema, Schema>['format']): boolean {
  return typeof format !== 'function' && format.permissionFirst === true;
}

/** Returns the input, or the refusal that its validation throws. */
function inputOrRefusal<T>(input: () => T): T | Refusal {
  try {
    return input();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
