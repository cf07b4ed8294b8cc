import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../cdk/fingerprint.ts';
import { packPackage, unpackPackage } from '../packages/application.ts';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, SIZES } from '../support/screens.ts';
import { newAddress, useService } from '../support/service.ts';

// The example of docs/examples/express, as a reader runs it: with the packed client, in a browser, against the stack.

const service = useService();
const browser = useBrowser();
const folder = mkdtempSync(join(tmpdir(), 'example-'));
let server: ChildProcess;
let origin: string;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, 'localhost');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  await new Promise((closed) => probe.close(closed));
  return port;
}

beforeAll(async () => {
  cpSync(join(ROOT, 'docs/examples/express'), folder, { recursive: true });
  await unpackPackage('client', await packPackage('client', join(folder, 'packed')), folder);
  for (const name of ['express', 'openid-client']) {
    mkdirSync(join(folder, 'node_modules'), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  }
  const port = await freePort();
  origin = `http://localhost:${port}`;
  const environment = { MUSTER_API: service.api, ISSUER: service.stack.issuer, PORT: String(port) };
  server = spawn(process.execPath, ['server.js'], { cwd: folder, env: { ...process.env, ...environment } });
  let output = '';
  server.stderr?.on('data', (data) => {
    output += data;
  });
  await Promise.race([
    once(server.stdout as NodeJS.ReadableStream, 'data'),
    once(server, 'exit').then(() => Promise.reject(new Error(output))),
  ]);
});

afterAll(async () => {
  server.kill();
  rmSync(folder, { recursive: true });
});

/** Visits the example, signed in as somebody. A violation of its policy, or an error in its page, fails the test. */
async function visit(email: string, name: string, act: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser().newContext({ viewport: SIZES.desktop });
  const complaints: string[] = [];
  try {
    const page = await context.newPage();
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('console', (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
    });
    await page.goto(origin);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await page.getByLabel('E-mail address').fill(email);
    await page.getByLabel('Name').fill(name);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${origin}/`);
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await act(page);
    expect(complaints).toEqual([]);
  } finally {
    await context.close();
  }
}

test('from sign-in to a member: an organization, invitations, both ways to accept, members and teams', async () => {
  const [ada, jane, joe] = [newAddress('ada'), newAddress('jane'), newAddress('joe')];
  await visit(ada, 'Ada Lovelace', async (page) => {
    await page.getByLabel('Name of your organization').fill('Acme Energy');
    await page.getByRole('button', { name: 'Create organization' }).click();
    await page.getByRole('heading', { name: 'Acme Energy', level: 1 }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Ada Lovelace' }).waitFor();
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(`${jane}, ${joe}`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await page.getByText('2 invited.').waitFor();
    await page.getByRole('button', { name: 'Close' }).last().click();
    await page.getByRole('link', { name: 'Invitations' }).click();
    await page.getByRole('listitem').nth(1).waitFor();
    await expectAccessible(page);
    await page.screenshot({ path: 'screenshots/example.png' });
  });

  // Jane opens the link of her mail, accepts, and signs in.
  await service.sweep();
  const mail = (await service.mails(jane)).at(-1);
  const link = /https?:\/\/\S+/.exec(mail?.text ?? '')?.[0] as string;
  const page = await browser().newPage();
  await page.goto(link);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByText('Welcome to Acme Energy').waitFor();
  await page.close();

  // Joe has lost his mail: the invitation waits where he signs in.
  await visit(joe, 'Joe Doe', async (page) => {
    await page.getByRole('button', { name: 'Accept: Acme Energy' }).click();
    await page.getByRole('heading', { name: 'Acme Energy', level: 1 }).waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Joe Doe' }).waitFor();
    expect(await page.getByRole('button', { name: 'Invite people' }).count(), 'he may not invite').toBe(0);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('link', { name: 'Sign in' }).waitFor();
    expect((await page.request.get(`${origin}/token`)).status(), 'the session has ended').toBe(401);
  });

  await visit(jane, 'Jane Doe', async (page) => {
    await page.getByRole('listitem').filter({ hasText: 'Jane Doe' }).waitFor();
    expect(await page.getByRole('listitem').count()).toBe(3);
    await page.getByRole('link', { name: 'Teams' }).click();
    await page.getByRole('button', { name: 'Create a team' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Berlin');
    await page.getByRole('button', { name: 'Create a team' }).last().click();
    await page.getByText('Berlin was created.').waitFor();
  });

  const owner = await service.person(ada);
  const names = (await owner.muster.members.list()).data.map(({ userProfile: { firstName } }) => firstName);
  expect(names).toEqual(expect.arrayContaining(['Ada', 'Jane', 'Joe']));
});

test('no token is in storage or in an address, and a strange state begins no session', async () => {
  await visit(newAddress('ada'), 'Ada Lovelace', async (page) => {
    expect(await page.evaluate('[localStorage.length, sessionStorage.length, document.cookie, location.href]')).toEqual(
      [...[0, 0, '', `${origin}/`]],
    );
  });
  const strange = await fetch(`${origin}/callback?code=x&state=y`, { redirect: 'manual' });
  expect([strange.status, strange.headers.get('location')]).toEqual([302, '/']);
  expect((await fetch(`${origin}/token`)).status).toBe(401);
});
