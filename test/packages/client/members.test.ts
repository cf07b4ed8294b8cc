import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { SIZES, useScreens } from '../../support/screens.ts';
import { newAddress, useService } from '../../support/service.ts';

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
    expect(await page.getByRole('dialog').innerText()).toContain('Their access to Acme Energy ends at once.');
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
