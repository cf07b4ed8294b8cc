import { expect, test } from 'vitest';
import { contrast } from '../../../lib/domain/color.ts';
import { SIZES, useScreens } from '../../support/screens.ts';
import { newAddress, useService } from '../../support/service.ts';

// What all screens share: colours, keyboard, zoom, and going on after a sign-out.

const service = useService();
const show = useScreens(service);

test.each([
  ['#ffd400', 'light'],
  ['#ffd400', 'dark'],
  ['#111111', 'dark'],
  ['#f5f5f5', 'light'],
  ['oklch(0.7 0.2 30)', 'light'],
  ['rebeccapurple', 'dark'],
] as const)('text on and in the product’s colour %s is readable, %s', async (color, colorScheme) => {
  const { owner } = await service.organization();
  await show(
    { element: 'muster-invite', by: owner, colorScheme, styles: `:root{--muster-color:${color}}` },
    async ({ page, expectAccessible }) => {
      const button = page.getByRole('button', { name: 'Invite people' });
      const style = await button.evaluate((element) => {
        const { getComputedStyle } = globalThis as never as { getComputedStyle(e: object): Record<string, string> };
        const { color, backgroundColor } = getComputedStyle(element);
        return [color, backgroundColor];
      });
      const [text = '', area = ''] = style.map((each) => {
        const channels = each?.match(/\d+/g)?.map(Number) ?? [];
        return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
      });
      expect(contrast(text, area)).toBeGreaterThanOrEqual(4.5);
      await button.click();
      await expectAccessible();
    },
  );
});

test('everything can be done with the keyboard, and the focus is never lost', async () => {
  const { owner } = await service.organization();
  const jane = await service.member(owner, 'USER');
  await show({ element: 'muster-members', by: owner }, async ({ page }) => {
    const focused = () =>
      page.evaluate(`(() => { let at = document.activeElement;
        while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
        return at.getAttribute('aria-label') ?? at.value ?? at.textContent.trim(); })()`);
    await page.getByRole('listitem').nth(1).waitFor();
    for (let step = 0; step < 10 && (await focused()) !== `Manage ${jane.email}`; step += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    // The focus stays in the dialog.
    const seen = new Set<unknown>();
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      seen.add(await focused());
    }
    expect([...seen].filter((each) => /^Manage|Search/.test(String(each)))).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await focused()).toBe(`Manage ${jane.email}`);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Remove from the organization' }).press('Enter');
    await page.getByRole('button', { name: 'Remove', exact: true }).press('Enter');
    await page.getByText(`${jane.email} was removed.`).waitFor();
    // What had the focus is gone.
    expect(await focused()).toContain('Members');
  });
});

test('at 200 % zoom, and without motion, nothing is cut off', async () => {
  const { owner } = await service.organization('Donaudampfschifffahrtselektrizitätenhauptbetriebswerk');
  await service.member(owner, 'USER', `${'long'.repeat(12)}@${'example'.repeat(5)}.com`);
  const zoomed = { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2, reducedMotion: 'reduce' as const };
  for (const viewport of [zoomed.viewport, { width: 320, height: 600 }]) {
    await show({ element: 'muster-members', by: owner, ...zoomed, viewport }, async ({ page, picture }) => {
      await page.getByRole('listitem').nth(1).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(viewport.width);
      await page.getByRole('button', { name: /^Manage long/ }).click();
      const save = page.getByRole('button', { name: 'Save' });
      await save.scrollIntoViewIfNeeded();
      await picture(`zoom-${viewport.width}`);
      const box = await save.boundingBox();
      expect((box?.x ?? 0) + (box?.width ?? 9999)).toBeLessThanOrEqual(viewport.width);
      expect(
        await page
          .locator('muster-dialog dialog')
          .evaluate((dialog) => (dialog as never as { scrollWidth: number }).scrollWidth),
      ).toBeLessThanOrEqual(viewport.width);
    });
  }
});

test('whoever is signed out in the middle goes on where they were', async () => {
  const { owner } = await service.organization();
  const email = newAddress('jane');
  await show({ element: 'muster-invite', by: owner }, async ({ page, events }) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(email);
    await page.route('**/v1/**', (route) =>
      route.fulfill({
        ...{ status: 401, contentType: 'application/json', headers: { 'access-control-allow-origin': '*' } },
        body: JSON.stringify({ message: 'Expired.', error: 'unauthenticated' }),
      }),
    );
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText('You’re signed out. Sign in again, then repeat this.').waitFor();
    expect((await events()).map(({ type }) => type)).toEqual(['muster-signed-out']);
    await page.unroute('**/v1/**');
    // The application signs the person in again, and gives the screen a new client.
    await page.evaluate(`screen.client = new Muster(${JSON.stringify({ baseUrl: service.api, token: owner.token })})`);
    expect(await page.getByLabel('E-mail addresses').inputValue()).toBe(email);
    await page.getByRole('button', { name: 'Send invitation' }).click();
    await page.getByText(`${email} was invited.`).waitFor();
  });
});

test('nothing is shown of an organization before, once the person is in another one', async () => {
  const { owner, id } = await service.organization('Acme Energy');
  const other = await owner.muster.organizations.create({ name: 'Northwind' });
  const colleague = await service.member(owner, 'VIEWER');
  await show({ element: 'muster-members', by: owner, organization: id, viewport: SIZES.phone }, async ({ page }) => {
    await page.getByText(colleague.email).waitFor();
    await page.evaluate(`screen.setAttribute('organization', '${other.id}')`);
    await page.getByText(colleague.email).waitFor({ state: 'detached' });
    await page.getByRole('listitem').waitFor();
    expect(await page.getByRole('listitem').count()).toBe(1);
    await page.evaluate(`screen.removeAttribute('organization')`);
    await page.getByText('Choose an organization').waitFor();
  });
});
