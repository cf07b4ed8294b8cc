import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { addressesIn, withoutTwins } from '../../../packages/client/components/people.ts';
import { SIZES, useScreens } from '../../support/screens.ts';
import { newAddress, useService } from '../../support/service.ts';

// <muster-invite> in a real browser, against the running stack.

const service = useService();
const show = useScreens(service);

test('addresses are found in a text, whatever stands between them', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'jane@x.org, "Doe, Joe" <joe@x.org>;\nann@x.org bob@x.org\n mailto:x@y.de | nobody': [
      ...['jane@x.org', 'joe@x.org', 'ann@x.org', 'bob@x.org', 'x@y.de', 'not nobody'],
    ],
    // As mail programs write names.
    'Doe, John <john@x.org>': ['john@x.org'],
    'Doe, John <john@x.org>; Weber, Uwe <uwe@x.org>': ['john@x.org', 'uwe@x.org'],
    'Doe, John <john@x.org>, Weber, Uwe <uwe@x.org>': ['john@x.org', 'uwe@x.org'],
    '"Weber, Uwe" <uwe@x.org>, "Doe, J. R., Jr." <john@x.org>': ['uwe@x.org', 'john@x.org'],
    "'Weber, Uwe' <uwe@x.org>\tJane Doe <jane@x.org>|<ann@x.org>": ['uwe@x.org', 'jane@x.org', 'ann@x.org'],
    'Jane Doe <jane@x.org<mailto:jane@x.org>>, Doe, Joe < joe@x.org >': ['jane@x.org', 'joe@x.org'],
    "'jane@x.org' <jane@x.org>, joe@x.org <JOE@x.org>": ['jane@x.org', 'joe@x.org'],
    'a@x.org <b@x.org>': ['a@x.org', 'b@x.org'],
    // Mixed with plain lists.
    'ann@x.org, Doe, John <john@x.org>, bob@x.org, Weber, Uwe <uwe@x.org> carl@x.org': [
      ...['ann@x.org', 'john@x.org', 'bob@x.org', 'uwe@x.org', 'carl@x.org'],
    ],
    'ann@x.org,bob@x.org,,carl@x.org,': ['ann@x.org', 'bob@x.org', 'carl@x.org'],
    "'ann@x.org','bob@x.org' o'neil@x.org": ['ann@x.org', 'bob@x.org', "o'neil@x.org"],
    'Ann ann@x.org (Sales), [bob@x.org]': ['ann@x.org', 'bob@x.org'],
    // What is mistyped is kept.
    'ann@x.org, bob.x.org, carl@x.org': ['ann@x.org', 'not bob.x.org', 'carl@x.org'],
    'nobody, ann@x.org, nothing': ['not nobody', 'ann@x.org', 'not nothing'],
    'bob.x.org, Doe, John <john@x.org>, carl.x.org': ['not bob.x.org', 'john@x.org', 'not carl.x.org'],
    'Doe, John <john.x.org>': ['not john.x.org'],
    'Doe\nJohn <john@x.org>': ['not Doe', 'john@x.org'],
    'nobody; Doe, John <john@x.org>': ['not nobody', 'john@x.org'],
    'one, two': ['not one', 'not two'],
    ' \n,; <>': ['not <>'],
    ' \n,; ': [],
  };
  for (const [text, expected] of Object.entries(cases)) {
    const found = addressesIn(text).map(({ email, isAddress }) => (isAddress ? email : `not ${email}`));
    expect(found, text).toEqual(expected);
  }
  const named = addressesIn('ann@x.org, Doe, John <john@x.org>, <bob@x.org>').filter(({ isNamed }) => isNamed);
  expect(named.map(({ email }) => email)).toEqual(['john@x.org']);
});

test('whoever is written twice counts once, in both forms of an international domain too', () => {
  const written = [
    ...['x@münchen.de', 'X@xn--mnchen-3ya.de', 'x@MÜNCHEN.de', 'x@m\u0075\u0308nchen.de', 'y@münchen.de'],
    ...['jane@example.com', ' Jane@Example.com', 'jane@example.com/x', 'jane@example.com?', 'a@ü.', 'a@ü.'],
  ];
  const marked = withoutTwins(written.map((email) => ({ email, invitee: { email, role: 'USER' } })));
  expect(marked.map(({ invitee }) => invitee?.email)).toEqual([
    ...['x@münchen.de', undefined, undefined, undefined, 'y@münchen.de'],
    // What is no address takes nothing from one that is.
    ...['jane@example.com', undefined, 'jane@example.com/x', 'jane@example.com?', 'a@ü.', undefined],
  ]);
});

test('one person is invited, with role, team, message, language and expiry', async () => {
  const { owner } = await service.organization();
  const team = await owner.muster.teams.create({ name: 'Berlin' });
  const email = newAddress('jane');
  await show({ element: 'muster-invite', by: owner }, async ({ page, events, expectAccessible, picture }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await expectAccessible();
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('Write at least one e-mail address.').waitFor();
    await page.getByLabel('E-mail addresses').fill(`Jane Doe <${email}>`);
    await page.getByLabel('Role').selectOption('Admin');
    await page.getByText('Teams, message and more').click();
    await page.getByLabel('Berlin').check();
    await page.getByLabel('Personal message').fill('Welcome!');
    await page.getByLabel('Language of the mail').selectOption('Deutsch');
    await page.getByLabel('Days until it expires').fill('3');
    await expectAccessible();
    await picture('invite');
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText(`${email} was invited.`).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    expect(await events()).toEqual([
      { type: 'muster-changed', detail: { resource: 'invitation', id: expect.stringMatching(/^inv_/) } },
    ]);
  });
  const [invitation] = (await owner.muster.invitations.list()).data;
  expect(invitation).toMatchObject({ email, role: 'ADMIN', teams: [team.id], message: 'Welcome!', language: 'de' });
  const days = (Date.parse(invitation?.expiresAt ?? '') - Date.parse(invitation?.createdAt ?? '')) / 86_400_000;
  expect(Math.round(days)).toBe(3);
  expect(await service.mails(email)).toHaveLength(1);
});

test('who can’t be invited is said beside the field, and nothing is stored', async () => {
  const { owner } = await service.organization();
  await show({ element: 'muster-invite', by: owner }, async ({ page }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    const addresses = page.getByLabel('E-mail addresses');
    for (const [written, why] of [
      ['jane@example', 'That’s no e-mail address.'],
      [owner.email, 'Is a member already.'],
    ] as const) {
      await addresses.fill(written);
      await page.getByRole('button', { name: 'Send invitation' }).click();
      await page.getByText(why).waitFor();
      expect(await addresses.getAttribute('aria-invalid')).toBe('true');
    }
  });
  expect((await owner.muster.invitations.list()).data).toEqual([]);
});

test('what was typed isn’t thrown away by Escape, by mistake', async () => {
  const { owner } = await service.organization();
  await show({ element: 'muster-invite', by: owner }, async ({ page, expectAccessible }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Invite people' }).click();
    const addresses = page.getByLabel('E-mail addresses');
    await addresses.fill('jane@example.com, joe@example.com');
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Throw away what you’ve written?' }).waitFor();
    await expectAccessible();
    await page.keyboard.press('Escape');
    await addresses.waitFor();
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('button', { name: 'Go on' }).click();
    expect(await addresses.inputValue()).toBe('jane@example.com, joe@example.com');
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Throw away' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
});

test('thirty are pasted: what becomes of each is shown first, then they are invited with a bar', async () => {
  const { id, owner } = await service.organization();
  const people = Array.from({ length: 30 }, () => newAddress('p'));
  await owner.muster.invitations.create({ email: people[3] as string, role: 'USER' });
  const text = [...people, 'jane.example.com', people[0], owner.email].join('\n');
  await show({ element: 'muster-invite', by: owner, organization: id }, async ({ page, expectAccessible, picture }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByText('separated by commas, semicolons, spaces or lines').waitFor();
    await page.getByLabel('E-mail addresses').fill(text);
    await page.getByLabel('Role').selectOption('Viewer');
    await page.getByText('Teams, message and more').click();
    await page.getByLabel('Language of the mail').selectOption('As the organization: English');
    await page.getByLabel('Personal message').fill(`Welcome! ${'x'.repeat(200)}`);
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('29 can be invited, 4 not.').waitFor();
    await page.getByText('Role: Viewer', { exact: true }).waitFor();
    await page.getByText(`Message: Welcome! ${'x'.repeat(90)}…`, { exact: true }).waitFor();
    const names = page.getByText('Names aren’t kept: people tell theirs when they sign in.');
    expect(await names.count()).toBe(0);
    await page.getByRole('button', { name: 'Back' }).click();
    await page.getByLabel('E-mail addresses').fill(text.replace(people[1] as string, `Doe, John <${people[1]}>`));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('29 can be invited, 4 not.').waitFor();
    await names.waitFor();
    for (const why of [
      'That’s no e-mail address.',
      'Is written twice.',
      'Is a member already.',
      'Is invited already',
    ]) {
      expect(await page.getByText(why).count(), why).toBe(1);
    }
    await expectAccessible();
    await picture('invite-preview');
    await page.getByRole('button', { name: 'Invite 29 people' }).click();
    await page.getByText('29 invited, 4 not.').waitFor();
    await expectAccessible();
    await picture('invite-done');
  });
  expect((await owner.muster.invitations.list()).meta.total).toBe(30);
});

test('Escape doesn’t stop inviting without a question; whoever isn’t invited is listed', async () => {
  const { owner } = await service.organization();
  const people = Array.from({ length: 120 }, () => newAddress('p'));
  await show({ element: 'muster-invite', by: owner }, async ({ page, expectAccessible }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(people.join(' '));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('120 can be invited, 0 not.').waitFor();
    let go = () => {};
    const gone = new Promise<void>((resolve) => {
      go = resolve;
    });
    await page.route('**/v1/invitations/bulk', async (route) => {
      await gone;
      await route.continue();
    });
    await page.getByRole('button', { name: 'Invite 120 people' }).click();
    await page.getByRole('heading', { name: 'Inviting…' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Stop inviting?' }).waitFor();
    await expectAccessible();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Inviting…' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Stop' }).click();
    go();
    // The request that was on its way is finished.
    await page.getByText('100 invited, 20 not.').waitFor();
    expect(await page.getByText('You stopped before.').count()).toBe(20);
    await expectAccessible();
  });
  expect((await owner.muster.invitations.list()).meta.total).toBe(100);
});

test('an export of another product is dropped, and read as npm run invite reads it', async () => {
  const { owner } = await service.organization();
  const file = join(ROOT, 'test/fixtures/exports/slack.csv');
  await show(
    { element: 'muster-invite', by: owner, language: 'de', viewport: SIZES.phone, colorScheme: 'dark' },
    async ({ page, expectAccessible, picture }) => {
      await page.getByRole('button', { name: 'Personen einladen' }).click();
      await picture('invite-phone-dark');
      const choose = async (name: string, buffer: Buffer) => {
        await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer });
        await page.getByRole('button', { name: 'Prüfen' }).click();
      };
      await choose('empty.csv', Buffer.from('name;town\nx;y\n'));
      await page.getByText('Die Datei hat keine Spalte mit Adressen.').waitFor();
      await page.getByRole('button', { name: 'Datei entfernen' }).click();
      await choose('latin1.csv', Buffer.from('email\nj\xf6rg@example.com\n', 'latin1'));
      await page.getByText('Die Datei ist nicht in UTF-8.').waitFor();
      await page.getByRole('button', { name: 'Datei entfernen' }).click();
      await choose('slack.csv', readFileSync(file));
      await page.getByText('2 können eingeladen werden').waitFor();
      expect(await page.getByText('Das Konto ist deaktiviert.').count()).toBeGreaterThan(0);
      await expectAccessible();
      await picture('invite-preview-phone-dark');
      await page.getByRole('button', { name: '2 Personen einladen' }).click();
      await page.getByText(/^2 eingeladen/).waitFor();
    },
  );
  const invited = (await owner.muster.invitations.list()).data.map(({ email }) => email);
  expect(invited.sort()).toEqual(['jane.doe@example.com', 'joerg@example.com']);
});

test('a link is made to pass on, instead of a mail', async () => {
  const { owner } = await service.organization();
  const email = newAddress('jane');
  await show({ element: 'muster-invite', by: owner }, async ({ page }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(email);
    await page.getByText('Teams, message and more').click();
    await page.getByLabel('Send no mail').check();
    await page.getByRole('button', { name: 'Create the link' }).click();
    const link = await page.getByLabel(`Link for ${email}`).inputValue();
    expect(link).toMatch(/^http.*token=/);
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { name: 'Have you kept the link?' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await page.getByLabel(`Link for ${email}`).inputValue()).toBe(link);
    await page.locator('muster-dialog .actions').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });
  expect(await service.mails(email)).toEqual([]);
});

test('if the connection fails in the middle, nobody is invited twice', async () => {
  const { owner } = await service.organization();
  const people = Array.from({ length: 5 }, () => newAddress('p'));
  await show({ element: 'muster-invite', by: owner }, async ({ page }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(people.join(' '));
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('5 can be invited, 0 not.').waitFor();
    // The request arrives, its answer doesn't.
    await page.route('**/v1/invitations/bulk', async (route) => {
      await route.fetch();
      await route.abort();
    });
    await page.getByRole('button', { name: 'Invite 5 people' }).click();
    await page.getByText('The service can’t be reached.').waitFor();
    await page.unroute('**/v1/invitations/bulk');
    await page.getByRole('button', { name: 'Invite 5 people' }).click();
    await page.getByText('5 invited.').waitFor();
  });
  expect((await owner.muster.invitations.list()).meta.total).toBe(5);
});

test('who may not invite sees no button', async () => {
  const { owner } = await service.organization();
  const viewer = await service.member(owner, 'USER');
  await show({ element: 'muster-invite', by: viewer }, async ({ page }) => {
    await page.waitForLoadState('networkidle');
    expect(await page.getByRole('button').count()).toBe(0);
  });
});
