import type { BrowserContext, Page, Route } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, makeSharedSite, visitConsole } from '../support/console.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// The faces of every page and dialog: while it loads, when it fails, offline, when the role has changed, and empty; with
// 200 % zoom, without motion, and by keyboard. Every name in it, of the product too, tries to be markup.

/** Returns a name that runs if a page forgets to escape it. */
const hostile = (field: string) => `"><img src=x onerror=alert(1)>${field}`;

const service = useService({
  environment: {
    PRODUCT_NAME: hostile('product'),
    ROLE_LABELS: JSON.stringify({ USER: { en: hostile('role'), de: hostile('Rolle') } }),
  },
});
const browser = useBrowser();

/** Half as wide, with twice as many pixels: how a browser zooms. */
const ZOOMED = { viewport: { width: 640, height: 450 }, deviceScaleFactor: 2, reducedMotion: 'reduce' } as const;

/** 1280 pixels at 400 %. */
const NARROW = { width: 320, height: 600 };

/** An organization with a hostile name in every field, and one with nothing in it. */
let full: {
  readonly id: string;
  readonly owner: Client;
  readonly site: string;
  readonly webhook: string;
  readonly webhookUrl: string;
  readonly invited: string;
};
let empty: { readonly id: string; readonly webhook: string };
/** An organization in which the same person is a viewer. */
let viewed: string;

beforeAll(async () => {
  const { id, owner } = await service.organization(hostile('organization'));
  await owner.muster.me.update({ firstName: hostile('first'), lastName: hostile('last') });
  expect((await owner.call('PATCH /v1/me', { body: { username: hostile('x') } })).status, 'no such username').toBe(400);
  const jane = await service.member(owner, 'USER');
  await jane.muster.me.update({ firstName: hostile('Jane'), lastName: hostile('Doe') });
  await owner.muster.teams.create({ name: hostile('team'), description: hostile('description') });
  await makeSharedSite(service, owner, { site: hostile('site'), team: hostile('Field'), other: hostile('North') });
  const [site] = (await owner.muster.access.explain({})).data;
  await owner.muster.accessTokens.create({ name: hostile('token') });
  const url = `https://receiver.invalid/hook?${hostile('webhook').replaceAll(' ', '/')}`;
  const webhook = await owner.muster.webhooks.create({ url });
  const made = await owner.muster.integrations.create({ name: hostile('integration'), role: 'ADMIN' });
  // The integration is who did this, in the audit log.
  await service.call(`PATCH /v1/organizations/${id}`, {
    ...{ body: { language: 'en' }, headers: { authorization: `Bearer ${made.token}`, 'x-organization-id': id } },
  });
  const invited = newAddress('invited');
  await owner.muster.invitations.create({ email: invited, role: 'USER', message: hostile('message') });
  await owner.muster.invitations.create({ email: newAddress('other'), role: 'USER' });
  full = { id, owner, site: site?.siteId as string, webhook: webhook.id, webhookUrl: webhook.url, invited };
  const other = await owner.muster.organizations.create({ name: 'Empty' });
  const quiet = await owner.in(other.id).muster.webhooks.create({
    ...{ url: 'https://receiver.invalid/quiet', events: ['member.left'] },
  });
  empty = { id: other.id, webhook: quiet.id };
  const inviting = await service.organization(hostile('inviting'));
  await inviting.owner.muster.me.update({ firstName: hostile('Ivy'), lastName: hostile('Inviter') });
  await inviting.owner.muster.invitations.create({ email: owner.email, role: 'USER', message: hostile('welcome') });
  const viewing = await service.organization('Viewed');
  await viewing.owner.muster.invitations.create({ email: owner.email, role: 'VIEWER' });
  await service.muster.invitations.accept({ token: await service.linkToken(owner.email) });
  viewed = viewing.id;
});

/** What the API does to the requests that a test chooses. */
type Fate = 'passes' | 'waits' | 'fails' | 'is refused' | 'is cut off';

/** Decides what becomes of requests. */
async function fates(context: BrowserContext) {
  let [of, fate] = [(_: string): boolean => false, 'passes' as Fate];
  let free = () => {};
  let held = Promise.resolve();
  const json = (route: Route, status: number, error: string) =>
    route.fulfill({
      status,
      // The client doesn't try it again so late.
      headers: { 'retry-after': '60', 'apigw-requestid': 'req-face' },
      json: { error, message: 'Not in words of the console.', requestId: 'req-face' },
    });
  await context.route(/\/(v1|api\/v3)\/|\/console\/.*\.js/, async (route) => {
    const { pathname } = new URL(route.request().url());
    if (!of(`${route.request().method()} ${pathname}`)) return route.continue();
    if (fate === 'waits') await held;
    if (fate === 'fails') return json(route, 500, 'internal_error');
    if (fate === 'is refused') return json(route, 403, 'forbidden');
    return fate === 'is cut off' ? route.abort('internetdisconnected') : route.continue();
  });
  return (next: Fate, requests: RegExp) => {
    free();
    [of, fate] = [(request) => requests.test(request), next];
    held = new Promise((resolve) => {
      free = resolve;
    });
  };
}

/** What is in the document and all shadow roots below it. */
const LOOK = `(() => {
  const within = (root) => [...root.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? within(each.shadowRoot) : [])]);
  const all = within(document);
  const roots = [document, ...all.flatMap(({ shadowRoot }) => shadowRoot ?? [])];
  const wide = ({ scrollWidth, clientWidth }) => scrollWidth > clientWidth + 1;
  return {
    markup: all.filter((each) => each.matches('img, [onerror], script:not([type=module], #configuration)')).length,
    texts: all.map((each) => [...each.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join('') + (each.value ?? '')),
    moving: roots.flatMap((root) => root.getAnimations()).length,
    sideways: [document.documentElement, ...all.filter((each) => each.matches('dialog, main'))].filter(wide).length,
  };
})()`;

/** What has the focus, in whatever shadow root. */
const FOCUSED = `(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at; })()`;

/** Expects that nothing runs, moves, or reaches beyond a narrow window. */
async function expectCalm(page: Page, at: string): Promise<readonly string[]> {
  const { texts, ...found } = (await page.evaluate(LOOK)) as Record<'markup' | 'moving' | 'sideways', number> & {
    readonly texts: readonly string[];
  };
  expect(found, at).toEqual({ markup: 0, moving: 0, sideways: 0 });
  return texts;
}

/** Changes the language of the open page. */
async function speak(page: Page, language: 'en' | 'de'): Promise<void> {
  await page.evaluate(`document.querySelector('muster-console').language = '${language}'`);
  await page.locator(`html[lang=${language}]`).waitFor();
}

/** Goes to a page as if it were opened anew. */
async function go(page: Page, fragment: string): Promise<void> {
  await page.evaluate("location.hash = '#/organizations'");
  await page.getByRole('heading', { level: 1, name: 'Your organizations' }).waitFor();
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
}

const dialog = (page: Page) => page.locator('muster-dialog');

test('every page says that it loads, why it fails, offline and without the role too; and goes on', async () => {
  const { id, owner, site, webhook } = full;
  const list = (name: string, path = name) => [name, new RegExp(`^GET /v1/${path}$`)] as const;
  const pages: readonly (readonly [page: string, requests: RegExp])[] = [
    ...[list('members'), list('invitations'), list('teams'), list('access-tokens'), list('webhooks')],
    ...[list('audit-log', 'audit-logs'), list('sites', 'access'), list('organization', `organizations/${id}`)],
    list(`webhooks/${webhook}`, `webhooks/${webhook}/deliveries`),
    [`sites/${site}`, /^GET \/api\/v3\/sites\/.*\/teams$/],
  ];
  const visit = { email: owner.email, fragment: `#/${id}/members`, options: ZOOMED };
  await visitConsole(browser(), service, visit, async (page, context) => {
    const main = page.getByRole('main');
    const again = main.getByRole('button', { name: 'Try again' });
    await main.getByRole('listitem').first().waitFor();
    const make = await fates(context);
    // The waits between the client's tries are shorter.
    await page.evaluate(`{ const wait = setTimeout;
      globalThis.setTimeout = (act, time) => wait(act, time >= 250 && time <= 2000 ? time / 20 : time); }`);

    // The script of a page that wasn't shown yet.
    make('waits', /^GET \/console\/webhooks-/);
    await go(page, `#/${id}/webhooks`);
    await main.getByRole('status').getByText('Loading …').waitFor();
    make('passes', /./);
    await main.getByRole('heading', { level: 2, name: 'Webhooks' }).waitFor();

    for (const [name, requests] of pages) {
      make('waits', requests);
      await go(page, `#/${id}/${name}`);
      await main.getByRole('status').getByText('Loading…').first().waitFor();
      await expectCalm(page, `${name} loads`);
      make('fails', requests);
      await go(page, `#/${id}/${name}`);
      const why = main.getByRole('alert');
      await why.getByText('The service has an error. Try again').waitFor();
      await why.getByText('For the support: request req-face').waitFor();
      await again.waitFor();
      await expectCalm(page, `${name} failed`);
      // They share this face.
      if (name === 'members') await expectAccessible(page);
      make('is refused', requests);
      await again.click();
      await why.getByText(/Your role .*doesn’t allow (it|this)/).waitFor();
      make('is cut off', requests);
      await again.click();
      await why.getByText('The service can’t be reached.').waitFor();
      make('passes', /./);
      await again.click();
      await why.getByText('The service can’t be reached.').waitFor({ state: 'detached' });
      await expect.poll(() => main.getByRole('status').getByText('Loading…').count(), { message: name }).toBe(0);
      expect(await again.count(), name).toBe(0);
      await main.locator('li, form').first().waitFor();
    }

    // Everything of a page, and the button on it.
    const person = new RegExp(`^GET /v1/organizations/${id}$`);
    make('fails', person);
    await go(page, `#/${id}/members`);
    await main.getByRole('alert').getByText('That didn’t work').waitFor();
    await page.waitForLoadState('networkidle');
    make('passes', person);
    await again.click();
    await main.getByRole('button', { name: 'Invite people' }).waitFor();

    // Lists in a dialog.
    const lists = [
      ['Field', undefined, /^GET \/v1\/teams\/.*\/members$/, 'This team has no members.'],
      ['Add a member', hostile('first'), /^GET \/v1\/members$/, 'No member matches the search.'],
    ] as const;
    await go(page, `#/${id}/teams`);
    await main.getByRole('button', { name: hostile('Field') }).waitFor();
    for (const [button, row, requests, none] of lists) {
      make('waits', requests);
      await page.getByRole('button', { name: button }).click();
      await dialog(page).getByRole('status').getByText('Loading…').waitFor();
      make('fails', requests);
      await page.keyboard.press('Escape');
      await main.getByRole('button', { name: hostile('Field') }).click();
      if (row) await dialog(page).getByRole('button', { name: button }).click();
      await dialog(page).getByRole('alert').getByText('The service has an error.').waitFor();
      expect(await dialog(page).getByText(none).count(), 'what isn’t known isn’t said').toBe(0);
      await expectAccessible(page);
      make('passes', requests);
      await dialog(page).getByRole('button', { name: 'Try again' }).click();
      await dialog(page)
        .getByRole('listitem')
        .filter({ hasText: row ?? 'Owner' })
        .first()
        .waitFor();
    }
    await page.keyboard.press('Escape');

    for (const [name, heading] of [
      ...[
        ['invitations', 'Invitations'],
        ['webhooks', 'Webhooks'],
        ['audit-log', 'Audit log'],
      ],
    ] as const) {
      await go(page, `#/${viewed}/${name}`);
      await main.getByRole('heading', { name: 'Your role doesn’t include this page' }).waitFor();
      await main.getByText('Ask an admin of the organization if you need it.').waitFor();
      expect(await page.getByRole('link', { name: heading }).count()).toBe(0);
    }
    await expectAccessible(page);
  });
});

test('every page that is empty says the next step', async () => {
  const { id, webhook } = empty;
  const visit = { email: full.owner.email, fragment: `#/${id}/members`, options: ZOOMED };
  await visitConsole(browser(), service, visit, async (page) => {
    const main = page.getByRole('main');
    const says = async (name: string, title: string, text: string, next?: string) => {
      await go(page, `#/${id}/${name}`);
      await main.getByText(title).waitFor();
      await main.getByText(text).waitFor();
      if (next) await main.getByRole('button', { name: next }).waitFor();
      await expectCalm(page, name);
    };
    await says('invitations', 'No invitations', 'Invite people to see here who has answered.', 'Invite people');
    await expectAccessible(page);
    await says('sites', 'No sites', 'Sites are created and shared by your product.');
    await says('access-tokens', 'No tokens yet', 'Create one for a script', 'New token');
    await says(`webhooks/${webhook}`, 'Nothing sent yet', 'Send a test to see', 'Send a test');
    await expectAccessible(page);
    await go(page, `#/${id}/members`);
    await main.getByRole('searchbox').fill('nobody');
    await main.getByText('No member matches the search.').waitFor();
    await go(page, `#/${id}/audit-log`);
    await main.getByLabel('From').fill('2040-01-01');
    await main.getByText('No change matches the filters.').waitFor();
    await main.getByRole('button', { name: 'Clear filters' }).click();
    await main.getByRole('listitem').first().waitFor();
    await page.evaluate(`location.hash = '#/${id}/webhooks'`);
    await main.getByRole('link', { name: 'https://receiver.invalid/quiet' }).waitFor();
  });
});

test('names are text on every page, which is used by keyboard, at 200 % zoom', async () => {
  const { id, owner, site, webhook, webhookUrl } = full;
  const names = (...fields: string[]) => fields.map(hostile);
  const pages: readonly (readonly [fragment: string, names: readonly string[]])[] = [
    ['#/organizations', names('organization', 'inviting', 'Ivy', 'Inviter', 'welcome', 'role')],
    [`#/${id}/members`, names('organization', 'first', 'last', 'Jane', 'Doe', 'role')],
    [`#/${id}/invitations`, names('role')],
    [`#/${id}/teams`, names('team', 'description', 'Field', 'North')],
    [`#/${id}/sites`, names('site', 'Field', 'North')],
    [`#/${id}/sites/${site}`, names('site', 'Field', 'North', 'first', 'last')],
    [`#/${id}/access-tokens`, names('token')],
    [`#/${id}/webhooks`, [webhookUrl]],
    [`#/${id}/webhooks/${webhook}`, [webhookUrl]],
    [`#/${id}/audit-log`, [...names('integration', 'team', 'site', 'first', 'Jane', 'role'), webhookUrl]],
    [`#/${id}/organization`, names('organization')],
  ];
  const visit = { email: owner.email, fragment: `#/${id}/members`, options: ZOOMED };
  await visitConsole(browser(), service, visit, async (page) => {
    await page.getByRole('main').getByRole('listitem').first().waitFor();
    for (const [fragment, expected] of pages) {
      if (fragment !== '#/organizations') await go(page, fragment);
      else await page.evaluate("location.hash = '#/organizations'");
      await page.getByRole('main').locator('li, form').first().waitFor();
      await page.waitForLoadState('networkidle');
      const missing = async () => {
        const texts = (await expectCalm(page, fragment)).join('\n');
        return expected.filter((name) => !texts.includes(name));
      };
      await expect.poll(missing, { message: fragment }).toEqual([]);
      expect(await page.title()).toContain(hostile('product'));
      await expectAccessible(page);
      await expectReachable(page, fragment);
      await page.setViewportSize(NARROW);
      await speak(page, 'de');
      await expectCalm(page, `${fragment}, narrow, in German`);
      await speak(page, 'en');
      await page.setViewportSize(ZOOMED.viewport);
    }
  });
});

/** Expects that Tab leads to everything on the page that a pointer can use. */
async function expectReachable(page: Page, at: string): Promise<void> {
  const count = (await page.evaluate(`(() => {
    const within = (root) => [...root.querySelectorAll('*')].flatMap((each) => [each, ...(each.shadowRoot ? within(each.shadowRoot) : [])]);
    globalThis.unreached = new Set(within(document).filter((each) => each.matches('a[href], button, input, select, textarea, summary')
      && each.checkVisibility({ visibilityProperty: true }) && !each.disabled));
    document.activeElement?.blur();
    return unreached.size;
  })()`)) as number;
  expect(count).toBeGreaterThan(3);
  for (let step = 0; step < 2 * count + 5; step += 1) {
    await page.keyboard.press('Tab');
    if (await page.evaluate(`unreached.delete(${FOCUSED}), unreached.size === 0`)) return;
  }
  const left = await page.evaluate(`[...unreached].map(({ outerHTML }) => outerHTML.slice(0, 200))`);
  expect(left, at).toEqual([]);
}

/** A dialog: its page, what opens it, what is pressed and filled in on the way, and the button that does it. */
interface Case {
  readonly page: string;
  readonly open: string | RegExp;
  readonly way?: readonly (string | RegExp)[];
  readonly fill?: Readonly<Record<string, string>>;
  /** The radio button that is chosen. */
  readonly choose?: string;
  readonly act: string | RegExp;
  readonly names?: readonly string[];
  /** Whether it asks before it throws something away. */
  readonly asks?: true;
  /** Whether there is no connection, instead of an error of the service. */
  readonly isOffline?: true;
}

test('every dialog is opened, used and left by keyboard, and says why it fails without losing what was typed', async () => {
  const { id, owner, site, webhook, invited } = full;
  const [manage, open] = [`Manage ${hostile('Jane')} ${hostile('Doe')}`, `Manage the invitation of ${invited}`];
  const team = hostile('team');
  const cases: readonly Case[] = [
    { page: 'members', open: manage, choose: 'Admin', act: 'Save', names: [hostile('Jane'), hostile('role')] },
    { page: 'members', open: manage, way: ['Remove from the organization'], act: 'Remove' },
    { page: 'members', open: manage, way: ['Offer the ownership…'], act: 'Offer the ownership' },
    {
      ...{ page: 'members', open: 'Invite people', fill: { 'E-mail addresses': newAddress() }, act: 'Send invitation' },
      ...{ asks: true, names: [hostile('organization'), hostile('role')] },
    },
    { page: 'invitations', open, act: 'Send again', names: [hostile('message'), hostile('role')] },
    {
      ...{ page: 'invitations', open, way: ['Correct the address'], act: 'Correct and send' },
      fill: { 'Right address': newAddress('right') },
    },
    { page: 'invitations', open, way: ['New link to pass on'], act: 'Create the link' },
    { page: 'invitations', open, way: ['Withdraw'], act: 'Withdraw' },
    { page: 'teams', open: 'Create a team', fill: { Name: 'Berlin' }, act: 'Create a team' },
    { page: 'teams', open: team, way: ['Rename or move'], fill: { Name: 'Berlin' }, act: 'Save', isOffline: true },
    { page: 'teams', open: team, way: ['Delete the team'], act: 'Delete', names: [hostile('team')] },
    { page: 'teams', open: team, way: ['Add a member'], act: /^Add .*Jane/, names: [hostile('first')] },
    { page: 'access-tokens', open: 'New token', fill: { Name: 'Report' }, act: 'Create the token', isOffline: true },
    { page: 'access-tokens', open: `Revoke ${hostile('token')}`, act: 'Revoke', names: [hostile('token')] },
    {
      ...{ page: 'webhooks', open: 'New webhook', act: 'Create the webhook' },
      fill: { 'Address of your server': 'https://receiver.invalid/new' },
    },
    { page: `webhooks/${webhook}`, open: 'Replace the secret', act: 'Replace' },
    { page: `webhooks/${webhook}`, open: 'Delete', act: 'Delete' },
    {
      ...{ page: 'organization', open: /Delete the organization/, act: 'Delete for good' },
      fill: { Type: hostile('organization') },
    },
    { page: `sites/${site}`, open: `End it: ${hostile('North')}`, act: 'End it', names: [hostile('North')] },
    { page: '', open: `Decline: ${hostile('inviting')}`, act: 'Decline', names: [hostile('inviting')] },
  ];
  const visit = { email: owner.email, fragment: `#/${id}/sites`, options: ZOOMED };
  await visitConsole(browser(), service, visit, async (page, context) => {
    const main = page.getByRole('main');
    await main.getByRole('button', { name: `Grant: ${hostile('North')}` }).press('Enter');
    await main.getByText('sees the sensitive data now.').waitFor();
    const make = await fates(context);
    const changes = /^(POST|PUT|PATCH|DELETE) /;
    let present = 'sites';
    for (const { page: name, open: opener, way = [], fill = {}, choose, act, names = [], asks, isOffline } of cases) {
      const at = `${name}: ${[opener, ...way, act].join(', ')}`;
      if (name !== present) await page.evaluate(`location.hash = '#/${name ? `${id}/${name}` : 'organizations'}'`);
      present = name;
      const button = main.getByRole('button', { name: opener, exact: true }).first();
      await button.press('Enter');
      await dialog(page).getByRole('heading').first().waitFor();
      for (const step of way) await dialog(page).getByRole('button', { name: step, exact: true }).press('Enter');
      for (const [label, text] of Object.entries(fill)) await dialog(page).getByLabel(label).first().fill(text);
      if (choose) await dialog(page).getByRole('radio', { name: choose }).press('Space');
      const does = dialog(page).getByRole('button', { name: act, exact: true }).last();
      await does.scrollIntoViewIfNeeded();
      const texts = (await expectCalm(page, at)).join('\n');
      expect(
        names.filter((each) => !texts.includes(each)),
        at,
      ).toEqual([]);
      for (const viewport of [NARROW, ZOOMED.viewport]) {
        await page.setViewportSize(viewport);
        await does.scrollIntoViewIfNeeded();
        await expectCalm(page, `${at}, ${viewport.width}`);
        const { x = 0, width = 9999 } = (await does.boundingBox()) ?? {};
        expect(x + width, at).toBeLessThanOrEqual(viewport.width);
      }

      make(isOffline ? 'is cut off' : 'fails', changes);
      await does.press('Enter');
      const why = isOffline ? 'The service can’t be reached.' : 'The service has an error.';
      await dialog(page).getByRole('alert').getByText(why).waitFor();
      make('passes', /./);
      for (const [label, text] of Object.entries(fill))
        expect(await dialog(page).getByLabel(label).first().inputValue(), at).toBe(text);
      await expectCalm(page, at);
      await expectAccessible(page);
      expect(await page.evaluate(`!!${FOCUSED}?.closest('muster-dialog, dialog')`), `${at}: the focus stays`).toBe(
        true,
      );
      await page.keyboard.press('Escape');
      if (asks) await dialog(page).getByRole('button', { name: 'Throw away' }).press('Enter');
      await dialog(page).waitFor({ state: 'detached' });
      const back = await button.evaluate((element) => element.matches(':focus'));
      expect(back, `${at}: the focus is back`).toBe(true);
    }
  });
});
