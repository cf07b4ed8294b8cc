import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, visitConsole } from '../support/console.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Nothing that is open or typed at one organization, or one webhook, is there at another.

const service = useService();
const browser = useBrowser();

interface Organization {
  readonly id: string;
  readonly owner: Client;
}

/** Makes two organizations of one owner. */
async function two(): Promise<readonly [Organization, Organization]> {
  const alpha = await service.organization('Alpha');
  const { id } = await alpha.owner.muster.organizations.create({ name: 'Beta' });
  return [alpha, { id, owner: alpha.owner.in(id) }];
}

/** Goes from a page of one organization to that of another, as by a link. */
async function go(page: Page, { id }: Organization, name: string, to: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#/${id}/${to}`)}`);
  await page.getByRole('button', { name: `Organization: ${name}` }).waitFor();
  await page.getByRole('main').getByRole('heading', { level: 2 }).waitFor();
  await page.waitForLoadState('networkidle');
}

const dialog = (page: Page) => page.locator('muster-dialog');

test('people are invited where the dialog was opened: Back asks first, and the next organization has no dialog', async () => {
  const [alpha, beta] = await two();
  const people = [newAddress('jane'), newAddress('joe')];
  const visit = { email: alpha.owner.email, fragment: `#/${beta.id}/invitations` };
  await visitConsole(browser(), service, visit, async (page) => {
    await go(page, alpha, 'Alpha', 'invitations');
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByRole('heading', { name: 'Invite people to Alpha' }).waitFor();
    await page.getByLabel('E-mail addresses').fill(people.join(', '));
    await dialog(page).getByRole('button', { name: 'Check' }).click();
    await page.getByRole('heading', { name: 'Check before inviting to Alpha' }).waitFor();
    await page.evaluate('history.back()');
    await page.getByRole('heading', { name: 'Throw away what you’ve written?' }).waitFor();
    await expectAccessible(page);
    expect(page.url()).toContain(alpha.id);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await page.getByText('2 invited.').waitFor();
    await dialog(page).getByRole('button', { name: 'Close' }).last().click();

    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByRole('heading', { name: 'Invite people to Alpha' }).waitFor();
    await page.goBack();
    await page.getByRole('button', { name: 'Organization: Beta' }).waitFor();
    await expect.poll(() => dialog(page).count()).toBe(0);
  });
  expect((await alpha.owner.muster.invitations.list()).data.map(({ email }) => email).sort()).toEqual(people.sort());
  expect((await beta.owner.muster.invitations.list()).data).toEqual([]);
});

test('what was typed to invite isn’t lost by Back, to another page of the same organization either', async () => {
  const { id, owner } = await service.organization();
  await visitConsole(browser(), service, { email: owner.email, fragment: `#/${id}/members` }, async (page) => {
    await page.getByRole('link', { name: 'Invitations' }).click();
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill('jane@example.com, joe@example.com');
    await page.evaluate('history.back()');
    await page.getByRole('heading', { name: 'Throw away what you’ve written?' }).waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await page.getByLabel('E-mail addresses').inputValue()).toBe('jane@example.com, joe@example.com');
    await page.evaluate('history.back()');
    await page.getByRole('button', { name: 'Throw away' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(page.url()).toContain('/invitations');
    await page.goBack();
    await page.getByRole('heading', { name: 'Members' }).first().waitFor();
  });
});

test('the teams to join are those of the organization', async () => {
  const [alpha, beta] = await two();
  await alpha.owner.in(alpha.id).muster.teams.create({ name: 'Layoffs of Alpha' });
  await beta.owner.muster.teams.create({ name: 'Cooks of Beta' });
  const visit = { email: alpha.owner.email, fragment: `#/${alpha.id}/members` };
  await visitConsole(browser(), service, visit, async (page) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByText('Teams, message and more').click();
    await page.getByLabel('Layoffs of Alpha').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Organization: Alpha' }).click();
    await page.getByRole('link', { name: /Beta/ }).click();
    await page.getByRole('button', { name: 'Organization: Beta' }).waitFor();
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByRole('heading', { name: 'Invite people to Beta' }).waitFor();
    await page.getByText('Teams, message and more').click();
    await page.getByLabel('Cooks of Beta').waitFor();
    expect(await page.getByText('Layoffs of Alpha').count()).toBe(0);
  });
});

test('no dialog of one organization lies over another', async () => {
  const [alpha, beta] = await two();
  await service.member(alpha.owner.in(alpha.id), 'USER');
  const visit = { email: alpha.owner.email, fragment: `#/${beta.id}/members` };
  await visitConsole(browser(), service, visit, async (page) => {
    const opened: Readonly<Record<string, () => Promise<void>>> = {
      members: () =>
        page
          .getByRole('button', { name: /^Manage/ })
          .last()
          .click(),
      teams: () => page.getByRole('button', { name: 'Create a team' }).first().click(),
      'access-tokens': () => page.getByRole('button', { name: 'New token' }).first().click(),
      webhooks: () => page.getByRole('button', { name: 'New webhook' }).first().click(),
      organization: () => page.getByRole('button', { name: 'Delete the organization' }).click(),
    };
    for (const [name, open] of Object.entries(opened)) {
      await go(page, beta, 'Beta', name);
      await go(page, alpha, 'Alpha', name);
      await open();
      await dialog(page).getByRole('heading').first().waitFor();
      await page.goBack();
      await page.getByRole('button', { name: 'Organization: Beta' }).waitFor();
      await page.getByRole('main').getByRole('heading', { level: 2 }).waitFor();
      expect(await dialog(page).count(), name).toBe(0);
    }
  });
});

test('searches and filters are those of the organization', async () => {
  const [alpha, beta] = await two();
  const visit = { email: alpha.owner.email, fragment: `#/${alpha.id}/members` };
  await visitConsole(browser(), service, visit, async (page) => {
    const search = page.getByLabel('Search by name or e-mail address');
    await search.fill('nobody at all');
    await page.getByText('Nobody found').waitFor();
    await go(page, beta, 'Beta', 'members');
    expect(await search.inputValue()).toBe('');
    await page.getByText('1 of 1').waitFor();

    await go(page, beta, 'Beta', 'audit-log');
    await page.getByLabel('By person').fill('nobody at all');
    await page.getByLabel('By person').press('Tab');
    await page.getByText('No member is called nobody at all.').first().waitFor();
    await go(page, alpha, 'Alpha', 'audit-log');
    expect(await page.getByLabel('By person').inputValue()).toBe('');
    await page.getByRole('list', { name: 'Audit log' }).getByRole('listitem').first().waitFor();
  });
});

describe('webhooks', () => {
  test('are deleted one by one: a question names its webhook, and is gone at another', async () => {
    const { id, owner } = await service.organization();
    const one = await owner.muster.webhooks.create({ url: 'https://receiver.invalid/one' });
    const other = await owner.muster.webhooks.create({ url: 'https://receiver.invalid/other' });
    const visit = { email: owner.email, fragment: `#/${id}/webhooks` };
    await visitConsole(browser(), service, visit, async (page) => {
      await page.getByRole('link', { name: one.url }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('heading', { name: `Delete the webhook ${one.url}?` }).waitFor();
      await page.goBack();
      await page.getByRole('link', { name: other.url }).click();
      await page.getByRole('heading', { name: 'Deliveries' }).waitFor();
      expect(await dialog(page).count()).toBe(0);
      await page.getByRole('button', { name: 'Replace the secret' }).click();
      await page.getByRole('heading', { name: `Replace the signing secret of ${other.url}?` }).waitFor();
      await dialog(page).getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await dialog(page).getByRole('button', { name: 'Delete' }).click();
      await page.getByText(`The webhook ${other.url} was deleted.`).waitFor();
      await page.getByRole('link', { name: one.url }).waitFor();
    });
    expect((await owner.muster.webhooks.list()).data.map(({ url }) => url)).toEqual([one.url]);
  });
});
