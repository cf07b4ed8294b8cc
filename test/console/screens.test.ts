import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, makeSharedSite, visitConsole } from '../support/console.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// The console's own screens: audit log, access tokens, webhooks, organization, sites.

const service = useService();
const browser = useBrowser();

/** Text that runs if a screen forgets to escape it. */
const XSS = `"><img src=x onerror=alert(1)><script>alert(2)</script>`;

/** Visits a page of an organization as one of its people. */
async function visit(
  { id, owner }: { readonly id: string; readonly owner: Pick<Client, 'email'> },
  page: string,
  act: (page: Page) => Promise<void>,
  size: 'desktop' | 'phone' = 'desktop',
): Promise<void> {
  await visitConsole(browser(), service, { email: owner.email, fragment: `#/${id}/${page}`, size }, act);
}

describe('the audit log', () => {
  test('says who did what, in sentences, and is filtered by person, action and time', async () => {
    const home = await service.organization();
    const email = newAddress('jane');
    const jane = await service.member(home.owner, 'USER', email);
    await home.owner.muster.members.update(jane.memberId, { role: 'OPERATOR' });
    await jane.muster.accessTokens.create({ name: 'Script' });
    await visit(home, 'audit-log', async (page) => {
      const log = page.getByRole('list', { name: 'Audit log' });
      await log.getByText(`Ada Owner changed the role of ${email} from User to Operator`).waitFor();
      await log.getByText(`Ada Owner invited ${email} as User`).waitFor();
      await log.getByText(`${email} created an access token`).waitFor();
      await expectAccessible(page);
      await log.getByText('from User to Operator').click();
      await log.locator('details[open]').getByText('Role: User').waitFor();
      await log.locator('details[open]').getByText('Request (for the support)').waitFor();
      await log.getByText(`${email} signed in for the first time`).waitFor();
      await expectAccessible(page);

      await page.getByLabel('By person').fill('nobody@example.com');
      await page.getByText('No member has the address nobody@example.com.').last().waitFor();
      await page.getByLabel('By person').fill('Nobody');
      await page
        .getByText('No member is called Nobody. Somebody who has left is found by the address')
        .last()
        .waitFor();
      // Nobody's entries aren't everybody's.
      expect(await log.count()).toBe(0);
      await page.getByLabel('By person').fill('ada o');
      await log.getByText(`Ada Owner invited ${email} as User`).waitFor();
      expect(await log.getByText(`${email} created an access token`).count()).toBe(0);
      await page.getByLabel('By person').fill(email);
      // Their first sign-in, and the token.
      await expect.poll(() => log.getByRole('listitem').count()).toBe(2);
      await page.getByRole('button', { name: 'Clear filters' }).click();
      await page.getByLabel('Action').selectOption({ label: 'Changed the role of … from … to …' });
      await expect.poll(() => log.getByRole('listitem').count()).toBe(1);
      await page.getByLabel('From').fill('2040-01-01');
      await page.getByText('No entries').waitFor();
      await expectAccessible(page);
    });
  });

  test('names who isn’t a member any more, and finds what they did', async () => {
    const home = await service.organization();
    const [jane, joe] = [newAddress('jane'), newAddress('joe')];
    const { memberId, muster } = await service.member(home.owner, 'USER', jane);
    await muster.accessTokens.create({ name: 'Script' });
    await home.owner.muster.members.remove(memberId);
    await home.owner.muster.members.remove((await service.member(home.owner, 'USER', joe)).memberId);
    await visit(home, 'audit-log', async (page) => {
      const log = page.getByRole('list', { name: 'Audit log' });
      await log.getByText(`Ada Owner removed ${jane}, who was User`).waitFor();
      await log.getByText(`Ada Owner removed ${joe}, who was User`).click();
      await log.locator('details[open]').getByText(`${joe} (mem_`).waitFor();
      await expectAccessible(page);
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export as CSV' }).click(),
      ]);
      expect(readFileSync((await download.path()) as string, 'utf8')).toContain(`removed ${jane}, who was User`);
      await page.getByLabel('By person').fill(jane);
      await log.getByText('removed').first().waitFor({ state: 'detached' });
      await log.getByText(`${jane} created an access token`).waitFor();
    });
  });

  test('is exported as CSV, in which no name is a formula', async () => {
    const home = await service.organization();
    const email = newAddress('jane');
    const jane = await service.member(home.owner, 'USER', email);
    await jane.muster.me.update({ firstName: '=HYPERLINK("https://evil.example")', lastName: 'Doe' });
    await visit(home, 'audit-log', async (page) => {
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Export as CSV' }).click(),
      ]);
      const text = readFileSync((await download.path()) as string, 'utf8');
      expect(download.suggestedFilename()).toMatch(/^audit-log-\d{4}-\d\d-\d\d\.csv$/);
      const rows = text.trim().split('\r\n');
      const entries = (await home.owner.call('GET /v1/audit-logs?perPage=100')).body.data;
      expect(rows).toHaveLength(entries.length + 1);
      expect(rows[0]).toContain('"time","actor"');
      expect(text).toContain(`invited ${email} as User`);
      expect(text).not.toMatch(/(^|,)"=/m);
      await page.getByText(/entries exported/).waitFor();
    });
  });
});

test('a name with directional characters turns no sentence around, in the log, a question or an export', async () => {
  const home = await service.organization('Alpha');
  const jane = await service.member(home.owner, 'USER', newAddress('jane'));
  const named = await jane.call('PATCH /v1/me', { body: { firstName: '\u202eJane', lastName: 'Lovelace\u2066' } });
  expect(named.body.firstName, 'the API keeps it').toContain('\u202e');
  await home.owner.muster.teams.create({ name: 'Cooks\u202e of Berlin\u2067' });
  await home.owner.muster.organizations.update(home.id, { name: 'Alpha\u202e Energy' });
  const shown = (page: Page) =>
    page.evaluate(`(function all(root) {
      return [...root.querySelectorAll('*')].map((each) => [...each.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data)
        .concat([...each.attributes].map(({ value }) => value), each.shadowRoot ? all(each.shadowRoot) : []).join(' ')).join(' ');
    })(document)`) as Promise<string>;
  await visit(home, 'audit-log', async (page) => {
    const log = page.getByRole('list', { name: 'Audit log' });
    await log.getByText('created the team Cooks of Berlin').waitFor();
    await log.getByText('Jane Lovelace').first().waitFor();
    await page.getByRole('button', { name: 'Organization: Alpha Energy' }).waitFor();
    expect(await shown(page)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export as CSV' }).click(),
    ]);
    const csv = readFileSync((await download.path()) as string, 'utf8');
    expect(csv).toContain('created the team Cooks of Berlin');
    expect(csv).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByRole('button', { name: 'Manage Jane Lovelace' }).click();
    await page.getByRole('button', { name: 'Remove from the organization' }).click();
    await page.getByText('Their access to Alpha Energy ends at once.').waitFor();
    expect(await shown(page)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Teams' }).click();
    await page.getByRole('button', { name: 'Cooks of Berlin', exact: true }).waitFor();
    expect(await shown(page)).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });
});

test('a long name stays beside the time, and within a narrow screen', async () => {
  const home = await service.organization();
  const jane = await service.member(home.owner, 'USER', newAddress('jane'));
  await jane.call('PATCH /v1/me', { body: { firstName: 'W'.repeat(100), lastName: 'M'.repeat(100) } });
  await home.owner.muster.members.update(jane.memberId, { role: 'OPERATOR' });
  await visit(home, 'audit-log', async (page) => {
    const entry = page
      .getByRole('list', { name: 'Audit log' })
      .locator('summary', { hasText: 'from User to Operator' });
    await entry.waitFor();
    await entry.getByText('WWW').waitFor();
    for (const width of [1280, 320]) {
      await page.setViewportSize({ width, height: 800 });
      const text = entry.locator(':scope > span');
      expect(await text.evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth), String(width)).toBe(0);
      await expectAccessible(page);
    }
  });
});

describe('access tokens', () => {
  test('are created, shown once, and revoked', async () => {
    const home = await service.organization();
    const { email } = await service.member(home.owner, 'VIEWER');
    await visit({ ...home, owner: { email } }, 'access-tokens', async (page) => {
      await page.getByText('No tokens yet').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'New token' }).click();
      await page.getByLabel('Name').fill(XSS);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Create the token' }).click();
      const token = await page.getByRole('textbox', { name: XSS }).inputValue();
      expect(token).toMatch(/^mst_/);
      expect((await service.call('GET /v1/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(200);
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Done' }).click();
      await expect.poll(() => page.getByText(token).count()).toBe(0);
      await page.getByRole('button', { name: `Revoke ${XSS}` }).click();
      await page.getByText('Programs that use it are refused from the next request on.').waitFor();
      await expectAccessible(page);
      await page.locator('muster-dialog').getByRole('button', { name: 'Revoke' }).click();
      await page.getByText('No tokens yet').waitFor();
      expect((await service.call('GET /v1/me', { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
    });
  });
});

test('a secret that is shown once isn’t lost by Escape or Back', async () => {
  const home = await service.organization();
  await visit(home, 'webhooks', async (page) => {
    const keep = async (label: string) => {
      const field = page.getByRole('textbox', { name: label });
      const secret = await field.inputValue();
      const question = page.getByRole('heading', { name: 'Have you kept it?' });
      for (const leave of [() => page.keyboard.press('Escape'), () => page.evaluate('history.back()')]) {
        await leave();
        await question.waitFor();
        expect(await field.count()).toBe(0);
        await page.locator('muster-dialog').getByRole('button', { name: 'Back' }).click();
        expect(await field.inputValue()).toBe(secret);
      }
      await page.keyboard.press('Escape');
      await expectAccessible(page);
      await page.locator('muster-dialog .actions').getByRole('button', { name: 'Close' }).click();
      await page.locator('muster-dialog').waitFor({ state: 'detached' });
    };
    await page.getByRole('link', { name: 'Members' }).click();
    await page.getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Address of your server').fill('https://receiver.invalid/hook');
    await page.getByRole('button', { name: 'Create the webhook' }).click();
    await keep('Signing secret');
    await page.getByRole('link', { name: 'Access tokens' }).click();
    await page.getByRole('button', { name: 'New token' }).click();
    await page.getByLabel('Name').fill('Report');
    await page.getByRole('button', { name: 'Create the token' }).click();
    await keep('Report');
  });
});

describe('webhooks', () => {
  test('are created with a secret that is shown once, tested, paused, given another secret, and deleted', async () => {
    const home = await service.organization();
    await visit(home, 'webhooks', async (page) => {
      await page.getByText('No webhooks yet').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'New webhook' }).click();
      await page.getByLabel('Address of your server').fill('https://127.0.0.1/x');
      await page.getByText('Only about').click();
      await expectAccessible(page);
      await page.getByLabel('Address of your server').fill('https://receiver.invalid/hook');
      await page.getByRole('button', { name: 'Create the webhook' }).click();
      const first = await page.getByRole('textbox', { name: 'Signing secret' }).inputValue();
      expect(first).toMatch(/^whsec_/);
      await page.getByRole('button', { name: 'Done' }).click();
      const [webhook] = (await home.owner.call('GET /v1/webhooks')).body.data;
      expect(webhook.events.every((type: string) => /^(member|invitation)\./.test(type))).toBe(true);

      await page.getByRole('link', { name: 'https://receiver.invalid/hook' }).click();
      await page.getByText('Nothing sent yet').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Send a test' }).click();
      await page.getByRole('list', { name: 'Deliveries' }).getByText('webhook.tested').waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByRole('button', { name: 'Enable' }).waitFor();
      expect((await home.owner.call(`GET /v1/webhooks/${webhook.id}`)).body.status).toBe('PAUSED');
      await page.getByRole('button', { name: 'Replace the secret' }).click();
      await expectAccessible(page);
      await page.locator('muster-dialog').getByRole('button', { name: 'Replace' }).click();
      expect(await page.getByRole('textbox', { name: 'Signing secret' }).inputValue()).not.toBe(first);
      await page.getByRole('button', { name: 'Done' }).click();
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.locator('muster-dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByText('No webhooks yet').waitFor();
    });
  });

  test('aren’t shown any more to whoever has lost the role, nor one that is gone', async () => {
    const home = await service.organization();
    const { email, memberId } = await service.member(home.owner, 'ADMIN');
    const { id, url } = await home.owner.muster.webhooks.create({ url: 'https://receiver.invalid/hook' });
    const other = await home.owner.muster.webhooks.create({ url: 'https://receiver.invalid/other' });
    await visit({ ...home, owner: { email } }, `webhooks/${other.id}`, async (page) => {
      await page.getByText(other.url).waitFor();
      await home.owner.muster.webhooks.delete(other.id);
      await page.getByRole('button', { name: 'Pause' }).click();
      await page.getByText('This webhook doesn’t exist any more').waitFor();
      await expectAccessible(page);
      await page.evaluate(`location.hash = '#/${home.id}/webhooks/${id}'`);
      await page.getByText(url).waitFor();
      await home.owner.muster.members.update(memberId, { role: 'VIEWER' });
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.getByText(url).waitFor({ state: 'detached' });
      await page.getByRole('link', { name: 'Webhooks' }).waitFor({ state: 'detached' });
      await expectAccessible(page);
    });
  });

  test('that failed are sent again', async () => {
    const home = await service.organization();
    const { id } = await home.owner.muster.webhooks.create({ url: 'https://receiver.invalid/hook' });
    await home.owner.muster.webhooks.test(id);
    const deliveries = async () => (await home.owner.call(`GET /v1/webhooks/${id}/deliveries`)).body.data;
    await service.events();
    await service.clock('2d');
    await expect
      .poll(async () => {
        await service.sweep();
        return (await deliveries()).map(({ status }: { status: string }) => status);
      })
      .toEqual(['FAILED', 'FAILED']);
    await visit(
      home,
      `webhooks/${id}`,
      async (page) => {
        await page.getByText('Failed', { exact: true }).first().waitFor();
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Send again' }).first().click();
        await page.getByText('Being sent').waitFor();
        expect((await deliveries()).map(({ status }: { status: string }) => status)).toContain('PENDING');
      },
      'phone',
    );
    await service.clock(0);
  });
});

describe('an organization', () => {
  test('gets another name and language, and is deleted with its name typed', async () => {
    const home = await service.organization('Acme Energy');
    await visit(home, 'organization', async (page) => {
      await page.getByLabel('Name', { exact: true }).fill(XSS);
      await page.getByLabel('Language of mails').selectOption({ label: 'German' });
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Save' }).click();
      await page.getByText('Saved.').waitFor();
      await page.getByRole('button', { name: `Organization: ${XSS}` }).waitFor();
      expect((await home.owner.call(`GET /v1/organizations/${home.id}`)).body).toMatchObject({
        name: XSS,
        language: 'de',
      });

      await page.getByRole('button', { name: 'Delete the organization' }).click();
      await expectAccessible(page);
      await page.getByLabel('Type').fill('Acme');
      await page.getByRole('button', { name: 'Delete for good' }).click();
      await page.getByText('That isn’t the name of the organization.').waitFor();
      await expectAccessible(page);
      expect((await home.owner.call(`GET /v1/organizations/${home.id}`)).status).toBe(200);
      await page.getByLabel('Type').fill(XSS);
      await page.getByRole('button', { name: 'Delete for good' }).click();
      await page.getByText(`${XSS} was deleted.`).waitFor();
      expect((await home.owner.call(`GET /v1/organizations/${home.id}`)).status).toBe(404);
    });
  });

  test('has an id that is copied, or selected where the browser doesn’t allow it', async () => {
    const home = await service.organization();
    await visit(home, 'organization', async (page) => {
      await page.getByLabel('Id for programs').waitFor();
      const answer = (does: string) =>
        page.evaluate(
          `Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: async () => ${does} } })`,
        );
      await answer(`Promise.reject(new DOMException('No', 'NotAllowedError'))`);
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByText('The browser doesn’t allow it. The text is selected: copy it yourself.').waitFor();
      expect(await page.evaluate('String(getSelection())')).toBe(home.id);
      await expectAccessible(page);
      await answer('{}');
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByText('Copied.').waitFor();
      await page.getByText('You are the owner.').waitFor();
      await page.getByRole('link', { name: 'To the members' }).click();
      await page.getByRole('list', { name: 'Members' }).waitFor();
    });
  });

  test('is only read by whoever may not change it', async () => {
    const home = await service.organization();
    const { email } = await service.member(home.owner, 'VIEWER');
    await visit(
      { ...home, owner: { email } },
      'organization',
      async (page) => {
        await page.getByLabel('Name', { exact: true }).waitFor();
        expect(await page.getByLabel('Name', { exact: true }).isEditable()).toBe(false);
        expect(await page.getByRole('button', { name: /Save|Delete/ }).count()).toBe(0);
        await page.getByText('Ada Owner is the owner.').waitFor();
        await expectAccessible(page);
      },
      'phone',
    );
  });
});

describe('sites', () => {
  /** Makes a site of a team, which another team has access to, and asks for its sensitive data. */
  async function shared() {
    const home = await service.organization();
    const name = `Depot ${XSS}`;
    const { access: grant } = await makeSharedSite(service, home.owner, {
      ...{ site: name, team: `Field ${XSS}`, other: 'North' },
    });
    return { home, name, grant };
  }

  test('say who sees them and why; requests for sensitive data are decided, and grants ended', async () => {
    const { home, name, grant } = await shared();
    await visit(home, 'sites', async (page) => {
      await page.getByText(`North asks for the sensitive data of ${name}.`).waitFor();
      await expectAccessible(page);
      await page.getByRole('button', { name: 'Grant: North' }).click();
      await page.getByText('North sees the sensitive data now.').waitFor();
      expect(await grant()).toMatchObject({
        data_access: true,
        data_access_expires_at: expect.stringMatching(/^2099-12-31/),
      });
      await page.getByRole('link', { name: `Who sees it, and why: ${name}` }).click();
      const seers = page.getByRole('list', { name: 'Who sees it, and why' });
      await seers.getByText('Ada Owner').waitFor();
      await seers.getByText('owns the site').waitFor();
      await expectAccessible(page);
      const grants = page.getByRole('list', { name: 'Access of teams to sensitive data' });
      await grants.getByText('until 31 Dec 2099').waitFor();
      await page.getByRole('button', { name: 'End it: North' }).click();
      await expectAccessible(page);
      await page.locator('muster-dialog').getByRole('button', { name: 'End it' }).click();
      await page.getByText('North doesn’t see the sensitive data any more.').waitFor();
      expect(await grant()).toMatchObject({ data_access: false });
    });
  });

  test('ask nothing any more once a request is declined', async () => {
    const { home, grant } = await shared();
    await visit(
      home,
      'sites',
      async (page) => {
        await page.getByRole('button', { name: 'Decline: North' }).click();
        await page.getByText('The request of North was declined.').waitFor();
        expect(await grant()).toMatchObject({ data_access: false });
        await page.reload();
        await page.getByRole('link', { name: /^Who sees it/ }).waitFor();
        expect(await page.getByText('asks for the sensitive data').count()).toBe(0);
        await expectAccessible(page);
      },
      'phone',
    );
  });

  test('that are unknown are said to be, and the API’s other refusals are too', async () => {
    const { home } = await shared();
    const [site] = (await home.owner.muster.access.explain({})).data;
    await visitConsole(browser(), service, { email: home.owner.email }, async (page, context) => {
      for (const unknown of ['site_00d247v4lsrfi7ct07cl', 'site_!!!', 'constructor']) {
        await page.goto('about:blank');
        await page.goto(`${service.api}/console#/${home.id}/sites/${unknown}`);
        await page.getByText('This site doesn’t exist any more, or you can’t see it.').waitFor();
        await expectAccessible(page);
      }
      let [status, message] = [429, 'Too Many Attempts.'];
      const teams = '**/api/v3/sites/**';
      await context.route(teams, (route) => route.fulfill({ status, json: { message } }));
      await page.goto('about:blank');
      await page.goto(`${service.api}/console#/${home.id}/sites/${site?.siteId}`);
      await page.getByText('That was too much at once.').waitFor();
      [status, message] = [500, 'Server Error'];
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('The service has an error.').waitFor();
      await context.unroute(teams);
      await context.route(teams, (route) => route.abort('internetdisconnected'));
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByText('No connection').waitFor();
    });
  });

  test('show a member only their own access', async () => {
    const { home } = await shared();
    const { email } = await service.member(home.owner, 'USER');
    await visit({ ...home, owner: { email } }, 'sites', async (page) => {
      await page.getByText('No sites').waitFor();
      await expectAccessible(page);
    });
  });
});
