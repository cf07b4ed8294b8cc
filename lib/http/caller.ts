import type { AccessToken, TokenText } from '../domain/access-token.ts';
import { type AuditContext, withoutSourceAddress } from '../domain/audit.ts';
import type { IntegrationText } from '../domain/integration.ts';
import { knowsSecret } from '../domain/link.ts';
import type { Actor, Membership } from '../domain/member.ts';
import type { OperatorKey, OperatorKeyText } from '../domain/operator-key.ts';
import { Refusal } from '../domain/refusal.ts';
import { lowerRole } from '../domain/roles.ts';
import { opens } from '../domain/rotation.ts';
import { getIntegration } from '../organizations/integrations.ts';
import { getMembership } from '../organizations/members.ts';
import { getOperatorKey } from '../organizations/operator-keys.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getAccessToken } from '../people/access-tokens.ts';
import { confirmSignIn, signIn } from '../people/sign-in.ts';
import type { CallerKind } from './declaration.ts';
import type { Incoming, Run, Schema, Spec } from './endpoint.ts';
import type { Request } from './request.ts';
import {
  type Claims,
  type Credential,
  credentialOf,
  type KeyText,
  principalOf,
  unauthenticated,
  verifyToken,
} from './token.ts';

/** The caller: a signed-in person, the owner of an access token, an integration, or an operator's key. */
export interface Caller {
  /** The id of the user, the integration or the key. */
  readonly userId: string;
  /** The audit context of their changes. */
  readonly auditContext: AuditContext;
}

/** A signed-in person with a verified address. */
export interface Person extends Caller {
  readonly email: string;
  readonly claims: Claims;
}

export function requireCredential(request: Request): Credential {
  const credential = credentialOf(request);
  if (credential === undefined) throw unauthenticated();
  return credential;
}

/** Refuses the credentials of programs: only a signed-in person may call. @throws Refusal as `refuseKind` */
export function requireJwt(credential: Credential): string {
  if (typeof credential !== 'string') throw notAllowed(credential);
  return credential;
}

/** Refuses a credential of a kind that may not call. @throws Refusal as `NOT_ALLOWED` */
export function refuseKind(credential: Credential, allowed: readonly CallerKind[]): void {
  if (typeof credential !== 'string' && !allowed.includes(credential.kind)) throw notAllowed(credential);
}

/** Refuses everybody but operator's keys; strangers as usual. @throws Refusal `operator_key_required` */
async function requireOperatorCredential(credential: Credential): Promise<void> {
  if (typeof credential === 'string') await verifyToken(credential);
  if (typeof credential === 'string' || credential.kind !== 'operatorKey') throw new Refusal('operator_key_required');
}

function notAllowed({ kind }: KeyText): Refusal {
  return new Refusal(NOT_ALLOWED[kind]);
}

const NOT_ALLOWED = {
  token: 'token_not_allowed',
  integration: 'integration_not_allowed',
  operatorKey: 'operator_key_not_allowed',
} as const;

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
function refuseUnlessValid(
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
function actorBoundByToken({ tokenId, role }: AccessToken, membership: Membership): Actor {
  return { ...membership, role: lowerRole(role ?? membership.role, membership.role), tokenId };
}

/** Returns the caller of a program's credential: the owner of an access token, an integration, or an operator's key. */
export function callerByKey({ now, origin }: Request, key: KeyText): Caller {
  const userId = principalOf(key);
  switch (key.kind) {
    case 'token':
      return { userId, auditContext: { now, origin, by: { type: 'apiKey', id: key.tokenId } } };
    case 'integration':
      return { userId, auditContext: { now, origin, by: { type: 'integration', id: key.integrationId } } };
    case 'operatorKey': {
      const by = { type: 'operator', id: key.keyId as `opk_${string}` } as const;
      // Organizations don't see where the operator's servers are.
      return { userId, auditContext: withoutSourceAddress({ now, origin, by }) };
    }
  }
}

/**
 * Returns the actor of a valid credential of a program in an organization.
 *
 * @param organizationId the credential's own, or for an operator's key any
 * @throws Refusal `unauthenticated`
 */
export function actorByKey(request: Request, key: KeyText, organizationId: string): Promise<Actor> {
  switch (key.kind) {
    case 'token':
      return actorByToken(request, key);
    case 'integration':
      return actorByIntegration(request, key);
    case 'operatorKey':
      return actorByOperatorKey(request, key, organizationId);
  }
}

/** Returns the valid operator's key of a request. @throws Refusal `unauthenticated` */
export async function requireOperatorKey({ now }: Request, { keyId, secret }: OperatorKeyText): Promise<OperatorKey> {
  const key = await getOperatorKey(keyId);
  if (!key || !opens(key, secret, now)) throw unauthenticated();
  return key;
}

async function actorByOperatorKey(request: Request, text: OperatorKeyText, organizationId: string): Promise<Actor> {
  const { id, revision, permissions } = await requireOperatorKey(request, text);
  return {
    ...{ userId: id, organizationId, memberId: id, role: 'ADMIN', owner: false },
    program: { kind: 'operatorKey', revision, permissions },
  };
}

async function actorByToken({ now }: Request, text: TokenText): Promise<Actor> {
  const { userId, organizationId, tokenId } = text;
  const [membership, token] = await Promise.all([
    getMembership(userId, organizationId),
    getAccessToken(userId, organizationId, tokenId),
  ]);
  refuseUnlessValid(token, text, membership, now);
  if (!token || !membership) throw unauthenticated();
  return actorBoundByToken(token, membership);
}

async function actorByIntegration({ now }: Request, text: IntegrationText): Promise<Actor> {
  const { organizationId, integrationId, secret } = text;
  const [membership, integration] = await Promise.all([
    getMembership(integrationId, organizationId),
    getIntegration(organizationId, integrationId),
  ]);
  if (!membership || !integration || !opens(integration, secret, now)) throw unauthenticated();
  // Of the two items, the integration's revision counts: its secrets were compared.
  return { ...membership, program: { kind: 'integration', revision: integration.revision } };
}

/** Returns the organization that a program's credential is bound to; undefined for a person, and an operator's key. */
export function boundOrganization(credential: Credential): string | undefined {
  return typeof credential === 'string' || credential.kind === 'operatorKey' ? undefined : credential.organizationId;
}

/** As `actorByKey`; undefined if the organization was deleted. */
export async function presentActorByKey(request: Request, key: KeyText): Promise<Actor | undefined> {
  if (key.kind === 'operatorKey') throw notAllowed(key);
  const { organizationId } = key;
  const [actor, organization] = await Promise.all([
    actorByKey(request, key, organizationId),
    getOrganization(organizationId),
  ]);
  return organization && actor;
}

/** A call of an endpoint of an organization, with its caller and input. */
export interface IdentifiedCall<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly credential: Credential;
  readonly caller: Caller;
  /** Confirms a cached caller. Call it in parallel with the other reads. */
  confirm(): Promise<unknown>;
  /** Undefined if the input is invalid: then `mistake` is thrown after authentication. */
  readonly incoming?: Incoming<B, Q>;
  readonly mistake?: Refusal;
}

/** @param allowed the kinds of callers that may call */
export async function identifyCaller<B extends Schema, Q extends Schema>(
  { format }: Spec<B, Q>,
  { request, input, fresh }: Parameters<Run<B, Q>>[0],
  allowed: readonly CallerKind[],
): Promise<IdentifiedCall<B, Q>> {
  const credential = requireCredential(request);
  if (!allowed.includes('person')) await requireOperatorCredential(credential);
  refuseKind(credential, allowed);
  const claims = typeof credential === 'string' ? await verifyToken(credential) : undefined;
  // Verifying a program's credential takes a read. The caller of an invalid one must not learn the input's mistakes.
  const incoming = claims && !isPermissionFirst(format) ? input() : inputOrRefusal(input);
  const cached = claims && !fresh ? cachedUserIds.get(verifiedOnly(claims).identity) : undefined;
  const caller = !claims
    ? callerByKey(request, credential as KeyText)
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
