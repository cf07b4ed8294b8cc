import { configuration } from '../configuration.ts';
import type { AuditEntry, Occasion } from '../domain/audit.ts';
import { idFromBytes, idTime, newId } from '../domain/ids.ts';
import { auditPartition, keys } from './keys.ts';
import { query } from './read.ts';
import type { Write } from './write.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** The part of a transaction that leaves its audit entry. TTL only collects entries that are past their retention. */
export function audit(
  { now, by, origin }: Occasion,
  entry: Pick<AuditEntry, 'action' | 'organizationId' | 'resource' | 'before' | 'after'>,
): Write {
  const id = newId('auditEntry', now);
  const createdAt = now.toISOString();
  return {
    type: 'put',
    key: keys.auditEntry(entry.organizationId, id, createdAt),
    item: {
      type: 'AuditEntry',
      v: 1,
      ...entry,
      ...origin,
      id,
      actor: by,
      createdAt,
      ttl: Math.floor(now.getTime() / 1000) + configuration().auditDays * DAY_SECONDS,
    },
  };
}

/** A page of the audit log looks into at most so many months; it may be short. */
const MONTHS = 12;

/**
 * Lists entries, newest first.
 *
 * @param after the place behind which the page begins: the `next` of the page before
 * @returns entries, and the place behind which there may be more; undefined at the end
 */
export async function listAudit(
  organizationId: string,
  { now, after, limit }: { now: Date; after: string | undefined; limit: number },
): Promise<{ entries: AuditEntry[]; next: string | undefined }> {
  const entries: AuditEntry[] = [];
  // An id tells when the organization was made: there is nothing before.
  const first = monthOf(idTime(organizationId));
  let month = monthOf(after === undefined ? now : idTime(after));
  for (let months = 0; month >= first; months += 1) {
    if (months === MONTHS) return { entries, next: placeBefore(month) };
    const found = await query({
      pk: auditPartition(organizationId, month),
      limit: limit + 1 - entries.length,
      newestFirst: true,
      ...(after !== undefined && { after }),
    });
    entries.push(...(found as unknown as AuditEntry[]));
    if (entries.length > limit) return { entries: entries.slice(0, limit), next: entries[limit - 1]?.id };
    month = monthOf(new Date(Date.parse(month) - 1));
  }
  return { entries, next: undefined };
}

function monthOf(date: Date): string {
  return date.toISOString().slice(0, 7);
}

/** The place behind which an entry of this month, or of one before it, stands. */
function placeBefore(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const end = Buffer.alloc(16);
  end.writeUIntBE(Date.UTC(year, number), 0, 6);
  return idFromBytes('auditEntry', end);
}
