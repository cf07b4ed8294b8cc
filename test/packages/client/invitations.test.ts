import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { SIZES, useScreens } from '../../support/screens.ts';
import { type Client, newAddress, useService } from '../../support/service.ts';

// <muster-invitations> and <muster-waiting> in a real browser, against the running stack.

const service = useService({
  environment: { LIMITS: JSON.stringify({ bouncesPerThousand: 1_000_000, complaintsPerThousand: 1_000_000 }) },
});
const show = useScreens(service);
const row = (page: Page, name: string) => page.getByRole('listitem').filter({ hasText: name });

async function invite(owner: Client, more: object = {}) {
  const email = newAddress('jane');
  const { id } = await owner.muster.invitations.create({ email, role: 'USER', ...more });
  return { id, email };
}

async function bounce(email: string): Promise<void> {
  const diagnosticCode = `smtp; 550 5.1.1 <${email}>: user unknown`;
  await service.mailEvent({
    eventType: 'Bounce',
    mail: { destination: [email] },
    bounce: {
      ...{ bounceType: 'Permanent', bounceSubType: 'General', timestamp: new Date().toISOString(), feedbackId: 'x' },
      bouncedRecipients: [{ emailAddress: email, status: '5.1.1', diagnosticCode }],
    },
  });
}

test('whose mail bounced is found, corrected and sent to the right address', async () => {
  const { owner } = await service.organization();
  const team = await owner.muster.teams.create({ name: 'Berlin' });
  const { email, id } = await invite(owner, { message: 'Welcome!', teams: [team.id], role: 'ADMIN', language: 'de' });
  await invite(owner);
  await bounce(email);
  const right = newAddress('right');
  await show({ element: 'muster-invitations', by: owner }, async ({ page, expectAccessible, picture, events }) => {
    await row(page, email).getByText('Bounced').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(2);
    await expectAccessible();
    await picture('invitations');
    await page.getByText('2 shown').waitFor();
    await page.getByText('1 mail wasn’t delivered.').waitFor();
    await page.getByRole('button', { name: 'Show where it failed' }).click();
    expect(await page.getByLabel('Which invitations').inputValue()).toBe('undelivered');
    await page.getByRole('listitem').nth(1).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: `Manage the invitation of ${email}` }).click();
    await page.getByText('Details: Permanent/General 5.1.1').waitFor();
    // The address takes no more mails: another try is refused.
    expect(await page.getByRole('button', { name: 'Send again' }).count()).toBe(0);
    await page.getByText('It isn’t sent to this address again.').waitFor();
    await expectAccessible();
    await picture('invitation');
    await page.getByRole('button', { name: 'Correct the address' }).click();
    // The present address has the focus, and is selected: it is typed over.
    await page.locator('muster-invitations #email:focus').waitFor();
    await page.keyboard.type('nonsense');
    expect(await page.getByLabel('Right address').inputValue()).toBe('nonsense');
    await page.getByRole('button', { name: 'Correct and send' }).click();
    await page.getByText('That’s no e-mail address.').waitFor();
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.url()));
    await page.getByLabel('Right address').fill(email.toUpperCase());
    await page.getByRole('button', { name: 'Correct and send' }).click();
    await page.getByText('That’s the present address.').waitFor();
    expect(sent).toEqual([]);
    await page.getByLabel('Right address').fill(right);
    await page.getByRole('button', { name: 'Correct and send' }).click();
    await page.getByText(`A new invitation was sent to ${right}.`).waitFor();
    await page.getByText('No invitation matches the filter and the search.').waitFor();
    expect((await events()).length).toBeGreaterThan(0);
  });
  expect((await owner.muster.invitations.read(id)).status).toBe('REVOKED');
  const [corrected] = (await owner.muster.invitations.list({ email: right })).data;
  expect(corrected).toMatchObject({ role: 'ADMIN', message: 'Welcome!', teams: [team.id], language: 'de' });
  expect(await service.mails(right)).toHaveLength(1);
});

test('one is sent again, and one is withdrawn', async () => {
  const { owner } = await service.organization();
  const [one, other] = [await invite(owner), await invite(owner)];
  await show({ element: 'muster-invitations', by: owner }, async ({ page }) => {
    await page.getByRole('button', { name: `Manage the invitation of ${one.email}` }).click();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByText(`Sent again to ${one.email}.`).waitFor();
    await page.getByRole('button', { name: `Manage the invitation of ${other.email}` }).click();
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText('The link in the mail stops working at once.').waitFor();
    await page.getByRole('button', { name: 'Withdraw' }).click();
    await page.getByText(`The invitation of ${other.email} was withdrawn.`).waitFor();
    await row(page, other.email).waitFor({ state: 'detached' });
    await page.getByLabel('Which invitations').selectOption('Withdrawn');
    await row(page, other.email).waitFor();
  });
  expect(await service.mails(one.email)).toHaveLength(2);
  expect((await owner.muster.invitations.read(other.id)).status).toBe('REVOKED');
});

test('several are sent again once the person has said so, without those whose mail came back', async () => {
  const { owner } = await service.organization();
  const invited = [await invite(owner), await invite(owner), await invite(owner)];
  const [back, ...others] = invited.map(({ email }) => email);
  await bounce(back as string);
  await show({ element: 'muster-invitations', by: owner }, async ({ page, expectAccessible }) => {
    await page.getByRole('button', { name: 'Select all shown' }).click();
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('heading', { name: 'Send 2 mails again?' }).waitFor();
    await page.getByText('1 is left out').waitFor();
    await expectAccessible();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await service.mails(others[0] as string)).toHaveLength(1);
    await page.getByRole('button', { name: 'Send again' }).click();
    await page.getByRole('button', { name: 'Send again' }).last().click();
    await page.getByText('2 done.').waitFor();
  });
  for (const email of others) expect(await service.mails(email)).toHaveLength(2);
  expect(await service.mails(back as string)).toHaveLength(1);
});

describe('what can be done with those that are selected stays in sight', () => {
  test.each(['desktop', 'phone'] as const)('on a %s, and covers no control that has the focus', async (size) => {
    const { owner } = await service.organization();
    const emails = Array.from({ length: 25 }, () => newAddress('p'));
    const invitations = emails.map((email) => ({ email, role: 'USER' as const }));
    await owner.muster.invitations.bulk({ invitations });
    await show({ element: 'muster-invitations', by: owner, viewport: SIZES[size] }, async ({ page }) => {
      await page.getByRole('listitem').nth(19).waitFor();
      const ticks = page.getByRole('listitem').getByRole('checkbox');
      await ticks.first().check();
      const withdraw = page.getByRole('button', { name: 'Withdraw' });
      const height = page.viewportSize()?.height ?? 0;
      const boxOf = async (each: typeof withdraw) => (await each.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
      const bar = page.locator('muster-invitations .several');
      for (const at of [0, 5, 12, 15]) {
        await ticks.nth(at).scrollIntoViewIfNeeded();
        const { y, height: tall } = await boxOf(withdraw);
        expect(y, `row ${at}`).toBeGreaterThanOrEqual(0);
        expect(y + tall, `row ${at}`).toBeLessThanOrEqual(height);
      }
      await page.keyboard.press('Home');
      await ticks.first().focus();
      const focus = page.locator('muster-invitations .row :focus');
      for (let step = 0; step < 36; step += 1) {
        await page.keyboard.press('Tab');
        expect(await focus.count(), `step ${step}`).toBe(1);
        const { y, height: tall } = await boxOf(focus);
        expect(y + tall, `step ${step}`).toBeLessThanOrEqual((await boxOf(bar)).y);
      }
    });
  });
});

test('what becomes of mails that are being sent is shown by itself, in place', async () => {
  const { owner } = await service.organization();
  await invite(owner);
  await service.faults([{ action: 'ses:SendRawEmail', fault: 'drop-answer' }]);
  const { email } = await invite(owner);
  await show({ element: 'muster-invitations', by: owner }, async ({ page }) => {
    await row(page, email).getByText('Mail is being sent').waitFor();
    await page.getByRole('button', { name: `Manage the invitation of ${email}` }).focus();
    await bounce(email);
    await row(page, email).getByText('Bounced').waitFor();
    await page.getByText('1 mail wasn’t delivered.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading').getByText(email).waitFor();
  });
});

test('several are withdrawn at once, and those that fail are told', async () => {
  const { owner } = await service.organization();
  const invited = [await invite(owner), await invite(owner), await invite(owner)];
  await show(
    { element: 'muster-invitations', by: owner, language: 'de', viewport: SIZES.phone, colorScheme: 'dark' },
    async ({ page, expectAccessible, picture }) => {
      await page.getByRole('button', { name: 'Alle gezeigten auswählen' }).click();
      await page.getByText('3 ausgewählt').waitFor();
      await expectAccessible();
      await picture('invitations-phone-dark');
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(SIZES.phone.width);
      // One is accepted meanwhile.
      const first = invited[0]?.email as string;
      await service.muster.invitations.accept({ token: await service.linkToken(first) });
      await page.getByRole('button', { name: 'Zurückziehen' }).click();
      await page.getByRole('button', { name: 'Zurückziehen' }).last().click();
      await page.getByText('2 erledigt.').waitFor();
      await page.getByText(`${first}: Diese Einladung wartet nicht mehr auf eine Antwort.`).waitFor();
      await expectAccessible();
      await picture('invitations-several');
    },
  );
  const pending = (await owner.muster.invitations.list({ status: 'PENDING' })).data;
  expect(pending).toEqual([]);
});

test('a link replaces a mail, and is shown once', async () => {
  const { owner } = await service.organization();
  const { email } = await invite(owner);
  await show({ element: 'muster-invitations', by: owner }, async ({ page }) => {
    await page.getByRole('button', { name: `Manage the invitation of ${email}` }).click();
    await page.getByRole('button', { name: 'New link to pass on' }).click();
    await page.getByRole('button', { name: 'Create the link' }).click();
    expect(await page.getByLabel(`Link for ${email}`).inputValue()).toMatch(/token=/);
    await page.getByRole('button', { name: 'Close' }).last().click();
    await row(page, email).getByText('Link was passed on').waitFor();
  });
});

test('who may not see invitations is told', async () => {
  const { owner } = await service.organization();
  const viewer = await service.member(owner, 'VIEWER');
  await show({ element: 'muster-invitations', by: viewer }, async ({ page, expectAccessible }) => {
    await page.getByText('You can’t see this').waitFor();
    await expectAccessible();
  });
});

test('an invited person accepts one and declines another, signed in, without the links', async () => {
  const [acme, north] = [await service.organization('Acme Energy'), await service.organization('Northwind')];
  const email = newAddress('jane');
  for (const { owner } of [acme, north]) {
    await owner.muster.invitations.create({ email, role: 'VIEWER', message: 'Hi!' });
  }
  const jane = await service.person(email);
  await show({ element: 'muster-waiting', by: jane }, async ({ page, expectAccessible, picture, events }) => {
    await page.getByText('Ada Owner invites you, as Viewer').first().waitFor();
    await expectAccessible();
    await picture('waiting');
    expect(await page.getByRole('listitem').first().getByRole('button').allInnerTexts()).toEqual(['Accept', 'Decline']);
    await page.getByRole('button', { name: 'Accept: Acme Energy' }).click();
    await page.getByText('You’re now a member of Acme Energy.').waitFor();
    await page.getByRole('button', { name: 'Decline: Northwind' }).click();
    await page.getByText('Decline the invitation to Northwind?').waitFor();
    await expectAccessible();
    await page.getByRole('button', { name: 'Decline', exact: true }).click();
    await page.getByText('No invitation is waiting for you').waitFor();
    expect((await events())[0]?.detail).toEqual({ resource: 'organization', id: acme.id });
  });
  expect((await jane.muster.me.read()).memberships.map(({ organizationName }) => organizationName)).toEqual([
    'Acme Energy',
  ]);
});
