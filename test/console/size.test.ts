import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminAccessKeyId } from '../../packages/local/aws.ts';
import { type Engine, startEngine } from '../../packages/local/engine.ts';
import { type Stack, startStack } from '../../packages/local/stack.ts';
import { fill, mailDomain } from '../bench/growth/filling.ts';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, visitConsole } from '../support/console.ts';
import { type Client, newAddress, serviceOf } from '../support/service.ts';

// The console of an organization with 50,000 members and 5,000 open invitations, or twice as many in `npm run test:long`: no
// page reads or shows all of them, and everybody is found. What reads or keeps all of them is seen with either.

const MEMBERS = process.env.MUSTER_LONG ? 100_000 : 50_000;
const INVITATIONS = MEMBERS / 10;
/** The longest answer to the browser, in bytes: 100 members. */
const LARGEST_ANSWER = 60_000;
/** What the page keeps in memory, in bytes. */
const LARGEST_HEAP = 30_000_000;

const directory = mkdtempSync(join(tmpdir(), 'muster-size-'));
let engine: Engine;
let stack: Stack;
// A stack of its own: the check of a shared table after each file would read each item.
const service = serviceOf(() => stack);
const browser = useBrowser();
let id: string;
let owner: Client;
/** The last member, after all others in every list: their name is unlike the others'. */
let last: Client & { readonly memberId: string };
let leaving: Client;

beforeAll(async () => {
  const environment = { LIMITS: JSON.stringify({ members: 2 * MEMBERS, pendingInvitations: 2 * INVITATIONS }) };
  engine = await startEngine({ directory, inMemory: true });
  stack = await startStack({ directory, environment, dynamodb: engine.endpoint });
  const made = await service.organization('Large');
  ({ id, owner } = made);
  const [team] = (await owner.muster.teams.list()).data;
  const client = {
    ...{ endpoint: stack.dynamodb, region: 'eu-central-1' },
    credentials: { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' },
  };
  await fill(
    { engine: client, table: stack.table },
    {
      ...{
        organizationId: id,
        ownerId: (await made.owner.call('GET /v1/me')).body.id,
        teamId: '',
        defaultTeamId: team?.id ?? '',
      },
      ...{ members: MEMBERS - 3, invitations: INVITATIONS, auditEntries: 0, teams: 0, inTeam: 0 },
      isListOnly: true,
      existing: { members: 1, invitations: 0, pending: 0, teams: 1 },
    },
  );
  last = await service.member(owner, 'OPERATOR', newAddress('zuse'));
  await last.muster.me.update({ firstName: 'Konrad', lastName: 'Zuse' });
  leaving = await service.member(owner, 'USER', newAddress('leaving'));
}, 600_000);

afterAll(async () => {
  await stack.stop();
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What the browser asked the API for since the last call, by method and path. */
function asked(page: Page) {
  let sizes: Promise<number>[] = [];
  let paths: string[] = [];
  page.on('response', (response) => {
    const { pathname, search } = new URL(response.url());
    if (!pathname.startsWith('/v1/')) return;
    paths.push(`${response.request().method()} ${pathname}${search}`);
    sizes.push(
      response.body().then(
        ({ length }) => length,
        () => 0,
      ),
    );
  });
  return async () => {
    expect(Math.max(0, ...(await Promise.all(sizes)))).toBeLessThan(LARGEST_ANSWER);
    const lists = paths.filter((path) => /^GET \/v1\/(members|invitations)(\?|$)/.test(path));
    [sizes, paths] = [[], []];
    return lists;
  };
}

const rows = (page: Page) => page.getByRole('main').locator('li.row');

/** What JavaScript keeps, once garbage is collected. */
async function heapOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return usedSize;
}

test('members are paged by cursor, found by address, name and role, changed and removed', async () => {
  const visit = { email: owner.email, fragment: `#/${id}/members` };
  await visitConsole(browser(), service, visit, async (page) => {
    const lists = asked(page);
    await rows(page).nth(19).waitFor();
    await page.getByText(MEMBERS.toLocaleString('en-GB')).first().waitFor();
    await page.reload();
    await rows(page).nth(19).waitFor();
    await expect.poll(() => rows(page).count()).toBe(20);
    const first = await lists();
    expect(new Set(first).size, 'the first page and nothing else').toBe(1);

    for (const count of [40, 60, 80, 100]) {
      await page.getByRole('button', { name: 'Show more' }).click();
      await expect.poll(() => rows(page).count()).toBe(count);
      expect(await lists()).toEqual([expect.stringMatching(/^GET \/v1\/members\?cursor=[^&]+$/)]);
      const focused = "document.querySelector('muster-console').shadowRoot.activeElement?.shadowRoot?.activeElement";
      expect(await page.evaluate(`${focused}?.textContent`), 'the focus is kept').toBe('Show more');
    }
    await expectAccessible(page);

    const search = page.getByLabel('Search by name or e-mail address');
    await search.fill(last.email);
    await page.getByText('Konrad Zuse').waitFor();
    expect(await rows(page).count()).toBe(1);
    expect(await lists(), 'an address is found at once').toHaveLength(1);

    await search.fill('konrad zu');
    await page.getByText('Nobody was found yet.').waitFor();
    await expectAccessible(page);
    expect(await lists(), 'a name is searched in a bounded step').toHaveLength(10);
    await page.getByRole('button', { name: 'Search further' }).click();
    let further = 0;
    await expect.poll(async () => (further += (await lists()).length)).toBe(10);
    await page.getByRole('button', { name: 'Search to the end' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.waitForLoadState('networkidle');
    const stopped = (await lists()).length;
    expect(stopped).toBeLessThan(40);
    const started = Date.now();
    await page.getByRole('button', { name: 'Search to the end' }).click();
    await page.getByText('Konrad Zuse').waitFor({ timeout: 120_000 });
    console.log(`search of the other members by name: ${Date.now() - started} ms`);
    expect(await rows(page).count()).toBe(1);
    await page.getByText('1 found', { exact: true }).waitFor();
    expect((await lists()).length).toBeLessThan(MEMBERS / 1000 + 5);
    expect(await heapOf(page)).toBeLessThan(LARGEST_HEAP);

    await search.fill('');
    await rows(page).nth(19).waitFor();
    await lists();
    await page.getByLabel('Role', { exact: true }).selectOption('Admin');
    await page.getByText('1 found so far').waitFor();
    expect(await rows(page).count()).toBe(1);
    expect(await lists(), 'a role is searched in a bounded step').toHaveLength(10);
    await page.getByLabel('Role', { exact: true }).selectOption('Operator');
    await page.getByText('Nobody was found yet.').waitFor();
    await page.getByRole('button', { name: 'Search to the end' }).click();
    await page.getByText('Konrad Zuse').waitFor({ timeout: 120_000 });
    await page.getByText('1 found', { exact: true }).waitFor();

    await page.getByRole('button', { name: 'Manage Konrad Zuse' }).click();
    await page.getByText('Can invite people').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Konrad Zuse is now Admin.').waitFor();
    expect((await owner.muster.members.read(last.memberId)).role).toBe('ADMIN');

    await page.getByLabel('Role', { exact: true }).selectOption('All roles');
    await search.fill(leaving.email);
    await page.getByText(leaving.email).waitFor();
    await page.getByRole('button', { name: `Manage ${leaving.email}` }).click();
    await page.getByRole('button', { name: 'Remove from the organization' }).click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText(`${leaving.email} was removed.`).waitFor();
    expect((await owner.call(`GET /v1/members?email=${leaving.email}`)).body.data).toEqual([]);
    expect((await owner.call('GET /v1/members?perPage=1')).body.meta.total).toBe(MEMBERS - 1);
    expect(await heapOf(page)).toBeLessThan(LARGEST_HEAP);
  });
}, 600_000);

test('invitations are filtered, found, and a page of them is withdrawn', async () => {
  const visit = { email: owner.email, fragment: `#/${id}/invitations` };
  await visitConsole(browser(), service, visit, async (page) => {
    const lists = asked(page);
    await rows(page).nth(19).waitFor();
    expect(new Set(await lists()).size).toBe(1);
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect.poll(() => rows(page).count()).toBe(40);
    expect(await lists()).toHaveLength(1);

    const wanted = `john.4321@${mailDomain(id)}`;
    const search = page.getByLabel('Search by e-mail address');
    await search.fill(wanted);
    await expect.poll(() => rows(page).count()).toBe(1);
    expect(await lists(), 'an address is found at once').toHaveLength(1);
    await search.fill('');
    await rows(page).nth(19).waitFor();
    await lists();

    const filter = page.getByLabel('Which invitations');
    for (const name of ['Mail not delivered', 'Expired', 'Declined', 'Withdrawn']) {
      await filter.selectOption(name);
      await page.getByText('No invitation').first().waitFor();
      await page.waitForLoadState('networkidle');
      expect((await lists()).length, name).toBeLessThanOrEqual(11);
    }
    await filter.selectOption('Waiting for an answer');
    await rows(page).nth(19).waitFor();
    await page.getByRole('button', { name: 'Select all' }).click();
    await page.getByRole('button', { name: 'Withdraw' }).first().click();
    const dialog = page.locator('muster-dialog');
    await dialog.getByRole('button', { name: 'Withdraw' }).click();
    await dialog.getByText('20').first().waitFor();
    await dialog.getByRole('button', { name: 'Close' }).last().click({ timeout: 60_000 });
    await expect.poll(() => rows(page).count()).toBe(20);
    await filter.selectOption('Withdrawn');
    await expect.poll(() => rows(page).count()).toBe(20);
    await expectAccessible(page);
    expect(await heapOf(page)).toBeLessThan(LARGEST_HEAP);
  });
}, 300_000);
