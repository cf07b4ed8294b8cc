import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { SIZES, useScreens } from '../../support/screens.ts';
import { newAddress, useService } from '../../support/service.ts';
import { testWhole } from '../../support/whole.ts';

// <muster-members> in a real browser, against the running stack.

const service = useService();
const show = useScreens(service);
const NAMES = ['Jane Doe', 'Grace Hopper', 'Alan Turing', 'Edsger Dijkstra', 'Barbara Liskov', 'Donald Knuth'];

/** Makes an organization with members whose names are known. */
async function people(count = NAMES.length, name = 'Acme Energy') {
  const { id, owner } = await service.organization(name);
  const key = await service.operatorKey();
  const members = Array.from({ length: count }, (_, index) => {
    const [firstName = '', lastName = ''] = (NAMES[index] ?? `Person ${index}`).split(' ');
    const role = (['USER', 'VIEWER', 'ADMIN', 'OPERATOR'] as const)[index % 4] ?? 'USER';
    return { email: newAddress(firstName.toLowerCase()), firstName, lastName, role };
  });
  for (let at = 0; at < members.length; at += 100) {
    await key.in(id).muster.members.importBulk({ members: members.slice(at, at + 100) });
  }
  return { id, owner, members };
}

const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

test('an admin changes a role, and removes a member, after being told what will happen', async () => {
  const { id, owner } = await people();
  await show({ element: 'muster-members', by: owner }, async ({ page, events, expectAccessible, picture }) => {
    await page.getByRole('listitem').nth(6).waitFor();
    expect(await page.getByRole('heading', { name: 'Members' }).innerText()).toContain('7');
    await expectAccessible();
    await picture('members');

    const manage = page.getByRole('button', { name: 'Manage Grace Hopper' });
    await manage.click();
    await expectAccessible();
    await picture('members-role');
    await page.getByRole('radio', { name: 'Admin' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Grace Hopper is now Admin.').waitFor();
    expect(await row(page, 'Grace Hopper').innerText()).toContain('Admin');
    expect(await manage.evaluate((button) => button.matches(':focus'))).toBe(true);

    await manage.press('Enter');
    await page.getByRole('button', { name: 'Remove from the organization' }).click();
    await page.getByText('Their access to Acme Energy ends at once.').waitFor();
    await expectAccessible();
    await picture('members-remove');
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('Grace Hopper was removed.').waitFor();
    expect(await row(page, 'Grace Hopper').count()).toBe(0);
    expect((await events()).map(({ detail }) => (detail as { resource: string }).resource)).toEqual([
      'member',
      'member',
    ]);
  });
  expect((await owner.in(id).call('GET /v1/members')).body.meta.total).toBe(6);
});

testWhole('on a phone, in the dark, in German and in the product’s colour it reads as well', async () => {
  const { owner } = await people(30, 'Südwind Energie & Söhne');
  await show(
    {
      ...{ element: 'muster-members', by: owner, language: 'de', viewport: SIZES.phone, colorScheme: 'dark' },
      styles: ':root{--muster-color:#0b7a5b;--muster-radius:4px}',
    },
    async ({ page, expectAccessible, picture }) => {
      await page.getByRole('listitem').nth(19).waitFor();
      expect(await page.getByRole('heading', { name: 'Mitglieder' }).innerText()).toContain('31');
      await expectAccessible();
      await picture('members-phone-dark');
      await page.getByRole('button', { name: 'Mehr anzeigen' }).click();
      await page.getByRole('listitem').nth(30).waitFor();
      expect(await page.getByRole('button', { name: 'Mehr anzeigen' }).count()).toBe(0);
      await page.getByRole('button', { name: 'Jane Doe verwalten' }).click();
      await page.getByRole('button', { name: 'Aus der Organisation entfernen' }).click();
      await expectAccessible();
      await picture('members-phone-dark-remove');
      const width = await page.evaluate('document.documentElement.scrollWidth');
      expect(width).toBe(SIZES.phone.width);
    },
  );
});

testWhole('people are found by name in any page, by whole address at once, and by role', async () => {
  const { owner, members } = await people(250);
  const last = members.at(-1)?.email ?? '';
  await show({ element: 'muster-members', by: owner }, async ({ page }) => {
    const search = page.getByRole('searchbox');
    await page.getByRole('listitem').nth(19).waitFor();
    await search.fill('liskov barb');
    await page.getByText('1 found', { exact: true }).waitFor();
    expect(await page.getByRole('listitem').count()).toBe(1);
    await search.fill(last);
    await page.getByText(last).waitFor();
    expect(await page.getByRole('listitem').allInnerTexts()).toEqual([expect.stringContaining(last)]);
    await search.fill('nobody at all');
    await page.getByText('Nobody found').waitFor();
    await search.fill('');
    await page.getByLabel('Role', { exact: true }).selectOption('Operator');
    await page.getByText('20 found so far').waitFor();
    expect(new Set(await page.locator('muster-members .row > div:nth-child(2)').allInnerTexts())).toEqual(
      new Set(['Operator']),
    );
  });
});

test('who may not manage members sees them, and may leave', async () => {
  const { id, owner } = await service.organization();
  const viewer = await service.member(owner, 'VIEWER');
  await show({ element: 'muster-members', by: viewer }, async ({ page, events, picture }) => {
    await page.getByRole('listitem').nth(1).waitFor();
    const manage = page.getByRole('button', { name: /^Manage/ });
    expect(await manage.count()).toBe(1);
    // When somebody joined is told to everybody; who has joined meanwhile is shown once the list is read again.
    expect(await row(page, 'Ada Owner').innerText()).toMatch(/Joined \d+ \w+ \d{4}/);
    await service.member(owner, 'USER');
    const refresh = page.getByRole('button', { name: 'Refresh' });
    await refresh.press('Enter');
    await page.getByRole('listitem').nth(2).waitFor();
    expect(await refresh.evaluate((button) => button.matches(':focus'))).toBe(true);
    await manage.click();
    expect(await page.getByRole('radio').count()).toBe(0);
    await page.getByRole('button', { name: 'Leave the organization' }).click();
    await page.getByRole('button', { name: 'Leave', exact: true }).click();
    await page.getByText('You’ve left Acme Energy').waitFor();
    await picture('members-left');
    expect(await events()).toEqual([{ type: 'muster-changed', detail: { resource: 'organization', id } }]);
  });
  expect((await owner.call('GET /v1/members')).body.meta.total).toBe(2);
});

test('an offer that was declined meanwhile is said to be over when the owner withdraws it, and its notice goes', async () => {
  const { owner, id } = await service.organization();
  const jane = await service.member(owner, 'USER');
  await jane.muster.me.update({ firstName: 'Jane', lastName: 'Doe' });
  await owner.muster.organizations.transfer(id, { memberId: jane.memberId });
  await show({ element: 'muster-members', by: owner, organization: id }, async ({ page }) => {
    const withdraw = page.getByRole('button', { name: 'Withdraw the offer' });
    await withdraw.waitFor();
    await jane.muster.organizations.declineOwnership(id);
    await withdraw.click();
    await page.getByText('The offer is over already: it was declined or has ended.').waitFor();
    expect(await withdraw.count()).toBe(0);
    expect(await page.getByText('The offer was withdrawn.').count()).toBe(0);
    expect(await page.getByRole('listitem').count()).toBe(2);
  });
});

testWhole('the ownership is offered, withdrawn, offered again, and accepted by the other person', async () => {
  const { owner, id } = await service.organization();
  const jane = await service.member(owner, 'USER');
  await jane.muster.me.update({ firstName: 'Jane', lastName: 'Doe' });
  await show({ element: 'muster-members', by: owner, organization: id }, async ({ page, picture }) => {
    const offer = async () => {
      await page.getByRole('button', { name: 'Manage Jane Doe' }).click();
      await page.getByRole('button', { name: 'Offer the ownership…' }).click();
      await page.getByText('Only the owner can delete the organization').waitFor();
      await page.getByText('can withdraw the offer').waitFor();
      await page.getByRole('button', { name: 'Offer the ownership' }).click();
      await page.getByText('You’ve offered the ownership to Jane Doe.').waitFor();
    };
    await offer();
    await picture('members-offer');
    await page.getByRole('button', { name: 'Withdraw the offer' }).click();
    await page.getByText('The offer was withdrawn.').waitFor();
    await offer();
  });
  await show({ element: 'muster-members', by: jane }, async ({ page, expectAccessible }) => {
    await page.getByText('You’re offered the ownership of Acme Energy.').waitFor();
    await expectAccessible();
    expect(await page.locator('muster-members .notice').getByRole('button').allInnerTexts()).toEqual([
      'Accept',
      'Decline',
    ]);
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('You’re now the owner of Acme Energy.').waitFor();
    expect(await row(page, 'Jane Doe').innerText()).toContain('Owner');
  });
});

describe('each state has a face', () => {
  test('no organization, no permission any more, signed out, and offline', async () => {
    const nobody = await service.person(newAddress());
    await show({ element: 'muster-members', by: nobody }, async ({ page, expectAccessible }) => {
      await page.getByText('You aren’t in an organization').waitFor();
      await expectAccessible();
    });
    await show({ element: 'muster-members', by: { ...nobody, token: 'x' } }, async ({ page, events, picture }) => {
      await page.getByText('You’re signed out').waitFor();
      await picture('signed-out');
      expect((await events()).map(({ type }) => type)).toEqual(['muster-signed-out']);
    });
    const { owner } = await service.organization();
    await show({ element: 'muster-members', by: owner }, async ({ page }) => {
      await page.getByRole('listitem').waitFor();
      await page.context().setOffline(true);
      await page.evaluate(() => (globalThis as never as { screen: { retry(): void } }).screen.retry());
      await page.getByText('No connection').waitFor();
      // It goes on by itself.
      await page.context().setOffline(false);
      await page.getByRole('listitem').waitFor();
    });
  });

  test('a removed admin’s next action says why it fails, and what to do', async () => {
    const { owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    await show({ element: 'muster-members', by: admin }, async ({ page }) => {
      await page.getByRole('listitem').nth(1).waitFor();
      await owner.muster.members.update(admin.memberId, { role: 'VIEWER' });
      await page.getByRole('button', { name: `Manage ${admin.email}` }).click();
      await page.getByRole('radio', { name: 'User' }).check();
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Your role doesn’t allow this any more.').waitFor();
    });
  });
});

test('names are text, never markup', async () => {
  const { owner } = await service.organization('<img src=x onerror=alert(1)>');
  const jane = await service.member(owner, 'USER');
  await jane.muster.me.update({ firstName: '<script>alert(1)</script>', lastName: '"><b>' });
  await show({ element: 'muster-members', by: owner }, async ({ page }) => {
    await page.getByText('<script>alert(1)</script> "><b>', { exact: true }).waitFor();
    expect(await page.locator('muster-members b, muster-members script, muster-members img').count()).toBe(0);
  });
});

test.runIf(process.env.MUSTER_PICTURES)('the picture of docs/components.md is taken', async () => {
  const ada = await service.person('ada@acme-energy.example', { name: 'Ada Lovelace' });
  const { id } = await ada.muster.organizations.create({ name: 'Acme Energy' });
  const owner = ada.in(id);
  for (const [at, name] of NAMES.entries()) {
    const [firstName = '', lastName = ''] = name.split(' ');
    const role = ['USER', 'ADMIN', 'USER', 'OPERATOR', 'USER', 'VIEWER'][at] as string;
    const member = await service.member(owner, role, `${firstName}.${lastName}@acme-energy.example`.toLowerCase());
    await member.muster.me.update({ firstName, lastName });
  }
  const styles = 'h1{display:none}body{padding:1.5rem}';
  const viewport = { width: 960, height: 620 };
  await show({ element: 'muster-members', by: owner, viewport, styles }, async ({ page }) => {
    await page.evaluate(`{ const invite = document.createElement('muster-invite');
      Object.assign(invite, { slot: 'actions', client: screen.client }); screen.append(invite); }`);
    await page.getByRole('button', { name: 'Invite people' }).waitFor();
    await page.getByRole('listitem').nth(6).waitFor();
    await page.screenshot({ path: 'docs/images/members.png', animations: 'disabled' });
  });
});
