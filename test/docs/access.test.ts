import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { Application, packPackage } from '../packages/application.ts';
import { useService } from '../support/service.ts';

// Runs the code of docs/access.md unchanged, in a process of its own, as a backend.

const service = useService({ environment: { APPLICATION_PERMISSIONS: '{"invoice:pay":["ADMIN"]}' } });
const run = promisify(execFile);
const page = readFileSync(join(ROOT, 'docs', 'access.md'), 'utf8');

test('the code of the page verifies a statement, and refuses another', async () => {
  const { id, owner, memberId } = await service.organization();
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
  expect(stdout).toBe(`${memberId} ADMIN ERR_JWT_CLAIM_VALIDATION_FAILED\n`);
});

test('the page’s TypeScript compiles with the packed client, and its middleware lets an ADMIN pass', async () => {
  const { id, owner, memberId } = await service.organization();
  const token = (await owner.call('POST /v1/access-tokens', { body: { name: 'Backend' } })).body.token;
  const blocks = [...page.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, block]) => block);
  expect(blocks.length).toBe(4);
  const requests = `
server.once('listening', async () => {
  const { port } = server.address() as { port: number };
  const ask = async (path: string, init: RequestInit = {}, authorization = \`Bearer \${statement}\`) => {
    const answer = await fetch(\`http://127.0.0.1:\${port}\${path}\`, { ...init, headers: { authorization } });
    return \`\${answer.status} \${await answer.text()}\`;
  };
  console.log(await ask('/settings'));
  console.log(await ask('/settings', {}, 'Bearer x'));
  console.log(await ask('/invoices/1/pay', { method: 'POST' }));
  const hono = await api.request('/settings', { headers: { authorization: \`Bearer \${statement}\` } });
  console.log(hono.status);
  const event = { headers: { authorization: \`Bearer \${statement}\` } } as unknown as APIGatewayProxyEventV2;
  console.log((await handler(event, {})).body);
  server.close();
});`;
  const directory = mkdtempSync(join(tmpdir(), 'access-'));
  const application = new Application();
  try {
    const tarball = await packPackage('client', directory);
    await application.create({ name: 'client', tarball, source: `${blocks.join('\n')}${requests}` });
    expect(await application.compile()).toBe('');
    const environment = { MUSTER_API: service.api, ORGANIZATION: id, ID_TOKEN: owner.token, MUSTER_TOKEN: token };
    const { stdout, stderr } = await application.run({ ...environment, PORT: '0' });
    expect([stdout.trim().split('\n'), stderr]).toEqual([
      [
        `200 {"member":"${memberId}"}`,
        '401 {"error":"unauthenticated","message":"The statement is no JWT."}',
        '200 {"paid":true}',
        '200',
        '{"role":"ADMIN"}',
      ],
      '',
    ]);
  } finally {
    for (const folder of [directory, application.folder]) rmSync(folder, { recursive: true });
  }
});

test('the fields that the page shows are those of the answer', async () => {
  const { owner } = await service.organization();
  const { body } = await owner.call('GET /v1/access/check?permission=member:update');
  const shown = JSON.parse(/^```json\n(\{ "allowed".*?)^```$/ms.exec(page)?.[1] ?? '');
  expect(Object.keys(shown).filter((name) => name !== 'reason')).toEqual(Object.keys(body));
});
