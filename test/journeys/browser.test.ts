import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { describeWhole, someOf, testWhole } from '../support/whole.ts';

const APPLICATION = 'https://app.example.com/';

/** The requests to the application and to the issuer. */
const requests: { url: string; referrer: string }[] = [];

/** An application that sends whoever isn't signed in to its issuer, which has another origin. */
const application = createServer((request, response) => {
  const { url = '', headers } = request;
  if (url !== '/favicon.ico') requests.push({ url, referrer: headers.referer ?? '' });
  if (url.startsWith('/welcome')) response.writeHead(302, { location: `${ISSUER_ORIGIN}/login` });
  response.end('<!doctype html><title>Issuer</title>');
});
await new Promise<void>((listening) => application.listen(0, 'localhost', listening));
const { port } = application.address() as AddressInfo;
const APPLICATION_ORIGIN = `http://localhost:${port}`;
const ISSUER_ORIGIN = `http://issuer.localhost:${port}`;

const service = useService({
  environment: {
    APPLICATION_URL: APPLICATION,
    REDIRECT_ORIGINS: APPLICATION_ORIGIN,
    SIGN_UP_URL: `${ISSUER_ORIGIN}/sign-up?email={email}&next={redirectUrl}`,
  },
});
const browser = useBrowser();

afterEach(async () => {
  requests.length = 0;
  await service.clock(0);
});
afterAll(() => application.close());

/** A phone without JavaScript. */
const PHONE: BrowserContextOptions = { javaScriptEnabled: false, viewport: { width: 390, height: 844 } };

/** Opens a browser window for the duration of a visit. */
async function inBrowser(visit: (page: Page) => Promise<void>, options = PHONE): Promise<void> {
  const context = await browser().newContext(options);
  try {
    await visit(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Returns the first link of the newest mail to an address. */
async function mailedLink(to: string): Promise<string> {
  const mail = (await service.mails(to)).at(-1);
  return /https?:\/\/\S+/.exec(mail?.text ?? '')?.[0] as string;
}

async function invite(owner: Client, body: object = {}) {
  const email = newAddress('jane');
  const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'OPERATOR', ...body } });
  expect(invited.status).toBe(201);
  return { email, id: invited.body.id as string, link: await mailedLink(email) };
}

const statusOf = async (owner: Client, id: string) => (await owner.call(`GET /v1/invitations/${id}`)).body.status;
const heading = (page: Page) => page.getByRole('heading', { level: 1 }).textContent();

test('a person opens the link of the mail in a browser, accepts, and becomes a member', async () => {
  const { owner } = await service.organization('Acme <Energy> & Söhne');
  const { email, id, link } = await invite(owner, { message: 'Welcome,\nJane!' });
  await inBrowser(async (page) => {
    expect((await page.goto(link))?.status()).toBe(200);
    const text = await page.innerText('body');
    for (const shown of ['Ada Owner', 'Acme <Energy> & Söhne', email, 'Operator', 'Welcome,\nJane!']) {
      expect(text).toContain(shown);
    }
    expect(await statusOf(owner, id), 'opening the link changes nothing').toBe('PENDING');

    await page.getByRole('button', { name: 'Accept' }).click();
    expect(await heading(page)).toContain('Acme <Energy> & Söhne');
    expect(await page.getByRole('link', { name: 'Continue to Muster' }).getAttribute('href')).toBe(APPLICATION);
    expect(await statusOf(owner, id)).toBe('ACCEPTED');

    const jane = await service.person(email);
    const members = await jane.call('GET /v1/members');
    expect(members.body.data[1]).toMatchObject({ role: 'OPERATOR', userProfile: { email } });

    await page.goto(link);
    expect(await page.textContent('body'), 'the link of a member says so').toContain(email);
  });
});

testWhole('a person declines, and the link says so afterwards', async () => {
  const { owner } = await service.organization();
  const { id, link } = await invite(owner);
  await inBrowser(async (page) => {
    await page.goto(link);
    await page.getByRole('button', { name: 'Decline' }).click();
    expect(await heading(page)).toBe('You have declined');
    expect(await page.getByRole('button').count()).toBe(0);
    expect(await statusOf(owner, id)).toBe('DECLINED');
    expect((await page.goto(link))?.status()).toBe(410);
    expect(await heading(page)).toBe('This invitation was declined');
  });
});

testWhole('a person with an expired link asks for a new invitation, gets it, and becomes a member', async () => {
  const { owner } = await service.organization();
  await service.clock('-8d');
  // A new ID token, because an existing one would be from the future.
  const { email, id, link } = await invite(await service.person(owner.email));
  await service.clock(0);
  await inBrowser(async (page) => {
    expect((await page.goto(link))?.status()).toBe(410);
    expect(await heading(page)).toBe('This invitation has expired');
    const tab = await page.context().newPage();
    await tab.goto(link);
    await page.getByRole('button', { name: 'Ask for a new invitation' }).click();
    expect(await heading(page)).toBe('We have asked Ada Owner');
    await tab.getByRole('button', { name: 'Ask for a new invitation' }).click();
    expect(await heading(tab)).toBe('Ada Owner was asked already');
    await page.goBack();
    expect(await page.innerText('main')).toContain('You asked for a new one on');
    expect(await page.getByRole('button').count()).toBe(0);

    const mails = await service.mails(owner.email);
    expect(mails.map(({ subject }) => subject)).toEqual([`${email} asks for a new invitation to Acme Energy`]);
    const [organization] = (await owner.call('GET /v1/organizations')).body.data;
    expect(await mailedLink(owner.email), 'the mail links to the console').toBe(
      `${service.api}/console#/${organization.id}/invitations/${id}`,
    );
    expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);

    await page.goto(await mailedLink(email));
    await page.getByRole('button', { name: 'Accept' }).click();
    expect(await heading(page)).toBe('Welcome to Acme Energy');
    expect(await statusOf(owner, id)).toBe('ACCEPTED');
  });
});

testWhole(
  'a person with an earlier mail is referred to the newer one, also when the page was open before',
  async () => {
    const { owner } = await service.organization();
    const { email, id, link } = await invite(owner);
    await inBrowser(async (page) => {
      await page.goto(link);
      expect((await owner.call(`POST /v1/invitations/${id}/resend`)).status).toBe(200);
      await page.getByRole('button', { name: 'Accept' }).click();
      expect(await heading(page)).toBe('There is a newer mail');
      expect((await page.goto(link))?.status()).toBe(410);
      expect(await page.getByRole('button').count()).toBe(0);
      expect(await statusOf(owner, id)).toBe('PENDING');
      await page.goto(await mailedLink(email));
      await page.getByRole('button', { name: 'Accept' }).click();
      expect(await statusOf(owner, id)).toBe('ACCEPTED');
    });
  },
);

testWhole('a person stops the reminders from the mail, and can still accept', async () => {
  const { owner } = await service.organization();
  const { email, id, link } = await invite(owner);
  const [mail] = await service.mails(email);
  await inBrowser(async (page) => {
    await page.setContent(mail?.html as string);
    await page.getByRole('link', { name: 'Stop reminders' }).click();
    expect(await heading(page)).toBe('Stop the reminders?');
    await page.getByRole('button', { name: 'Stop reminders' }).click();
    expect(await heading(page)).toBe('No more reminders');
    await service.clock('150h');
    await service.sweep();
    expect(await service.mails(email), 'no reminder is sent').toHaveLength(1);
    await page.goto(link);
    await page.getByRole('button', { name: 'Accept' }).click();
    expect(await statusOf(owner, id)).toBe('ACCEPTED');
  });
});

testWhole.each([
  { reason: 'the browser’s', locale: 'de-DE', language: undefined },
  { reason: 'the inviter’s chosen', locale: 'en-GB', language: 'de' },
])('the pages are in German if that is $reason language', async ({ locale, language }) => {
  const { owner } = await service.organization();
  const { link } = await invite(owner, { language });
  await inBrowser(
    async (page) => {
      await page.goto(link);
      expect(await page.getAttribute('html', 'lang')).toBe('de');
      await page.getByRole('button', { name: 'Einladung annehmen' }).click();
      expect(await heading(page)).toBe('Willkommen bei Acme Energy');
      expect(await page.getAttribute('html', 'lang')).toBe('de');
    },
    { ...PHONE, locale },
  );
});

describeWhole('an invalid link opens a page with advice', () => {
  test.each([
    ['revoked', 410],
    ['made up', 404],
  ])('if it is %s', async (kind, status) => {
    const { owner } = await service.organization();
    const { id, link } = await invite(owner);
    if (kind === 'revoked') await owner.call(`DELETE /v1/invitations/${id}`);
    await inBrowser(async (page) => {
      const opened = await page.goto(kind === 'revoked' ? link : `${link.slice(0, -4)}AAAA`);
      expect(opened?.status()).toBe(status);
      expect(await page.getByRole('button').count()).toBe(0);
      expect((await page.innerText('main')).length).toBeGreaterThan(80);
    });
  });
});

describe('the way to the application', () => {
  const redirectUrl = `${APPLICATION_ORIGIN}/welcome`;
  const target = (id: string, outcome: string) =>
    expect.stringMatching(new RegExp(`^/welcome\\?organization=org_\\w+&invitation=${id}&outcome=${outcome}$`));

  test.each(
    someOf(1, [
      ['without JavaScript', PHONE],
      ['with JavaScript', { viewport: { width: 1280, height: 900 } }],
    ]),
  )(
    'a person with an account is there after the click, also if it redirects to its sign-in (%s)',
    async (_, options) => {
      const { owner } = await service.organization();
      const { email, id, link } = await invite(owner, { redirectUrl });
      await (await service.person(email)).call('GET /v1/me');
      await inBrowser(async (page) => {
        await page.goto(link);
        await page.getByRole('button', { name: 'Accept' }).click();
        await page.waitForURL('**/login');
        expect(requests).toEqual([
          { url: target(id, 'accepted'), referrer: '' },
          { url: '/login', referrer: '' },
        ]);
        expect(await statusOf(owner, id)).toBe('ACCEPTED');
      }, options);
    },
  );

  testWhole(
    'a person without an account is led to create one, with the address and the way back filled in',
    async () => {
      const { owner } = await service.organization();
      const { email, id, link } = await invite(owner, { redirectUrl });
      await inBrowser(async (page) => {
        await page.goto(link);
        await page.getByRole('button', { name: 'Accept' }).click();
        expect(await page.innerText('main')).toContain('Create an account for Muster with this address');
        expect(requests, 'the page waits').toEqual([]);
        await page.getByRole('link', { name: 'Create account' }).click();
        await page.waitForURL(/sign-up/);
        const { searchParams } = new URL(page.url());
        expect(searchParams.get('email')).toBe(email);
        const next = new URL(searchParams.get('next') ?? '');
        expect([next.origin, next.pathname + next.search]).toEqual([APPLICATION_ORIGIN, target(id, 'accepted')]);
      });
    },
  );
});

describeWhole('times', () => {
  const inZone = (timezoneId: string, locale: string, javaScriptEnabled = true) => ({
    ...{ timezoneId, locale, javaScriptEnabled },
    viewport: { width: 390, height: 844 },
  });
  const shown = (page: Page) => page.locator('time').allTextContents();

  test.each([
    ['America/New_York', 'en-US', 'en', { hour12: true }],
    ['Europe/Berlin', 'de-DE', 'de', { hour12: false }],
    // A reader of another language than the page's gets the page's.
    ['Asia/Tokyo', 'ja-JP', 'en', { hour12: false }],
  ])('are in the zone of the reader’s browser: %s, %s', async (timeZone, locale, language, { hour12 }) => {
    const { owner } = await service.organization();
    const { id, link } = await invite(owner, { language });
    const at = new Date((await owner.call(`GET /v1/invitations/${id}`)).body.expiresAt);
    const parts = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat(language, { timeZone, ...options }).format(at);
    const errors: string[] = [];
    await inBrowser(
      async (page) => {
        page.on('console', (message) => errors.push(message.text()));
        page.on('pageerror', (error) => errors.push(error.message));
        await page.goto(link);
        const [time = '', ...others] = await shown(page);
        expect(others).toEqual([]);
        for (const part of [parts({ weekday: 'long' }), parts({ day: 'numeric' }), parts({ month: 'long' })]) {
          expect(time).toContain(part.replace(/\.$/, ''));
        }
        expect(time).toContain(parts({ minute: '2-digit' }).padStart(2, '0'));
        expect(/[AP]M/.test(time)).toBe(hour12);
        expect(time).toMatch(/(E[SD]T|GMT|ME?S?Z|CES?T|[A-Z]{3,4})/);
        expect(time).not.toContain('UTC');
      },
      inZone(timeZone, locale),
    );
    expect(errors, 'the content security policy allows the script').toEqual([]);
  });

  test('name UTC without JavaScript', async () => {
    const { owner } = await service.organization();
    const { link } = await invite(owner);
    await inBrowser(
      async (page) => {
        await page.goto(link);
        expect(await shown(page)).toEqual([expect.stringMatching(/^\w+, \d+ \w+ \d{4} at \d\d:\d\d UTC$/)]);
      },
      inZone('America/New_York', 'en-US', false),
    );
  });

  test('are the only thing that a script can write: another script doesn’t run', async () => {
    const { owner } = await service.organization();
    const { link } = await invite(owner);
    await inBrowser(
      async (page) => {
        await page.route(/accept\?token=/, async (route) => {
          const response = await route.fetch();
          const body = (await response.text()).replace('<main>', '<main><script>document.title = "pwned"</script>');
          await route.fulfill({ response, body });
        });
        await page.goto(link);
        expect(await page.title()).not.toBe('pwned');
        expect((await shown(page)).join()).not.toContain('UTC');
      },
      inZone('America/New_York', 'en-US'),
    );
  });
});
