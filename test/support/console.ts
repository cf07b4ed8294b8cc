import axe from 'axe-core';
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core';
import { expect } from 'vitest';
import { axeFindings } from './browser.ts';
import type { Client, Service } from './service.ts';

/** Who visits the console, on what. */
export interface Visit {
  readonly email: string;
  readonly name?: string;
  /** The page: `#/org_.../members`. Default: the start. */
  readonly fragment?: string;
  readonly size?: keyof typeof SIZES;
  readonly options?: BrowserContextOptions;
}

export const SIZES = {
  desktop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
} as const;

/** What a visit has seen beside the page itself. */
interface Seen {
  readonly requests: Request[];
  readonly problems: string[];
}

/**
 * Opens the console in a browser window, signs the person in at the issuer, and visits.
 *
 * Afterwards nothing has violated the content security policy, nothing was logged, no other host was asked, and no token
 * is in storage, a cookie or an address.
 */
export async function visitConsole(
  browser: Browser,
  service: Service,
  { email, name, fragment = '', size = 'desktop', options = {} }: Visit,
  visit: (page: Page, context: BrowserContext, seen: Seen) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ locale: 'en-GB', ...SIZES[size], ...options });
  const seen: Seen = { requests: [], problems: [] };
  context.on('page', (page) => watch(page, seen));
  try {
    const page = await context.newPage();
    await page.goto(`${service.api}/console${fragment}`);
    await signIn(page, email, name);
    await visit(page, context, seen);
    for (const each of context.pages()) await expectNoTokenKept(each, service);
    expect(seen.problems).toEqual([]);
    const hosts = new Set(seen.requests.map((request) => new URL(request.url()).origin));
    expect([...hosts].filter((origin) => origin !== service.api && origin !== service.stack.issuer)).toEqual([]);
  } finally {
    await context.close();
  }
}

/** Answers the sign-in page of the local issuer, and waits for the console. */
export async function signIn(page: Page, email: string, name?: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  if (name !== undefined) await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(/\/console/);
  await page.locator('muster-console').getByRole('main').waitFor();
  await page.getByRole('heading', { level: 1 }).waitFor();
}

function watch(page: Page, { requests, problems }: Seen): void {
  page.on('request', (request) => requests.push(request));
  page.on('pageerror', (error) => problems.push(`error: ${error.stack ?? error.message}`));
  page.on('console', (message) => {
    // Chromium reports each violation, and each answer that is an error: the latter is the page's business. A test may type
    // before the browser focuses a field of the issuer's page.
    if (!/^(Failed to load resource|Autofocus processing was blocked)/.test(message.text()))
      problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on('dialog', (dialog) => {
    problems.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
}

/** Where a browser keeps things. An ID token begins with `eyJ`, an access token with `mst_`. */
async function expectNoTokenKept(page: Page, service: Service): Promise<void> {
  if (page.isClosed() || !page.url().startsWith(service.api)) return;
  const kept = await page.evaluate(`Promise.all([caches.keys(), indexedDB.databases()]).then((others) =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href, others]))`);
  expect(kept).not.toMatch(/eyJ[\w-]{10}|mst_|whsec_|code=|refresh/);
  expect(await page.context().cookies(service.api)).not.toContainEqual(
    expect.objectContaining({ value: expect.stringMatching(/^eyJ|mst_/) }),
  );
}

/** WCAG's rules, and those of good practice, except the stricter contrast. */
const RULES = Object.fromEntries(
  axe.getRules().map(({ ruleId }) => [ruleId, { enabled: !['color-contrast-enhanced', 'region'].includes(ruleId) }]),
);

/** Expects that axe finds nothing on a page, and that the page doesn't scroll sideways. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await axeFindings(page, RULES);
  const findings = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.flat().join(' ')}: ${failureSummary}`),
  );
  expect(findings).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0);
}

/**
 * Makes a site of a team, to which another team of the organization has access, whose request for its sensitive data is
 * open.
 *
 * @returns Volt Time's UUID of the site; and what the other team has access to
 */
export async function makeSharedSite(
  service: Service,
  owner: Client,
  names: { readonly site: string; readonly team: string; readonly other: string },
  expiresAt = '2099-12-31',
) {
  const make = async (path: string, body: object) =>
    (await owner.call(`POST /api/v3/${path}`, { body })).body.data.uuid;
  const { email } = owner;
  const [team, other] = [
    await make('teams', { name: names.team, email, type: 'Other' }),
    await make('teams', { name: names.other, email, type: 'Other' }),
  ];
  const site: string = await make('sites', { name: names.site, team_uuid: team });
  await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body: { email } });
  const token = await service.linkToken(email);
  await owner.call('POST /api/v3/sites/invite/accept', { body: { token, team_uuid: other } });
  const path = `/api/v3/sites/${site}/teams/${other}`;
  await owner.call(`POST ${path}/request-sensitive-data`, {
    body: { reason: 'To repair them', requested_data_expires_at: expiresAt },
  });
  return { site, path, access: async () => (await owner.call(`GET ${path}`)).body.data.access };
}
