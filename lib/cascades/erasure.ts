import { type AuditContext, byLinkHolder, withoutSourceAddress } from '../domain/audit.ts';
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

/** The organizations and site invites that one batch erases an address from. */
const BATCH = 25;

/** The invitations that one transaction erases, with an audit entry each; a transaction has at most 100 items. */
const INVITATIONS = 45;

/** How long after its arrival a request starts another batch, in milliseconds: well within its timeout. */
const TIME_LIMIT = 12_000;

/**
 * Erases a person: one organization after another, the user last. An erasure that is interrupted can be repeated.
 *
 * @param person `identity` is the hash of issuer and subject of the current sign-in
 * @throws Refusal `owner_must_transfer` before anything is changed; `busy` if too many invitations are left for one
 *   request: the erasure is to be repeated
 */
export async function erasePerson(
  auditContext: AuditContext,
  { userId, email, identity }: { userId: string; email: string; identity: string },
): Promise<void> {
  const [memberships, listed] = await Promise.all([listMemberships(userId), listInvites(email)]);
  const [user, present, members, first] = await Promise.all([
    getUser(userId),
    withOrganizations(memberships),
    Promise.all(memberships.map(({ organizationId, memberId }) => getMember(organizationId, memberId))),
    withInvitations(listed),
  ]);
  // The cached user may have been erased and created anew: `Missing` begins again with the new user.
  if (!user) throw new Missing(keys.user(userId));
  present.forEach(refuseOwner);
  for (const [index, membership] of memberships.entries()) {
    const { organizationId, memberId } = membership;
    const member = existing(keys.member(organizationId, memberId), members[index]);
    const isPresent = present.some((row) => row.organizationId === organizationId);
    await (isPresent
      ? removeMember(withoutSourceAddress(auditContext), membership, member)
      : clearMember(member, auditContext.now));
  }
  for (let invites = first; ; invites = await withInvitations(await listInvites(email))) {
    const { records, sites } = invites;
    for (const { record, invitations } of records) await eraseAddress(auditContext, email, record, invitations);
    if (sites.length > 0) await transact(siteInviteErasure(auditContext, email, sites));
    if (records.length < BATCH && sites.length < BATCH) break;
    if (Date.now() - auditContext.now.getTime() > TIME_LIMIT) throw busy();
  }
  await transact([
    { type: 'delete', key: keys.user(userId), when: [{ attribute: 'organizations', is: 0 }] },
    { type: 'delete', key: keys.address(email), when: [{ attribute: 'userId', is: userId }] },
    { type: 'delete', key: keys.identity(identity), when: [{ attribute: 'userId', is: userId }] },
  ]);
}

/** A batch of an address's invitations and site invites; fewer than `BATCH` of a kind are the last. */
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

/** Erases an address from an organization's invitations. A pending invitation ends. */
async function eraseAddress(
  auditContext: AuditContext,
  email: string,
  { organizationId, invitationId }: InvitedRecord,
  invitations: readonly Invitation[],
): Promise<void> {
  const { now } = auditContext;
  const updatedAt = now.toISOString();
  // An earlier try may have erased some already.
  const left = invitations.filter((invitation) => invitation.email !== ERASED);
  const erasures = left.map((invitation): Write[] => {
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
        remove: ['due', 'dueAt', 'message', 'redirectUrl'],
        when: [{ attribute: 'status', is: status }],
      },
      audit(byLinkHolder(auditContext, id), {
        action: 'invitation.erase',
        organizationId,
        resource: { type: 'invitation', id },
      }),
      ...(isPending ? [count(organizationId, seat, 'invitationEnded')] : []),
    ];
  });
  // The pending invitation and the address's record end together, in the last transaction.
  erasures.sort((one, other) => one.length - other.length);
  const last = erasures.splice(-INVITATIONS);
  for (let start = 0; start < erasures.length; start += INVITATIONS) {
    await transact(erasures.slice(start, start + INVITATIONS).flat());
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
