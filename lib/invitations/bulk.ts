import { createHash } from 'node:crypto';
import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Invitation } from '../domain/invitation.ts';
import { freeSeats, type Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { getMembership } from '../organizations/members.ts';
import { readUsage, type Usage } from '../table/rates.ts';
import { Stale } from '../table/write.ts';
import { getInvitation } from './invitations.ts';
import {
  type NewInvitation,
  type PreparedInvitation,
  prepareInvitation,
  readInvitationContext,
  writeInvitations,
} from './inviting.ts';

/** A row of a bulk request. */
export interface BulkRow {
  readonly index: number;
  readonly input: NewInvitation;
}

/** What became of each row, by its index. */
export type BulkOutcome = Map<number, Invitation | Refusal>;

/** A transaction's items, less those that its rows have in common. */
const ROOM = 92;

/** How often a row that is overtaken is tried before the request is looked at anew: its caller may have been removed. */
const TRIES = 5;

/** Who invites whom at once. */
export interface BulkRequest {
  readonly actor: Actor;
  readonly rows: readonly BulkRow[];
  readonly limits: Limits;
  /** Both make the ids of the rows: a request that is tried again finds what it has done already, and goes on. */
  readonly seed: string;
  readonly startedAt: Date;
  /** That nothing is written. */
  readonly dryRun: boolean;
}

/** A bulk request at work. */
interface Bulk {
  readonly occasion: Occasion;
  readonly actor: Actor;
  readonly limits: Limits;
  readonly idOf: (index: number) => string;
}

/**
 * Invites many at once, their mails due now: as many rows in a transaction as fit, each with one reservation of seats.
 * A transaction that fails is done again row by row, so that one bad row stops none of the others.
 */
export async function inviteMany(
  occasion: Occasion,
  { actor, rows, limits, seed, startedAt, dryRun }: BulkRequest,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = new Map();
  const idOf = (index: number) => {
    const random = createHash('sha256').update(`${seed}\n${index}`).digest().subarray(0, 10);
    return newId('invitation', startedAt, random);
  };
  const bulk: Bulk = { occasion, actor, limits, idOf };
  const addresses = new Set<string>();
  const first = rows.filter(({ index, input }) => {
    if (addresses.has(input.email)) outcome.set(index, new Refusal('already_invited'));
    return !outcome.has(index) && addresses.add(input.email);
  });
  const counting = readUsage(actor, occasion.now);
  const prepared = await Promise.all(
    first.map(async (row) => ({ row, result: await prepareRow(bulk, row, counting).catch(refusalOf) })),
  );
  const open: { row: BulkRow; invitation: PreparedInvitation }[] = [];
  for (const { row, result } of prepared) {
    if ('writes' in result) open.push({ row, invitation: result });
    else outcome.set(row.index, result);
  }
  if (dryRun) {
    const free = freeSeats((await counting).counters, limits);
    for (const { row, invitation } of open) {
      const isFull = invitation.needsSeat && typeof free === 'string';
      outcome.set(row.index, isFull ? new Refusal(free) : invitation.invitation);
    }
    return outcome;
  }
  for (const [index, group] of groupsOf(open).entries()) {
    const usage = index === 0 ? counting : readUsage(actor, occasion.now);
    for (const [row, result] of await writeGroup(bulk, group, await usage)) outcome.set(row, result);
  }
  return outcome;
}

/** @returns what is to be written, or the invitation that an earlier try of the request has written */
async function prepareRow(
  bulk: Bulk,
  { index, input }: BulkRow,
  counting: Promise<Usage>,
): Promise<PreparedInvitation | Invitation> {
  const { organizationId } = bulk.actor;
  const id = bulk.idOf(index);
  const context = await readInvitationContext(organizationId, input, counting);
  const [done, membership] = await Promise.all([
    context.guard?.all?.has(id) ? getInvitation(organizationId, id) : undefined,
    context.holder && getMembership(context.holder.userId, organizationId),
  ]);
  if (done) return done;
  if (membership) throw new Refusal('already_member');
  const unsent = { secrets: [], handedSecrets: [], stopSecrets: [], mail: 'sweep' } as const;
  return prepareInvitation(bulk.occasion, { ...bulk, context, id, ...unsent }, input);
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** Splits rows so that each group fits into a transaction. */
function groupsOf<T extends { invitation: PreparedInvitation }>(rows: readonly T[]): T[][] {
  const groups: T[][] = [];
  let room = 0;
  for (const row of rows) {
    // The invitation itself, and what counts mails to its mailbox.
    const items = row.invitation.writes.length + 2;
    if (items > room) {
      groups.push([]);
      room = ROOM;
    }
    groups.at(-1)?.push(row);
    room -= items;
  }
  return groups;
}

async function writeGroup(
  bulk: Bulk,
  group: readonly { row: BulkRow; invitation: PreparedInvitation }[],
  usage: Usage,
): Promise<BulkOutcome> {
  try {
    const prepared = group.map(({ invitation }) => invitation);
    const written = await writeInvitations(bulk.occasion, { ...bulk, prepared, usage });
    return new Map(group.map(({ row }, index) => [row.index, written[index] as Invitation]));
  } catch (error) {
    if (!(error instanceof Stale || error instanceof Refusal)) throw error;
  }
  const outcome: BulkOutcome = new Map();
  for (const { row } of group) outcome.set(row.index, await writeRow(bulk, row).catch(refusalOf));
  return outcome;
}

/** @throws Stale when it is overtaken again and again */
async function writeRow(bulk: Bulk, row: BulkRow): Promise<Invitation> {
  const { occasion, actor } = bulk;
  for (let tries = 1; ; tries += 1) {
    try {
      const counting = readUsage(actor, occasion.now);
      const prepared = await prepareRow(bulk, row, counting);
      if (!('writes' in prepared)) return prepared;
      const usage = await counting;
      const [invitation] = await writeInvitations(occasion, { ...bulk, prepared: [prepared], usage });
      return invitation as Invitation;
    } catch (error) {
      if (!(error instanceof Stale) || tries === TRIES) throw error;
    }
  }
}
