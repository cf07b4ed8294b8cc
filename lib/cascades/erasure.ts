import { byLinkHolder, type Occasion, withoutSourceAddress } from '../domain/audit.ts';
import { ERASED, type Invitation, statusAt } from '../domain/invitation.ts';
import { refuseOwner } from '../domain/member.ts';
import { getInvitation, type InvitedRecord, listInvited } from '../invitations/invitations.ts';
import { getMember, removeMember } from '../organizations/members.ts';
import { listMemberships, withOrganizations } from '../organizations/organizations.ts';
import { getUser } from '../people/people.ts';
import { listSiteInvited, type SiteInvited, siteInviteErasure } from '../sites/site-invites.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { busy } from '../table/read.ts';
import { existing, Missing, transact, type Write } from '../table/write.ts';
import { clearMember } from './clearing.ts';

/** Table access of `erasePerson`. */
export const ERASE: TableAccess = {
  BatchGetItem: ['ORG', 'USER'],
  Query: ['USER', 'EMAIL'],
  PutItem: ['AUDIT', 'JOB'],
  UpdateItem: ['ORG', 'USER'],
  DeleteItem: ['ORG', 'USER', 'EMAIL', 'IDENTITY', 'SITE'],
};

/** Organizations whose invitations of an address are worked on at once; then the next. */
const BATCH = 25;

/** Invitations that are forgotten in one transaction, with what else belongs to it: at most 100 items. */
const INVITATIONS = 45;

/** How long after a request came its invitations are worked on, in milliseconds: well within its time. */
const PATIENCE = 12_000;

/**
 * Erases a person, an organization at a time, the user itself last: whatever ends it on the way, the person can begin
 * again.
 *
 * @param person `identity` is the hash of issuer and subject of the sign-in by which they do
 * @throws Refusal `owner_must_transfer` before anything is changed; `busy` where there are so many invitations that they
 *   are to begin again
 */
export async function erasePerson(
  occasion: Occasion,
  { userId, email, identity }: { userId: string; email: string; identity: string },
): Promise<void> {
  const [memberships, listed] = await Promise.all([listMemberships(userId), listInvites(email)]);
  const [user, present, members, first] = await Promise.all([
    getUser(userId),
    withOrganizations(memberships),
    Promise.all(memberships.map(({ organizationId, memberId }) => getMember(organizationId, memberId))),
    withInvitations(listed),
  ]);
  // Whoever is remembered may have been erased and be somebody new by now, as whom all of it is done.
  if (!user) throw new Missing(keys.user(userId));
  present.forEach(refuseOwner);
  for (const [index, membership] of memberships.entries()) {
    const { organizationId, memberId } = membership;
    const member = existing(keys.member(organizationId, memberId), members[index]);
    const isPresent = present.some((row) => row.organizationId === organizationId);
    await (isPresent
      ? removeMember(withoutSourceAddress(occasion), membership, member)
      : clearMember(member, occasion.now));
  }
  for (let invites = first; ; invites = await withInvitations(await listInvites(email))) {
    const { records, sites } = invites;
    for (const { record, invitations } of records) await forget(occasion, email, record, invitations);
    if (sites.length > 0) await transact(siteInviteErasure(occasion, email, sites));
    if (records.length < BATCH && sites.length < BATCH) break;
    if (Date.now() - occasion.now.getTime() > PATIENCE) throw busy();
  }
  await transact([
    { type: 'delete', key: keys.user(userId), when: [{ attribute: 'organizations', is: 0 }] },
    { type: 'delete', key: keys.address(email), when: [{ attribute: 'userId', is: userId }] },
    { type: 'delete', key: keys.identity(identity), when: [{ attribute: 'userId', is: userId }] },
  ]);
}

/** What an address is known to be invited to: less than `BATCH` of a kind are all. */
interface Invites {
  readonly invited: readonly InvitedRecord[];
  readonly sites: readonly SiteInvited[];
}

async function listInvites(email: string): Promise<Invites> {
  const [invited, sites] = await Promise.all([listInvited(email, BATCH), listSiteInvited(email, BATCH)]);
  return { invited, sites };
}

async function withInvitations({ invited, sites }: Invites) {
  const records = await Promise.all(
    invited.map(async (record) => ({ record, invitations: await invitationsOf(record) })),
  );
  return { records, sites };
}

async function invitationsOf({ organizationId, all = new Set() }: InvitedRecord): Promise<Invitation[]> {
  const found = await Promise.all([...all].map((id) => getInvitation(organizationId, id)));
  return found.filter((invitation) => invitation !== undefined);
}

/** Takes an address out of an organization's invitations; the one that waits for it ends. */
async function forget(
  occasion: Occasion,
  email: string,
  { organizationId, invitationId }: InvitedRecord,
  invitations: readonly Invitation[],
): Promise<void> {
  const { now } = occasion;
  const updatedAt = now.toISOString();
  // Those of an earlier try are forgotten already.
  const left = invitations.filter((invitation) => invitation.email !== ERASED);
  const forgotten = left.map((invitation): Write[] => {
    const { id, status, seat, delivery } = invitation;
    const isPending = status === 'PENDING';
    const ended = statusAt(invitation, now) === 'EXPIRED' ? 'EXPIRED' : 'DECLINED';
    return [
      {
        type: 'update',
        key: keys.invitation(organizationId, id),
        set: {
          ...{ email: ERASED, updatedAt },
          ...(isPending && { status: ended }),
          ...(delivery?.state === 'QUEUED' && { delivery: { ...delivery, state: 'FAILED', at: updatedAt } }),
        },
        remove: ['due', 'dueAt', 'message'],
        when: [{ attribute: 'status', is: status }],
      },
      audit(byLinkHolder(occasion, id), {
        action: 'invitation.erase',
        organizationId,
        resource: { type: 'invitation', id },
      }),
      ...(isPending ? [count(organizationId, seat, 'invitationEnded')] : []),
    ];
  });
  // The live one goes with the record, which goes last.
  forgotten.sort((one, other) => one.length - other.length);
  const last = forgotten.splice(-INVITATIONS);
  for (let start = 0; start < forgotten.length; start += INVITATIONS) {
    await transact(forgotten.slice(start, start + INVITATIONS).flat());
  }
  await transact([
    ...last.flat(),
    {
      type: 'delete',
      key: keys.invited(email, organizationId),
      when: [invitationId ? { attribute: 'invitationId', is: invitationId } : { absent: 'invitationId' }],
    },
  ]);
}
