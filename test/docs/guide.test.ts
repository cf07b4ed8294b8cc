import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { Application, packPackage } from '../packages/application.ts';
import { useBrowser } from '../support/browser.ts';
import { newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

// Follows the guide, and runs the code of the pages for tasks, unchanged, with the packed client. The shortened test has
// the guide, and the first of these pages.

const PORT = await freePort();
const service = useService({ environment: { REDIRECT_ORIGINS: `http://localhost:${PORT}` } });
const browser = useBrowser();
const directory = mkdtempSync(join(tmpdir(), 'client-'));
const applications: Application[] = [];
const processes: ChildProcess[] = [];
let tarball: string;

beforeAll(async () => {
  tarball = await packPackage('client', directory);
});
// A test that fails leaves no other time to the next.
afterEach(() => service.clock(0));
afterAll(() => {
  for (const each of processes) each.kill('SIGKILL');
  for (const folder of [directory, ...applications.map((each) => each.folder)]) rmSync(folder, { recursive: true });
});

function blocksOf(page: string, language: string): string[] {
  const text = readFileSync(join(ROOT, 'docs', page), 'utf8');
  return [...text.matchAll(new RegExp(`^ *\`\`\`${language}\n(.*?)^ *\`\`\`$`, 'gms'))].map(([, block = '']) => block);
}

/**
 * Compiles the code of a page: JavaScript, so the compiler checks how packages are used, not what may be undefined.
 *
 * @param first the block with which the program begins, if the page has several programs
 */
async function compile(page: string, ending = '', first = 0, end?: number): Promise<Application> {
  const blocks = blocksOf(page, 'js').slice(first, end);
  expect(blocks.length).toBeGreaterThan(0);
  const application = new Application();
  applications.push(application);
  const source = ["import { once } from 'node:events';", ...blocks, ending].join('\n');
  await application.create({ name: 'client', tarball, source, compilerOptions: { strict: false } });
  expect(await application.compile()).toBe('');
  return application;
}

/** Runs the code of a page to its end. A failed assertion of it is printed, and doesn't end it. */
async function run(page: string, environment: NodeJS.ProcessEnv, ending = ''): Promise<string> {
  const application = await compile(page, `${ending}\nconsole.log('done');`);
  const { stdout, stderr } = await application.run({ MUSTER_API: service.api, ...environment });
  expect(stderr).toBe('');
  expect(stdout).toMatch(/done\n$/);
  return stdout.replace(/done\n$/, '');
}

async function freePort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return String(port);
}

/** Makes an organization with a member, and the token of an integration with the role ADMIN. */
async function organization(email = newAddress('jane')) {
  const { id, owner } = await service.organization();
  const member = await service.member(owner, 'USER', email);
  const { token } = (await owner.call('POST /v1/integrations', { body: { name: 'Backend', role: 'ADMIN' } })).body;
  return { id, owner, member, token: token as string };
}

test('the guide leads from nothing to two members', async () => {
  const [addresses = '', mail = ''] = blocksOf('guide.md', 'sh');
  // What the commands read: the file that npm start has written.
  const shell = async (command: string) => {
    const stack = JSON.stringify({ api: service.api, issuer: service.stack.issuer });
    const given = `node() { command node -p '(${stack})'."\${2##*.}"; }\n`;
    return (
      await promisify(execFile)('bash', ['-c', `${given}${command}`], {
        env: { ...process.env, MUSTER: ROOT, MUSTER_API: service.api },
      })
    ).stdout;
  };
  expect(await shell(addresses)).toBe(`${service.api} ${service.stack.issuer}\n`);

  const application = await compile('guide.md');
  const child = spawn(process.execPath, ['app.js'], {
    cwd: application.folder,
    env: { ...process.env, MUSTER_API: service.api, ISSUER: service.stack.issuer, PORT },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  const lines = createInterface({ input: child.stdout });
  const origin = await new Promise<string>((resolve) =>
    lines.once('line', (line) => resolve(line.split(' ')[1] ?? '')),
  );
  expect(origin).toBe(`http://localhost:${PORT}`);
  // A second one says that the port is taken, and ends.
  const second = application.run({ MUSTER_API: service.api, ISSUER: service.stack.issuer, PORT });
  await expect(second).rejects.toMatchObject({ stdout: '', stderr: expect.stringContaining('EADDRINUSE') });

  const context = await browser().newContext();
  const page = await context.newPage();
  const body = () => page.locator('body').innerText();
  const signIn = async (to: Page, email: string, name: string) => {
    await to.getByText('Sign in').click();
    await to.locator('input[name=email]').fill(email);
    await to.locator('input[name=name]').fill(name);
    await Promise.all([to.waitForURL(`${origin}/**`), to.locator('button').first().click()]);
  };
  const out = await page.request.post(`${origin}/organization`, { form: { name: 'Nobody' } });
  expect(out.status()).toBe(401);
  await page.goto(origin);
  await signIn(page, 'ada@example.com', 'Ada Lovelace');
  expect(await body()).toContain('Your organization');
  await page.locator('input[name=name]').fill('Acme <b>& Sons');
  await page.getByText('Create').click();
  await page.waitForURL('**/members');
  expect(await body()).toContain('Acme <b>& Sons');
  expect(await body()).toContain('Ada Lovelace, ada@example.com: ADMIN');

  for (const outcome of ['jane@example.com has a mail.', 'already has a waiting invitation']) {
    await page.goto(`${origin}/members`);
    await page.locator('input[name=email]').fill('jane@example.com');
    await page.getByRole('button', { name: 'Invite' }).click();
    await page.waitForURL('**/invitations');
    expect(await body()).toContain(outcome);
  }
  const wrong = await page.request.post(`${origin}/invitations`, { form: { email: 'jane', role: 'USER' } });
  expect([wrong.status(), await wrong.text()]).toEqual([400, expect.stringContaining('address')]);
  await page.goto(`${origin}/members`);
  expect(await body()).toContain('jane@example.com, invited');
  const first = (await shell(mail)).trim();
  await service.clock('2h');
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.waitForURL('**/members');
  const newest = (await shell(mail)).trim();
  expect(newest).not.toBe(first);

  await page.goto(newest);
  expect(await body()).toContain('Ada Lovelace');
  await page.getByRole('button', { name: /accept/i }).click();
  await expect.poll(body).toMatch(/member/);
  // The last page leads to the application.
  await page.locator(`a[href^="${origin}"]`).first().click();
  await page.waitForURL(`${origin}/**`);
  expect(await body()).toContain('jane@example.com: USER');
  expect(await body()).not.toContain('jane@example.com, jane');
  expect(await body()).not.toContain('invited');

  await page.getByText('Sign out').click();
  await signIn(page, 'jane@example.com', 'Jane Doe');
  await page.waitForURL('**/members');
  expect(await body()).toContain('Jane Doe, jane@example.com: USER');
  expect(await body()).toContain('Ada Lovelace');
  expect(await body()).not.toContain('Invite a colleague');
  // Who sends the form all the same is refused.
  const refused = await page.request.post(`${origin}/invitations`, {
    form: { email: 'kim@example.com', role: 'ADMIN' },
  });
  expect(refused.status()).toBe(403);

  await service.clock('500d');
  await page.goto(`${origin}/members`);
  expect(await body()).toContain('Sign in');
  await context.close();
});

test('the local stack lets invitations lead back to the guide’s application', () => {
  const { stages } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context;
  expect(stages.development.redirectOrigins).toEqual(
    expect.arrayContaining(['http://localhost:4000', 'http://localhost:4001']),
  );
});

testWhole('the command of invite.md makes a token of an integration', async () => {
  const { owner } = await organization();
  const [command = ''] = blocksOf('invite.md', 'sh');
  // What `npm run token` prints, for the stack of this test.
  const given = `npm() { [ "$*" = '--prefix clone run -s token -- ada@example.com' ] && echo '${owner.token}'; }\n`;
  const { stdout } = await promisify(execFile)('bash', ['-c', `${given}${command}echo "$MUSTER_TOKEN"`], {
    env: { ...process.env, MUSTER: 'clone', MUSTER_API: service.api },
  });
  expect(stdout).toMatch(/^msi_\S+\n$/);
  expect((await owner.call('GET /v1/integrations')).body.data).toMatchObject([{}, { name: 'My backend' }]);
});

testWhole('invite.md: a backend invites, repeats, resends and revokes', async () => {
  const { owner, token } = await organization();
  expect(await run('invite.md', { MUSTER_TOKEN: token })).toBe('');
  const { data } = (await owner.call('GET /v1/invitations?status=PENDING')).body;
  expect(data).toMatchObject([{ email: 'kim@example.com', message: 'Welcome to the team!' }]);
});

testWhole('members.md: members are shown, changed and removed', async () => {
  const { owner } = await organization('jane@example.com');
  const printed = await run('members.md', { ID_TOKEN: owner.token });
  expect(printed).toMatch(
    /ADMIN, owner\n.*: USER.*\nAdmins: 1\nJane is a member.\nJane is OPERATOR.\nJane was removed at 2.*Z.\n$/s,
  );
  expect((await owner.call('GET /v1/members')).body.data).toHaveLength(1);
  // A second run finds nobody to change.
  expect(await run('members.md', { ID_TOKEN: owner.token })).toMatch(/Admins: 1\nJane is no member.\n$/);
});

testWhole('joined.md: the backend hears of who has joined, once', async () => {
  const { owner, token } = await organization();
  const port = await freePort();
  const register = await compile('joined.md', '', 0, 1);
  const environment = { MUSTER_API: service.api, MUSTER_TOKEN: token };
  const { stdout } = await register.run({ ...environment, WEBHOOK_URL: `http://127.0.0.1:${port}/webhooks` });
  const application = await compile('joined.md', '', 1);
  const child = spawn(process.execPath, ['app.js'], {
    cwd: application.folder,
    env: { ...process.env, ...environment, WEBHOOK_SECRET: stdout.trim(), PORT: port },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  processes.push(child);
  const printed: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => printed.push(line));
  expect((await owner.call('GET /v1/webhooks')).body.data).toHaveLength(1);
  const forged = () =>
    fetch(`http://127.0.0.1:${port}/webhooks`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    });
  await expect
    .poll(
      () =>
        forged().then(
          ({ status }) => status,
          () => 0,
        ),
      { timeout: 30_000 },
    )
    .toBe(400);
  const email = newAddress('kim');
  await service.member(owner, 'VIEWER', email);
  await expect
    .poll(() => printed, { timeout: 30_000 })
    .toEqual(['Waiting for somebody to join.', `${email} has joined as VIEWER.`]);
});

testWhole('check-role.md: routes are for those with the role, in their organization', async () => {
  const { id, owner, member, token } = await organization();
  const requests = `
if (!server.listening) await once(server, 'listening');
const ask = async (path, init = {}) => {
  const { port } = server.address() as { port: number };
  const answer = await fetch(\`http://127.0.0.1:\${port}/\${path}\`, { ...init, headers: { authorization: \`Bearer \${statement}\` } });
  return answer.status;
};
console.log(await ask(\`\${organizationId}/reports\`), await ask('org_other/reports'), await ask(organizationId, { method: 'DELETE' }));
server.close();`;
  const environment = { MUSTER_TOKEN: token, PORT: '0' };
  expect(await run('check-role.md', { ...environment, ID_TOKEN: owner.token }, requests)).toBe('200 403 204\n');
  expect(await run('check-role.md', { ...environment, ID_TOKEN: member.token }, requests)).toBe('200 403 403\n');
  await owner.call(`PATCH /v1/members/${member.memberId}`, {
    body: { role: 'VIEWER' },
    headers: { 'x-organization-id': id },
  });
  expect(await run('check-role.md', { ...environment, ID_TOKEN: member.token }, requests)).toBe('403 403 403\n');
});

testWhole('leave.md: a member leaves', async () => {
  const { owner, member } = await organization();
  expect(await run('leave.md', { ID_TOKEN: member.token })).toMatch(/^You have left .*\.\n.+\n$/);
  expect((await owner.call('GET /v1/members')).body.data).toHaveLength(1);
  const { body, status } = await owner.call(
    `DELETE /v1/members/${(await owner.call('GET /v1/me')).body.memberships[0].id}`,
  );
  expect([status, body]).toEqual([204, undefined]);
});

testWhole('teams.md: a member is in a team', async () => {
  const { owner, member } = await organization('jane@example.com');
  expect(await run('teams.md', { ID_TOKEN: owner.token })).toMatch(/jane@example.com: MODERATOR\n/);
  expect((await member.call('GET /v1/me')).body.teams).toMatchObject([{ name: 'Berlin', role: 'MODERATOR' }]);
});

test('the owner can’t leave while there are others, with the code that the page names', async () => {
  const { owner } = await organization();
  const [{ id }] = (await owner.call('GET /v1/me')).body.memberships;
  const { status, body } = await owner.call(`DELETE /v1/members/${id}`);
  expect(status).toBe(409);
  expect(readFileSync(join(ROOT, 'docs', 'leave.md'), 'utf8')).toContain(`${status} \`${body.error}\``);
});
