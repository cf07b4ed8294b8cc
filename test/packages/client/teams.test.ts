import { expect, test } from 'vitest';
import { SIZES, useScreens } from '../../support/screens.ts';
import { useService } from '../../support/service.ts';

// <muster-teams> in a real browser, against the running stack.

const service = useService();
const show = useScreens(service);

test('an admin creates teams, puts people in them, moves, renames and deletes them', async () => {
  const { owner } = await service.organization();
  const jane = await service.member(owner, 'USER');
  await jane.muster.me.update({ firstName: 'Jane', lastName: 'Doe' });
  await show({ element: 'muster-teams', by: owner }, async ({ page, expectAccessible, picture, events }) => {
    const team = (name: string) => page.locator('.team-name', { hasText: new RegExp(`^${name}$`) });
    const create = async (name: string) => {
      await page.getByRole('button', { name: 'Create a team' }).click();
      await page.getByLabel('Name', { exact: true }).fill(name);
      await page.getByRole('button', { name: 'Create a team' }).last().click();
      await page.getByText(`${name} was created.`).waitFor();
    };
    await create('Sales');
    await create('Berlin');
    // The name is taken: the dialog stays, and says so.
    await page.getByRole('button', { name: 'Create a team' }).click();
    await page.getByLabel('Name', { exact: true }).fill('berlin');
    await page.getByRole('button', { name: 'Create a team' }).last().click();
    await page.getByText('Another team has this name.').waitFor();
    await expectAccessible();
    await page.getByRole('button', { name: 'Cancel' }).click();

    await team('Berlin').click();
    await page.getByRole('button', { name: 'Add a member' }).click();
    await page.getByRole('searchbox').fill('jane');
    await page.getByRole('button', { name: 'Add Jane Doe' }).click();
    await page.getByText('Jane Doe was added.').waitFor();
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByLabel('Role of Jane Doe in the team').selectOption('Moderator');
    await page.getByText('Jane Doe is now Moderator.').waitFor();
    await expectAccessible();
    await picture('team');
    // The last owner stays.
    await page.getByLabel('Role of Ada Owner in the team').selectOption('Member');
    await page.getByText('A team needs an owner.').waitFor();
    await page.getByRole('button', { name: 'Remove Jane Doe from the team' }).click();
    await page.getByText('Jane Doe isn’t in the team any more.').waitFor();

    await page.getByRole('button', { name: 'Rename or move' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Berlin Mitte');
    await page.getByLabel('Belongs to').selectOption('Sales');
    await page.getByLabel('Private').check();
    await expectAccessible();
    await picture('team-edit');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Berlin Mitte was saved.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await expectAccessible();
    await picture('teams');
    await page.getByRole('button', { name: 'Show the teams below Sales' }).click();
    expect(await team('Berlin Mitte').count()).toBe(0);
    await page.getByRole('button', { name: 'Show the teams below Sales' }).click();

    await team('Sales').click();
    await page.getByRole('button', { name: 'Delete the team' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('There are teams below this one.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await team('Berlin Mitte').click();
    await page.getByRole('button', { name: 'Delete the team' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await page.getByText('Berlin Mitte was deleted.').waitFor();
    expect(new Set((await events()).map(({ type }) => type))).toEqual(new Set(['muster-changed']));
  });
  const names = (await owner.muster.teams.list()).data.map(({ name }) => name);
  expect(names).toEqual(['Acme Energy', 'Sales']);
});

test('an owner of a team manages that one only, and a viewer none', async () => {
  const { owner } = await service.organization();
  const [user, viewer] = [await service.member(owner, 'USER'), await service.member(owner, 'VIEWER')];
  await owner.muster.teams.create({ name: 'Sales' });
  await user.muster.teams.create({ name: 'Berlin' });
  const actions = ['Add a member', 'Rename or move', 'Delete the team'];
  for (const [by, managed] of [
    [user, ['Berlin']],
    [viewer, []],
  ] as const) {
    await show({ element: 'muster-teams', by }, async ({ page }) => {
      for (const name of ['Sales', 'Berlin']) {
        await page.getByRole('button', { name, exact: true }).click();
        await page.getByRole('listitem').filter({ hasText: 'Owner' }).waitFor();
        await page.waitForLoadState('networkidle');
        for (const action of actions) {
          const count = (managed as readonly string[]).includes(name) ? 1 : 0;
          expect(await page.getByRole('button', { name: action }).count(), `${by.email} ${name} ${action}`).toBe(count);
        }
        await page.getByRole('button', { name: 'Close' }).click();
      }
    });
  }
});

test('hundreds of teams are a tree whose branches are closed at first, on a phone too', async () => {
  const { owner } = await service.organization();
  const top = await owner.muster.teams.create({ name: 'Germany' });
  for (let at = 0; at < 70; at += 1) {
    await owner.muster.teams.create({ name: `Depot ${at}`, ...(at < 60 && { parentTeamId: top.id }) });
  }
  await show(
    { element: 'muster-teams', by: owner, language: 'de', viewport: SIZES.phone, colorScheme: 'dark' },
    async ({ page, expectAccessible, picture }) => {
      await page.locator('.team-name').nth(11).waitFor();
      expect(await page.locator('.team-name').count()).toBe(12);
      await page.getByRole('button', { name: 'Teams unter Germany zeigen' }).click();
      expect(await page.locator('.team-name').count()).toBe(72);
      await expectAccessible();
      await picture('teams-phone-dark');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES.phone.width);
    },
  );
});
