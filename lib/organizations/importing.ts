import { type AuditContext, withoutSourceAddress } from '../domain/audit.ts';
import { type Invitation, statusAt } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Role } from '../domain/roles.ts';
import type { Team } from '../domain/team.ts';
import { addressRelease, endWrite, expiryWrites } from '../invitations/ending.ts';
import { getInvitation, getInvited, type InvitedRecord } from '../invitations/invitations.ts';
import { findRows } from '../invitations/inviting.ts';
import { mailWrite, newMail } from '../outbox/mails.ts';
import { type KnownSignIn, type Vouched, vouchFor, vouchWrites } from '../people/vouching.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { type BulkOutcome, type BulkRow, prepareRows, refusalOf, rowIds, writeRows } from '../table/bulk.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { countMailsOfDay, countMailsTo, READ_USAGE, readUsage, type Usage } from '../table/rates.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { countNewMembers, getTeamMembership, type NewMemberJoin, newMemberRows } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { actorIs, getMember, getMembership, memberWrites, profileOf } from './members.ts';
import type { Welcome } from './welcome.ts';

/** Table access of `importMembers`. */
export const IMPORT_MEMBERS: TableAccess = union(READ_USAGE, {
  BatchGetItem: ['ORG', 'USER', 'EMAIL', 'IDENTITY', 'TEAM'],
  ConditionCheckItem: ['OPERATOR', 'EMAIL', 'ORG'],
  PutItem: ['ORG', 'USER', 'EMAIL', 'IDENTITY', 'TEAM', 'AUDIT', 'MAIL'],
  UpdateItem: ['ORG', 'USER', 'EMAIL', 'LIMIT'],
});

/** A person who becomes a member without accepting. */
export interface NewMember {
  /** Normalized. */
  readonly email: string;
  readonly role: Role;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly teams?: readonly string[] | undefined;
  readonly signIn?: KnownSignIn | undefined;
  /** Whether the person is told by mail. */
  readonly sendEmail: boolean;
}

/** A row of an import. */
interface ImportRow extends BulkRow {
  readonly input: NewMember;
}

export interface Import {
  readonly actor: Actor;
  readonly organization: Organization;
  readonly rows: readonly ImportRow[];
  readonly limits: Limits;
  /** `seed` and `startedAt` determine the member ids, so that a retried request finds the rows it has written. */
  readonly seed: string;
  readonly startedAt: Date;
  /** True: validate only, write nothing. */
  readonly dryRun: boolean;
  /** Tries the mails of written members at once; undefined: the scheduled function sends them. */
  readonly tell?: (organization: Organization, written: readonly Welcome[]) => Promise<void>;
}

/** A member to be written. */
interface PreparedMember extends Welcome {
  readonly joins: readonly NewMemberJoin[];
  /** The pending invitation whose seat the member takes; undefined: they need one of their own. */
  readonly seatOf: Invitation | undefined;
  /** The member's own writes: without the actor's condition, seats, and counters of teams. */
  readonly writes: readonly Write[];
}

/** What all rows of an import need. */
interface Importing extends Pick<Import, 'actor' | 'organization' | 'limits' | 'tell'> {
  readonly auditContext: AuditContext;
  readonly idOf: (index: number) => string;
}

/**
 * Makes people members without their consent: the operator vouches for them. Each transaction reserves the seats of its
 * rows together.
 *
 * @returns the result of each row, by its index
 */
export async function importMembers(auditContext: AuditContext, request: Import): Promise<BulkOutcome<Member>> {
  const { organization, rows, seed, startedAt, dryRun } = request;
  const outcome: BulkOutcome<Member> = new Map();
  // Without rows nobody would await `counting`.
  if (rows.length === 0) return outcome;
  const importing: Importing = {
    ...request,
    auditContext: withoutSourceAddress(auditContext),
    idOf: rowIds('member', seed, startedAt),
  };
  const usageOf = () => readUsage({ organizationId: organization.id, userId: request.actor.userId }, auditContext.now);
  const counting = usageOf();
  const prepare = (row: ImportRow) => prepareRow(importing, row);
  const prepared = await prepareRows<ImportRow, PreparedMember, Member>(rows, prepare, outcome);
  const taken = new Set<string>();
  const open = prepared.filter(({ row, prepared }) => {
    // Two rows about one person, address or subject.
    const claims = claimsOf(row, prepared);
    const isTaken = claims.some((claim) => taken.has(claim));
    if (isTaken) outcome.set(row.index, new Refusal('already_member'));
    for (const claim of claims) taken.add(claim);
    return !isTaken;
  });
  if (dryRun) {
    const usage = await counting;
    for (const { row, prepared } of open)
      outcome.set(row.index, seatRefusal(importing, prepared, usage) ?? prepared.member);
    return outcome;
  }
  const write = (all: readonly PreparedMember[], usage: Usage) => writeMembers(importing, all, usage);
  await writeRows(open, counting, { prepare, itemsOf, readUsage: usageOf, write }, outcome);
  return outcome;
}

function claimsOf({ input: { email, signIn } }: ImportRow, { member: { userId } }: PreparedMember): string[] {
  return [userId, email, ...(signIn ? [signIn.identity] : [])];
}

/** The items of a row in a transaction: its own, the counters of its teams, and the mail counter of its address. */
function itemsOf({ writes, joins }: PreparedMember): number {
  return writes.length + joins.length + 1;
}

function seatRefusal(
  { limits, auditContext }: Importing,
  { seatOf }: PreparedMember,
  usage: Usage,
): Refusal | undefined {
  if (seatOf) return undefined;
  try {
    findRows(usage, { limits, now: auditContext.now, seats: 1, mails: 0, isMember: true });
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/**
 * @returns the prepared writes, or the member if an earlier try of the request has written it
 * @throws Refusal `team_not_found`, `team_member_limit_reached`, `address_taken`, `already_member`
 */
async function prepareRow(importing: Importing, { index, input }: ImportRow): Promise<PreparedMember | Member> {
  const { auditContext, organization, limits } = importing;
  const { now } = auditContext;
  const organizationId = organization.id;
  const [vouched, invited, ...teams] = await Promise.all([
    vouchFor(input, now),
    getInvited(input.email, organizationId),
    ...[...new Set(input.teams ?? [])].map((id) => getTeam(organizationId, id)),
  ]);
  if (!vouched) throw new Stale();
  const { user } = vouched;
  const [membership, invitation, ...stale] = await Promise.all([
    getMembership(user.userId, organizationId),
    invited?.invitationId ? getInvitation(organizationId, invited.invitationId) : undefined,
    ...teams.map((team) => team && getTeamMembership(team.id, user.userId)),
  ]);
  if (membership) {
    const done =
      membership.memberId === importing.idOf(index) && (await getMember(organizationId, membership.memberId));
    if (done) return done;
    throw new Refusal('already_member');
  }
  const joins = teams.map((team, at) => ({ team: availableTeam(team, limits), stale: stale[at] }));
  const at = now.toISOString();
  const member: Member = {
    ...{ memberId: importing.idOf(index), userId: user.userId, organizationId, role: input.role, owner: false },
    ...{ profile: profileOf(user), claimed: user.claimed, ...(user.vouched && { vouched: true }) },
    ...{ seat: invitation?.seat ?? 0, tokens: 0, teams: joins.length, createdAt: at, updatedAt: at },
  };
  return {
    member,
    joins,
    seatOf: invitation,
    ...rowWrites(importing, input, { member, vouched, joins, invited, invitation }),
  };
}

/** @throws Refusal `team_not_found`, `team_member_limit_reached` */
function availableTeam(team: Team | undefined, limits: Limits): Team {
  if (!team) throw new Refusal('team_not_found');
  if (team.members >= limits.membersOfTeam) throw new Refusal('team_member_limit_reached');
  return team;
}

function rowWrites(
  { auditContext, actor, organization, limits, tell }: Importing,
  { email, sendEmail }: NewMember,
  row: {
    readonly member: Member;
    readonly vouched: Vouched;
    readonly joins: readonly NewMemberJoin[];
    readonly invited: InvitedRecord | undefined;
    readonly invitation: Invitation | undefined;
  },
): Pick<PreparedMember, 'mail' | 'muted' | 'writes'> {
  const { member, vouched, joins, invited, invitation } = row;
  const { now } = auditContext;
  const { memberId, userId, organizationId, role } = member;
  const teams = joins.map(({ team }) => team.id);
  const mail = sendEmail
    ? { ...newMail(now, userId, tell ? 'request' : 'sweep'), organizationId: organization.id, memberId }
    : undefined;
  return {
    mail,
    muted: invited?.blockedAt !== undefined,
    writes: [
      ...memberWrites(member),
      ...vouchWrites(vouched, limits, now),
      ...joins.flatMap((join) => newMemberRows(join, member, { by: actor.userId, now })),
      ...(invitation
        ? consumption(auditContext, invitation, member, teams)
        : [{ type: 'check', key: keys.invited(email, organizationId), when: [{ absent: 'invitationId' }] } as const]),
      ...(mail ? [mailWrite('WelcomeMail', mail)] : []),
      audit(auditContext, {
        action: 'member.import',
        organizationId,
        resource: { type: 'member', id: memberId },
        after: { memberId, userId, role, ...(teams.length > 0 && { teams }) },
      }),
    ],
  };
}

/** Returns the parts of a transaction that end the pending invitation of a person who becomes a member. */
function consumption(
  auditContext: AuditContext,
  invitation: Invitation,
  { memberId, userId, role }: Member,
  teams: readonly string[],
): Write[] {
  const { organizationId, id } = invitation;
  if (statusAt(invitation, auditContext.now) === 'EXPIRED') {
    return [...expiryWrites(auditContext, invitation), addressRelease(invitation)];
  }
  const joinedTeams = (invitation.teams ?? []).filter((team) => teams.includes(team));
  return [
    endWrite(invitation, auditContext.now, { status: 'ACCEPTED', accepted: { userId, memberId, joinedTeams } }),
    addressRelease(invitation),
    audit(auditContext, {
      action: 'invitation.accept',
      organizationId,
      resource: { type: 'invitation', id },
      after: { memberId, userId, role },
    }),
  ];
}

/** @throws Refusal `member_limit_reached`, `mail_rate_exceeded`, `recipient_rate_exceeded` and those of the writes */
async function writeMembers(
  importing: Importing,
  prepared: readonly PreparedMember[],
  usage: Usage,
): Promise<Member[]> {
  const { auditContext, actor, organization, limits, tell } = importing;
  const { now } = auditContext;
  const newSeats = prepared.filter(({ seatOf }) => !seatOf).length;
  const mailed = prepared.flatMap(({ mail, member }) => (mail ? [member.profile.email] : []));
  const wanted = { limits, now, seats: newSeats, mails: mailed.length, isMember: true };
  const { seat, mailRow } = findRows(usage, wanted);
  const cause = { organizationId: organization.id, userId: actor.userId };
  const members = prepared.map(({ member, seatOf }) => (seatOf ? member : { ...member, seat: seat?.row ?? 0 }));
  await transact([
    ...actorIs(actor),
    ...prepared.flatMap(({ writes }, index) => withSeat(writes, members[index] as Member)),
    ...countNewMembers(
      prepared.flatMap(({ joins }) => joins),
      limits,
    ),
    ...seatCounts(organization.id, prepared),
    ...(seat ? [count(organization.id, seat.row, 'memberCreated', { room: seat, times: newSeats })] : []),
    ...countMailsTo(cause, { addresses: mailed, limits, now }),
    ...(mailRow ? countMailsOfDay(cause, { usage, mailRow, limits, now, times: mailed.length }) : []),
  ]);
  await tell?.(organization, prepared);
  return members;
}

/** Returns the writes with the seat of the member, which is known only now. */
function withSeat(writes: readonly Write[], { seat, memberId, organizationId }: Member): Write[] {
  const { sk } = keys.member(organizationId, memberId);
  return writes.map((write) =>
    write.type === 'put' && write.key.sk === sk ? { ...write, item: { ...write.item, seat } } : write,
  );
}

/** Returns the counts of members who take over the seats of invitations: one for each row. */
function seatCounts(organizationId: string, prepared: readonly PreparedMember[]): Write[] {
  const seats = prepared.flatMap(({ seatOf }) => (seatOf ? [seatOf.seat] : []));
  return [...Map.groupBy(seats, (row) => row)].map(([row, { length: times }]) =>
    count(organizationId, row, 'invitationAccepted', { times }),
  );
}
