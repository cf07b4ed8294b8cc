/** `npm run import -- FILE`: stores an export in a deployment without its items (docs/restore.md). */
import { open } from 'node:fs/promises';
import { contentsOf, Unusable } from '../../lib/transfer/form.ts';
import { importItems } from '../../lib/transfer/import.ts';
import { command, connect, UsageError } from './connect.ts';

const USAGE = `Usage: npm run import -- FILE [options]

Stores an export in a table. An export of everything needs a table that nobody uses, that of one organization a table
without it and its members. If it is interrupted, run it again with the same file. Nobody may use what is imported until
it has finished.

  --table NAME   the table of a deployment, its output TableName; default: the running local stack
  --help

It uses the AWS credentials and the region of the environment.
`;

/** @throws UsageError if the file can't be read */
async function* linesIn(file: string): AsyncGenerator<string, void> {
  const opened = await open(file).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`${file} can't be read (${error.code}).`);
  });
  yield* opened.readLines();
}

await command({
  usage: USAGE,
  positionals: 1,
  async run({ values, positionals: [file] }) {
    if (file === undefined) throw new UsageError('Name the file of the export.');
    await connect(values.table);
    const read = () => linesIn(file);
    const contents = await contentsOf(read());
    const { continued } = await importItems(contents, read, new Date());
    process.stdout.write(
      `${continued ? 'Continued and finished' : 'Finished'} the import of ${contents.items} items.\n`,
    );
    return 0;
  },
  isTold: (error) => error instanceof Unusable,
});
