import { configuration } from '../configuration.ts';
import type { AuditContext, AuditEntry } from '../domain/audit.ts';
import { idFromBytes, idTime, newId } from '../domain/ids.ts';
import { itemReader } from './items.ts';
import { auditPartition, keys } from './keys.ts';
import { query } from './read.ts';
import type { Write } from './write.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** The part of a transaction that writes its audit entry. */
export type AuditWrite = Extract<Write, { type: 'put' }> & { readonly item: AuditEntry };

/** Returns the part of a transaction that writes its audit entry. TTL deletes the entry after its retention. */
export function audit(
  { now, by, origin }: AuditContext,
  entry: Pick<AuditEntry, 'action' | 'organizationId' | 'resource' | 'before' | 'after'>,
): AuditWrite {
  const id = newId('auditEntry', now);
  const createdAt = now.toISOString();
  return {
    type: 'put',
    key: keys.auditEntry(entry.organizationId, id, createdAt),
    item: {
      type: 'AuditEntry',
      ...entry,
      ...origin,
      id,
      actor: by,
      createdAt,
      ttl: Math.floor(now.getTime() / 1000) + configuration().auditDays * DAY_SECONDS,
    },
  };
}

/** The maximum of queries, one for each month, and of entries read for a page. So a page may be short. */
const QUERIES = 12;
const READS = 1000;

/** Reads audit entries. */
export const AUDIT_ENTRY = itemReader<AuditEntry>('AuditEntry', {
  ...{ id: 'string', action: 'string', organizationId: 'string', actor: 'object', resource: 'object' },
  ...{ createdAt: 'string', requestId: 'string' },
});

/**
 * Lists entries, newest first.
 *
 * @param after the cursor: the `next` of the previous page
 * @param from the earliest moment, inclusive
 * @param to the latest moment, exclusive
 * @param passes the filter
 * @returns entries, and the cursor of the next page; undefined at the end
 */
export async function listAudit(
  organizationId: string,
  range: {
    now: Date;
    after: string | undefined;
    limit: number;
    from?: string | undefined;
    to?: string | undefined;
    passes?: (entry: AuditEntry) => boolean;
  },
): Promise<{ entries: AuditEntry[]; next: string | undefined }> {
  const { now, limit, to, passes = () => true } = range;
  // TTL deletes late: entries past their retention are left out at once.
  const kept = new Date(now.getTime() - configuration().auditDays * DAY_SECONDS * 1000).toISOString();
  const from = range.from !== undefined && range.from > kept ? range.from : kept;
  const entries: AuditEntry[] = [];
  const end = to === undefined ? undefined : positionBefore(new Date(to));
  let position = range.after !== undefined && (end === undefined || range.after < end) ? range.after : end;
  // The id has the creation time of the organization: there are no earlier entries.
  const first = monthOf(new Date(Math.max(idTime(organizationId).getTime(), Date.parse(from))));
  const present = monthOf(now);
  let month = position === undefined ? present : monthOf(idTime(position));
  if (month > present) month = present;
  let reads = 0;
  for (let queries = 0; month >= first; queries += 1) {
    if (queries === QUERIES || reads >= READS) return { entries, next: position ?? positionBefore(endOf(month)) };
    const batch = passes === range.passes ? BATCH : limit + 1 - entries.length;
    const found = await query({
      pk: auditPartition(organizationId, month),
      limit: batch,
      newestFirst: true,
      after: position,
    });
    for (const entry of AUDIT_ENTRY.all(found)) {
      if (entry.createdAt < from) return { entries, next: undefined };
      if (passes(entry)) {
        // This entry belongs to the next page.
        if (entries.length === limit) return { entries, next: position };
        entries.push(entry);
      }
      position = entry.id;
    }
    reads += found.length;
    if (found.length === batch) continue;
    month = monthOf(new Date(Date.parse(month) - 1));
    // The cursor moves to the end of the previous month.
    position = positionBefore(endOf(month));
  }
  return { entries, next: undefined };
}

/** Entries of one query of a filtered page. */
const BATCH = 100;

function monthOf(date: Date): string {
  return date.toISOString().slice(0, 7);
}

/** Returns the first moment after a month. */
function endOf(month: string): Date {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number));
}

/** Returns the cursor after which, newest first, the entries before a moment follow. */
function positionBefore(moment: Date): string {
  const position = Buffer.alloc(16);
  position.writeUIntBE(Math.max(0, moment.getTime()), 0, 6);
  return idFromBytes('auditEntry', position);
}
