import { redirectOrigins } from '../configuration.ts';
import type { AuditContext } from '../domain/audit.ts';
import { type Invitation, periodEnd, statusAt } from '../domain/invitation.ts';
import type { Language } from '../domain/language.ts';
import { freeMailRows, freeSeats, type Limits, type MailRow, pickRandom, type Seat } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { isAllowed } from '../domain/redirect.ts';
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
import { getInvitation, getInvited, type InvitedRecord } from './invitations.ts';
import { type DueInvitation, queuedMail } from './mail.ts';

/** Table access of `readInvitationContext` and `createInvitation`. */
export const INVITE: TableAccess = {
  BatchGetItem: ['ORG', 'USER', 'EMAIL'],
  Query: ['ORG', 'LIMIT'],
  ConditionCheckItem: ['USER'],
  PutItem: ['ORG', 'AUDIT'],
  UpdateItem: ['ORG', 'EMAIL', 'LIMIT'],
};

/** The state on which `createInvitation` decides, besides the actor's membership. */
export interface InvitationContext {
  readonly usage: Usage;
  readonly holder: AddressHolder | undefined;
  readonly invited: InvitedRecord | undefined;
  /** The teams to join; undefined: no such team. */
  readonly teams: readonly (Team | undefined)[];
}

/** Reads the state on which `createInvitation` decides. */
export async function readInvitationContext(
  organizationId: string,
  { email, teams: teamIds = [] }: Pick<NewInvitation, 'email' | 'teams'>,
  counting: Promise<Usage>,
): Promise<InvitationContext> {
  const [usage, holder, invited, ...teams] = await Promise.all([
    counting,
    getAddressHolder(email),
    getInvited(email, organizationId),
    ...teamIds.map((id) => getTeam(organizationId, id)),
  ]);
  return { usage, holder, invited, teams };
}

/** The inviter's input. */
export interface NewInvitation {
  readonly email: string;
  readonly role: Role;
  readonly days: number;
  readonly language?: Language | undefined;
  readonly message?: string | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly redirectUrl?: string | undefined;
}

/** An invitation to be written. */
export interface PreparedInvitation {
  readonly invitation: DueInvitation;
  /** The invitation's own writes: without the actor's conditions and the organization's counters. */
  readonly writes: readonly Write[];
  /** False when it takes over the seat of an expired invitation. */
  readonly needsSeat: boolean;
}

/** The creator of an invitation, and how it is sent. */
export interface InvitationCreation {
  readonly actor: Actor;
  readonly context: InvitationContext;
  readonly id: string;
  /** Secrets of the link in the mail that the request sends. */
  readonly secrets: readonly Buffer[];
  /** Secrets of the link in the answer. */
  readonly handedSecrets: readonly Buffer[];
  /** Secrets of the link that stops reminders. */
  readonly stopSecrets: readonly Buffer[];
  /** The sender of the mail: the request, the sweep, or none. */
  readonly mail: 'request' | 'sweep' | 'none';
  readonly limits: Limits;
}

/**
 * Prepares the only pending invitation of an address. An expired invitation doesn't block it: the same transaction
 * records the expiry and hands its seat to the new invitation (Logto #5609).
 *
 * @throws Refusal `redirect_not_allowed`, `team_not_found`, `team_member_limit_reached`, `already_member`,
 *   `already_invited`
 */
export async function prepareInvitation(
  auditContext: AuditContext,
  { actor, context, id, secrets, handedSecrets, stopSecrets, mail, limits }: InvitationCreation,
  input: NewInvitation,
): Promise<PreparedInvitation> {
  const { now } = auditContext;
  const { organizationId } = actor;
  const { email, role, days, language, message, teams, redirectUrl } = input;
  const createdAt = now.toISOString();
  const expiresAt = periodEnd(now, days);
  if (redirectUrl !== undefined && !isAllowed(redirectUrl, redirectOrigins())) {
    throw new Refusal('redirect_not_allowed');
  }
  for (const team of context.teams) {
    if (!team) throw new Refusal('team_not_found');
    // A team that becomes full later is skipped at acceptance.
    if (team.members >= limits.membersOfTeam) throw new Refusal('team_member_limit_reached');
  }
  const claim = await claimAddress(auditContext, { actor, invitation: { organizationId, id, email }, ...context });
  const invitation: DueInvitation = {
    ...{ id, organizationId, email, role, status: 'PENDING', inviterId: actor.userId, createdAt, updatedAt: createdAt },
    ...{ expiresAt, days, reminders: 0 },
    ...(language && { language }),
    ...(message && { message }),
    ...(teams && teams.length > 0 && { teams: [...new Set(teams)] }),
    ...(redirectUrl && { redirectUrl }),
    ...(mail === 'none' ? dueAttributes(id, expiresAt) : queuedMail(id, 1, now, mail)),
    secrets: secrets.map(hashSecret),
    handedSecrets: handedSecrets.map(hashSecret),
    replacedSecrets: [],
    stopSecrets: stopSecrets.map(hashSecret),
    seat: claim.seat ?? 0,
    ...(context.invited?.blockedAt && { muted: true }),
  };
  return {
    invitation,
    needsSeat: claim.seat === undefined,
    writes: [
      ...claim.writes,
      audit(auditContext, {
        action: 'invitation.create',
        organizationId,
        resource: { type: 'invitation', id },
        after: { role, expiresAt },
      }),
    ],
  };
}

/**
 * Writes prepared invitations in one transaction, and counts their seats and mails.
 *
 * @param also returns more writes for the transaction, once seats are assigned
 * @throws Refusal `member_limit_reached`, `invitation_limit_reached`, `mail_rate_exceeded`, `recipient_rate_exceeded`
 */
export async function writeInvitations(
  { now }: AuditContext,
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
 * Finds a counter row with enough free seats, and one with enough free mails; the same row if one has both.
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
    isMember = false,
  }: {
    readonly limits: Limits;
    readonly now: Date;
    readonly seats: number;
    readonly mails: number;
    /** As in `freeSeats`. */
    readonly isMember?: boolean;
  },
): { seat: Seat | undefined; mailRow: MailRow | undefined } {
  const mailRows = mails > 0 ? freeMailRows(counters, limits, now, mails) : [];
  if (mails > 0 && mailRows.length === 0) throw rateExceeded('mail_rate_exceeded', endOfDay(now), now);
  const free = seats > 0 ? freeSeats(counters, limits, seats, { isMember }) : [];
  if (typeof free === 'string') throw new Refusal(free);
  const both = free.filter(({ row }) => mailRows.some((mailRow) => mailRow.row === row));
  const seat = pickRandom(both) ?? pickRandom(free);
  return { seat, mailRow: mailRows.find(({ row }) => row === seat?.row) ?? pickRandom(mailRows) };
}

/**
 * Creates the only pending invitation of an address.
 *
 * @param also returns more writes for the transaction
 */
export async function createInvitation(
  auditContext: AuditContext,
  creation: InvitationCreation,
  input: NewInvitation,
  also: (invitation: Invitation) => readonly Write[],
): Promise<DueInvitation> {
  const { usage } = creation.context;
  const prepared = [await prepareInvitation(auditContext, creation, input)];
  const [invitation] = await writeInvitations(auditContext, { ...creation, prepared, usage }, ([one]) =>
    also(one as Invitation),
  );
  return invitation as DueInvitation;
}

/**
 * Claims an address for an invitation, as its only pending one. Records the expiry of an expired predecessor.
 *
 * @returns the writes, and the predecessor's seat, if there is one
 * @throws Refusal `already_member`, `already_invited`
 */
export async function claimAddress(
  auditContext: AuditContext,
  {
    actor,
    invitation: { organizationId, id, email },
    holder,
    invited,
  }: Pick<InvitationContext, 'holder' | 'invited'> & {
    readonly actor: Actor;
    readonly invitation: Pick<Invitation, 'organizationId' | 'id' | 'email'>;
  },
): Promise<{ seat: number | undefined; writes: Write[] }> {
  // The transaction already requires the actor's membership, so it can't require its absence too.
  if (holder?.userId === actor.userId) throw new Refusal('already_member');
  const earlier = invited?.invitationId ? await getInvitation(organizationId, invited.invitationId) : undefined;
  if (earlier && statusAt(earlier, auditContext.now) === 'PENDING') throw new Refusal('already_invited');
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
          invited?.blockedAt ? { exists: 'blockedAt' } : { absent: 'blockedAt' },
        ],
      },
      ...(earlier ? expiryWrites(auditContext, earlier) : []),
    ],
  };
}
