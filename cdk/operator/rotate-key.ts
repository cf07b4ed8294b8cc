/** `npm run rotate-key`: replaces the key that signs statements of memberships (docs/operations.md). */
import { replaceSigningKeys } from '../../lib/table/signing-keys.ts';
import { retryWhileStale } from '../../lib/table/write.ts';
import { command, connect } from './connect.ts';

const USAGE = `Usage: npm run rotate-key -- [options]

Replaces the key that signs statements of memberships, because somebody may have read it. The new key signs from now on,
and the old one is no longer published: what it signed is refused as soon as a backend reads the published keys again,
within five minutes. Without an emergency, the service rotates the key by itself.

  --table NAME   the table of a deployment, its output TableName; default: the running local stack
  --help

It uses the AWS credentials and the region of the environment.
`;

await command({
  usage: USAGE,
  async run({ values: { table } }) {
    await connect(table);
    const { replaced, by } = await retryWhileStale(() => replaceSigningKeys(new Date()));
    process.stdout.write(
      `The key ${by} signs from now on. No longer valid: ${replaced.join(', ') || 'none, there was no key yet'}.\n`,
    );
    return 0;
  },
});
