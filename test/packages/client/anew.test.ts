import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useScreens } from '../../support/screens.ts';
import { newAddress, useService } from '../../support/service.ts';

// What a screen shows is about its organization, as it is: given another one, it is as if it were a new element; a refusal
// that says that something is gone has everything read again.

const service = useService();
const show = useScreens(service);

/** Gives the shown screen another organization. */
const give = (page: Page, organization: string) =>
  page.evaluate(
    (id) => Object.assign((globalThis as never as { screen: object }).screen, { organization: id }),
    organization,
  );

/** Makes two organizations of one owner. */
async function two() {
  const { id, owner } = await service.organization('Alpha');
  const made = await owner.muster.organizations.create({ name: 'Beta' });
  return { alpha: id, beta: made.id, owner: owner.in(id), inBeta: owner.in(made.id) };
}

test('what was typed to invite is gone, and who was confirmed is invited where it was confirmed', async () => {
  const { alpha, beta, owner, inBeta } = await two();
  const people = [newAddress('jane'), newAddress('joe')];
  await show({ element: 'muster-invite', by: owner, organization: alpha }, async ({ page }) => {
    const invite = async (text: string) => {
      await page.getByRole('button', { name: 'Invite people' }).click();
      await page.getByLabel('E-mail addresses').fill(text);
    };
    await invite('nobody@example.com');
    await give(page, beta);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByRole('heading', { name: 'Invite people to Beta' }).waitFor();
    expect(await page.getByLabel('E-mail addresses').inputValue()).toBe('');

    await give(page, alpha);
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await invite(people.join(' '));
    await page.getByRole('button', { name: 'Check' }).click();
    const asked = page.waitForRequest('**/v1/invitations/bulk');
    await page.route('**/v1/invitations/bulk', async (route) => {
      await new Promise((later) => setTimeout(later, 500));
      await route.continue();
    });
    await page.getByRole('button', { name: 'Invite 2 people' }).click();
    await asked;
    await give(page, beta);
    await page.getByRole('button', { name: 'Invite people' }).waitFor();
    await expect.poll(async () => (await owner.muster.invitations.list()).meta.total).toBe(2);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
  expect((await inBeta.muster.invitations.list()).data).toEqual([]);
});

test('what answers late isn’t shown, and its next step isn’t done, for the other organization', async () => {
  const { alpha, beta, owner, inBeta } = await two();
  const email = newAddress('jane');
  const { id } = await owner.muster.invitations.create({ email, role: 'USER' });
  await show({ element: 'muster-invitations', by: owner, organization: alpha }, async ({ page }) => {
    await page.getByRole('button', { name: `Manage the invitation of ${email}` }).click();
    await page.getByRole('button', { name: 'New link to pass on' }).click();
    await page.getByRole('heading', { name: `Replace the invitation of ${email} by a link?` }).waitFor();
    let answer = () => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route(`**/v1/invitations/${id}`, async (route) => {
      await answered;
      await route.continue().catch(() => {});
    });
    const revoked = page.waitForRequest(`**/v1/invitations/${id}`);
    await page.getByRole('button', { name: 'Create the link' }).click();
    await revoked;
    await give(page, beta);
    await page.getByText('Nobody is being waited for.').waitFor();
    answer();
    await page.waitForLoadState('networkidle');
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await page.getByRole('alert').filter({ hasText: /\w/ }).count()).toBe(0);
  });
  expect((await inBeta.muster.invitations.list()).data, 'no link is made in the other one').toEqual([]);
});

test('a search that is typed is not made in the other organization', async () => {
  const { alpha, beta, owner } = await two();
  await show({ element: 'muster-members', by: owner, organization: alpha }, async ({ page }) => {
    const search = page.getByLabel('Search by name or e-mail address');
    await search.fill('nobody');
    await give(page, beta);
    await page.getByText('1 of 1').waitFor();
    expect(await search.inputValue()).toBe('');
    await page.waitForTimeout(500);
    await page.getByText('1 of 1').waitFor();
  });
});

test('a member, an invitation or a team member that somebody else has removed isn’t shown any more after the refusal', async () => {
  const { alpha, owner } = await two();
  const email = newAddress('jane');
  const jane = await service.member(owner, 'USER', email);
  await show({ element: 'muster-members', by: owner, organization: alpha }, async ({ page }) => {
    await page.getByRole('button', { name: `Manage ${email}` }).click();
    await page.getByRole('button', { name: 'Remove from the organization' }).click();
    await owner.muster.members.remove(jane.memberId);
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('This person isn’t a member any more.').waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('1 of 1').waitFor();
    expect(await page.getByText(email).count()).toBe(0);
  });
  const { id } = await owner.muster.invitations.create({ email, role: 'USER' });
  await show({ element: 'muster-invitations', by: owner, organization: alpha }, async ({ page }) => {
    await page.getByRole('button', { name: `Manage the invitation of ${email}` }).click();
    await owner.muster.invitations.revoke(id);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page
      .getByRole('alert')
      .getByText(/invitation/i)
      .waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Nobody is being waited for.').waitFor();
  });
  const team = await owner.muster.teams.create({ name: 'Berlin' });
  const joe = await service.member(owner, 'USER', newAddress('joe'));
  await joe.call('GET /v1/me');
  await owner.muster.teams.putMember(team.id, joe.memberId);
  await show({ element: 'muster-teams', by: owner, organization: alpha }, async ({ page }) => {
    await page.getByRole('button', { name: 'Berlin', exact: true }).click();
    await page.getByRole('button', { name: /^Remove joe/ }).waitFor();
    await owner.muster.teams.removeMember(team.id, joe.memberId);
    await page.getByRole('button', { name: /^Remove joe/ }).click();
    await page.getByText('This person isn’t in the team any more.').waitFor();
    await page.getByRole('button', { name: /^Remove joe/ }).waitFor({ state: 'detached' });
  });
});
