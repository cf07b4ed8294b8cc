import { type AuditContext, byLinkHolder } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import {
  type Invitation,
  isHanded,
  type Link,
  openLink,
  refuseUnlessInvited,
  refuseUnlessInviterMay,
} from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import {
  getMember,
  getMembership,
  memberWrites,
  organizationCountUpdate,
  profileOf,
} from '../organizations/members.ts';
import { getInviterRole } from '../organizations/senders.ts';
import { getAddressHolder, newUserWrites } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { getTeamMembership, newMemberJoinWrites } from '../teams/team-members.ts';
import { teamsToJoin } from '../teams/teams.ts';
import { addressRelease, endWrite } from './ending.ts';

/** Table access of `acceptInvitation`. */
export const ACCEPT: TableAccess = {
  BatchGetItem: ['ORG', 'USER', 'EMAIL', 'TEAM', 'OPERATOR'],
  ConditionCheckItem: ['USER', 'ORG'],
  PutItem: ['ORG', 'USER', 'EMAIL', 'AUDIT', 'TEAM'],
  UpdateItem: ['ORG', 'USER', 'EMAIL'],
};

/** An acceptance of an invitation. */
export interface Acceptance {
  readonly link: Link;
  /** A signed-in person with a verified address; undefined: a mailed link is proof enough. Required without a secret. */
  readonly accepter?: { readonly userId: string; readonly email: string } | undefined;
  readonly limits: Limits;
}

/**
 * Accepts an invitation: the owner of the invited address becomes a member. Idempotent.
 *
 * Skips teams that are deleted or full. If the person has become a member in the meantime, the membership doesn't
 * change and all teams are skipped. The invitation and the audit entry record the actual result.
 *
 * @throws Refusal as `openLink` and `refuseUnlessInvited`; `inviter_removed`, `organization_limit_reached`
 */
export async function acceptInvitation(
  { now, origin }: Omit<AuditContext, 'by'>,
  { link, accepter, limits }: Acceptance,
): Promise<{ invitation: Invitation; member: Member; organization: Organization }> {
  const { organization, invitation } = link;
  const { organizationId, id } = invitation;
  if (openLink(link, now) === 'ACCEPTED')
    return { organization, invitation, member: await acceptedMember(link, accepter) };
  refuseUnlessInvited(link, accepter);

  const [inviter, holder, teams] = await Promise.all([
    getInviterRole(invitation.inviterId, organizationId),
    getAddressHolder(invitation.email),
    teamsToJoin(organizationId, invitation.teams ?? [], limits),
  ]);
  refuseUnlessInviterMay(inviter);
  if (accepter && holder?.userId !== accepter.userId) throw new Stale();
  // Rows that an earlier membership left behind.
  const staleRows = await Promise.all(teams.map(({ id }) => holder && getTeamMembership(id, holder.userId)));

  const auditContext: AuditContext = {
    now,
    origin,
    by: accepter ? { type: 'user', id: accepter.userId } : { type: 'link', id },
  };
  const updatedAt = now.toISOString();
  const user = holder ?? { userId: newId('user', now), claimed: false, firstName: '', lastName: '' };
  const member: Member = {
    memberId: newId('member', now),
    userId: user.userId,
    organizationId,
    role: invitation.role,
    owner: false,
    profile: profileOf({ ...user, email: invitation.email }),
    claimed: user.claimed,
    ...(holder?.vouched && { vouched: true }),
    seat: invitation.seat,
    tokens: 0,
    teams: teams.length,
    createdAt: updatedAt,
    updatedAt,
  };
  const accept = ({ memberId, role }: Pick<Member, 'memberId' | 'role'>, joinedTeams: readonly string[]) => {
    const skippedTeams = (invitation.teams ?? []).filter((team) => !joinedTeams.includes(team));
    const accepted = { userId: user.userId, memberId, joinedTeams };
    const writes: Write[] = [
      endWrite(invitation, now, { status: 'ACCEPTED', accepted }, link),
      addressRelease(invitation),
      audit(auditContext, {
        action: 'invitation.accept',
        organizationId,
        resource: { type: 'invitation', id },
        after: {
          ...{ memberId, userId: user.userId, role },
          ...(joinedTeams.length > 0 && { teams: joinedTeams }),
          ...(skippedTeams.length > 0 && { skippedTeams }),
        },
      }),
    ];
    return { writes, invitation: { ...invitation, status: 'ACCEPTED' as const, accepted, updatedAt } };
  };
  const done = accept(
    member,
    teams.map((team) => team.id),
  );
  try {
    await transact([
      ...done.writes,
      ...memberWrites(member),
      ...teams.flatMap((team, index) =>
        newMemberJoinWrites(team, member, { by: invitation.inviterId, now, limits, stale: staleRows[index] }),
      ),
      ...(holder
        ? [organizationCountUpdate({ ...holder, email: invitation.email }, limits, now)]
        : newUserWrites({ ...user, email: invitation.email, organizations: 1, createdAt: updatedAt, updatedAt }, now)),
      count(organizationId, invitation.seat, 'invitationAccepted'),
    ]);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'already_member') throw error;
    // The person has become a member in the meantime: the invitation ends, the membership doesn't change.
    const membership = await getMembership(user.userId, organizationId);
    const present = membership && (await getMember(organizationId, membership.memberId));
    if (!present) throw new Stale();
    // If the role has changed by the time of the write, the request begins again.
    const kept = accept(present, []);
    const unchanged: Write = {
      type: 'check',
      key: keys.membership(user.userId, organizationId),
      when: [
        { attribute: 'memberId', is: present.memberId },
        { attribute: 'role', is: present.role },
      ],
    };
    await transact([...kept.writes, unchanged, count(organizationId, invitation.seat, 'invitationEnded')]);
    return { organization, member: present, invitation: kept.invitation };
  }
  return { organization, member, invitation: done.invitation };
}

/** Table access of `declineInvitation`. */
export const DECLINE: TableAccess = {
  BatchGetItem: ['ORG'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'EMAIL'],
};

/**
 * Declines a pending invitation. The organization sees that it was declined, but not by whom.
 *
 * @param decliner a signed-in person with a verified address; undefined: a mailed link is proof enough
 * @throws Refusal as `openLink` and `refuseUnlessInvited`
 */
export async function declineInvitation(
  { now, origin }: Omit<AuditContext, 'by'>,
  link: Link,
  decliner: { readonly email: string } | undefined,
): Promise<{ invitation: Invitation; organization: Organization }> {
  const { organization, invitation } = link;
  const { organizationId, id } = invitation;
  const status = openLink(link, now);
  refuseUnlessInvited(link, decliner);
  if (status === 'ACCEPTED') throw new Refusal('invitation_used');
  await transact([
    endWrite(invitation, now, { status: 'DECLINED' }, link),
    addressRelease(invitation),
    count(organizationId, invitation.seat, 'invitationEnded'),
    audit(byLinkHolder({ now, origin }, id), {
      action: 'invitation.decline',
      organizationId,
      resource: { type: 'invitation', id },
    }),
  ]);
  return { organization, invitation: { ...invitation, status: 'DECLINED', updatedAt: now.toISOString() } };
}

/**
 * Returns the member that an earlier acceptance created.
 *
 * A signed-in caller must be that member. A link alone shows the invited address, never a newer one.
 *
 * @throws Refusal `invitation_used` when the membership has ended, `invitation_for_another_address`
 */
export async function acceptedMember(link: Link, accepter: { userId: string } | undefined): Promise<Member> {
  const { invitation } = link;
  if (!accepter && (!link.secret || isHanded(link))) throw new Refusal('invitation_used');
  const member = invitation.accepted && (await getMember(invitation.organizationId, invitation.accepted.memberId));
  if (!member) throw new Refusal('invitation_used');
  if (!accepter) return { ...member, profile: { ...member.profile, email: invitation.email } };
  if (member.userId !== accepter.userId) throw new Refusal('invitation_for_another_address');
  return member;
}
