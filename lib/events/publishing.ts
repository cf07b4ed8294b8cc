import type { AuditEntry } from '../domain/audit.ts';
import { eventOf, isHistory, type MusterEvent } from '../domain/event.ts';
import { AUDIT_ENTRY } from '../table/audit.ts';
import { CorruptItem } from '../table/items.ts';
import type { Item } from '../table/read.ts';
import { EVENTS_OF_CALL, putEvents } from './bus.ts';

/** The log message about an entry that no event can be made from. An alarm counts it. */
export const EVENT_PUT_ASIDE = 'Event put aside';

/** The log message about events that the bus still hasn't got after `LATE`. An alarm counts it. */
export const EVENTS_LATE = 'Events late';

/** When events are late, in milliseconds after their changes. */
const LATE = 5 * 60_000;

/** A new audit entry in the stream of the table. */
interface Written {
  readonly item: Readonly<Record<string, unknown>>;
  readonly at: Date;
}

/** How often an event is handed to the bus in one run, and the pause before the second time, in milliseconds. */
const TRIES = 3;
const PAUSE = 100;

/** No call is started within this time before the time-out, in milliseconds: longer than a call takes to fail. */
const RESERVE = 8000;

/** Events of one organization that wait, in their order. */
interface Queue<W> {
  readonly waiting: { readonly event: MusterEvent; readonly written: W }[];
  tries: number;
}

/**
 * Publishes the events of new audit entries.
 *
 * A call may fail for some of its events only, so it has at most one event of each organization: the next one follows
 * when the bus has it. So the events of an organization leave in order.
 *
 * @param remaining returns the milliseconds until the time-out
 * @returns the entries whose events aren't published
 */
export async function publishEntries<W extends Written>(all: readonly W[], remaining: () => number): Promise<W[]> {
  const events = all.flatMap((written) => {
    const event = publishedBy(written);
    return event ? [{ event, written }] : [];
  });
  const queues = [...Map.groupBy(events, ({ event }) => event.organizationId).values()].map(
    (waiting): Queue<W> => ({ waiting, tries: 0 }),
  );
  const failures = new Map<string, number>();
  for (let open = queues; open.length > 0 && remaining() > RESERVE; ) {
    const round = open.slice(0, EVENTS_OF_CALL);
    const codes = await putEvents(round.map(({ waiting }) => (waiting[0] as (typeof waiting)[0]).event));
    for (const [index, queue] of round.entries()) {
      const code = codes[index];
      if (code === undefined) queue.waiting.shift();
      else failures.set(code, (failures.get(code) ?? 0) + 1);
      queue.tries = code === undefined ? 0 : queue.tries + 1;
    }
    const tried = Math.max(...round.map(({ tries }) => tries));
    // Those that have waited longest come next.
    open = [...open.slice(EVENTS_OF_CALL), ...round].filter(
      ({ waiting, tries }) => waiting.length > 0 && tries < TRIES,
    );
    if (tried > 0 && open.length > 0) await new Promise((done) => setTimeout(done, PAUSE * 2 ** (tried - 1)));
  }
  const unpublished = queues.flatMap(({ waiting }) => waiting.map(({ written }) => written));
  if (unpublished.length > 0) {
    const oldest = Math.min(...unpublished.map(({ at }) => at.getTime()));
    const codes = Object.fromEntries(failures);
    const late = Date.now() - oldest >= LATE;
    console.warn({ message: late ? EVENTS_LATE : 'Events not published', count: unpublished.length, codes });
  }
  return unpublished;
}

/** Returns the event of an entry; undefined for one that isn't published. */
function publishedBy({ item, at }: Written): MusterEvent | undefined {
  const entry = readEntry(item as Item);
  if (!entry || isHistory(entry, at)) return undefined;
  const event = eventOf(entry);
  // A newer version wrote it. It must not hold back the others, and stays in the audit log.
  if (!event) console.error({ message: EVENT_PUT_ASIDE, entry: entry.id, why: 'unknown action' });
  return event;
}

function readEntry(item: Item): AuditEntry | undefined {
  try {
    return AUDIT_ENTRY.one(item);
  } catch (error) {
    if (!(error instanceof CorruptItem)) throw error;
    console.error({ message: EVENT_PUT_ASIDE, why: error.message });
    return undefined;
  }
}
