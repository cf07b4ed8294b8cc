import { publishEntries } from '../../lib/events/publishing.ts';
import { onStream } from '../../lib/http/stream.ts';

/**
 * Publishes the event of each new audit entry on the bus.
 *
 * Each event is published at least once, with the id of its entry, and the events of an organization in their order. The
 * transaction of a change writes the entry, so no event is lost, and none is of a change that didn't happen.
 */
export const stream = onStream({
  items: ['AuditEntry'],
  events: true,
  timeout: 50,
  handle: (written, { remaining }) => publishEntries(written, remaining),
});
export const { handler } = stream;
