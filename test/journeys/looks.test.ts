import { mkdirSync } from 'node:fs';
import axe, { type AxeResults } from 'axe-core';
import type { Locator, Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { contrast } from '../../lib/domain/color.ts';
import { useBrowser } from '../support/browser.ts';
import { newAddress, useService } from '../support/service.ts';

// Mails and pages as people get to see them: on a phone and on a desktop, by day and by night, with images and without.
// What can be measured is; the rest is for people to look at, in the folder below.

const PICTURES = 'screenshots';
const LOGO = 'https://assets.example.com/logo.svg';
const service = useService({
  environment: {
    APPLICATION_URL: 'https://app.example.com/',
    SUPPORT_ADDRESS: 'help@example.com',
    PRODUCT_NAME: 'Northwind',
    PRODUCT_COLOR: '#0b7a5b',
    LOGO_URL: LOGO,
  },
});
const browser = useBrowser();
mkdirSync(PICTURES, { recursive: true });

const SCREENS = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };
const SCHEMES = ['light', 'dark'] as const;
const MESSAGE = 'Hi Jane,\nwe plan the new site in Rotterdam here. Have a look around before Monday!';
const LONG = 'Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft';

const SVG = `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="40"><rect width="40" height="40" rx="10"
  fill="#0b7a5b"/><text x="52" y="27" font-family="sans-serif" font-size="20" fill="#1f2430">Northwind</text></svg>`;

async function invite(name: string, body: object = {}) {
  const { owner } = await service.organization(name);
  const email = newAddress('jane');
  const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'OPERATOR', ...body } });
  expect(invited.status).toBe(201);
  const token = await service.linkToken(email);
  return { owner, email, token, stop: await service.linkToken(email, 'stop') };
}

/** Invites somebody so long ago that it has expired. */
async function inviteLongAgo() {
  await service.clock('-8d');
  const invited = await invite('Acme Energy');
  await service.clock(0);
  return invited;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const newest = async (email: string) => (await service.mails(email)).at(-1)?.html as string;
const path = async (route: string, body?: string) =>
  (await service.call(route, { headers: FORM, ...(body !== undefined && { body }) })).body as string;

/** What is looked at: its markup, and how many buttons it has. */
const SUBJECTS: Readonly<Record<string, { readonly buttons: number; make(): Promise<string> }>> = {
  'mail of an invitation': {
    buttons: 1,
    make: async () => newest((await invite('Acme Energy', { message: MESSAGE })).email),
  },
  'mail in German with a long name': {
    buttons: 1,
    make: async () => newest((await invite(LONG, { message: LONG, language: 'de' })).email),
  },
  'mail of a reminder': {
    buttons: 1,
    async make() {
      const { email } = await invite('Acme Energy');
      await service.clock('85h');
      await service.sweep();
      await service.clock(0);
      return newest(email);
    },
  },
  'mail to the inviter': {
    buttons: 1,
    async make() {
      const { owner, token } = await inviteLongAgo();
      await path('POST /invitations/ask', `token=${token}`);
      return newest(owner.email);
    },
  },
  'page of an invitation': {
    buttons: 2,
    make: async () =>
      path(`GET /invitations/accept?token=${(await invite('Acme Energy', { message: MESSAGE })).token}`),
  },
  'page in German with a long name': {
    buttons: 2,
    make: async () =>
      path(`GET /invitations/accept?token=${(await invite(LONG, { message: LONG, language: 'de' })).token}`),
  },
  'page after accepting': {
    buttons: 1,
    make: async () => path('POST /invitations/accept', `token=${(await invite('Acme Energy')).token}`),
  },
  'page after declining': {
    buttons: 0,
    make: async () => path('POST /invitations/decline', `token=${(await invite('Acme Energy')).token}`),
  },
  'page of an expired link': {
    buttons: 1,
    make: async () => path(`GET /invitations/accept?token=${(await inviteLongAgo()).token}`),
  },
  'page after asking': {
    buttons: 0,
    make: async () => path('POST /invitations/ask', `token=${(await inviteLongAgo()).token}`),
  },
  'page for stopping reminders': {
    buttons: 1,
    make: async () => path(`GET /invitations/stop-reminders?token=${(await invite('Acme Energy')).stop}`),
  },
  'page after stopping reminders': {
    buttons: 0,
    make: async () => path(`POST /invitations/stop-reminders?token=${(await invite('Acme Energy')).stop}`),
  },
};

/** Shows markup in a window of its own; `images`: whether the reader lets them be fetched. */
async function show(markup: string, images: boolean): Promise<Page> {
  const context = await browser().newContext({ bypassCSP: true });
  const page = await context.newPage();
  await page.route(LOGO, (route) =>
    images ? route.fulfill({ contentType: 'image/svg+xml', body: SVG }) : route.abort('blockedbyclient'),
  );
  await page.setContent(markup, { waitUntil: 'load' });
  return page;
}

async function boxOf(locator: Locator) {
  return (await locator.boundingBox()) as { x: number; y: number; width: number; height: number };
}

/** AAA of contrast isn't what the palette is made for; a mail is shown within its reader's page, and has a hidden line. */
const UNWANTED = {
  page: ['color-contrast-enhanced'],
  mail: ['color-contrast-enhanced', 'landmark-one-main', 'region', 'hidden-content'],
};
const rulesOf = (kind: 'page' | 'mail') =>
  Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: !UNWANTED[kind].includes(ruleId) }]));

/** The colours of what stands in place of the logo, which axe doesn't judge. */
const COLORS_OF_LOGO = `(() => {
  const logo = document.querySelector('img');
  let paper = logo;
  while (/, 0\\)$/.test(getComputedStyle(paper).backgroundColor)) paper = paper.parentElement;
  return [getComputedStyle(logo).color, getComputedStyle(paper).backgroundColor];
})()`;

/** `rgb(1, 2, 3)` as `#010203`. */
function hexOf(color: string): string {
  return `#${[...color.matchAll(/\d+/g)].map(([part]) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}

describe.each(Object.entries(SUBJECTS))('%s', (name, { buttons, make }) => {
  test.each([
    ['with images', true],
    ['with images off', false],
  ])('fits phone and desktop, and can be read and pressed in light and dark, %s', async (_, images) => {
    const page = await show(await make(), images);
    const rules = rulesOf(name.startsWith('mail') ? 'mail' : 'page');
    await page.addScriptTag({ content: axe.source });
    for (const [screen, size] of Object.entries(SCREENS)) {
      await page.setViewportSize(size);
      for (const colorScheme of SCHEMES) {
        const what = `${screen}, ${colorScheme}`;
        await page.emulateMedia({ colorScheme });
        await page.screenshot({
          path: `${PICTURES}/${name}, ${what}${images ? '' : ', images off'}.png`.replaceAll(/,? /g, '-'),
          fullPage: true,
        });
        expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBe(size.width);

        const pressed = page.locator('button, a.button, .button a');
        expect(await pressed.count()).toBe(buttons);
        for (const one of await pressed.all()) {
          await expect(one.isVisible()).resolves.toBe(true);
          const { x, width, height } = await boxOf(one);
          expect(height, `${what}: height of a button`).toBeGreaterThanOrEqual(44);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(size.width);
        }

        const found = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify({ rules })})`);
        const faults = [...found.violations, ...found.incomplete].flatMap(({ id, nodes }) =>
          nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
        );
        expect(faults, what).toEqual([]);
        expect(found.passes.map(({ id }) => id)).toContain('color-contrast');

        const logo = page.locator('img');
        expect(await page.evaluate(`document.querySelector('img').naturalWidth`)).toBe(images ? 160 : 0);
        const shown = await boxOf(logo);
        expect(shown.height).toBeGreaterThanOrEqual(24);
        if (images) continue;
        // The name stands where the logo would: without it there is nothing, or an empty frame.
        const drawn = await page.screenshot({ clip: shown });
        await page.evaluate(`document.querySelector('img').alt = ''`);
        const empty = await page.screenshot({ clip: shown });
        await page.evaluate(`document.querySelector('img').alt = 'Northwind'`);
        expect(drawn.equals(empty), `${what}: the name is shown in place of the logo`).toBe(false);
        expect(shown.width, `${what}: the whole name`).toBeGreaterThan(80);
        const [ink, paper] = await page.evaluate<[string, string]>(COLORS_OF_LOGO);
        expect(contrast(hexOf(ink), hexOf(paper)), `${what}: ${ink} on ${paper}`).toBeGreaterThanOrEqual(4.5);
      }
    }
    await page.context().close();
  });
});
