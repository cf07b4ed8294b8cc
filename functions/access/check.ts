import * as z from 'zod/mini';
import { applicationPermissions } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { AccessCheck } from '../../lib/dialects/v1/schemas.ts';
import { CHECKED_PERMISSIONS, kindOfResource, kindsOf } from '../../lib/domain/access-check.ts';
import { isId } from '../../lib/domain/ids.ts';
import type { Membership } from '../../lib/domain/member.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { CHECK, readTarget, reasonAgainst, type Target } from '../../lib/http/access-check.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { getMember, getMembership } from '../../lib/organizations/members.ts';

export const returns = { 200: AccessCheck };

/** A permission that can be checked: ours, or one of the application's own. */
const PermissionName = z.string().check(
  z.refine((name) => kindsOf(name, applicationPermissions()) !== undefined, {
    error: () => `must be one of ${[...CHECKED_PERMISSIONS, ...Object.keys(applicationPermissions())].join(', ')}`,
  }),
);

/**
 * Checks whether a member has a permission now: in the organization, in a team, or for a site.
 *
 * `member` is the id of a member or of their user; default: the caller. The answer follows from the table at this
 * moment, so that a removed member has nothing at the very next check. `permission` is one of the roles, one that
 * depends on a team or a site (`team:manage`, `site:manage`), or one of the application's own. `resource` is the id of
 * the organization (the default), of a team, or of a site. `reason` is the code with which the API would refuse.
 * ADMINs and operators' keys may ask about every member, others only about themselves.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/access/check',
  permission: 'access:explain',
  table: CHECK,
  depth: 1,
  query: z.object({
    member: z.optional(
      z
        .string()
        .check(z.refine((id) => isId('member', id) || isId('user', id), 'must be the id of a member or of a user')),
    ),
    permission: PermissionName,
    resource: z.optional(
      z
        .string()
        .check(
          z.refine((id) => kindOfResource(id) !== undefined, 'must be the id of an organization, a team or a site'),
        ),
    ),
  }),
  read: ({ query: { member, resource }, organizationId, caller }) =>
    readSubject(organizationId, member ?? caller.userId, resource),
  oneself: ({ query: { member }, actor }) =>
    member === undefined || member === actor.memberId || member === actor.userId,
  async handle({ query: { member, permission, resource }, request: { now }, actor, organization, read: subject }) {
    if (member === undefined && actor.program?.kind === 'operatorKey') {
      throw new Refusal('validation_failed', { member: ['is required, since an operator key is no member'] });
    }
    const kinds = kindsOf(permission, applicationPermissions()) ?? [];
    const kind = resource === undefined ? 'organization' : kindOfResource(resource);
    if (!kinds.some((each) => each === kind)) {
      throw new Refusal('validation_failed', { resource: [`must be the id of ${kinds.map(named).join(' or ')}`] });
    }
    const asked = { permission, resource: resource ?? null };
    if (!subject) {
      const reason = 'member_not_found';
      return { status: 200, body: { allowed: false, member, ...asked, role: null, reason } };
    }
    // An access token that asks about its owner asks what it may do itself.
    const who = subject.membership.memberId === actor.memberId ? actor : subject.membership;
    const reason = await reasonAgainst(permission, subject.target, { actor: who, organization, now });
    const { memberId, role } = who;
    const body = { allowed: reason === undefined, member: memberId, ...asked, role, ...(reason && { reason }) };
    return { status: 200, body };
  },
});
export const { handler } = endpoint;

function named(kind: string): string {
  return kind === 'organization' ? 'the organization' : `a ${kind}`;
}

/** Reads a member by their own id or their user's, and what is checked. A user id costs one round trip less. */
async function readSubject(
  organizationId: string,
  id: string,
  resource: string | undefined,
): Promise<{ readonly membership: Membership; readonly target: Target } | undefined> {
  if (isId('member', id)) {
    const membership = await getMember(organizationId, id);
    return membership && { membership, target: await readTarget(organizationId, membership.userId, resource) };
  }
  const [membership, target] = await Promise.all([
    getMembership(id, organizationId),
    readTarget(organizationId, id, resource),
  ]);
  return membership && { membership, target };
}
