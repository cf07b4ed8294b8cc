import { configuration } from '../configuration.ts';
import type { AuditEntry, Occasion } from '../domain/audit.ts';
import { idFromBytes, idTime, newId } from '../domain/ids.ts';
import { itemReader } from './items.ts';
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
      ...entry,
      ...origin,
      id,
      actor: by,
      createdAt,
      ttl: Math.floor(now.getTime() / 1000) + configuration().auditDays * DAY_SECONDS,
    },
  };
}

/** A page of the audit log makes at most so many queries, of a month each, for so many entries; it may be short. */
const QUERIES = 12;
const READS = 1000;

const AUDIT_ENTRY = itemReader<AuditEntry>('AuditEntry', {
  ...{ id: 'string', action: 'string', organizationId: 'string', actor: 'object', resource: 'object' },
  ...{ createdAt: 'string', requestId: 'string' },
});

/**
 * Lists entries, newest first.
 *
 * @param after the place behind which the page begins: the `next` of the page before
 * @param from the earliest moment, included
 * @param to the moment before which entries are, not included
 * @param passes which entries are wanted
 * @returns entries, and the place behind which there may be more; undefined at the end
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
  // TTL takes its time: what is past its retention is gone at once all the same.
  const kept = new Date(now.getTime() - configuration().auditDays * DAY_SECONDS * 1000).toISOString();
  const from = range.from !== undefined && range.from > kept ? range.from : kept;
  const entries: AuditEntry[] = [];
  const end = to === undefined ? undefined : placeOf(new Date(to));
  let place = range.after !== undefined && (end === undefined || range.after < end) ? range.after : end;
  // An id tells when the organization was made: there is nothing before.
  const first = monthOf(new Date(Math.max(idTime(organizationId).getTime(), Date.parse(from))));
  const present = monthOf(now);
  let month = place === undefined ? present : monthOf(idTime(place));
  if (month > present) month = present;
  let reads = 0;
  for (let queries = 0; month >= first; queries += 1) {
    if (queries === QUERIES || reads >= READS) return { entries, next: place ?? placeOf(endOf(month)) };
    const batch = passes === range.passes ? BATCH : limit + 1 - entries.length;
    const found = await query({
      pk: auditPartition(organizationId, month),
      limit: batch,
      newestFirst: true,
      ...(place !== undefined && { after: place }),
    });
    for (const entry of AUDIT_ENTRY.all(found)) {
      if (entry.createdAt < from) return { entries, next: undefined };
      if (passes(entry)) {
        // There is at least this one more.
        if (entries.length === limit) return { entries, next: place };
        entries.push(entry);
      }
      place = entry.id;
    }
    reads += found.length;
    if (found.length === batch) continue;
    month = monthOf(new Date(Date.parse(month) - 1));
    // A place in the month after is before all of this one.
    place = placeOf(endOf(month));
  }
  return { entries, next: undefined };
}

/** Entries that are read at once to be filtered. */
const BATCH = 100;

function monthOf(date: Date): string {
  return date.toISOString().slice(0, 7);
}

/** The moment at which a month is over. */
function endOf(month: string): Date {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return new Date(Date.UTC(year, number));
}

/** The place behind which, newest first, the entries before a moment stand. */
function placeOf(moment: Date): string {
  const place = Buffer.alloc(16);
  place.writeUIntBE(Math.max(0, moment.getTime()), 0, 6);
  return idFromBytes('auditEntry', place);
}
