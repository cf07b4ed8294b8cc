/** `npm run check-table`: finds torn relations, wrong counters and orphans in the table (docs/restore.md). */
import { checkPage } from '../../lib/consistency/check.ts';
import type { Key } from '../../lib/table/keys.ts';
import { auditContext, command, connect } from './connect.ts';

const USAGE = `Usage: npm run check-table -- [options]

Reads the whole table, and prints a line for each error: rows that don't fit together, wrong counters, rows without the
row that they belong to. It can run while the service does. The exit code is 1 if errors remain.

  --table NAME   the table of a deployment, its output TableName; default: the running local stack
  --repair       mends what can be mended safely, each error in one transaction with an audit entry
  --help

It uses the AWS credentials and the region of the environment.
`;

/** The maximum of walks that mend, without and with removals: what one mends may show that another row is wrong. */
const WALKS = 5;

/** Walks through the table, and prints what it finds. */
async function walk(repair?: {
  readonly removes: boolean;
}): Promise<{ checked: number; errors: number; mended: number }> {
  const total = { checked: 0, errors: 0, mended: 0 };
  let after: Key | undefined;
  do {
    const mending = repair && { context: auditContext('check-table'), ...repair };
    const { checked, errors, mended, next } = await checkPage(after, mending);
    const lines = [...mended.map((line) => `mended: ${line}`), ...(repair ? [] : errors)];
    process.stdout.write(lines.map((line) => `${line}\n`).join(''));
    total.checked += checked;
    total.errors += errors.length;
    total.mended += mended.length;
    after = next;
  } while (after);
  return total;
}

await command({
  usage: USAGE,
  options: { repair: { type: 'boolean' } },
  async run({ values: { table, repair } }) {
    await connect(table);
    for (const removes of repair ? [false, true] : []) {
      for (let walks = 0; walks < WALKS && (await walk({ removes })).mended > 0; ) walks += 1;
    }
    // What remains is told by a walk that mends nothing.
    const { checked, errors } = await walk();
    process.stdout.write(`Checked ${checked} items: ${errors === 0 ? 'no errors' : `${errors} errors remain`}.\n`);
    return errors === 0 ? 0 : 1;
  },
});
