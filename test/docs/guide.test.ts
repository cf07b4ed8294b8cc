import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { Application, packPackage } from '../packages/application.ts';
import { useService } from '../support/service.ts';

// Runs the code of docs/guide.md unchanged, from top to bottom, on an empty table, with the packed client.

const service = useService();

test('the code of the guide compiles and runs without errors', async () => {
  const guide = readFileSync(join(ROOT, 'docs', 'guide.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block);
  expect(blocks.length).toBeGreaterThan(8);
  const [ada, jane, kim] = await Promise.all([
    service.person('ada@example.com', { name: 'Ada Lovelace' }),
    service.person('jane@example.com', { name: 'Jane Doe' }),
    service.person('kim@example.com', { name: 'Kim Roe' }),
  ]);
  const directory = mkdtempSync(join(tmpdir(), 'client-'));
  const application = new Application();
  try {
    const source = [...blocks, "console.log('done');"].join('\n');
    const tarball = await packPackage('client', directory);
    // JavaScript, so the compiler checks how the client is used, and not what may be undefined.
    await application.create({ name: 'client', tarball, source, compilerOptions: { strict: false } });
    expect(await application.compile()).toBe('');
    const environment = { MUSTER_API: service.api, ADA: ada.token, JANE: jane.token, KIM: kim.token };
    const { stdout, stderr } = await application.run(environment);
    // A failed assertion is printed to stderr, and doesn't end the process.
    expect([stdout, stderr]).toEqual(['done\n', '']);
  } finally {
    for (const folder of [directory, application.folder]) rmSync(folder, { recursive: true });
  }
});
