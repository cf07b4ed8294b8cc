import { createHash } from 'node:crypto';
import axe from 'axe-core';
import type { Response } from 'playwright-core';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { axeFindings, useBrowser } from '../support/browser.ts';
import { once } from '../support/once.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Tests every kind of page, as the running service delivers it.

const service = useService({
  environment: {
    APPLICATION_URL: 'https://app.example.com/',
    SUPPORT_ADDRESS: 'help@example.com',
    LIMITS: JSON.stringify({ organizationsOfPerson: 1 }),
  },
});
const browser = useBrowser();
const PATH = '/invitations/accept';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** A request for a page, with the expected status. */
interface PageRequest {
  readonly status: number;
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function invite(admin: Client, email = newAddress('jane')) {
  const invited = await admin.call('POST /v1/invitations', { body: { email, role: 'OPERATOR' } });
  expect(invited.status).toBe(201);
  return { email, id: invited.body.id as string, token: await service.linkToken(email) };
}

const open = (status: number, token: string, path = PATH): PageRequest => ({
  ...{ status, method: 'GET', path: `${path}?token=${token}` },
});
const SITE_INVITE = '/site/invite/accept';
const SITE_REQUEST = '/site/sensitive-data';
const post = (status: number, path: string, token: string): PageRequest => ({
  ...{ status, method: 'POST', path, headers: FORM },
  body: `token=${token}`,
});
const accept = (status: number, token: string): PageRequest => post(status, PATH, token);

/** Creates an expired invitation. */
async function createExpired(admin: Client) {
  await service.clock('-8d');
  // A new ID token, because an existing one would be from the future.
  const invited = await invite(await service.person(admin.email));
  await service.clock(0);
  return invited;
}

/** Returns the path that stops the reminders of a new invitation. */
async function stopPath(): Promise<string> {
  const { owner } = await service.organization();
  const { email } = await invite(owner);
  return `/invitations/stop-reminders?token=${await service.linkToken(email, 'stop')}`;
}

/** Creates a site whose owner invites another of their teams. */
async function siteShared() {
  const { owner } = await service.organization('Acme <Energy> & Söhne');
  const makeTeam = async () => {
    const body = { name: newAddress('<team>'), email: owner.email, type: 'Other' };
    return (await owner.call('POST /api/v3/teams', { body })).body.data.uuid as string;
  };
  const body = { name: 'Depot <1> & Söhne', team_uuid: await makeTeam() };
  const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid as string;
  const invited = await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email: owner.email } });
  expect(invited.status).toBe(201);
  return { owner, site, team: await makeTeam(), token: await service.linkToken(owner.email) };
}

const siteInvite = async () => (await siteShared()).token;

async function requestToken(): Promise<string> {
  const { owner, site, team, token } = await siteShared();
  const body = { token, team_uuid: team };
  expect((await owner.call('POST /api/v3/sites/invite/accept', { body })).status).toBe(200);
  const asked = await owner.call(`POST /api/v3/sites/${site}/teams/${team}/request-sensitive-data`, {
    body: { reason: 'To <repair>\nthem', requested_expires_never: true },
  });
  expect(asked.status).toBe(200);
  return service.linkToken(owner.email);
}

/** Prepares each kind of page. Returns the request for it. */
const KINDS: Readonly<Record<string, () => Promise<PageRequest>>> = {
  invitation: async () => {
    const { owner } = await service.organization('Acme <Energy> & Söhne');
    return open(200, (await invite(owner)).token);
  },
  accepted: async () => {
    const { owner } = await service.organization();
    return accept(200, (await invite(owner)).token);
  },
  'accepted before': async () => {
    const { owner } = await service.organization();
    const { token } = await invite(owner);
    await service.call('POST /v1/invitations/accept', { body: { token } });
    return open(200, token);
  },
  'unknown link': async () => open(404, 'A'.repeat(64)),
  'expired link': async () => {
    const { owner } = await service.organization();
    return open(410, (await createExpired(owner)).token);
  },
  'expired link, renewal requested': async () => {
    const { owner } = await service.organization();
    const { token } = await createExpired(owner);
    await service.call('POST /invitations/ask', { body: `token=${token}`, headers: FORM });
    return open(410, token);
  },
  'renewal requested': async () => {
    const { owner } = await service.organization();
    return post(200, '/invitations/ask', (await createExpired(owner)).token);
  },
  declined: async () => {
    const { owner } = await service.organization();
    return post(200, '/invitations/decline', (await invite(owner)).token);
  },
  reminders: async () => ({ status: 200, method: 'GET', path: await stopPath() }),
  'no more reminders': async () => ({ status: 200, method: 'POST', path: await stopPath() }),
  'unknown link for stopping reminders': async () => ({
    ...{ status: 404, method: 'GET', path: `/invitations/stop-reminders?token=${'A'.repeat(64)}` },
  }),
  'revoked link': async () => {
    const { owner } = await service.organization();
    const { id, token } = await invite(owner);
    await owner.call(`DELETE /v1/invitations/${id}`);
    return open(410, token);
  },
  'declined link': async () => {
    const { owner } = await service.organization();
    const { token } = await invite(owner);
    await service.call('POST /v1/invitations/decline', { body: { token } });
    return open(410, token);
  },
  'link of a former member': async () => {
    const { owner } = await service.organization();
    const { token } = await invite(owner);
    const accepted = await service.call('POST /v1/invitations/accept', { body: { token } });
    await owner.call(`DELETE /v1/members/${accepted.body.member.id}`);
    return accept(410, token);
  },
  'superseded link': async () => {
    const { owner } = await service.organization();
    const { id, token } = await invite(owner);
    await owner.call(`POST /v1/invitations/${id}/resend`);
    return open(410, token);
  },
  'link of a former inviter': async () => {
    const { owner } = await service.organization();
    const admin = await service.member(owner, 'ADMIN');
    const { token } = await invite(admin);
    await owner.call(`DELETE /v1/members/${admin.memberId}`);
    return open(410, token);
  },
  'limit of organizations': async () => {
    const email = newAddress('busy');
    const [one, two] = [await service.organization(), await service.organization()];
    await service.member(one.owner, 'USER', email);
    return accept(409, (await invite(two.owner, email)).token);
  },
  'invite to a site': async () => open(200, await siteInvite(), SITE_INVITE),
  'accepted invite to a site': async () => {
    const { token, team } = await siteShared();
    const request = post(200, SITE_INVITE, token);
    return { ...request, body: `${request.body}&team=${team}` };
  },
  'expired invite to a site': async () => {
    await service.clock('-8d');
    const token = await siteInvite();
    await service.clock(0);
    return open(410, token, SITE_INVITE);
  },
  'unknown invite to a site': async () => open(404, 'A'.repeat(64), SITE_INVITE),
  'request for sensitive data': async () => open(200, await requestToken(), SITE_REQUEST),
  'granted request for sensitive data': async () => {
    const request = post(200, SITE_REQUEST, await requestToken());
    return { ...request, body: `${request.body}&decision=granted` };
  },
  'unknown request for sensitive data': async () => open(404, 'A'.repeat(64), SITE_REQUEST),
  'unknown path': async () => ({ status: 404, method: 'GET', path: '/nowhere' }),
  'unknown method': async () => ({ status: 405, method: 'PUT', path: PATH }),
  'body of another type': async () => ({
    ...{ status: 415, method: 'POST', path: PATH, headers: { 'content-type': 'text/plain' } },
    body: 'token',
  }),
  'too many conflicts': async () => {
    const { owner } = await service.organization();
    const { token } = await invite(owner);
    await service.faults([
      { function: 'pages/accept', action: 'dynamodb:TransactWriteItems', fault: 'conflict', times: -1 },
    ]);
    return accept(503, token);
  },
  defect: async () => {
    await service.faults([{ function: 'pages/invitation', fault: 'refuse', times: -1 }]);
    return open(500, 'A'.repeat(64));
  },
};

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

/** Opens a page in a new browser context. */
async function visit(request: PageRequest) {
  const page = await (await browser().newContext()).newPage();
  const messages: string[] = [];
  page.on('pageerror', ({ message }) => messages.push(message));
  page.on('console', (message) => {
    // Chromium logs this for a page with an error status.
    const isStatus = message.text().startsWith('Failed to load resource: the server responded with a status of');
    if (!isStatus) messages.push(message.text());
  });
  const url = service.api + request.path;
  await page.route(url, (route) =>
    route.continue({
      method: request.method,
      headers: { ...route.request().headers(), ...request.headers },
      ...(request.body !== undefined && { postData: request.body }),
    }),
  );
  const response = (await page.goto(url)) as Response;
  expect(response.status()).toBe(request.status);
  return { page, response, messages };
}

/** All rules except contrast AAA: the palette is made for AA, for any color of a product. */
const RULES = Object.fromEntries(
  axe.getRules().map(({ ruleId }) => [ruleId, { enabled: ruleId !== 'color-contrast-enhanced' }]),
);
/** Sizes depend on the screen, and colors on the mode: two views have each. */
const VIEWS = [
  ['dark', { width: 320, height: 640 }],
  ['light', { width: 1280, height: 800 }],
] as const;

describe.each(Object.entries(KINDS))('%s', (_, make) => {
  // Both tests look at one page: to create it takes longer than to look at it.
  const visitOnce = once(async () => visit(await make()));
  afterAll(async () => (await visitOnce()).page.context().close());

  test('sends no referrer, runs no script but that of times, and is fully shown under its own content security policy', async () => {
    const { page, response, messages } = await visitOnce();
    const body = await response.text();
    const hashesOf = (tag: string) =>
      [...body.matchAll(new RegExp(`<${tag}>(.*?)</${tag}>`, 'gs'))].map(
        ([, content = '']) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`,
      );
    const scripts = hashesOf('script');
    expect(scripts).toHaveLength(body.includes('<time ') ? 1 : 0);
    const headers = await response.allHeaders();
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src ${hashesOf('style')};${scripts.map((hash) => ` script-src ${hash};`)} form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(headers).not.toHaveProperty('set-cookie');
    expect(messages).toEqual([]);
    expect(await page.evaluate(`getComputedStyle(document.querySelector('main')).borderRadius`)).toBe('14px');
  });

  test('has no findings of axe, and nothing that axe can’t check', async () => {
    const { page } = await visitOnce();
    for (const [colorScheme, size] of VIEWS) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate('document.documentElement.scrollWidth'), colorScheme).toBe(size.width);
      const { violations, incomplete, passed } = await axeFindings(page, RULES);
      const faults = [...violations, ...incomplete].flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html}: ${failureSummary}`),
      );
      expect(faults, colorScheme).toEqual([]);
      expect(passed).toContain('color-contrast');
    }
  });
});
