import { describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, visitConsole } from '../support/console.ts';
import { newAddress, useService } from '../support/service.ts';

// What an admin does in the console, from its pages alone; and how every page is for whom, where.

const service = useService();
const browser = useBrowser();

/** Text that runs if a page forgets to escape it. */
const XSS = '"><img src=x onerror=alert(1)>';

test('an admin invites thirty people, corrects those whose mail bounced, promotes one and removes one', async () => {
  const { owner } = await service.organization();
  const [grace, alan] = [await service.member(owner, 'USER'), await service.member(owner, 'USER')];
  const people = Array.from({ length: 30 }, (_, index) => newAddress(`invited-${index}`));
  const bounced = people.slice(0, 2);
  await visitConsole(browser(), service, { email: owner.email }, async (page) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(people.join('\n'));
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByRole('button', { name: 'Invite 30 people' }).click();
    // With those of the two members.
    await expect.poll(async () => (await owner.call('GET /v1/invitations')).body.meta.total).toBe(32);
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Show the invitations' }).click();
    await page.getByRole('heading', { name: 'Invitations', exact: true }).waitFor();
    await service.sweep();
    for (const address of bounced) {
      const bounce = { bounceType: 'Permanent', bounceSubType: 'NoEmail' };
      await service.mailEvent({ eventType: 'Bounce', mail: { destination: [address] }, bounce });
    }

    await page.getByLabel('Which invitations').selectOption('Mail not delivered');
    const rows = page.getByRole('listitem').filter({ hasText: 'invited-' });
    await expect.poll(() => rows.count()).toBe(2);
    await expectAccessible(page);
    for (const address of bounced) {
      await page.getByRole('button', { name: `Manage the invitation of ${address}` }).click();
      await page.getByRole('button', { name: 'Correct the address' }).click();
      await page.getByLabel('Right address').fill(address.replace('invited', 'corrected'));
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Correct and send' }).click();
      await page.getByLabel('Right address').waitFor({ state: 'detached' });
    }
    const invitations = (await owner.call('GET /v1/invitations?perPage=100')).body.data as {
      email: string;
      status: string;
    }[];
    const statusOf = (address: string) => invitations.find(({ email }) => email === address)?.status;
    expect(bounced.map(statusOf)).toEqual(['REVOKED', 'REVOKED']);
    expect(bounced.map((address) => statusOf(address.replace('invited', 'corrected')))).toEqual(['PENDING', 'PENDING']);

    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByRole('button', { name: `Manage ${grace.email}` }).click();
    await page.getByText('Can invite people').click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText(`${grace.email} is now Admin.`).waitFor();
    await page.getByRole('button', { name: `Manage ${alan.email}` }).click();
    await page.getByRole('button', { name: 'Remove from the organization' }).click();
    await page.getByText('Their access tokens stop working.').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText(`${alan.email} was removed.`).waitFor();
  });
  const members = (await owner.call('GET /v1/members')).body.data as { role: string; userProfile: { email: string } }[];
  expect(members.map(({ role, userProfile }) => [userProfile.email, role])).toEqual([
    [owner.email, 'ADMIN'],
    [grace.email, 'ADMIN'],
  ]);
});

describe('every page', () => {
  const PAGES = ['members', 'invitations', 'teams', 'sites', 'access-tokens', 'webhooks', 'audit-log', 'organization'];

  // Sizes depend on the window, colors on the mode, and texts on the language: two visits have each.
  test.each([
    ['desktop', 'light', 'en-GB'],
    ['phone', 'dark', 'de-DE'],
  ] as const)('has no finding of axe and shows names as text: %s, %s, %s', async (size, colorScheme, locale) => {
    const { id, owner } = await service.organization(XSS);
    await owner.muster.me.update({ firstName: XSS, lastName: XSS });
    await owner.muster.invitations.create({ email: newAddress('jane'), role: 'USER', message: XSS });
    await owner.muster.teams.create({ name: `Team ${XSS}`, description: XSS });
    await owner.muster.accessTokens.create({ name: XSS });
    await owner.muster.webhooks.create({ url: 'https://receiver.invalid/hook' });
    const options = { colorScheme, locale };
    await visitConsole(browser(), service, { email: owner.email, size, options }, async (page) => {
      for (const each of PAGES) {
        await page.goto(`${service.api}/console#/${id}/${each}`);
        await page.getByRole('heading', { level: 2 }).first().waitFor();
        await page.waitForLoadState('networkidle');
        await expectAccessible(page);
      }
    });
  });

  test('whose script is gone, after a deployment, says that it has to be loaded again', async () => {
    const { id, owner } = await service.organization();
    await visitConsole(
      browser(),
      service,
      { email: owner.email, fragment: `#/${id}/organization` },
      async (page, context) => {
        await page.getByLabel('Name', { exact: true }).waitFor();
        await context.route(/\/console\/webhooks-/, (route) => route.fulfill({ status: 404 }));
        await page.getByRole('link', { name: 'Webhooks' }).click();
        await page.getByText('There is a new version of the console').waitFor();
        await expectAccessible(page);
        await context.unroute(/\/console\/webhooks-/);
        await page.getByRole('button', { name: 'Load again' }).click();
        await page.getByText('No webhooks yet').waitFor();
      },
    );
  });

  test('whose script can’t be loaded offline leaves the rest as it is, and goes on by itself', async () => {
    const { id, owner } = await service.organization();
    const visit = { email: owner.email, fragment: `#/${id}/organization` };
    await visitConsole(browser(), service, visit, async (page, context) => {
      await page.getByLabel('Name', { exact: true }).waitFor();
      await context.setOffline(true);
      await page.getByRole('link', { name: 'Webhooks' }).click();
      await page.getByText('This page could not be loaded').waitFor();
      await expectAccessible(page);
      await context.setOffline(false);
      await page.getByText('No webhooks yet').waitFor();
      await context.setOffline(true);
      await page.evaluate("location.hash = '#/organizations'");
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('This page could not be loaded').waitFor();
      await context.setOffline(false);
      await page.getByRole('heading', { name: 'Your organizations' }).waitFor();
    });
  });

  test.each([
    ['en-GB', 'The console isn’t loaded yet'],
    ['de-DE', 'Die Konsole ist noch nicht geladen'],
  ])('says so if nothing can be loaded: %s', async (locale, heading) => {
    const context = await browser().newContext({ locale });
    await context.route(/\/console\/index-.*\.js/, (route) => route.fulfill({ status: 404 }));
    const page = await context.newPage();
    await page.goto(`${service.api}/console`);
    expect(await page.getByRole('heading').count()).toBe(0);
    await page.getByRole('heading', { name: heading }).waitFor();
    expect(await page.getByRole('heading').count()).toBe(1);
    await expectAccessible(page);
    await context.close();
  });

  test('says that there is no connection, and goes on by itself', async () => {
    const { id, owner } = await service.organization();
    const visit = { email: owner.email, fragment: `#/${id}/organization` };
    await visitConsole(browser(), service, visit, async (page, context) => {
      await page.getByLabel('Name', { exact: true }).waitFor();
      await page.getByRole('link', { name: 'Access tokens' }).click();
      await page.getByText('No tokens yet').waitFor();
      await context.setOffline(true);
      await page.getByRole('link', { name: 'Organization', exact: true }).click();
      await page.getByText('No connection').waitFor();
      await expectAccessible(page);
      await context.setOffline(false);
      await page.getByLabel('Name', { exact: true }).waitFor();
    });
  });
});
