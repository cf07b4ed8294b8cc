import type { Reply } from '../dialects/format.ts';
import type { AuditContext } from '../domain/audit.ts';
import { isId } from '../domain/ids.ts';
import type { Actor } from '../domain/member.ts';
import { type Organization, requireOffer } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import { may, type Permission, type ScopedPermission } from '../domain/roles.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization, listMemberships, withOrganizations } from '../organizations/organizations.ts';
import { Stale } from '../table/write.ts';
import { actorByKey, type Caller, type IdentifiedCall } from './caller.ts';
import type { Schema, Spec } from './endpoint.ts';
import { answerOnce, type Creating, creating, idempotentRequestOf } from './idempotency.ts';
import type { Request } from './request.ts';
import { type Credential, unauthenticated } from './token.ts';

/** The actor of a request in its organization. */
export interface Acting {
  readonly actor: Actor;
  readonly organization: Organization;
  readonly auditContext: AuditContext;
}

/** Returns the id of the organization in the path or header of a request. */
function namedIn({ params, headers }: Request): string | undefined {
  return (params.organizationId ?? headers['x-organization-id']?.trim()) || undefined;
}

/** Whether the request or a program's credential names the organization. Otherwise it is the person's only one. */
function isNamed(request: Request, credential: Credential): boolean {
  return typeof credential !== 'string' || namedIn(request) !== undefined;
}

/** Returns the id of a request's organization: the named one, the one of a program's credential, or the person's only one. */
async function selectOrganization(
  request: Request,
  { userId }: Caller,
  credential: Credential,
  fresh: boolean,
): Promise<string> {
  const named = namedIn(request);
  if (named && !isId('organization', named)) throw new Refusal('organization_not_found');
  if (typeof credential !== 'string' && credential.kind === 'operatorKey') {
    if (!named) throw new Refusal('organization_required');
    return named;
  }
  if (typeof credential !== 'string') {
    if (named && named !== credential.organizationId) throw new Refusal('organization_not_found');
    return credential.organizationId;
  }
  if (named) return named;
  const [first, second] = await listMemberships(userId, 2);
  if (!first) throw fresh ? new Refusal('no_organization') : new Stale();
  if (!second) return first.organizationId;
  // Deleted organizations don't count. Their memberships may not be cleaned up yet.
  const [only, another] = await withOrganizations(await listMemberships(userId));
  if (!only) throw new Refusal('no_organization');
  if (another) throw new Refusal('organization_required');
  return only.organizationId;
}

/** Returns the id of a request's organization, and the refusal for people who aren't members. */
export async function organizationOf(
  { request, caller, credential }: IdentifiedCall<Schema, Schema>,
  { fresh }: { readonly fresh: boolean },
): Promise<{ readonly organizationId: string; absent(): Refusal }> {
  return {
    organizationId: await selectOrganization(request, caller, credential, fresh),
    absent: () => new Refusal(isNamed(request, credential) ? 'organization_not_found' : 'no_organization'),
  };
}

/** A permission of a role, of the owner, or of the recipient of an offer of ownership. */
export type OrganizationPermission =
  | Permission
  | Extract<ScopedPermission, 'organization:own' | 'ownership:accept' | 'member:import'>;

/** Whether a permission belongs to one person, whatever the roles. */
export function isOfOwner(permission: OrganizationPermission): permission is 'organization:own' | 'ownership:accept' {
  return permission === 'organization:own' || permission === 'ownership:accept';
}

/**
 * Refuses an actor without the permission.
 *
 * @throws Refusal `forbidden`, `token_not_allowed`, `ownership_offer_not_found`, `ownership_offer_expired`
 */
export function requirePermission(
  permission: OrganizationPermission,
  { actor, organization, now }: Pick<Acting, 'actor' | 'organization'> & { readonly now: Date },
): void {
  // Only operator's keys reach these endpoints, and `refuseUnlessNamed` decides.
  if (permission === 'member:import') return;
  if (!isOfOwner(permission)) {
    if (!may(actor.role, permission)) throw new Refusal('forbidden');
    return;
  }
  // Only a person may change the ownership, not an access token.
  if (actor.tokenId) throw new Refusal('token_not_allowed');
  if (permission === 'ownership:accept') requireOffer(organization, actor, now);
  else if (!actor.owner) throw new Refusal('forbidden');
}

/** Refuses an operator's key without the permission. @throws Refusal `forbidden` */
export function refuseUnlessNamed({ program }: Actor, permission: string | undefined): void {
  if (program?.kind !== 'operatorKey') return;
  const permissions: readonly (string | undefined)[] = program.permissions;
  if (!permissions.includes(permission)) throw new Refusal('forbidden');
}

/**
 * Handles a call in an organization. Authenticates the caller, and enforces the permission.
 *
 * @param absent returns the refusal for callers who aren't members
 * @param work the reads in parallel with the membership, and the handler
 */
export async function actIn<B extends Schema, Q extends Schema, R>(
  spec: Spec<B, Q>,
  { request, credential, caller, confirm, incoming, mistake }: IdentifiedCall<B, Q>,
  organizationId: string,
  absent: () => Refusal,
  work: {
    /** The permission that the caller needs in the organization; undefined: every member may call. */
    readonly permission?: OrganizationPermission | undefined;
    /** The permission that the endpoint declares. An operator's key needs it by name, whoever else decides. */
    readonly declared: string | undefined;
    read(): Promise<R | undefined>;
    /** Whether callers act on themselves. Then they need no permission. */
    isOneself?(actor: Actor, read: R): boolean;
    handle(acting: Acting & Creating & { readonly read: R }): Promise<Reply>;
  },
): Promise<Reply> {
  const key = typeof credential === 'string' ? undefined : credential;
  const format = typeof spec.format === 'function' ? undefined : spec.format;
  const idempotentRequest = incoming && idempotentRequestOf(spec, incoming, caller, organizationId);
  const acting: Promise<Actor | undefined> = key
    ? actorByKey(request, key, organizationId)
    : getMembership(caller.userId, organizationId);
  const [actor, organization, read, earlier] = await Promise.all([
    acting,
    getOrganization(organizationId),
    // One `Promise.all` awaits all reads, so that a refusal leaves no unhandled rejection.
    work.read().catch((error) => {
      // `Stale` would start the request again, but an erased owner of a token isn't found then either.
      throw error instanceof Stale && key ? unauthenticated() : error;
    }),
    idempotentRequest?.earlier(),
    confirm(),
  ]);
  if (mistake && !format?.permissionFirst) throw mistake;
  if (!actor || !organization) throw absent();
  const present = { actor, organization, auditContext: caller.auditContext };
  // An invalid input doesn't tell whom the call is about.
  const isOneself = mistake === undefined && work.isOneself?.(actor, read as R);
  refuseUnlessNamed(actor, work.declared);
  if (work.permission && !isOneself) requirePermission(work.permission, { ...present, now: request.now });
  if (mistake) throw mistake;
  return withHeaders(format?.admit?.(spec.route, caller.userId, request.now), () =>
    answerOnce(idempotentRequest, earlier, () =>
      work.handle({ ...present, read: read as R, ...creating(idempotentRequest) }),
    ),
  );
}

/** Adds headers to an answer or a refusal. */
async function withHeaders(
  headers: Readonly<Record<string, string>> = {},
  answer: () => Promise<Reply>,
): Promise<Reply> {
  try {
    const reply = await answer();
    return { ...reply, headers: { ...headers, ...reply.headers } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, error.details, { ...headers, ...error.headers });
  }
}
