import type { AuditContext } from '../domain/audit.ts';
import type { Invitation } from '../domain/invitation.ts';
import { freeSeats, type Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { getMembership } from '../organizations/members.ts';
import { type BulkOutcome, type BulkRow, prepareRows, rowIds, writeRows } from '../table/bulk.ts';
import { readUsage, type Usage } from '../table/rates.ts';
import { getInvitation } from './invitations.ts';
import {
  type NewInvitation,
  type PreparedInvitation,
  prepareInvitation,
  readInvitationContext,
  writeInvitations,
} from './inviting.ts';

/** A row of a bulk request. */
interface InvitationRow extends BulkRow {
  readonly input: NewInvitation;
}

/** Two more than its own: the invitation itself, and the mail counter of its address. */
const itemsOf = ({ writes }: PreparedInvitation) => writes.length + 2;

export interface BulkRequest {
  readonly actor: Actor;
  readonly rows: readonly InvitationRow[];
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
 * Invites many addresses. Their mails are due at once. Each transaction reserves the seats of its rows together.
 *
 * @returns the result of each row, by its index
 */
export async function inviteMany(
  auditContext: AuditContext,
  { actor, rows, limits, seed, startedAt, dryRun }: BulkRequest,
): Promise<BulkOutcome<Invitation>> {
  const outcome: BulkOutcome<Invitation> = new Map();
  // Without rows nobody would await `counting`. If it failed then, the function would crash.
  if (rows.length === 0) return outcome;
  const bulk: Bulk = { auditContext, actor, limits, idOf: rowIds('invitation', seed, startedAt) };
  const addresses = new Set<string>();
  const first = rows.filter(({ index, input }) => {
    if (addresses.has(input.email)) outcome.set(index, new Refusal('already_invited'));
    return !outcome.has(index) && addresses.add(input.email);
  });
  const usageOf = () => readUsage(actor, auditContext.now);
  const counting = usageOf();
  const prepare = (row: InvitationRow, usage: Promise<Usage>) => prepareRow(bulk, row, usage);
  const open = await prepareRows<InvitationRow, PreparedInvitation, Invitation>(
    first,
    (row) => prepare(row, counting),
    outcome,
  );
  if (dryRun) {
    const free = freeSeats((await counting).counters, limits);
    for (const { row, prepared } of open) {
      const isFull = prepared.needsSeat && typeof free === 'string';
      outcome.set(row.index, isFull ? new Refusal(free) : prepared.invitation);
    }
    return outcome;
  }
  const write = (prepared: readonly PreparedInvitation[], usage: Usage) =>
    writeInvitations(auditContext, { ...bulk, prepared, usage });
  await writeRows(open, counting, { prepare, itemsOf, readUsage: usageOf, write }, outcome);
  return outcome;
}

/** @returns the prepared writes, or the invitation if an earlier try of the request has written it */
async function prepareRow(
  bulk: Bulk,
  { index, input }: InvitationRow,
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
