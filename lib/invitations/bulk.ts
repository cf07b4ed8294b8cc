import { createHash } from 'node:crypto';
import type { AuditContext } from '../domain/audit.ts';
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

/** The result of each row, by its index. */
export type BulkOutcome = Map<number, Invitation | Refusal>;

/** The items of one transaction that rows may use: 100, less the items that all rows share. */
const MAX_ITEMS = 92;

/** Two more than its own: the invitation itself, and the mail counter of its address. */
const itemsOf = ({ invitation }: { readonly invitation: PreparedInvitation }) => invitation.writes.length + 2;

/** The tries of one row of a bulk. After these conflicts the request begins again, since its caller may have been removed. */
export const MAX_TRIES = 5;

export interface BulkRequest {
  readonly actor: Actor;
  readonly rows: readonly BulkRow[];
  readonly limits: Limits;
  /** `seed` and `startedAt` determine the invitation ids, so that a retried request finds the rows it has written. */
  readonly seed: string;
  readonly startedAt: Date;
  /** True: validate only, write nothing. */
  readonly dryRun: boolean;
}

/** The parts of a bulk request that every row needs. */
interface Bulk {
  readonly auditContext: AuditContext;
  readonly actor: Actor;
  readonly limits: Limits;
  readonly idOf: (index: number) => string;
}

/**
 * Invites many addresses. Their mails are due at once.
 *
 * Each transaction holds as many rows as fit and reserves their seats together. If one fails, its rows are retried one
 * by one, so that an invalid row doesn't affect the others.
 */
export async function inviteMany(
  auditContext: AuditContext,
  { actor, rows, limits, seed, startedAt, dryRun }: BulkRequest,
): Promise<BulkOutcome> {
  const outcome: BulkOutcome = new Map();
  // Without rows nobody would await `counting`. If it failed then, the function would crash.
  if (rows.length === 0) return outcome;
  const idOf = (index: number) => {
    const random = createHash('sha256').update(`${seed}\n${index}`).digest().subarray(0, 10);
    return newId('invitation', startedAt, random);
  };
  const bulk: Bulk = { auditContext, actor, limits, idOf };
  const addresses = new Set<string>();
  const first = rows.filter(({ index, input }) => {
    if (addresses.has(input.email)) outcome.set(index, new Refusal('already_invited'));
    return !outcome.has(index) && addresses.add(input.email);
  });
  const counting = readUsage(actor, auditContext.now);
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
  for (const [index, group] of groupsOf(open, itemsOf).entries()) {
    const usage = index === 0 ? counting : readUsage(actor, auditContext.now);
    for (const [row, result] of await writeGroup(bulk, group, await usage)) outcome.set(row, result);
  }
  return outcome;
}

/** @returns the prepared writes, or the invitation if an earlier try of the request has written it */
async function prepareRow(
  bulk: Bulk,
  { index, input }: BulkRow,
  counting: Promise<Usage>,
): Promise<PreparedInvitation | Invitation> {
  const { organizationId } = bulk.actor;
  const id = bulk.idOf(index);
  const context = await readInvitationContext(organizationId, input, counting);
  const [done, membership] = await Promise.all([
    context.invited?.all?.has(id) ? getInvitation(organizationId, id) : undefined,
    context.holder && getMembership(context.holder.userId, organizationId),
  ]);
  if (done) return done;
  if (membership) throw new Refusal('already_member');
  const unsent = { secrets: [], handedSecrets: [], stopSecrets: [], mail: 'sweep' } as const;
  return prepareInvitation(bulk.auditContext, { ...bulk, context, id, ...unsent }, input);
}

/** Returns a refusal that was thrown. @throws any other error */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** Splits rows so that each group fits into a transaction. @param itemsOf the items of a row in it */
export function groupsOf<T>(rows: readonly T[], itemsOf: (row: T) => number): T[][] {
  const groups: T[][] = [];
  let free = 0;
  for (const row of rows) {
    const items = itemsOf(row);
    if (items > free) {
      groups.push([]);
      free = MAX_ITEMS;
    }
    groups.at(-1)?.push(row);
    free -= items;
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
    const written = await writeInvitations(bulk.auditContext, { ...bulk, prepared, usage });
    return new Map(group.map(({ row }, index) => [row.index, written[index] as Invitation]));
  } catch (error) {
    if (!(error instanceof Stale || error instanceof Refusal)) throw error;
  }
  const outcome: BulkOutcome = new Map();
  for (const { row } of group) outcome.set(row.index, await writeRow(bulk, row).catch(refusalOf));
  return outcome;
}

/** @throws Stale after `MAX_TRIES` conflicts */
async function writeRow(bulk: Bulk, row: BulkRow): Promise<Invitation> {
  const { auditContext, actor } = bulk;
  for (let tries = 1; ; tries += 1) {
    try {
      const counting = readUsage(actor, auditContext.now);
      const prepared = await prepareRow(bulk, row, counting);
      if (!('writes' in prepared)) return prepared;
      const usage = await counting;
      const [invitation] = await writeInvitations(auditContext, { ...bulk, prepared: [prepared], usage });
      return invitation as Invitation;
    } catch (error) {
      if (!(error instanceof Stale) || tries === MAX_TRIES) throw error;
    }
  }
}
