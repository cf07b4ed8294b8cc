import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import { type Invitation, type Link, openLink, refuseUnlessInviterMay } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import type { TableAccess } from './access.ts';
import { audit } from './audit.ts';
import { count } from './counters.ts';
import { ending, guardRelease } from './invitations.ts';
import { getMember, getMembership, joined, memberWrites, profileOf } from './members.ts';
import { getAddressHolder, newUserWrites } from './people.ts';
import { getTeamMembership, joiningWrites } from './team-members.ts';
import { teamsToJoin } from './teams.ts';
import { Stale, transact, type Write } from './write.ts';

/** What `acceptInvitation` does to the table. */
export const ACCEPT: TableAccess = {
  BatchGetItem: ['ORG', 'USER', 'EMAIL', 'TEAM'],
  PutItem: ['ORG', 'USER', 'EMAIL', 'AUDIT', 'TEAM'],
  UpdateItem: ['ORG', 'USER', 'EMAIL'],
};

/**
 * Accepts an invitation: the invited address becomes a member, once, whoever and however often the link is used.
 *
 * @param accepter a signed-in person with a verified address; undefined: the link alone does
 * @throws Refusal as `openLink`; `invitation_for_another_address`, `inviter_removed`, `organization_limit_reached`
 */
export async function acceptInvitation(
  { now, origin }: Omit<Occasion, 'by'>,
  link: Link,
  accepter: { readonly userId: string; readonly email: string } | undefined,
  limits: Limits,
): Promise<{ invitation: Invitation; member: Member; organization: Organization }> {
  const { organization, invitation, secret } = link;
  const { organizationId, id } = invitation;
  if (openLink(link, now) === 'ACCEPTED')
    return { organization, invitation, member: await acceptedBefore(invitation, accepter) };
  if (accepter && accepter.email !== invitation.email) throw new Refusal('invitation_for_another_address');

  const [inviter, holder, teams] = await Promise.all([
    getMembership(invitation.inviterId, organizationId),
    getAddressHolder(invitation.email),
    teamsToJoin(organizationId, invitation.teams ?? [], limits),
  ]);
  refuseUnlessInviterMay(inviter);
  if (accepter && holder?.userId !== accepter.userId) throw new Stale();
  // Of an earlier membership, if there are any.
  const rows = await Promise.all(teams.map(({ id }) => holder && getTeamMembership(id, holder.userId)));

  const occasion: Occasion = {
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
    seat: invitation.seat,
    tokens: 0,
    teams: teams.length,
    createdAt: updatedAt,
    updatedAt,
  };
  const accept = (memberId: string): Write[] => [
    ending(invitation, now, { status: 'ACCEPTED', accepted: { userId: user.userId, memberId } }, hashSecret(secret)),
    guardRelease(invitation),
    audit(occasion, {
      action: 'invitation.accept',
      organizationId,
      resource: { type: 'invitation', id },
      after: {
        ...{ memberId, userId: user.userId, role: invitation.role },
        ...(teams.length > 0 && { teams: teams.map((team) => team.id) }),
      },
    }),
  ];
  try {
    await transact([
      ...accept(member.memberId),
      ...memberWrites(member),
      ...teams.flatMap((team, index) => joiningWrites(team, member, invitation.inviterId, now, limits, rows[index])),
      ...(holder
        ? [joined({ ...holder, email: invitation.email }, limits, now)]
        : newUserWrites({ ...user, email: invitation.email, organizations: 1, createdAt: updatedAt, updatedAt }, now)),
      count(organizationId, invitation.seat, 'invitationAccepted'),
    ]);
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'already_member') throw error;
    // They joined by another way meanwhile: the invitation is used up, the membership stays as it is.
    const membership = await getMembership(user.userId, organizationId);
    const present = membership && (await getMember(organizationId, membership.memberId));
    if (!present) throw new Stale();
    await transact([...accept(present.memberId), count(organizationId, invitation.seat, 'invitationEnded')]);
    return { organization, member: present, invitation: { ...invitation, status: 'ACCEPTED', updatedAt } };
  }
  return { organization, member, invitation: { ...invitation, status: 'ACCEPTED', updatedAt } };
}

/** What `declineInvitation` does to the table. */
export const DECLINE: TableAccess = {
  BatchGetItem: ['ORG'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'EMAIL'],
};

/**
 * Declines a pending invitation.
 *
 * @param decliner a signed-in person with a verified address; undefined: the link alone does
 * @throws Refusal as `openLink`; `invitation_for_another_address`
 */
export async function declineInvitation(
  { now, origin }: Omit<Occasion, 'by'>,
  link: Link,
  decliner: { readonly userId: string; readonly email: string } | undefined,
): Promise<{ invitation: Invitation; organization: Organization }> {
  const { organization, invitation, secret } = link;
  const { organizationId, id } = invitation;
  const status = openLink(link, now);
  if (decliner && decliner.email !== invitation.email) throw new Refusal('invitation_for_another_address');
  if (status === 'ACCEPTED') throw new Refusal('invitation_used');
  const by = decliner ? ({ type: 'user', id: decliner.userId } as const) : ({ type: 'link', id } as const);
  await transact([
    ending(invitation, now, { status: 'DECLINED' }, hashSecret(secret)),
    guardRelease(invitation),
    count(organizationId, invitation.seat, 'invitationEnded'),
    audit({ now, origin, by }, { action: 'invitation.decline', organizationId, resource: { type: 'invitation', id } }),
  ]);
  return { organization, invitation: { ...invitation, status: 'DECLINED', updatedAt: now.toISOString() } };
}

/**
 * Success again, with the same membership, unless that has ended since. It is the person's who has it by now; the link
 * alone shows no newer address than the one that it was sent to.
 */
async function acceptedBefore(invitation: Invitation, accepter: { userId: string } | undefined): Promise<Member> {
  const member = invitation.accepted && (await getMember(invitation.organizationId, invitation.accepted.memberId));
  if (!member) throw new Refusal('invitation_used');
  if (!accepter) return { ...member, profile: { ...member.profile, email: invitation.email } };
  if (member.userId !== accepter.userId) throw new Refusal('invitation_for_another_address');
  return member;
}
