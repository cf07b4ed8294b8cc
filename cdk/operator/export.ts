/** `npm run export`: everything, or one organization, as JSON lines (docs/restore.md). */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { everyItem, itemsOfOrganization } from '../../lib/transfer/export.ts';
import { linesOf, Unusable } from '../../lib/transfer/form.ts';
import { command, connect } from './connect.ts';

const USAGE = `Usage: npm run -s export -- [options]

Writes every item of the table, or those of one organization, as JSON lines. They contain names and addresses.

  --organization ID   one organization (org_...), with its members and sites; default: everything
  --out FILE          a new file; default: standard output
  --table NAME        the table of a deployment, its output TableName; default: the running local stack
  --help

It uses the AWS credentials and the region of the environment. It reads page by page while the service runs: for the
state of one moment, export a table that was restored to it.
`;

await command({
  usage: USAGE,
  options: { organization: { type: 'string' }, out: { type: 'string' } },
  async run({ values: { organization, out, table } }) {
    await connect(table);
    const now = new Date();
    const items = organization === undefined ? everyItem() : itemsOfOrganization(organization, now);
    const lines = Readable.from(linesOf(organization, items, now));
    // Readable by its owner only: it has names and addresses.
    await (out === undefined
      ? pipeline(lines, process.stdout, { end: false })
      : pipeline(lines, createWriteStream(out, { flags: 'wx', mode: 0o600 })));
    return 0;
  },
  isTold: (error) => error instanceof Unusable,
});
