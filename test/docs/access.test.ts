import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { useService } from '../support/service.ts';

// Runs the code of docs/access.md unchanged, in a process of its own, as a backend.

const service = useService();
const run = promisify(execFile);
const page = readFileSync(join(ROOT, 'docs', 'access.md'), 'utf8');

test('the code of the page verifies a statement, and refuses another', async () => {
  const { id, owner, member } = await service.organization();
  const body = { audience: 'https://backend.example.com', expiresInSeconds: 300 };
  const statement = (await owner.call(`POST /v1/organizations/${id}/session`, { body })).body.token;
  const other = (await owner.call(`POST /v1/organizations/${id}/session`)).body.token;
  const [code] = [...page.matchAll(/^```js\n(.*?)^```$/gms)].map(([, block]) => block);
  const calls = `
const { member, role } = await memberOf('Bearer ' + process.env.STATEMENT);
const refused = await memberOf('Bearer ' + process.env.OTHER).catch(({ code }) => code);
console.log(member, role, refused);`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', `${code}${calls}`], {
    cwd: ROOT,
    env: { ...process.env, MUSTER_API: service.api, STATEMENT: statement, OTHER: other },
  });
  expect(stdout).toBe(`${member.id} ADMIN ERR_JWT_CLAIM_VALIDATION_FAILED\n`);
});

test('the fields that the page shows are those of the answer', async () => {
  const { owner } = await service.organization();
  const { body } = await owner.call('GET /v1/access/check?permission=member:update');
  const shown = JSON.parse(/^```json\n(\{ "allowed".*?)^```$/ms.exec(page)?.[1] ?? '');
  expect(Object.keys(shown).filter((name) => name !== 'reason')).toEqual(Object.keys(body));
});
