import { mkdirSync } from 'node:fs';
import axe from 'axe-core';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { contrast } from '../../lib/domain/color.ts';
import { axeFindings, useBrowser } from '../support/browser.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { share } from '../support/sharing.ts';

// Measures mails and pages in a browser: on a phone and a desktop, in light and dark mode, with and without images.
// People can check the rest in the screenshots: `MUSTER_PICTURES=1 npm test -- test/journeys/looks.test.ts`.

/** The folder of the screenshots; undefined: none are taken. */
const PICTURES = process.env.MUSTER_PICTURES ? 'screenshots' : undefined;
const LOGO = 'https://assets.example.com/logo.svg';
const service = useService({
  environment: {
    APPLICATION_URL: 'https://app.example.com/',
    SUPPORT_ADDRESS: 'help@example.com',
    PRODUCT_NAME: 'Northwind',
    PRODUCT_COLOR: '#0b7a5b',
    LOGO_URL: LOGO,
    REDIRECT_ORIGINS: 'https://app.example.com',
    SIGN_UP_URL: 'https://id.example.com/sign-up?email={email}',
  },
});
const browser = useBrowser();
if (PICTURES) mkdirSync(PICTURES, { recursive: true });

const SCREENS = { phone: { width: 360, height: 740 }, desktop: { width: 1280, height: 900 } };

/**
 * What is measured. Sizes depend on the screen and colors on the mode, and no style depends on both, so two views have
 * each. The others are for people.
 */
const VIEWS = [
  ...([
    ['phone', 'dark'],
    ['desktop', 'light'],
  ] as const),
  ...(PICTURES
    ? ([
        ['phone', 'light'],
        ['desktop', 'dark'],
      ] as const)
    : []),
];
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

/** Returns the token of an invitation whose link is returned to the inviter. */
async function inviteByLink(name: string, language?: string): Promise<string> {
  const { owner } = await service.organization(name);
  const body = { email: newAddress('jane'), role: 'OPERATOR', language, sendEmail: false };
  const { link } = (await owner.call('POST /v1/invitations', { body })).body;
  return new URL(link).searchParams.get('token') as string;
}

/** Creates an expired invitation. */
async function createExpired() {
  await service.clock('-8d');
  const invited = await invite('Acme Energy');
  await service.clock(0);
  return invited;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const newest = async (email: string) => (await service.mails(email)).at(-1)?.html as string;
const path = async (route: string, body?: string) =>
  (await service.call(route, { headers: FORM, ...(body !== undefined && { body }) })).body as string;

/** Creates a site. Returns functions that invite to it, and that request its sensitive data. */
async function shareSite(language: 'en' | 'de' = 'en', name = 'Depot Rotterdam') {
  const [{ id, owner }, { owner: guest }] = [await service.organization(), await service.organization('Northwind BV')];
  await owner.call(`PATCH /v1/organizations/${id}`, { body: { language } });
  const team = async (by: Client) =>
    (await by.call('POST /api/v3/teams', { body: { name: newAddress('team'), email: by.email, type: 'Other' } })).body
      .data.uuid as string;
  const body = { name, team_uuid: await team(owner), address: 'Quay 1' };
  const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid as string;
  const shared = await team(guest);
  return {
    ...{ owner, guest, shared },
    invite: async (more: object = {}, email = guest.email) => {
      const sent = await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email, ...more } });
      expect(sent.status).toBe(201);
      return service.linkToken(email);
    },
    ask: async () => {
      await share(service, site, shared, { sensitive: { expiresAt: new Date(Date.now() + 3_600_000).toISOString() } });
      const asked = await guest.call(`POST /api/v3/sites/${site}/teams/${shared}/request-sensitive-data`, {
        body: { reason: MESSAGE, requested_data_expires_at: '2099-12-31' },
      });
      expect(asked.status).toBe(200);
      return service.linkToken(owner.email);
    },
  };
}

const GERMAN = { 'accept-language': 'de' };
const pageIn = async (route: string, headers: Readonly<Record<string, string>>) =>
  (await service.call(route, { headers })).body as string;

/** The mails and pages: their markup and number of buttons. */
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
      const { owner, token } = await createExpired();
      await path('POST /invitations/ask', `token=${token}`);
      return newest(owner.email);
    },
  },
  'page of an invitation': {
    buttons: 3,
    make: async () =>
      path(`GET /invitations/accept?token=${(await invite('Acme Energy', { message: MESSAGE })).token}`),
  },
  'page in German with a long name': {
    buttons: 3,
    make: async () =>
      path(`GET /invitations/accept?token=${(await invite(LONG, { message: LONG, language: 'de' })).token}`),
  },
  'page after accepting, without an account': {
    buttons: 2,
    make: async () => path('POST /invitations/accept', `token=${(await invite('Acme Energy')).token}`),
  },
  'page after accepting, without an account, in German': {
    buttons: 2,
    make: async () => path('POST /invitations/accept', `token=${(await invite(LONG, { language: 'de' })).token}`),
  },
  'page after accepting, with an account': {
    buttons: 1,
    async make() {
      const { email, token } = await invite('Acme Energy');
      await (await service.person(email)).call('GET /v1/me');
      return path('POST /invitations/accept', `token=${token}`);
    },
  },
  'page of a withdrawn link': {
    buttons: 1,
    async make() {
      const { owner, token } = await invite('Acme Energy', { redirectUrl: 'https://app.example.com/welcome' });
      const { data } = (await owner.call('GET /v1/invitations')).body;
      await owner.call(`DELETE /v1/invitations/${data[0].id}`);
      return path(`GET /invitations/accept?token=${token}`);
    },
  },
  'page of an expired link in German with a long name': {
    buttons: 2,
    async make() {
      await service.clock('-8d');
      const { token } = await invite(LONG, { language: 'de', redirectUrl: 'https://app.example.com/welcome' });
      await service.clock(0);
      return path(`GET /invitations/accept?token=${token}`);
    },
  },
  'page after declining': {
    buttons: 0,
    make: async () => path('POST /invitations/decline', `token=${(await invite('Acme Energy')).token}`),
  },
  'page of an expired link': {
    buttons: 1,
    make: async () => path(`GET /invitations/accept?token=${(await createExpired()).token}`),
  },
  'page after requesting a new invitation': {
    buttons: 0,
    make: async () => path('POST /invitations/ask', `token=${(await createExpired()).token}`),
  },
  'mail of an invite to a site': {
    buttons: 1,
    async make() {
      const { invite: send, guest } = await shareSite();
      await send({ data_access: true, data_access_expires_at: '2099-12-31' });
      return newest(guest.email);
    },
  },
  'mail of a site handed over in German with a long name': {
    buttons: 1,
    async make() {
      const { invite: send, guest } = await shareSite('de', LONG);
      await send({ transfer_ownership: true });
      return newest(guest.email);
    },
  },
  'mail of a request for sensitive data': {
    buttons: 1,
    async make() {
      const { ask, owner } = await shareSite();
      await ask();
      return newest(owner.email);
    },
  },
  'mail of a request for sensitive data in German': {
    buttons: 1,
    async make() {
      const { ask, owner } = await shareSite('de', LONG);
      await ask();
      return newest(owner.email);
    },
  },
  'mail of the end of a grant': {
    buttons: 1,
    async make() {
      const { ask, guest } = await shareSite();
      await ask();
      await service.clock('2h');
      // The first run records the end and queues the mail, which the second one sends.
      await service.sweep();
      await service.sweep();
      await service.clock(0);
      return newest(guest.email);
    },
  },
  'page of an invite to a site': {
    buttons: 2,
    async make() {
      const token = await (await shareSite()).invite({ data_access: true });
      return pageIn(`GET /site/invite/accept?token=${token}`, {});
    },
  },
  'page of a site handed over in German with a long name': {
    buttons: 2,
    async make() {
      const token = await (await shareSite('de', LONG)).invite({ transfer_ownership: true });
      return pageIn(`GET /site/invite/accept?token=${token}`, GERMAN);
    },
  },
  'page of an invite to a site for who manages no team': {
    buttons: 2,
    async make() {
      const token = await (await shareSite()).invite({}, newAddress('nobody'));
      return pageIn(`GET /site/invite/accept?token=${token}`, {});
    },
  },
  'page after accepting an invite to a site': {
    buttons: 1,
    async make() {
      const { invite: send, shared } = await shareSite();
      return path('POST /site/invite/accept', `token=${await send()}&team=${shared}`);
    },
  },
  'page of a used invite to a site': {
    buttons: 0,
    async make() {
      const { invite: send, shared } = await shareSite();
      const token = await send();
      await path('POST /site/invite/accept', `token=${token}&team=${shared}`);
      return pageIn(`GET /site/invite/accept?token=${token}`, GERMAN);
    },
  },
  'page of a request for sensitive data': {
    buttons: 2,
    make: async () => pageIn(`GET /site/sensitive-data?token=${await (await shareSite()).ask()}`, {}),
  },
  'page of a request for sensitive data in German': {
    buttons: 2,
    make: async () => pageIn(`GET /site/sensitive-data?token=${await (await shareSite('de', LONG)).ask()}`, GERMAN),
  },
  'page after granting sensitive data': {
    buttons: 0,
    make: async () => path('POST /site/sensitive-data', `token=${await (await shareSite()).ask()}&decision=granted`),
  },
  'page after declining a request for sensitive data': {
    buttons: 0,
    make: async () => path('POST /site/sensitive-data', `token=${await (await shareSite()).ask()}&decision=declined`),
  },
  'page of a link that was handed out': {
    buttons: 1,
    make: async () => path(`GET /invitations/accept?token=${await inviteByLink('Acme Energy')}`),
  },
  'page of a link that was handed out in German': {
    buttons: 1,
    make: async () => path(`GET /invitations/accept?token=${await inviteByLink(LONG, 'de')}`),
  },
  'page for refusing invitations': {
    buttons: 1,
    make: async () => path(`GET /invitations/block?token=${(await invite('Acme Energy')).stop}`),
  },
  'page after refusing invitations, in German': {
    buttons: 1,
    make: async () => path('POST /invitations/block', `token=${(await invite(LONG, { language: 'de' })).stop}`),
  },
  'mail of an offer of ownership': {
    buttons: 1,
    async make() {
      const { id, owner } = await service.organization('Acme Energy');
      const { email, memberId } = await service.member(owner, 'USER');
      await (await service.person(email)).call('GET /v1/me');
      await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } });
      return newest(email);
    },
  },
  'page for stopping reminders': {
    buttons: 2,
    make: async () => path(`GET /invitations/stop-reminders?token=${(await invite('Acme Energy')).stop}`),
  },
  'page after stopping reminders': {
    buttons: 1,
    make: async () => path(`POST /invitations/stop-reminders?token=${(await invite('Acme Energy')).stop}`),
  },
};

async function boxOf(locator: Locator) {
  return (await locator.boundingBox()) as { x: number; y: number; width: number; height: number };
}

/**
 * The palette is made for contrast AA, not AAA. A mail is shown within the mail client's page, and has a hidden line.
 */
const UNWANTED = {
  page: ['color-contrast-enhanced'],
  mail: ['color-contrast-enhanced', 'landmark-one-main', 'region', 'hidden-content'],
};
const rulesOf = (kind: 'page' | 'mail') =>
  Object.fromEntries(axe.getRules().map(({ ruleId }) => [ruleId, { enabled: !UNWANTED[kind].includes(ruleId) }]));

/** Reads the colors of the alternative text of the logo, which axe doesn't check. */
const COLORS_OF_LOGO = `(() => {
  const logo = document.querySelector('img');
  let paper = logo;
  while (/, 0\\)$/.test(getComputedStyle(paper).backgroundColor)) paper = paper.parentElement;
  return [getComputedStyle(logo).color, getComputedStyle(paper).backgroundColor];
})()`;

/** Converts `rgb(1, 2, 3)` to `#010203`. */
function hexOf(color: string): string {
  return `#${[...color.matchAll(/\d+/g)].map(([part]) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}

test.each(Object.entries(SUBJECTS))(
  '%s: fits phone and desktop, and is readable with large enough buttons in light and dark mode, with and without images',
  async (name, { buttons, make }) => {
    const markup = await make();
    // A style for a screen in a mode would need the other views.
    expect(markup).not.toMatch(/@media[^{]*(width[^{]*color-scheme|color-scheme[^{]*width)/);
    const rules = rulesOf(name.startsWith('mail') ? 'mail' : 'page');
    const context = await browser().newContext({ bypassCSP: true });
    const page = await context.newPage();
    // First without: an image that was loaded is kept.
    for (const images of [false, true]) {
      await page.unrouteAll();
      await page.route(LOGO, (route) =>
        images ? route.fulfill({ contentType: 'image/svg+xml', body: SVG }) : route.abort('blockedbyclient'),
      );
      await page.setContent(markup, { waitUntil: 'load' });
      for (const [screen, colorScheme] of VIEWS) {
        const what = `${screen}, ${colorScheme}${images ? '' : ', images off'}`;
        const size = SCREENS[screen];
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        if (PICTURES) {
          await page.screenshot({ path: `${PICTURES}/${name}, ${what}.png`.replaceAll(/,? /g, '-'), fullPage: true });
        }
        expect(await page.evaluate('document.documentElement.scrollWidth'), what).toBe(size.width);

        const buttonsShown = page.locator('button, a.button, .button a');
        expect(await buttonsShown.count()).toBe(buttons);
        for (const one of await buttonsShown.all()) {
          await expect(one.isVisible()).resolves.toBe(true);
          const { x, width, height } = await boxOf(one);
          expect(height, `${what}: height of a button`).toBeGreaterThanOrEqual(44);
          expect(x).toBeGreaterThanOrEqual(0);
          expect(x + width).toBeLessThanOrEqual(size.width);
        }

        const logo = page.locator('img');
        expect(await page.evaluate(`document.querySelector('img').naturalWidth`)).toBe(images ? 160 : 0);
        const shown = await boxOf(logo);
        expect(shown.height).toBeGreaterThanOrEqual(24);
        if (images) {
          // The same without images: axe sees neither an image nor the text in its place.
          const { violations, incomplete, passed } = await axeFindings(page, rules);
          const faults = [...violations, ...incomplete].flatMap(({ id, nodes }) =>
            nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
          );
          expect(faults, what).toEqual([]);
          expect(passed).toContain('color-contrast');
          continue;
        }
        // The name is shown in place of the logo. Without it, this place is empty.
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
    await context.close();
  },
);
