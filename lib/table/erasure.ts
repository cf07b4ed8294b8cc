import type { Occasion } from '../domain/audit.ts';
import { type Invitation, statusAt } from '../domain/invitation.ts';
import { refuseOwner } from '../domain/member.ts';
import type { TableAccess } from './access.ts';
import { audit } from './audit.ts';
import { clearMember } from './clearing.ts';
import { count } from './counters.ts';
import { getInvitation, guardRelease, listInvited } from './invitations.ts';
import { keys } from './keys.ts';
import { getMember, removeMember } from './members.ts';
import { listMemberships, withOrganizations } from './organizations.ts';
import { getCaller } from './people.ts';
import { Stale, transact, type Write } from './write.ts';

/** What `erasePerson` does to the table. */
export const ERASE: TableAccess = {
  BatchGetItem: ['ORG', 'USER'],
  Query: ['USER', 'EMAIL'],
  PutItem: ['AUDIT', 'JOB'],
  UpdateItem: ['ORG', 'USER', 'EMAIL'],
  DeleteItem: ['ORG', 'USER', 'EMAIL', 'IDENTITY'],
};

/** What stands in the place of an address that was erased. */
const ERASED = 'erased@erased.invalid';

/** Organizations whose invitations of an address are worked on at once; then the next. */
const BATCH = 25;

/**
 * Erases a person, an organization at a time, the user itself last: whatever ends it on the way, the person can begin
 * again.
 *
 * @param identity the hash of issuer and subject of the sign-in by which they do
 * @throws Refusal `owner_must_transfer` before anything is changed
 */
export async function erasePerson(occasion: Occasion, userId: string, identity: string): Promise<void> {
  const [user, memberships] = await Promise.all([getCaller(userId), listMemberships(userId)]);
  const present = await withOrganizations(memberships);
  present.forEach(refuseOwner);
  for (const membership of memberships) {
    const { organizationId, memberId } = membership;
    const member = await getMember(organizationId, memberId);
    if (!member) throw new Stale();
    const isPresent = present.some((one) => one.organizationId === organizationId);
    await (isPresent ? removeMember(occasion, membership, member) : clearMember(member, occasion.now));
  }
  await forgetAddress(occasion, user.email);
  await transact([
    { type: 'delete', key: keys.user(userId), when: [{ attribute: 'organizations', is: 0 }] },
    { type: 'delete', key: keys.address(user.email), when: [{ attribute: 'userId', is: userId }] },
    { type: 'delete', key: keys.identity(identity), when: [{ attribute: 'userId', is: userId }] },
  ]);
}

/** Ends the invitations that wait for an address, and takes it out of those that are over. */
async function forgetAddress(occasion: Occasion, email: string): Promise<void> {
  for (;;) {
    const invited = await listInvited(email, BATCH);
    for (const { organizationId, all } of invited) {
      for (const id of all) {
        const invitation = await getInvitation(organizationId, id);
        if (invitation) await forgetInvitation(occasion, invitation);
      }
      await transact([
        { type: 'delete', key: keys.invited(email, organizationId), when: [{ absent: 'invitationId' }] },
      ]);
    }
    if (invited.length < BATCH) return;
  }
}

async function forgetInvitation(occasion: Occasion, invitation: Invitation): Promise<void> {
  const { organizationId, id, status, seat } = invitation;
  const isPending = status === 'PENDING';
  const forgotten: Write = {
    type: 'update',
    key: keys.invitation(organizationId, id),
    set: {
      email: ERASED,
      updatedAt: occasion.now.toISOString(),
      ...(isPending && { status: statusAt(invitation, occasion.now) === 'EXPIRED' ? 'EXPIRED' : 'DECLINED' }),
    },
    remove: ['due', 'dueAt'],
    when: [{ attribute: 'status', is: status }],
  };
  await transact([
    forgotten,
    ...(isPending ? [guardRelease(invitation), count(organizationId, seat, 'invitationEnded')] : []),
    audit(occasion, {
      action: 'invitation.erase',
      organizationId,
      resource: { type: 'invitation', id },
    }),
  ]);
}
