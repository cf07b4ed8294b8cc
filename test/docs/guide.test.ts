import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { useService } from '../support/service.ts';

// Runs the code of docs/guide.md unchanged, from top to bottom, on an empty table.

const service = useService();
const run = promisify(execFile);

test('the code of the guide runs without errors', async () => {
  const guide = readFileSync(join(ROOT, 'docs', 'guide.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block);
  expect(blocks.length).toBeGreaterThan(8);
  const [ada, jane] = await Promise.all([
    service.person('ada@example.com', { name: 'Ada Lovelace' }),
    service.person('jane@example.com', { name: 'Jane Doe' }),
  ]);
  const code = [...blocks, "console.log('done');"].join('\n');
  const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '--eval', code], {
    env: { ...process.env, MUSTER_API: service.api, ADA: ada.token, JANE: jane.token },
  });
  // A failed assertion is printed to stderr, and doesn't end the process.
  expect([stdout, stderr]).toEqual(['done\n', '']);
});
