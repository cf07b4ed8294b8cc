import { createHash } from 'node:crypto';
import { configuration, roleLabels } from '../configuration.ts';
import { type AuditContext, withoutSourceAddress } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import { type Invitation, statusAt } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Role } from '../domain/roles.ts';
import type { Team } from '../domain/team.ts';
import type { Mail } from '../email/mime.ts';
import { mutedMail } from '../email/muted.ts';
import { welcomeMail } from '../email/welcome.ts';
import { groupsOf, MAX_TRIES, refusalOf } from '../invitations/bulk.ts';
import { addressRelease, endWrite, expiryWrites } from '../invitations/ending.ts';
import { getInvitation, getInvited, type InvitedRecord } from '../invitations/invitations.ts';
import { findRows } from '../invitations/inviting.ts';
import { MAIL_FIELDS, MAILS, mailWork, mailWrite, newMail, type OutboxMail } from '../outbox/mails.ts';
import { deliver } from '../outbox/outbox.ts';
import type { Work } from '../outbox/sweep.ts';
import { getUser } from '../people/people.ts';
import { type KnownSignIn, type Vouched, vouchFor, vouchWrites } from '../people/vouching.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import type { DueItem } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { countMailsOfDay, countMailsTo, READ_USAGE, readUsage, type Usage } from '../table/rates.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { countNewMembers, getTeamMembership, type NewMemberJoin, newMemberRows } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { actorIs, getMember, getMembership, memberWrites, profileOf } from './members.ts';
import { getOrganization } from './organizations.ts';

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
export interface ImportRow {
  readonly index: number;
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
  /** The sender of the mails: the request, or the scheduled function. */
  readonly sender: 'request' | 'sweep';
}

/** The result of each row, by its index. */
export type ImportOutcome = Map<number, Member | Refusal>;

/** A mail that tells a person about their membership. */
interface WelcomeMail extends OutboxMail {
  readonly organizationId: string;
  readonly memberId: string;
}

const WELCOME_MAIL = itemReader<WelcomeMail>('WelcomeMail', {
  ...MAIL_FIELDS,
  ...{ organizationId: 'string', memberId: 'string' },
});

/** A member to be written. */
interface PreparedMember {
  readonly member: Member;
  readonly joins: readonly NewMemberJoin[];
  /** The pending invitation whose seat the member takes; undefined: they need one of their own. */
  readonly seatOf: Invitation | undefined;
  readonly mail: WelcomeMail | undefined;
  readonly muted: boolean;
  /** The member's own writes: without the actor's condition, seats, and counters of teams. */
  readonly writes: readonly Write[];
}

/** What all rows of an import need. */
interface Importing extends Pick<Import, 'actor' | 'organization' | 'limits' | 'sender'> {
  readonly auditContext: AuditContext;
  readonly idOf: (index: number) => string;
}

/**
 * Makes people members without their consent: the operator vouches for them.
 *
 * Each transaction holds as many rows as fit and reserves their seats together. If one fails, its rows are retried one
 * by one, so that an invalid row doesn't affect the others.
 */
export async function importMembers(auditContext: AuditContext, request: Import): Promise<ImportOutcome> {
  const { organization, rows, seed, startedAt, dryRun } = request;
  const outcome: ImportOutcome = new Map();
  // Without rows nobody would await `counting`.
  if (rows.length === 0) return outcome;
  const idOf = (index: number) => {
    const random = createHash('sha256').update(`${seed}\n${index}`).digest().subarray(0, 10);
    return newId('member', startedAt, random);
  };
  const importing: Importing = { ...request, auditContext: withoutSourceAddress(auditContext), idOf };
  const usageOf = () => readUsage({ organizationId: organization.id, userId: request.actor.userId }, auditContext.now);
  const counting = usageOf();
  const prepared = await Promise.all(
    rows.map(async (row) => ({ row, result: await prepareRow(importing, row).catch(refusalOf) })),
  );
  const open: { readonly row: ImportRow; readonly prepared: PreparedMember }[] = [];
  const taken = new Set<string>();
  for (const { row, result } of prepared) {
    if (!('writes' in result)) {
      outcome.set(row.index, result);
      continue;
    }
    // Two rows about one person, address or subject.
    const claims = claimsOf(row, result);
    if (claims.some((claim) => taken.has(claim))) outcome.set(row.index, new Refusal('already_member'));
    else open.push({ row, prepared: result });
    for (const claim of claims) taken.add(claim);
  }
  const usage = await counting;
  if (dryRun) {
    for (const { row, prepared } of open)
      outcome.set(row.index, seatRefusal(importing, prepared, usage) ?? prepared.member);
    return outcome;
  }
  for (const [index, group] of groupsOf(open, itemsOf).entries()) {
    const current = index === 0 ? usage : await usageOf();
    for (const [row, result] of await writeGroup(importing, group, current, usageOf)) outcome.set(row, result);
  }
  return outcome;
}

function claimsOf({ input: { email, signIn } }: ImportRow, { member: { userId } }: PreparedMember): string[] {
  return [userId, email, ...(signIn ? [signIn.identity] : [])];
}

/** The items of a row in a transaction: its own, the counters of its teams, and the mail counter of its address. */
function itemsOf({ prepared: { writes, joins } }: { readonly prepared: PreparedMember }): number {
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
  { auditContext, actor, organization, limits, sender }: Importing,
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
  const mail = sendEmail ? { ...newMail(now, userId, sender), organizationId: organization.id, memberId } : undefined;
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
  { auditContext: { now }, actor, organization, limits }: Importing,
  prepared: readonly PreparedMember[],
  usage: Usage,
): Promise<Member[]> {
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

async function writeGroup(
  importing: Importing,
  group: readonly { readonly row: ImportRow; readonly prepared: PreparedMember }[],
  usage: Usage,
  usageOf: () => Promise<Usage>,
): Promise<ImportOutcome> {
  const all = group.map(({ prepared }) => prepared);
  try {
    const members = await writeMembers(importing, all, usage);
    await tell(importing, all);
    return new Map(group.map(({ row }, index) => [row.index, members[index] as Member]));
  } catch (error) {
    if (!(error instanceof Stale || error instanceof Refusal)) throw error;
  }
  const outcome: ImportOutcome = new Map();
  for (const { row } of group) outcome.set(row.index, await writeRow(importing, row, usageOf).catch(refusalOf));
  return outcome;
}

/** @throws Stale after `MAX_TRIES` conflicts */
async function writeRow(importing: Importing, row: ImportRow, usageOf: () => Promise<Usage>): Promise<Member> {
  for (let tries = 1; ; tries += 1) {
    try {
      const [prepared, usage] = await Promise.all([prepareRow(importing, row), usageOf()]);
      if (!('writes' in prepared)) return prepared;
      const [member] = await writeMembers(importing, [prepared], usage);
      await tell(importing, [prepared]);
      return member as Member;
    } catch (error) {
      if (!(error instanceof Stale) || tries === MAX_TRIES) throw error;
    }
  }
}

/** Tries the mails at once, if the request sends them. */
async function tell({ organization, sender }: Importing, prepared: readonly PreparedMember[]): Promise<void> {
  if (sender !== 'request') return;
  await Promise.all(
    prepared.map(async ({ mail, member, muted }) => mail && deliver(MAILS, mail, compose(organization, member, muted))),
  );
}

/** @param muted whether the address blocked the organization: nothing arrives, and nobody can notice */
function compose({ name, language }: Organization, { role, profile }: Member, muted: boolean): Mail {
  const { applicationUrl, product } = configuration();
  if (muted) return mutedMail(product);
  return welcomeMail({
    ...{ language, organizationName: name, role, roleLabels: roleLabels(), recipient: profile.email },
    ...{ applicationUrl, product },
  });
}

/** Returns the work of a due mail about an imported membership: it is sent while the membership exists. */
export async function dueWelcome(item: DueItem): Promise<Work> {
  const mail = WELCOME_MAIL.one(item);
  const { organizationId, userId, memberId } = mail;
  const [organization, user, member] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMember(organizationId, memberId),
  ]);
  const invited = user && (await getInvited(user.email, organizationId));
  const isNeeded = organization && member?.userId === userId;
  return mailWork(mail, isNeeded && (() => compose(organization, member, invited?.blockedAt !== undefined)));
}
