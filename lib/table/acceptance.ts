import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import { type Invitation, openLink, refuseUnlessInviterMay } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret, type LinkToken } from '../domain/link.ts';
import type { Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import type { TableAccess } from './access.ts';
import { audit } from './audit.ts';
import { count } from './counters.ts';
import { ending, getInvitation, guardRelease } from './invitations.ts';
import { keys } from './keys.ts';
import { getMember, getMembership, joined, memberWrites } from './members.ts';
import { getOrganization } from './organizations.ts';
import { type AddressHolder, getAddressHolder } from './people.ts';
import { Stale, transact, type Write } from './write.ts';

/** What `acceptInvitation` does to the table. */
export const ACCEPT: TableAccess = {
  BatchGetItem: ['ORG', 'USER', 'EMAIL'],
  PutItem: ['ORG', 'USER', 'EMAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'USER'],
  DeleteItem: ['EMAIL'],
};

/**
 * Accepts an invitation: the invited address becomes a member, once, whoever and however often the link is used.
 *
 * @param accepter a signed-in person with a verified address; undefined: the link alone does
 * @throws Refusal as `openLink`; `invitation_for_another_address`, `inviter_removed`, `organization_limit_reached`
 */
export async function acceptInvitation(
  { now, origin }: Omit<Occasion, 'by'>,
  token: LinkToken | undefined,
  accepter: { readonly userId: string; readonly email: string } | undefined,
  limits: Limits,
): Promise<{ invitation: Invitation; member: Member; organization: Organization }> {
  const { organization, invitation, status } = await openInvitation(token, now);
  const { organizationId, id } = invitation;
  if (accepter && accepter.email !== invitation.email) throw new Refusal('invitation_for_another_address');
  if (status === 'ACCEPTED') return { organization, ...(await acceptedBefore(invitation)) };

  const [inviter, holder] = await Promise.all([
    getMembership(invitation.inviterId, organizationId),
    getAddressHolder(invitation.email),
  ]);
  refuseUnlessInviterMay(inviter);
  if (accepter && holder?.userId !== accepter.userId) throw new Stale();

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
    profile: { firstName: user.firstName, lastName: user.lastName, email: invitation.email },
    claimed: user.claimed,
    seat: invitation.seat,
    createdAt: updatedAt,
    updatedAt,
  };
  const accept = (memberId: string): Write[] => [
    ending(
      invitation,
      now,
      { status: 'ACCEPTED', accepted: { userId: user.userId, memberId } },
      hashSecret((token as LinkToken).secret),
    ),
    guardRelease(invitation),
    audit(occasion, {
      action: 'invitation.accept',
      organizationId,
      resource: { type: 'invitation', id },
      after: { memberId, userId: user.userId, role: invitation.role },
    }),
  ];
  try {
    await transact([
      ...accept(member.memberId),
      ...memberWrites(member),
      ...(holder
        ? [joined({ ...holder, email: invitation.email }, limits)]
        : placeholderWrites(user, invitation.email, updatedAt)),
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

/** Opens a link: see `openLink`. The organization's end makes its invitations unknown. */
export async function openInvitation(
  token: LinkToken | undefined,
  now: Date,
): Promise<{ organization: Organization; invitation: Invitation; status: 'PENDING' | 'ACCEPTED' }> {
  if (!token) throw new Refusal('invitation_not_found');
  const [organization, found] = await Promise.all([
    getOrganization(token.organizationId),
    getInvitation(token.organizationId, token.invitationId),
  ]);
  const opened = openLink(organization && found, token, now);
  return { organization: organization as Organization, ...opened };
}

/** Success again, with the same membership; unless that has ended since. */
async function acceptedBefore(invitation: Invitation): Promise<{ invitation: Invitation; member: Member }> {
  const member = invitation.accepted && (await getMember(invitation.organizationId, invitation.accepted.memberId));
  if (!member) throw new Refusal('invitation_used');
  return { invitation, member };
}

/** The user that stands for an address until somebody signs in with it verified. */
function placeholderWrites(user: AddressHolder, email: string, createdAt: string): Write[] {
  const { userId, claimed, firstName, lastName } = user;
  return [
    {
      type: 'put',
      key: keys.user(userId),
      item: { type: 'User', v: 1, ...user, email, organizations: 1, createdAt, updatedAt: createdAt },
      when: [{ absent: 'pk' }],
    },
    {
      type: 'put',
      key: keys.address(email),
      item: { type: 'Address', v: 1, userId, claimed, firstName, lastName },
      when: [{ absent: 'pk' }],
    },
  ];
}
