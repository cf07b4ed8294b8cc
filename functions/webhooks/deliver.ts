import { onStream } from '../../lib/http/stream.ts';
import { DELIVER_ENTRIES, deliverEntries } from '../../lib/webhooks/deliveries.ts';

/**
 * Sends the event of each new audit entry to the webhooks of its organization, signed.
 *
 * The delivery is stored first, so that none is lost, then tried once. The scheduled function retries it.
 */
export const stream = onStream({
  items: ['AuditEntry'],
  table: DELIVER_ENTRIES,
  timeout: 50,
  handle: (written, invocation) => deliverEntries(written, invocation),
});
export const { handler } = stream;
