import type { AccessToken, TokenText } from '../domain/access-token.ts';
import type { Occasion } from '../domain/audit.ts';
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

/** Who calls: a person who is signed in, or the owner of an access token. */
export interface Caller {
  readonly userId: string;
  /** The occasion of whatever they change. */
  readonly occasion: Occasion;
}

/** A person with a verified address who is signed in. */
export interface Person extends Caller {
  readonly email: string;
  readonly claims: Claims;
}

export function requireCredential(request: Request): string | TokenText {
  const credential = credentialOf(request);
  if (credential === undefined) throw unauthenticated();
  return credential;
}

/** What only a person may do who is signed in. */
export function requireJwt(credential: string | TokenText): string {
  if (typeof credential !== 'string') throw new Refusal('token_not_allowed');
  return credential;
}

/** Who was found behind an identity: an organization's endpoint begins by it, and confirms it beside its own reads. */
const known = new Map<string, string>();
const KNOWN_LIMIT = 10_000;

/** @throws Refusal `email_not_verified`, `address_taken` */
export async function identify(request: Request, claims: Claims): Promise<Person> {
  const { userId, email } = await signIn(request, verifiedOnly(claims));
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(claims.identity, userId);
  return { ...callerOf(request, userId), email, claims };
}

function callerOf({ now, origin }: Request, userId: string): Caller {
  return { userId, occasion: { now, origin, by: { type: 'user', id: userId } } };
}

function verifiedOnly(claims: Claims): Claims {
  if (!claims.emailVerified) throw new Refusal('email_not_verified');
  return claims;
}

/** Refuses a token that isn't the one that was given out, is over, or was made under a membership that has ended. */
export function refuseUnlessGood(
  token: AccessToken | undefined,
  { secret }: TokenText,
  membership: Membership | undefined,
  now: Date,
): void {
  const isGood =
    token !== undefined &&
    knowsSecret([token.hash], secret) &&
    (token.expiresAt === undefined || token.expiresAt > now.toISOString()) &&
    token.memberId === membership?.memberId;
  if (!isGood) throw unauthenticated();
}

/** What a token's owner may by it: the lower of its role and theirs, at each request. */
export function actorBoundByToken({ tokenId, role }: AccessToken, membership: Membership): Actor {
  return { ...membership, role: lowerRole(role ?? membership.role, membership.role), tokenId };
}

export function ownerOf({ now, origin }: Request, { userId, tokenId }: TokenText): Caller {
  return { userId, occasion: { now, origin, by: { type: 'apiKey', id: tokenId } } };
}

/** What a good access token acts as; undefined when its organization is no more. */
export async function actorOfToken({ now }: Request, credential: TokenText): Promise<Actor | undefined> {
  const { userId, organizationId, tokenId } = credential;
  const [membership, organization, token] = await Promise.all([
    getMembership(userId, organizationId),
    getOrganization(organizationId),
    getAccessToken(userId, organizationId, tokenId),
  ]);
  refuseUnlessGood(token, credential, membership, now);
  return token && membership && organization && actorBoundByToken(token, membership);
}

/** Who calls an endpoint of an organization, and with what. */
export interface IdentifiedCall<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly credential: string | TokenText;
  readonly caller: Caller;
  /** Makes sure that the caller is who they were; to be read beside what else the request needs. */
  confirm(): Promise<unknown>;
  /** Undefined for what is refused, once it is known that the caller is somebody. */
  readonly incoming?: Incoming<B, Q>;
  readonly mistake?: Refusal;
}

export async function identifyCaller<B extends Schema, Q extends Schema>(
  { format }: Spec<B, Q>,
  { request, input, fresh }: Parameters<Run<B, Q>>[0],
): Promise<IdentifiedCall<B, Q>> {
  const credential = requireCredential(request);
  const claims = typeof credential === 'string' ? await verifyToken(credential) : undefined;
  // Whether an access token is a good one takes a read; whose isn't learns nothing of the request.
  const incoming = claims && !isPermissionFirst(format) ? input() : inputOrRefusal(input);
  const remembered = claims && !fresh ? known.get(verifiedOnly(claims).identity) : undefined;
  const caller = !claims
    ? ownerOf(request, credential as TokenText)
    : remembered === undefined
      ? await identify(request, claims)
      : callerOf(request, remembered);
  return {
    request,
    credential,
    caller,
    confirm: async () => claims && remembered && confirmSignIn(remembered, claims),
    ...(incoming instanceof Refusal ? { mistake: incoming } : { incoming }),
  };
}

function isPermissionFirst(format: Spec<Schema, Schema>['format']): boolean {
  return typeof format !== 'function' && format.permissionFirst === true;
}

/** What an input is, or the refusal that it means. */
function inputOrRefusal<T>(input: () => T): T | Refusal {
  try {
    return input();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
