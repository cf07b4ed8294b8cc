import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import {
  type Invitation,
  periodEnd,
  REPLACED_SECRETS,
  refuseUnlessPending,
  refuseUnlessResendable,
  statusAt,
} from '../domain/invitation.ts';
import { type Counters, findSeat, type Limits } from '../domain/limits.ts';
import { hashSecret, newSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Role } from '../domain/roles.ts';
import { audit } from './audit.ts';
import { count, readCounters } from './counters.ts';
import { type DueInvitation, queuedMail } from './due.ts';
import { keys, prefixes } from './keys.ts';
import { actorMay } from './members.ts';
import { type AddressHolder, getAddressHolder } from './people.ts';
import { get, query } from './read.ts';
import { transact, type Update, type Write } from './write.ts';

/** The invitations of an address in an organization, and the guard by which only one of them is live. */
export interface InvitedGuard {
  readonly organizationId: string;
  /** The live one; undefined: there is none. */
  readonly invitationId?: string;
  /** All of them: what has to forget the address when the person is erased. */
  readonly all: ReadonlySet<string>;
}

export async function getInvitation(organizationId: string, invitationId: string): Promise<Invitation | undefined> {
  return (await get(keys.invitation(organizationId, invitationId))) as unknown as Invitation | undefined;
}

export async function getInvited(email: string, organizationId: string): Promise<InvitedGuard | undefined> {
  return (await get(keys.invited(email, organizationId))) as unknown as InvitedGuard | undefined;
}

/** Invitations, newest first. */
export async function listInvitations(
  organizationId: string,
  range: { after?: string | undefined; skip?: number | undefined; limit: number },
): Promise<Invitation[]> {
  const items = await query({
    pk: keys.organization(organizationId).pk,
    prefix: prefixes.invitation,
    newestFirst: true,
    limit: range.limit,
    ...(range.skip && { skip: range.skip }),
    ...(range.after && { after: keys.invitation(organizationId, range.after).sk }),
  });
  return items as unknown as Invitation[];
}

/** The organizations that an address was ever invited to; at most `limit`. */
export async function listInvited(email: string, limit: number): Promise<InvitedGuard[]> {
  return (await query({ pk: keys.address(email).pk, prefix: prefixes.invited, limit })) as unknown as InvitedGuard[];
}

/** What `createInvitation` decides on, read beside the actor's membership. */
export interface BeforeInvitation {
  readonly counters: readonly Counters[];
  readonly holder: AddressHolder | undefined;
  readonly guard: InvitedGuard | undefined;
}

/** Reads what `createInvitation` decides on. */
export async function beforeInvitation(organizationId: string, email: string): Promise<BeforeInvitation> {
  const [counters, holder, guard] = await Promise.all([
    readCounters(organizationId),
    getAddressHolder(email),
    getInvited(email, organizationId),
  ]);
  return { counters, holder, guard };
}

/**
 * Creates the one live invitation of an address. An expired one never stands in the way: it is recorded as EXPIRED in
 * the same transaction, and its seat goes to the new one (Logto #5609).
 *
 * @returns the invitation, its mail due, and the secret for the link, which is kept nowhere
 */
export async function createInvitation(
  occasion: Occasion,
  actor: Actor,
  input: { email: string; role: Role; days: number; limits: Limits },
  before: BeforeInvitation,
): Promise<{ invitation: DueInvitation; secret: Buffer }> {
  const { now } = occasion;
  const { organizationId } = actor;
  const createdAt = now.toISOString();
  const secret = newSecret();
  const id = newId('invitation', now);
  const claim = await claimAddress(occasion, actor, { organizationId, id, email: input.email }, before, input.limits);
  const invitation: DueInvitation = {
    id,
    organizationId,
    email: input.email,
    role: input.role,
    status: 'PENDING',
    inviterId: actor.userId,
    createdAt,
    updatedAt: createdAt,
    expiresAt: periodEnd(now, input.days),
    ...queuedMail(id, now),
    secrets: [hashSecret(secret)],
    replacedSecrets: [],
    seat: claim.seat,
  };
  await transact([
    ...actorMay(actor, 'invitation:create'),
    {
      type: 'put',
      key: keys.invitation(organizationId, id),
      item: { type: 'Invitation', v: 1, ...invitation },
      when: [{ absent: 'pk' }],
    },
    ...claim.writes,
    count(organizationId, claim.seat, 'invitationCreated'),
    audit(occasion, {
      action: 'invitation.create',
      organizationId,
      resource: { type: 'invitation', id },
      after: { role: invitation.role, expiresAt: invitation.expiresAt },
    }),
  ]);
  return { invitation, secret };
}

/**
 * Makes an invitation the live one of its address, with a seat: a free one, or that of an expired one that stood in its
 * place and is recorded as such.
 *
 * @throws Refusal `already_member`, `already_invited`, `member_limit_reached`, `invitation_limit_reached`
 */
async function claimAddress(
  occasion: Occasion,
  actor: Actor,
  { organizationId, id, email }: Pick<Invitation, 'organizationId' | 'id' | 'email'>,
  { counters, holder, guard }: BeforeInvitation,
  limits: Limits,
): Promise<{ seat: number; writes: Write[] }> {
  // The actor's own membership is a condition of the write already, and can't be its opposite too.
  if (holder?.userId === actor.userId) throw new Refusal('already_member');
  const earlier = guard?.invitationId ? await getInvitation(organizationId, guard.invitationId) : undefined;
  if (earlier && statusAt(earlier, occasion.now) === 'PENDING') throw new Refusal('already_invited');
  const seat = earlier ? undefined : findSeat(counters, limits);
  if (typeof seat === 'string') throw new Refusal(seat);
  const row = seat?.row ?? (earlier as Invitation).seat;
  return {
    seat: row,
    writes: [
      ...(holder
        ? [
            {
              type: 'check',
              key: keys.membership(holder.userId, organizationId),
              when: [{ absent: 'pk' }],
              refuse: 'already_member',
            } as const,
          ]
        : []),
      {
        type: 'update',
        key: keys.invited(email, organizationId),
        set: { type: 'Invited', v: 1, organizationId, invitationId: id },
        add: { all: new Set([id]) },
        when: earlier ? [{ attribute: 'invitationId', is: earlier.id }] : [{ absent: 'invitationId' }],
      },
      ...(earlier ? expiryWrites(occasion, earlier) : []),
      ...(seat ? [count(organizationId, row, 'seatTaken', seat)] : []),
    ],
  };
}

/** The parts that record that a period is over; a mail that never left is given up. */
function expiryWrites(occasion: Occasion, { organizationId, id, delivery }: Invitation): Write[] {
  const now = occasion.now.toISOString();
  return [
    {
      type: 'update',
      key: keys.invitation(organizationId, id),
      set: {
        status: 'EXPIRED',
        updatedAt: now,
        ...(delivery.state === 'QUEUED' && { delivery: { ...delivery, state: 'FAILED', at: now } }),
      },
      remove: ['due', 'dueAt'],
      when: [
        { attribute: 'status', is: 'PENDING' },
        { attribute: 'expiresAt', atMost: now },
      ],
    },
    audit(occasion, { action: 'invitation.expire', organizationId, resource: { type: 'invitation', id } }),
  ];
}

/**
 * Ends a pending invitation otherwise than by its period.
 *
 * @param secret the hash of the secret by which it is done, which must still be good
 */
export function ending(
  { organizationId, id }: Invitation,
  now: Date,
  set: Partial<Invitation>,
  secret?: string,
): Update {
  return {
    type: 'update',
    key: keys.invitation(organizationId, id),
    set: { ...set, updatedAt: now.toISOString() },
    remove: ['due', 'dueAt'],
    when: [
      { attribute: 'status', is: 'PENDING' },
      { attribute: 'expiresAt', above: now.toISOString() },
      ...(secret ? [{ attribute: 'secrets', contains: secret }] : []),
    ],
  };
}

/** Gives the address free for another invitation. */
export function guardRelease({ email, organizationId, id }: Invitation): Write {
  return {
    type: 'update',
    key: keys.invited(email, organizationId),
    remove: ['invitationId'],
    when: [{ attribute: 'invitationId', is: id }],
  };
}

/** Revokes a pending invitation. */
export async function revokeInvitation(occasion: Occasion, actor: Actor, invitation: Invitation): Promise<void> {
  refuseUnlessPending(invitation, occasion.now);
  await transact([
    ...actorMay(actor, 'invitation:revoke'),
    ending(invitation, occasion.now, { status: 'REVOKED' }),
    guardRelease(invitation),
    count(invitation.organizationId, invitation.seat, 'invitationEnded'),
    audit(occasion, {
      action: 'invitation.revoke',
      organizationId: invitation.organizationId,
      resource: { type: 'invitation', id: invitation.id },
    }),
  ]);
}

/**
 * Gives an invitation a new secret and a full new period, and makes its mail due: earlier links then say that a newer
 * mail was sent. The resender becomes the inviter. An expired invitation takes its address and a seat again.
 */
export async function resendInvitation(
  occasion: Occasion,
  actor: Actor,
  invitation: Invitation,
  { days, limits }: { days: number; limits: Limits },
): Promise<{ invitation: DueInvitation; secret: Buffer }> {
  const { now } = occasion;
  const { organizationId, id } = invitation;
  refuseUnlessResendable(invitation, now);
  const secret = newSecret();
  const set = {
    status: 'PENDING' as const,
    inviterId: actor.userId,
    expiresAt: periodEnd(now, days),
    updatedAt: now.toISOString(),
    secrets: [hashSecret(secret)],
    replacedSecrets: [...invitation.secrets, ...invitation.replacedSecrets].slice(0, REPLACED_SECRETS),
    ...queuedMail(id, now),
  };
  // What was recorded as EXPIRED has given up its address and its seat.
  const claim =
    invitation.status === 'EXPIRED'
      ? await claimAddress(
          occasion,
          actor,
          invitation,
          await beforeInvitation(organizationId, invitation.email),
          limits,
        )
      : { seat: invitation.seat, writes: [] };
  await transact([
    ...actorMay(actor, 'invitation:resend'),
    {
      type: 'update',
      key: keys.invitation(organizationId, id),
      set: { ...set, seat: claim.seat },
      when: [
        { attribute: 'status', is: invitation.status },
        { attribute: 'secrets', is: invitation.secrets },
        { attribute: 'email', is: invitation.email },
      ],
    },
    ...claim.writes,
    audit(occasion, {
      action: 'invitation.resend',
      organizationId,
      resource: { type: 'invitation', id },
      before: { expiresAt: invitation.expiresAt },
      after: { expiresAt: set.expiresAt },
    }),
  ]);
  return { invitation: { ...invitation, ...set, seat: claim.seat }, secret };
}

/** Records that an invitation's period is over: frees its address and its seat. */
export async function expireInvitation(occasion: Occasion, invitation: Invitation): Promise<void> {
  await transact([
    ...expiryWrites(occasion, invitation),
    guardRelease(invitation),
    count(invitation.organizationId, invitation.seat, 'invitationEnded'),
  ]);
}
