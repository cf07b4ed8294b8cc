/** `npm run replay-events`: publishes the events of a time again, from the audit log (docs/operations.md). */
import type { AuditEntry } from '../../lib/domain/audit.ts';
import { readMoment } from '../../lib/domain/moment.ts';
import { publishEntries } from '../../lib/events/publishing.ts';
import type { Key } from '../../lib/table/keys.ts';
import { scan } from '../../lib/table/scan.ts';
import { command, connect, UsageError } from './connect.ts';

const USAGE = `Usage: npm run replay-events -- --table NAME --bus NAME --from TIME --to TIME

Publishes the events of all audit entries of a time again. They have the same ids as before, so that receivers recognize
those that they know. It reads the whole table, and the service may run meanwhile.

  --table NAME   the table of the deployment, its output TableName
  --bus NAME     the bus, its output EventBusName
  --from TIME    the earliest moment, inclusive: 2026-11-28T09:00:00Z
  --to TIME      the latest moment, exclusive
  --help

It uses the AWS credentials and the region of the environment: they need dynamodb:Scan on the table, and
events:PutEvents on the bus.
`;

/** Items of a page. */
const PAGE = 1000;

/** Returns a moment in the form of the audit log. @throws UsageError */
function momentOf(name: string, text: string | undefined): string {
  const moment = text === undefined ? undefined : readMoment(text);
  if (!moment) throw new UsageError(`--${name} must be a time such as 2026-11-28T09:00:00Z.`);
  return moment.toISOString();
}

await command({
  usage: USAGE,
  options: { bus: { type: 'string' }, from: { type: 'string' }, to: { type: 'string' } },
  async run({ values }) {
    const { table, bus } = values;
    if (!table || !bus) throw new UsageError('Name the table by --table and the bus by --bus.');
    const [from, to] = [momentOf('from', values.from), momentOf('to', values.to)];
    await connect(table);
    process.env.EVENT_BUS = bus;
    let [published, failed] = [0, 0];
    let after: Key | undefined;
    do {
      const { items, next } = await scan(after, PAGE);
      const entries = items.filter(({ type, createdAt }) => {
        const at = String(createdAt);
        return type === 'AuditEntry' && at >= from && at < to;
      });
      // Not by when they were read: what is older than its row counts as imported.
      const written = entries.map((item) => ({ item, at: new Date((item as unknown as AuditEntry).createdAt) }));
      const unpublished = await publishEntries(written, () => Number.POSITIVE_INFINITY);
      published += written.length - unpublished.length;
      failed += unpublished.length;
      after = next;
    } while (after);
    process.stdout.write(`Published ${published} events${failed > 0 ? `, ${failed} failed: run it again` : ''}.\n`);
    return failed > 0 ? 1 : 0;
  },
});
