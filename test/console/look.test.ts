import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, signIn } from '../support/console.ts';
import { newAddress, useService } from '../support/service.ts';

// The console of a product with a name, a logo, and a color on which white text can't be read; and that the pages of
// invitees look the same.

const LOGO = 'https://assets.example.com/logo.svg';
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><rect width="160" height="40"/></svg>';
const service = useService({
  environment: { PRODUCT_NAME: 'Northwind', PRODUCT_COLOR: '#ffe14d', LOGO_URL: LOGO },
});
const browser = useBrowser();

/** Opens a page of a product, with its logo. Afterwards nothing has violated a policy. */
async function inBrowser(colorScheme: 'light' | 'dark', visit: (page: Page) => Promise<void>): Promise<void> {
  const context = await browser().newContext({ colorScheme, locale: 'en-GB', viewport: { width: 1000, height: 800 } });
  const problems: string[] = [];
  await context.route(LOGO, (route) => route.fulfill({ contentType: 'image/svg+xml', body: SVG }));
  try {
    const page = await context.newPage();
    page.on('console', (message) => {
      if (/Content Security Policy|violates/i.test(message.text())) problems.push(message.text());
    });
    await visit(page);
    expect(problems).toEqual([]);
  } finally {
    await context.close();
  }
}

/** What people see of an element. */
function styleOf(page: Page, selector: string, names: readonly string[]): Promise<Record<string, string>> {
  return page
    .locator(selector)
    .first()
    .evaluate((element, wanted) => {
      const { getComputedStyle } = globalThis as never as {
        getComputedStyle(of: unknown): { getPropertyValue(name: string): string };
      };
      const style = getComputedStyle(element);
      return Object.fromEntries(wanted.map((name) => [name, style.getPropertyValue(name)]));
    }, names);
}

const CARD = ['background-color', 'border', 'border-radius', 'box-shadow', 'color', 'padding', 'width', 'font-family'];
const BUTTON = ['background-color', 'border', 'border-radius', 'color', 'font-weight', 'font-size', 'min-height'];
const HEADING = ['color', 'font-size', 'font-weight', 'letter-spacing', 'line-height'];
const LOGO_STYLE = ['height', 'width', 'background-color'];

test.each(['light', 'dark'] as const)('a page of the console looks as a page of invitees: %s', async (colorScheme) => {
  const { owner } = await service.organization();
  const email = newAddress('jane');
  await owner.muster.invitations.create({ email, role: 'USER' });
  const look = async (page: Page, root: string, card: string) => ({
    page: await styleOf(page, root, ['background-color']),
    card: await styleOf(page, card, CARD),
    heading: await styleOf(page, `${card} h1`, HEADING),
    button: await styleOf(page, `${card} button`, BUTTON),
    logo: await styleOf(page, 'img', ['object-fit', 'background-color', 'border-radius']),
  });
  await inBrowser(colorScheme, async (page) => {
    await page.goto(`${service.api}/invitations/accept?token=${await service.linkToken(email)}`);
    const hosted = await look(page, 'body', 'main');
    await page.goto(`${service.api}/console?code=stolen&state=forged`);
    await page.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
    expect(await look(page, 'html', '.card')).toEqual(hosted);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    const outline = 'outline-width outline-style outline-offset'.split(' ');
    const focused = await styleOf(page, ':focus-visible', outline);
    await page.goto(`${service.api}/invitations/accept?token=${await service.linkToken(email)}`);
    await page.keyboard.press('Tab');
    expect(await styleOf(page, ':focus-visible', outline)).toEqual(focused);
  });
});

test.each(['light', 'dark'] as const)(
  'a color of the product that is hard to read on stays readable, and its logo is shown: %s',
  async (colorScheme) => {
    const { id, owner } = await service.organization();
    await inBrowser(colorScheme, async (page) => {
      await page.goto(`${service.api}/console#/${id}/members`);
      await signIn(page, owner.email);
      await page.locator('muster-members li.row').first().waitFor();
      const logo = page.getByRole('img', { name: 'Northwind' }).first();
      await expect
        .poll(() => logo.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth))
        .toBe(160);
      expect(await styleOf(page, 'img', LOGO_STYLE)).toMatchObject({
        'background-color': colorScheme === 'dark' ? 'rgb(255, 255, 255)' : 'rgba(0, 0, 0, 0)',
      });
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Invite people' }).click();
      await page.getByLabel('E-mail addresses').waitFor();
      await expectAccessible(page);
      expect(await page.title()).toBe('Members · Northwind');
    });
  },
);
