import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, signIn, visitConsole } from '../support/console.ts';
import { newAddress, useService } from '../support/service.ts';
import { describeWhole, testWhole } from '../support/whole.ts';

// The frame of the console: who gets in, what they see of it, and when it ends.

const lines: string[] = [];
const service = useService({ onLog: (_, line) => void lines.push(line) });
const browser = useBrowser();

/** Text that runs if a page forgets to escape it. */
const XSS = `"><img src=x onerror=alert(1)><script>alert(2)</script>\${alert(3)}`;

/** Opens the console at the issuer's page, without signing in. */
async function open(fragment = ''): Promise<{ page: Page; context: BrowserContext }> {
  const context = await browser().newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  await page.goto(`${service.api}/console${fragment}`);
  await page.getByLabel('E-mail address').waitFor();
  return { page, context };
}

/** Fills in the issuer's page. */
async function answer(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Presses Sign in in the question that ends a session. @returns the small window */
async function openWindow(page: Page, context: BrowserContext): Promise<Page> {
  await page.bringToFront();
  const button = page.getByRole('dialog').getByRole('button', { name: 'Sign in' });
  const [popup] = await Promise.all([context.waitForEvent('page'), button.click()]);
  return popup;
}

/** Takes the refresh token from the issuer's answers: many issuers give none. */
async function withoutRefreshToken(context: BrowserContext): Promise<void> {
  await context.route(/\/token$/, async (route) => {
    const response = await route.fetch();
    const { refresh_token: _, ...json } = await response.json();
    await route.fulfill({ response, json });
  });
}

const UNAUTHENTICATED = {
  status: 401,
  json: { statusCode: 401, error: 'unauthenticated', message: 'A valid bearer token is required.', requestId: 'x' },
};

/** Ends the session of the person: no ID token is valid any more, and no refresh token. */
async function endSession(context: BrowserContext): Promise<void> {
  await context.route(/\/token$/, async (route) => {
    const isRefresh = route.request().postData()?.includes('refresh_token');
    if (isRefresh) await route.fulfill({ status: 400, json: { error: 'invalid_grant' } });
    else await route.continue();
  });
  let refused = 0;
  await context.route('**/v1/organizations', async (route) => {
    refused += 1;
    if (refused === 1) await route.fulfill(UNAUTHENTICATED);
    else await route.continue();
  });
}

describe('signing in', () => {
  test('uses the code flow with PKCE; the token is sent to the API only, and kept nowhere', async () => {
    const { owner } = await service.organization('Acme Energy');
    await visitConsole(browser(), service, { email: owner.email }, async (page, _context, { requests }) => {
      await page.getByRole('heading', { name: 'Members' }).waitFor();
      const urls = requests.map((request) => request.url());
      const asked = new URL(urls.find((url) => url.includes('/authorize?')) as string).searchParams;
      expect(Object.fromEntries(asked)).toMatchObject({
        response_type: 'code',
        code_challenge_method: 'S256',
        scope: 'openid email profile',
        redirect_uri: `${service.api}/console`,
      });
      for (const name of ['state', 'nonce', 'code_challenge']) expect(asked.get(name)).toMatch(/^[\w-]{43}$/);
      const exchange = requests.find((request) => request.method() === 'POST' && request.url().endsWith('/token'));
      expect(exchange?.postData()).toMatch(/code_verifier=[\w-]{43}/);
      const withToken = requests.filter((request) => request.headers().authorization);
      expect(withToken.length).toBeGreaterThan(1);
      for (const request of withToken) expect(request.url()).toMatch(new RegExp(`^${service.api}/v1/`));
      const token = withToken[0]?.headers().authorization?.slice('Bearer '.length) as string;
      expect(urls.join()).not.toContain(token);
      expect(lines.join()).not.toContain(token);
      expect(await page.evaluate('history.length'), 'the code is not in the history').toBeLessThanOrEqual(3);
      expect(page.url()).not.toMatch(/[?&](code|state)=/);
    });
  });

  testWhole('ends on the page that was asked for, and a reload needs no question', async () => {
    const { id, owner } = await service.organization();
    const fragment = `#/${id}/audit-log`;
    await visitConsole(browser(), service, { email: owner.email, fragment }, async (page) => {
      await page.getByRole('heading', { level: 2, name: 'Audit log' }).waitFor();
      await page.reload();
      await page.getByRole('heading', { level: 2, name: 'Audit log' }).waitFor();
      expect(page.url()).toBe(`${service.api}/console${fragment}`);
      expect(await page.title()).toBe('Audit log · Muster');
    });
  });

  test('refuses an answer that this browser has not asked for', async () => {
    const page = await browser().newPage();
    await page.goto(`${service.api}/console?code=stolen&state=forged`);
    await page.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
    expect(page.url()).toBe(`${service.api}/console`);
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByLabel('E-mail address').waitFor();
    await page.close();
  });

  testWhole('is not repeated after signing out, until the person wants to', async () => {
    const { owner } = await service.organization();
    await visitConsole(browser(), service, { email: owner.email, name: 'Ada Owner' }, async (page) => {
      await page.getByRole('button', { name: 'Signed in as' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Sign in' }).click();
      // The session at the issuer has ended too.
      await page.getByLabel('E-mail address').waitFor();
    });
  });

  testWhole('goes on where the person was when their session ends in the middle', async () => {
    const { id, owner } = await service.organization();
    const visit = { email: owner.email, fragment: `#/organizations` };
    await visitConsole(browser(), service, visit, async (page, context) => {
      await endSession(context);
      await page.getByLabel('Name of the organization').fill('Still here');
      await page.getByRole('button', { name: 'Create an organization' }).click();
      await page.getByRole('heading', { name: 'Please sign in again' }).waitFor();
      await expectAccessible(page);
      expect(await page.getByLabel('Name of the organization').inputValue()).toBe('Still here');
      const [popup] = await Promise.all([
        context.waitForEvent('page'),
        page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click(),
      ]);
      await popup.waitForEvent('close');
      await page.getByText('Still here is created.').waitFor();
      const made = (await owner.call('GET /v1/organizations')).body.data;
      expect(made.map((each: { name: string }) => each.name)).toEqual(['Acme Energy', 'Still here']);
      expect(made[0].id).toBe(id);
    });
  });

  testWhole(
    'in the middle as somebody else begins anew, and does nothing that the first person has begun',
    async () => {
      const [{ owner }, other] = [await service.organization('One'), await service.organization('Other')];
      const visit = { email: owner.email, fragment: `#/organizations` };
      await visitConsole(browser(), service, visit, async (page, context) => {
        await endSession(context);
        await page.getByLabel('Name of the organization').fill('Not mine');
        await page.getByRole('button', { name: 'Create an organization' }).click();
        await context.clearCookies();
        const [popup] = await Promise.all([
          context.waitForEvent('page'),
          page.getByRole('dialog').getByRole('button', { name: 'Sign in' }).click(),
        ]);
        await popup.getByLabel('E-mail address').fill(other.owner.email);
        await popup.getByRole('button', { name: 'Sign in' }).click();
        await page.getByRole('button', { name: 'Organization: Other' }).waitFor();
        expect(await page.getByText('One').count()).toBe(0);
        expect((await other.owner.call('GET /v1/organizations')).body.data).toHaveLength(1);
      });
    },
  );

  testWhole('of a person whose address isn’t verified says what to do', async () => {
    const page = await browser().newPage();
    await page.goto(`${service.api}/console`);
    await page.getByLabel('E-mail address').fill(newAddress());
    await page.getByLabel('The address isn').check();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Verify your e-mail address' }).waitFor();
    await expectAccessible(page);
    await page.close();
  });
});

describeWhole('signing in always goes on', () => {
  let email: string;
  let id: string;
  beforeAll(async () => {
    const { owner, ...made } = await service.organization('Acme Energy');
    ({ email } = owner);
    ({ id } = made);
  });

  test.each([
    ['answers 503', (route: Route) => route.fulfill({ status: 503, headers: { 'access-control-allow-origin': '*' } })],
    ['can’t be reached', (route: Route) => route.abort('internetdisconnected')],
  ])('when the issuer %s once', async (_, fail) => {
    const { page, context } = await open(`#/${id}/teams`);
    await context.route(/\/token$/, fail, { times: 1 });
    await answer(page, email);
    await page.getByRole('heading', { name: 'This page could not be loaded' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor();
    await context.close();
  });

  test('when the API refuses the first token, and there is no refresh token', async () => {
    const { page, context } = await open();
    await withoutRefreshToken(context);
    await context.route('**/v1/**', (route) => route.fulfill(UNAUTHENTICATED));
    await answer(page, email);
    await page.getByText('The service doesn’t accept this sign-in').waitFor();
    await expectAccessible(page);
    await context.unroute('**/v1/**');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
    await context.close();
  });

  test('when the API refuses every token', async () => {
    const { page, context } = await open();
    await context.route('**/v1/**', (route) => route.fulfill(UNAUTHENTICATED));
    await answer(page, email);
    await page.getByText('The service doesn’t accept this sign-in').waitFor();
    await context.close();
  });

  test('when the clock of the computer is ahead', async () => {
    const { page, context } = await open();
    await withoutRefreshToken(context);
    // Local tokens live for a year.
    await page.clock.setSystemTime(Date.now() + 2 * 365 * 24 * 3600_000);
    await answer(page, email);
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
    await context.close();
  });

  test('when Back leads to the issuer, whose answer is used up: on the page that was asked for', async () => {
    const visit = { email, fragment: `#/${id}/teams` };
    await visitConsole(browser(), service, visit, async (page) => {
      await page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor();
      await page.goBack();
      await page.getByRole('heading', { level: 1, name: 'Teams' }).waitFor();
      expect(page.url()).toBe(`${service.api}/console#/${id}/teams`);
    });
  });

  test('when an answer is long in coming: it says so, and offers to load again', async () => {
    const { page, context } = await open();
    await context.route('**/v1/me', () => {}, { times: 1 });
    await answer(page, email);
    await page.getByText('The service takes longer than usual').waitFor();
    await page.getByRole('button', { name: 'Load again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
    await context.route('**/v1/teams**', () => {}, { times: 1 });
    await page.getByRole('link', { name: 'Teams' }).click();
    await page.getByText('The service takes longer than usual').waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByText('The service takes longer than usual').waitFor({ state: 'detached' });
    await context.close();
  });

  test('when the browser blocks storage: it says so', async () => {
    const context = await browser().newContext({ locale: 'en-GB' });
    await context.addInitScript(`for (const name of ['localStorage', 'sessionStorage'])
      Object.defineProperty(window, name, { get() { throw new DOMException('Denied.', 'SecurityError'); } })`);
    const page = await context.newPage();
    await page.goto(`${service.api}/console`);
    await page.getByText('Your browser blocks storage for this site').waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Try again' }).waitFor();
    await context.close();
  });
});

describeWhole('signing in again in the middle', () => {
  /** Visits with a session that has ended, so that the page asks. */
  async function visitEnded(act: (page: Page, context: BrowserContext, email: string) => Promise<void>): Promise<void> {
    const { id, owner } = await service.organization();
    await visitConsole(
      browser(),
      service,
      { email: owner.email, fragment: `#/${id}/members` },
      async (page, context) => {
        await page.locator('muster-members').getByText(owner.email).waitFor();
        await endForGood(context);
        await page.getByRole('link', { name: 'Teams' }).click();
        await asked(page).waitFor();
        await act(page, context, owner.email);
      },
    );
  }

  /** Ends the session: only the tokens of a sign-in after this are valid. */
  async function endForGood(context: BrowserContext): Promise<void> {
    const valid = new Set<string>();
    await context.clearCookies();
    await context.route(/\/token$/, async (route) => {
      const isRefresh = route.request().postData()?.includes('refresh_token');
      if (isRefresh) return route.fulfill({ status: 400, json: { error: 'invalid_grant' } });
      const response = await route.fetch();
      valid.add(`Bearer ${(await response.json()).id_token}`);
      return route.fulfill({ response });
    });
    await context.route('**/v1/**', (route) =>
      valid.has(route.request().headers().authorization ?? '') ? route.continue() : route.fulfill(UNAUTHENTICATED),
    );
  }

  const asked = (page: Page) => page.getByRole('heading', { name: 'Please sign in again' });

  test('can’t be closed by Escape, also above another dialog', async () => {
    const { id, owner } = await service.organization();
    const visit = { email: owner.email, fragment: `#/${id}/members` };
    await visitConsole(browser(), service, visit, async (page, context) => {
      await page.getByRole('button', { name: 'Invite people' }).click();
      await page.getByLabel('E-mail addresses').fill('one@example.com\ntwo@example.com');
      await endForGood(context);
      await page.getByRole('button', { name: 'Check' }).click();
      await asked(page).waitFor();
      for (let presses = 0; presses < 6; presses += 1) {
        await page.keyboard.press('Escape');
        await page.waitForTimeout(presses * 100);
      }
      expect(await asked(page).isVisible()).toBe(true);
      // As a phone's Back may: it asks nobody.
      await page.evaluate("document.querySelector('muster-console').shadowRoot.querySelector('dialog').close()");
      await page.waitForTimeout(200);
      expect(await asked(page).isVisible()).toBe(true);
      const popup = await openWindow(page, context);
      await answer(popup, owner.email);
      await asked(page).waitFor({ state: 'detached' });
      await page.getByRole('button', { name: 'Invite 2 people' }).click();
      await expect.poll(async () => (await owner.call('GET /v1/invitations')).body.meta.total).toBe(2);
    });
  });

  test('works in two windows at once, and no forged answer stops it', async () => {
    await visitEnded(async (page, context, email) => {
      const other = await context.newPage();
      await other.goto(`${service.api}/console`);
      await answer(other, email);
      await other.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
      await context.clearCookies();
      await context.unrouteAll();
      await endForGood(context);
      await other.evaluate("location.hash = location.hash.replace('members', 'teams')");
      await asked(other).waitFor();
      const windows = [await openWindow(page, context), await openWindow(other, context)] as const;
      for (const each of windows) await each.getByLabel('E-mail address').waitFor();

      const forged = await context.newPage();
      await forged.goto(`${service.api}/console?state=again.forged&code=x`);
      await forged.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
      await expectAccessible(forged);

      await answer(windows[1], email);
      await asked(other).waitFor({ state: 'detached' });
      expect(await asked(page).isVisible()).toBe(true);
      await answer(windows[0], email);
      await asked(page).waitFor({ state: 'detached' });
      for (const each of windows) await expect.poll(() => each.isClosed()).toBe(true);
      await page.locator('muster-teams').getByRole('heading', { name: 'Teams' }).waitFor();
    });
  });

  test('says why it failed, and can be tried again', async () => {
    await visitEnded(async (page, context, email) => {
      const popup = await openWindow(page, context);
      await popup.getByLabel('E-mail address').waitFor();
      const state = new URL(popup.url()).searchParams.get('state');
      const refusal = `state=${state}&error=access_denied&error_description=Not+today`;
      // It closes itself, maybe before it has loaded.
      await popup.goto(`${service.api}/console?${refusal}`).catch(() => {});
      await page.getByRole('dialog').getByText('The sign-in provider says: Not today').waitFor();
      await expectAccessible(page);
      await context.route(/\/token$/, (route) => route.abort('internetdisconnected'), { times: 1 });
      await answer(await openWindow(page, context), email);
      await page.getByRole('dialog').getByText('The service can’t be reached').waitFor();
      await openWindow(page, context);
      await asked(page).waitFor({ state: 'detached' });
    });
  });

  test('keeps the page even if the API fails right after', async () => {
    await visitEnded(async (page, context, email) => {
      await context.route('**/v1/me', (route) => route.abort('internetdisconnected'));
      await answer(await openWindow(page, context), email);
      await asked(page).waitFor({ state: 'detached' });
      await page.getByText('No connection').waitFor();
      await context.unroute('**/v1/me');
    });
  });

  test('is over once the person has signed out in another window', async () => {
    const { id, owner } = await service.organization();
    const visit = { email: owner.email, fragment: `#/${id}/members` };
    await visitConsole(browser(), service, visit, async (page, context) => {
      const other = await context.newPage();
      await other.goto(`${service.api}/console#/${id}/members`);
      await other.locator('muster-members').getByText(owner.email).waitFor();
      await page.bringToFront();
      await page.getByRole('button', { name: 'Signed in as' }).click();
      await page.getByRole('button', { name: 'Sign out' }).click();
      await other.getByRole('heading', { name: 'You are signed out' }).waitFor();
      expect(await other.getByText(owner.email).count()).toBe(0);
      await other.reload();
      await other.getByRole('heading', { name: 'You are signed out' }).waitFor();
    });
  });
});

describe('a person without an organization', () => {
  test('is told what they can do, and creates one', async () => {
    const email = newAddress('newcomer');
    await visitConsole(browser(), service, { email, size: 'phone' }, async (page) => {
      await page.getByRole('heading', { name: 'You aren’t in an organization yet' }).waitFor();
      await page.getByText(`sent to ${email}, the address`).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Menu', exact: true }).click();
      const choose = page.getByText('Choose an organization');
      expect(await choose.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)).toBeLessThanOrEqual(0);
      await page.getByRole('button', { name: 'Menu', exact: true }).click();
      await page.getByLabel('Name of the organization').fill('Startup');
      await page.getByRole('button', { name: 'Create an organization' }).click();
      await page.getByRole('heading', { name: 'Members' }).waitFor();
      const notice = page.getByText('Startup is created.');
      await notice.waitFor();
      await page.getByLabel('Search by name or e-mail address').and(page.getByPlaceholder('Name or e-mail')).waitFor();
      await page.getByRole('button', { name: 'Invite people' }).click();
      await page.getByRole('button', { name: 'Choose a file' }).waitFor();
      expect(await page.getByText('Or drop a CSV file here').isVisible(), 'a finger drags no file').toBe(false);
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Menu', exact: true }).click();
      await page.getByRole('link', { name: 'Teams' }).click();
      await notice.waitFor({ state: 'detached' });
    });
  });

  test('accepts and declines the invitations that wait for them', async () => {
    const [one, other] = [await service.organization('Acme Energy'), await service.organization('Volt')];
    const email = newAddress('jane');
    for (const { owner } of [one, other]) {
      await owner.muster.invitations.create({ email, role: 'VIEWER', message: 'Welcome!' });
    }
    await visitConsole(browser(), service, { email }, async (page) => {
      await page.getByText('Ada Owner invites you, as Viewer').first().waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Decline: Volt' }).click();
      await page.getByRole('dialog').getByText('Decline the invitation to Volt?').waitFor();
      await expectAccessible(page);
      await page.locator('muster-dialog').getByRole('button', { name: 'Decline' }).click();
      await page.getByText('You’ve declined the invitation of Volt.').waitFor();
      // The notice's ten seconds.
      await page.evaluate(`(() => {
        const { setTimeout } = globalThis;
        globalThis.setTimeout = (act, time) => setTimeout(act, time === 10_000 ? 1500 : time);
      })()`);
      await page.getByRole('button', { name: 'Accept: Acme Energy' }).click();
      const notice = page.getByText('You are now a member of Acme Energy.');
      await notice.hover();
      await page.waitForTimeout(2000);
      expect(await notice.isVisible(), 'while the pointer is over it').toBe(true);
      await page.mouse.move(0, 0);
      await notice.waitFor({ state: 'detached' });
    });
    const statusOf = async ({ owner }: typeof one) => (await owner.call('GET /v1/invitations')).body.data[0].status;
    expect([await statusOf(one), await statusOf(other)]).toEqual(['ACCEPTED', 'DECLINED']);
  });
});

describe('the navigation', () => {
  test.each([
    ['ADMIN', ['Members', 'Invitations', 'Teams', 'Sites', 'Access tokens', 'Webhooks', 'Audit log', 'Organization']],
    ['VIEWER', ['Members', 'Teams', 'Sites', 'Access tokens', 'Organization']],
  ])('of a person with the role %s has the pages that the role may see', async (role, pages) => {
    const { id, owner } = await service.organization('Acme Energy');
    const { email } = await service.member(owner, role);
    await visitConsole(browser(), service, { email, size: 'phone' }, async (page) => {
      await page.getByRole('banner').getByText('Acme Energy').waitFor();
      await page.getByRole('button', { name: 'Menu' }).click();
      const links = page.getByRole('navigation', { name: 'Pages of the organization' }).getByRole('link');
      await links.first().waitFor();
      expect(await links.allInnerTexts()).toEqual(pages);
      await expectAccessible(page);
      await page.goto(`${service.api}/console#/${id}/invitations`);
      const heading = role === 'ADMIN' ? 'Invitations' : 'Your role doesn’t include this page';
      await page.getByRole('heading', { level: 1, name: heading }).waitFor();
    });
  });

  testWhole('leads from one organization to another, by keyboard, in two languages', async () => {
    const { owner } = await service.organization('Acme Energy');
    await owner.muster.organizations.create({ name: 'Volt' });
    const options = { colorScheme: 'dark' } as const;
    await visitConsole(browser(), service, { email: owner.email, options }, async (page) => {
      const switcher = page.getByRole('button', { name: 'Organization: Acme Energy' });
      await switcher.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Volt' }).waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Escape');
      expect(await page.evaluate('document.activeElement?.shadowRoot?.activeElement?.className')).toBe('switcher');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: 'Volt' }).press('Enter');
      await page.getByRole('button', { name: 'Organization: Volt' }).waitFor();
      await page.getByRole('button', { name: 'Organization: Volt' }).click();
      await page.getByRole('link', { name: 'Create an organization' }).click();
      await page.getByRole('heading', { level: 1, name: 'Your organizations' }).waitFor();
      await page.keyboard.type('Third');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Organization: Third' }).waitFor();
      await page.getByRole('button', { name: 'Signed in as' }).click();
      await page.getByRole('button', { name: 'Deutsch' }).click();
      await page.getByRole('heading', { level: 1, name: 'Mitglieder' }).waitFor();
      expect(await page.evaluate('document.documentElement.lang')).toBe('de');
      await page.reload();
      await page.getByRole('heading', { level: 1, name: 'Mitglieder' }).waitFor();
    });
  });
});

describeWhole('menus, by keyboard', () => {
  const visibleSignOut = (page: Page) => page.getByRole('button', { name: 'Sign out' });

  test('close with Escape, from their button too', async () => {
    const { owner } = await service.organization();
    await visitConsole(browser(), service, { email: owner.email }, async (page) => {
      await page.getByRole('button', { name: 'Signed in as' }).focus();
      await page.keyboard.press('Enter');
      await visibleSignOut(page).waitFor();
      await page.keyboard.press('Escape');
      await visibleSignOut(page).waitFor({ state: 'hidden' });
    });
  });

  test('on a phone, Escape closes the navigation, and so does the focus when it leaves it', async () => {
    const { owner } = await service.organization();
    await visitConsole(browser(), service, { email: owner.email, size: 'phone' }, async (page) => {
      const [menu, link] = [
        page.getByRole('button', { name: 'Menu', exact: true }),
        page.getByRole('link', { name: 'Teams' }),
      ];
      await page.getByRole('button', { name: 'Invite people' }).waitFor();
      await menu.focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Signed in as' }).press('Enter');
      await visibleSignOut(page).waitFor();
      // The menu in the navigation closes alone.
      await page.keyboard.press('Escape');
      await visibleSignOut(page).waitFor({ state: 'hidden' });
      expect(await link.isVisible()).toBe(true);
      await page.keyboard.press('Escape');
      await link.waitFor({ state: 'hidden' });
      expect(await page.evaluate('document.activeElement?.shadowRoot?.activeElement?.ariaLabel')).toBe('Menu');
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Signed in as' }).focus();
      await page.keyboard.press('Tab');
      await link.waitFor({ state: 'hidden' });
    });
  });
});

test('a removed admin is out at the next request, and is told so', async () => {
  const { owner } = await service.organization('Acme Energy');
  const { email, memberId } = await service.member(owner, 'ADMIN');
  await visitConsole(browser(), service, { email }, async (page) => {
    // Else the list itself is the next request.
    await page.locator('muster-members').getByText(email).waitFor();
    await owner.muster.members.remove(memberId);
    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByText('You are no longer a member of Acme Energy.').waitFor();
    // They were: no "yet".
    await page.getByRole('heading', { name: 'You aren’t in an organization', exact: true }).waitFor();
    expect(await page.getByRole('link', { name: 'Members' }).count()).toBe(0);
  });
});

/** Lets the window be left, and come back to after some seconds, as if they had passed. */
async function comeBack(page: Page, seconds: number): Promise<void> {
  await page.evaluate(`(() => {
    const now = Date.now.bind(Date);
    document.hasFocus = () => false;
    dispatchEvent(new Event('blur'));
    Date.now = () => now() + ${seconds} * 1000;
    delete document.hasFocus;
    dispatchEvent(new Event('focus'));
  })()`);
}

describe('an open page', () => {
  test('is read again when the person comes back after a while, or clicks its entry in the menu', async () => {
    const { id, owner } = await service.organization('Acme Energy');
    const { email, memberId } = await service.member(owner, 'ADMIN');
    await visitConsole(
      browser(),
      service,
      { email, fragment: `#/${id}/members` },
      async (page, _context, { requests }) => {
        const list = page.getByRole('list', { name: 'Members' });
        await list.getByText(email).waitFor();
        // Whether the list was ever away.
        await page.evaluate(`(() => {
        const root = document.querySelector('muster-console').shadowRoot.querySelector('muster-members').shadowRoot;
        new MutationObserver(() => { globalThis.isGone ||= !root.querySelector('.list'); }).observe(root, { childList: true, subtree: true });
      })()`);
        const joe = await service.member(owner, 'USER', newAddress('joe'));
        const asked = requests.length;
        await comeBack(page, 20);
        await page.waitForTimeout(300);
        expect(requests.length, 'a short while').toBe(asked);
        await comeBack(page, 31);
        await list.getByText(joe.email).waitFor();

        // What the person is doing stays.
        await page.getByRole('button', { name: `Manage ${joe.email}` }).click();
        const ann = await service.member(owner, 'USER', newAddress('ann'));
        await comeBack(page, 31);
        await page.waitForTimeout(500);
        await page.getByRole('dialog').getByText(joe.email).first().waitFor();
        await page.keyboard.press('Escape');
        expect(await list.getByText(ann.email).count()).toBe(0);
        await page.getByRole('link', { name: 'Members', exact: true }).click();
        await list.getByText(ann.email).waitFor();
        expect(await page.evaluate('globalThis.isGone ?? false'), 'no skeleton').toBe(false);

        await owner.muster.members.update(memberId, { role: 'VIEWER' });
        await comeBack(page, 31);
        await page.getByRole('link', { name: 'Audit log' }).waitFor({ state: 'detached' });
        await page.getByRole('button', { name: 'Organization: Acme Energy Viewer' }).waitFor();
      },
    );
  });
});

test('names are text: of the organization, of the person, of the inviter', async () => {
  const email = newAddress('jane');
  const { id, owner } = await service.organization(XSS.slice(0, 100));
  await owner.muster.me.update({ firstName: XSS.slice(0, 100), lastName: XSS.slice(0, 100) });
  await owner.muster.invitations.create({ email, role: 'USER', message: XSS });
  await visitConsole(browser(), service, { email }, async (page) => {
    await page.getByRole('button', { name: 'Accept' }).waitFor();
    for (const text of await page.getByText(XSS).all()) await text.waitFor();
  });
  await visitConsole(
    browser(),
    service,
    { email: owner.email, fragment: `#/${id}/${encodeURIComponent(XSS)}` },
    async (page) => {
      await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
      for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
        await page.goto('about:blank');
        await page.goto(`${service.api}/console#/${id}/${name}`);
        await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
      }
      await page.getByRole('button', { name: 'Organization: "><img src=x' }).waitFor();
    },
  );
});

describe('the document', () => {
  /** A page of somebody else that frames the console. */
  const framing = createServer((_, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(`<iframe src="${service.api}/console"></iframe>`);
  });
  afterAll(() => framing.close());

  testWhole('can’t be framed', async () => {
    await new Promise<void>((listening) => framing.listen(0, '127.0.0.1', listening));
    const page = await browser().newPage();
    await page.goto(`http://127.0.0.1:${(framing.address() as AddressInfo).port}/`);
    await page.waitForTimeout(500);
    expect(page.frames().map((frame) => frame.url())).not.toContain(`${service.api}/console`);
    await page.close();
  });

  test('can’t be moved elsewhere by a page that opened it', async () => {
    const context = await browser().newContext();
    const page = await context.newPage();
    await page.goto(`${service.stack.issuer}/.well-known/openid-configuration`);
    const opened = context.waitForEvent('page');
    await page.evaluate(`globalThis.opened = open(${JSON.stringify(`${service.api}/console?state=x`)}); 0`);
    const other = await opened;
    await other.getByRole('heading', { name: 'Signing in did not work' }).waitFor();
    expect(await other.evaluate('opener')).toBe(null);
    expect(await page.evaluate('globalThis.opened.closed')).toBe(true);
    await context.close();
  });

  test('allows scripts and styles of its own only', async () => {
    const { headers } = await service.call('GET /console');
    const policy = headers.get('content-security-policy') ?? '';
    expect(policy).not.toMatch(/unsafe|\*/);
    const issuer = new RegExp(`connect-src 'self' ${service.stack.issuer};`);
    for (const part of [
      "default-src 'none'",
      "script-src 'self';",
      issuer,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ]) {
      expect(policy).toMatch(part);
    }
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
  });
});

testWhole('the issuer’s session is no third party’s: another person signs in after signing out', async () => {
  const [one, other] = [await service.organization('One'), await service.organization('Other')];
  await visitConsole(browser(), service, { email: one.owner.email }, async (page) => {
    await page.getByRole('button', { name: 'Signed in as' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, other.owner.email);
    await page.getByRole('button', { name: 'Organization: Other' }).waitFor();
    expect(await page.getByText('One').count()).toBe(0);
  });
});
