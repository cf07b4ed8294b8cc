import type { Occasion } from '../domain/audit.ts';
import { type Invitation, periodEnd, statusAt } from '../domain/invitation.ts';
import type { Language } from '../domain/language.ts';
import { freeMailRows, freeSeats, type Limits, type MailRow, pickRandom, type Seat } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Role } from '../domain/roles.ts';
import type { Team } from '../domain/team.ts';
import { actorMay } from '../organizations/members.ts';
import { type AddressHolder, getAddressHolder } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';
import { countMailsOfDay, countMailsTo, endOfDay, rateExceeded, type Usage } from '../table/rates.ts';
import { transact, type Write } from '../table/write.ts';
import { getTeam } from '../teams/teams.ts';
import { expiryWrites } from './ending.ts';
import { getInvitation, getInvited, type InvitedGuard } from './invitations.ts';
import { type DueInvitation, queuedMail } from './mail.ts';

/** What inviting does to the table. */
export const INVITE: TableAccess = {
  BatchGetItem: ['ORG', 'USER', 'EMAIL'],
  Query: ['ORG', 'LIMIT'],
  ConditionCheckItem: ['USER'],
  PutItem: ['ORG', 'AUDIT'],
  UpdateItem: ['ORG', 'EMAIL', 'LIMIT'],
};

/** What `createInvitation` decides on, read beside the actor's membership. */
export interface InvitationContext {
  readonly usage: Usage;
  readonly holder: AddressHolder | undefined;
  readonly guard: InvitedGuard | undefined;
  /** The teams that it is for, as far as they are there. */
  readonly teams: readonly (Team | undefined)[];
}

/** Reads what `createInvitation` decides on. */
export async function readInvitationContext(
  organizationId: string,
  { email, teams: teamIds = [] }: Pick<NewInvitation, 'email' | 'teams'>,
  counting: Promise<Usage>,
): Promise<InvitationContext> {
  const [usage, holder, guard, ...teams] = await Promise.all([
    counting,
    getAddressHolder(email),
    getInvited(email, organizationId),
    ...teamIds.map((id) => getTeam(organizationId, id)),
  ]);
  return { usage, holder, guard, teams };
}

/** What an inviter asks for. */
export interface NewInvitation {
  readonly email: string;
  readonly role: Role;
  readonly days: number;
  readonly language?: Language | undefined;
  readonly message?: string | undefined;
  readonly teams?: readonly string[] | undefined;
}

/** An invitation to be written. */
export interface PreparedInvitation {
  readonly invitation: DueInvitation;
  /** All of the transaction but the actor's conditions and what is counted for the organization. */
  readonly writes: readonly Write[];
  /** Whether it needs a seat: it has none from an expired one in whose place it stands. */
  readonly needsSeat: boolean;
}

/** Who makes an invitation, and how it is sent. */
export interface InvitationCreation {
  readonly actor: Actor;
  readonly context: InvitationContext;
  readonly id: string;
  /** Of the mail that the request sends. */
  readonly secrets: readonly Buffer[];
  /** Of the answer, where that carries the link. */
  readonly handedSecrets: readonly Buffer[];
  /** Of the mail's link for stopping reminders. */
  readonly stopSecrets: readonly Buffer[];
  /** Who sends the mail: the request, the sweep, or nobody. */
  readonly mail: 'request' | 'sweep' | 'none';
  readonly limits: Limits;
}

/**
 * Prepares the one live invitation of an address. An expired one never stands in the way: it is recorded as EXPIRED in
 * the same transaction, and its seat goes to the new one (Logto #5609).
 *
 * @throws Refusal `team_not_found`, `team_member_limit_reached`, `already_member`, `already_invited`
 */
export async function prepareInvitation(
  occasion: Occasion,
  { actor, context, id, secrets, handedSecrets, stopSecrets, mail, limits }: InvitationCreation,
  input: NewInvitation,
): Promise<PreparedInvitation> {
  const { now } = occasion;
  const { organizationId } = actor;
  const { email, role, days, language, message, teams } = input;
  const createdAt = now.toISOString();
  const expiresAt = periodEnd(now, days);
  for (const team of context.teams) {
    if (!team) throw new Refusal('team_not_found');
    // It may be full by the time that the invitation is accepted: then it is skipped.
    if (team.members >= limits.membersOfTeam) throw new Refusal('team_member_limit_reached');
  }
  const claim = await claimAddress(occasion, { actor, invitation: { organizationId, id, email }, ...context });
  const invitation: DueInvitation = {
    ...{ id, organizationId, email, role, status: 'PENDING', inviterId: actor.userId, createdAt, updatedAt: createdAt },
    ...{ expiresAt, days, reminders: 0 },
    ...(language && { language }),
    ...(message && { message }),
    ...(teams && teams.length > 0 && { teams: [...new Set(teams)] }),
    ...(mail === 'none' ? dueAttributes(id, expiresAt) : queuedMail(id, 1, now, mail)),
    secrets: secrets.map(hashSecret),
    handedSecrets: handedSecrets.map(hashSecret),
    replacedSecrets: [],
    stopSecrets: stopSecrets.map(hashSecret),
    seat: claim.seat ?? 0,
    ...(context.guard?.blockedAt && { muted: true }),
  };
  return {
    invitation,
    needsSeat: claim.seat === undefined,
    writes: [
      ...claim.writes,
      audit(occasion, {
        action: 'invitation.create',
        organizationId,
        resource: { type: 'invitation', id },
        after: { role, expiresAt },
      }),
    ],
  };
}

/**
 * Writes prepared invitations, all or none, with the seats and the mails of the day that they take.
 *
 * @param also what else is written with them, once their seats are known
 * @throws Refusal `member_limit_reached`, `invitation_limit_reached`, `mail_rate_exceeded`, `recipient_rate_exceeded`
 */
export async function writeInvitations(
  { now }: Occasion,
  {
    actor,
    prepared,
    usage,
    limits,
  }: {
    readonly actor: Actor;
    readonly prepared: readonly PreparedInvitation[];
    readonly usage: Usage;
    readonly limits: Limits;
  },
  also: (invitations: readonly DueInvitation[]) => readonly Write[] = () => [],
): Promise<DueInvitation[]> {
  const { organizationId } = actor;
  const newSeats = prepared.filter(({ needsSeat }) => needsSeat).length;
  const mailed = prepared.flatMap(({ invitation }) => (invitation.delivery ? [invitation.email] : []));
  const mails = mailed.length;
  const { seat, mailRow } = findRows(usage, { limits, now, seats: newSeats, mails });
  const row = seat?.row ?? mailRow?.row ?? 0;
  const invitations = prepared.map(({ invitation, needsSeat }) =>
    needsSeat ? { ...invitation, seat: row } : invitation,
  );
  await transact([
    ...actorMay(actor, 'invitation:create'),
    ...invitations.map(
      (invitation): Write => ({
        type: 'put',
        key: keys.invitation(organizationId, invitation.id),
        item: { type: 'Invitation', ...invitation },
        when: [{ absent: 'pk' }],
      }),
    ),
    ...prepared.flatMap(({ writes }) => writes),
    count(organizationId, row, 'invitationCreated', { times: prepared.length }),
    ...(seat ? [count(organizationId, row, 'seatTaken', { room: seat, times: newSeats })] : []),
    ...countMailsTo(actor, { addresses: mailed, limits, now }),
    ...(mailRow ? countMailsOfDay(actor, { usage, mailRow, limits, now, times: mails }) : []),
    ...also(invitations),
  ]);
  return invitations;
}

/**
 * Finds a counter row for so many seats, and one for so many mails: the same where one has room for both.
 *
 * @throws Refusal `member_limit_reached`, `invitation_limit_reached`, `mail_rate_exceeded`
 */
export function findRows(
  { counters }: Pick<Usage, 'counters'>,
  {
    limits,
    now,
    seats,
    mails,
  }: { readonly limits: Limits; readonly now: Date; readonly seats: number; readonly mails: number },
): { seat: Seat | undefined; mailRow: MailRow | undefined } {
  const mailRows = mails > 0 ? freeMailRows(counters, limits, now, mails) : [];
  if (mails > 0 && mailRows.length === 0) throw rateExceeded('mail_rate_exceeded', endOfDay(now), now);
  const free = seats > 0 ? freeSeats(counters, limits, seats) : [];
  if (typeof free === 'string') throw new Refusal(free);
  const both = free.filter(({ row }) => mailRows.some((mailRow) => mailRow.row === row));
  const seat = pickRandom(both) ?? pickRandom(free);
  return { seat, mailRow: mailRows.find(({ row }) => row === seat?.row) ?? pickRandom(mailRows) };
}

/**
 * Creates the one live invitation of an address.
 *
 * @param also what else is written with it
 */
export async function createInvitation(
  occasion: Occasion,
  creation: InvitationCreation,
  input: NewInvitation,
  also: (invitation: Invitation) => readonly Write[],
): Promise<DueInvitation> {
  const { usage } = creation.context;
  const prepared = [await prepareInvitation(occasion, creation, input)];
  const [invitation] = await writeInvitations(occasion, { ...creation, prepared, usage }, ([one]) =>
    also(one as Invitation),
  );
  return invitation as DueInvitation;
}

/**
 * Makes an invitation the live one of its address; an expired one that stood in its place is recorded as such.
 *
 * @returns the seat of the expired one, if there was one
 * @throws Refusal `already_member`, `already_invited`
 */
export async function claimAddress(
  occasion: Occasion,
  {
    actor,
    invitation: { organizationId, id, email },
    holder,
    guard,
  }: Pick<InvitationContext, 'holder' | 'guard'> & {
    readonly actor: Actor;
    readonly invitation: Pick<Invitation, 'organizationId' | 'id' | 'email'>;
  },
): Promise<{ seat: number | undefined; writes: Write[] }> {
  // The actor's own membership is a condition of the write already, and can't be its opposite too.
  if (holder?.userId === actor.userId) throw new Refusal('already_member');
  const earlier = guard?.invitationId ? await getInvitation(organizationId, guard.invitationId) : undefined;
  if (earlier && statusAt(earlier, occasion.now) === 'PENDING') throw new Refusal('already_invited');
  return {
    seat: earlier?.seat,
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
        set: { type: 'Invited', organizationId, invitationId: id },
        add: { all: new Set([id]) },
        when: [
          earlier ? { attribute: 'invitationId', is: earlier.id } : { absent: 'invitationId' },
          guard?.blockedAt ? { exists: 'blockedAt' } : { absent: 'blockedAt' },
        ],
      },
      ...(earlier ? expiryWrites(occasion, earlier) : []),
    ],
  };
}
