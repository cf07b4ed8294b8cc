import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { expectAccessible, makeSharedSite, signIn, visitConsole } from '../support/console.ts';
import { type Client, newAddress, useService } from '../support/service.ts';

// Tasks in which another person, or another thing of the same kind, has a part: ownership, ended grants, several
// invitations at once, searches, and addresses that are written twice.

const service = useService();
const browser = useBrowser();

const dialog = (page: Page) => page.locator('muster-dialog');

/** What has the focus, in whatever shadow root: its tag. */
const focused = (page: Page) =>
  page.evaluate(`(() => { let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at.localName; })()`);

/** Returns the only link in the newest mail to an address. */
async function linkIn(to: string): Promise<string> {
  const links = (await service.mails(to)).at(-1)?.text.match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  return links[0] as string;
}

/** Opens the link of a mail in a browser in which nobody is signed in, and signs in. */
async function openMail(to: string, act: (page: Page, link: string) => Promise<void>): Promise<void> {
  const context = await browser().newContext({ locale: 'en-GB' });
  const page = await context.newPage();
  const link = await linkIn(to);
  await page.goto(link);
  await page.getByLabel('E-mail address').waitFor();
  await signIn(page, to);
  await act(page, link);
  await context.close();
}

describe('the ownership', () => {
  /** Makes an organization whose ownership is offered. */
  async function offered() {
    const { id, owner } = await service.organization('Acme Energy');
    const jane = await service.member(owner, 'USER');
    await jane.muster.me.update({ firstName: 'Jane', lastName: 'Doe' });
    await owner.muster.organizations.transfer(id, { memberId: jane.memberId });
    return { id, owner, jane };
  }

  /** Visits the members as the owner who has offered it, before and after the answer. */
  async function watch(
    { id, owner }: { id: string; owner: Client },
    answer: () => Promise<void>,
    after: (page: Page) => Promise<void>,
  ) {
    await visitConsole(browser(), service, { email: owner.email, fragment: `#/${id}/members` }, async (page) => {
      await page.getByText('You’ve offered the ownership to Jane Doe.').waitFor();
      await answer();
      await page.reload();
      await page.getByRole('main').getByRole('listitem').nth(1).waitFor();
      expect(await page.getByText('offered the ownership').count()).toBe(0);
      await after(page);
      await expectAccessible(page);
    });
  }

  const row = (page: Page, name: string) => page.getByRole('main').getByRole('listitem').filter({ hasText: name });

  test('is accepted where the mail leads, and the former owner is an admin then', async () => {
    const { id, owner, jane } = await offered();
    const accept = () =>
      openMail(jane.email, async (page, link) => {
        expect(link).toBe(`${service.api}/console#/organizations`);
        await page.getByText('You are offered the ownership of Acme Energy.').waitFor();
        await expectAccessible(page);
        await page.getByRole('button', { name: 'Accept' }).press('Enter');
        await page.getByText('You are now the owner of Acme Energy.').waitFor();
        await page.getByRole('heading', { name: 'Ownership offered to you' }).waitFor({ state: 'detached' });
        await page.getByRole('main').getByText('Owner', { exact: true }).waitFor();
        expect(await focused(page), 'what had the focus is gone').toBe('h1');
      });
    await watch({ id, owner }, accept, async (page) => {
      expect(await row(page, 'Jane Doe').innerText()).toContain('Owner');
      expect(await row(page, 'Ada Owner').innerText()).toMatch(/You.*Admin/s);
      // Who isn't the owner any more may go.
      await page.getByRole('button', { name: 'Manage Ada Owner' }).click();
      await page.getByRole('button', { name: 'Leave the organization' }).waitFor();
    });
    const [member] = (await owner.muster.members.list({ email: jane.email })).data;
    expect(member).toMatchObject({ owner: true, role: 'ADMIN' });
  });

  test('is declined on the start page, and stays with the owner, who can offer it anew', async () => {
    const { id, owner, jane } = await offered();
    const decline = () =>
      visitConsole(browser(), service, { email: jane.email, size: 'phone' }, async (page) => {
        await page.getByRole('heading', { name: 'Ownership offered to you' }).waitFor();
        await page.getByRole('button', { name: 'Decline' }).press('Enter');
        await page.getByText('You declined the ownership of Acme Energy.').waitFor();
        await page.getByRole('heading', { name: 'Ownership offered to you' }).waitFor({ state: 'detached' });
        // There is nothing more to answer: the page of the organization is next.
        await page.getByRole('heading', { level: 1, name: 'Members' }).waitFor();
        expect(await focused(page)).toBe('main');
      });
    await watch({ id, owner }, decline, async (page) => {
      expect(await row(page, 'Ada Owner').innerText()).toContain('Owner');
      await page.getByRole('button', { name: 'Manage Jane Doe' }).click();
      await page.getByRole('button', { name: 'Offer the ownership…' }).waitFor();
    });
  });

  test('that isn’t offered any more is said to be withdrawn, and its offer goes', async () => {
    const { id, owner, jane } = await offered();
    await visitConsole(browser(), service, { email: jane.email }, async (page) => {
      await page.getByText('You are offered the ownership of Acme Energy.').waitFor();
      await owner.muster.organizations.withdrawOwnership(id);
      await page.getByRole('button', { name: 'Accept' }).press('Enter');
      await page.getByRole('alert').getByText('The offer was withdrawn.').waitFor();
      await page.getByRole('heading', { name: 'Ownership offered to you' }).waitFor({ state: 'detached' });
      await expectAccessible(page);
    });
  });

  test('can’t be offered to who has never signed in, which is said; an offer to who was removed is over', async () => {
    const { id, owner, jane } = await offered();
    await owner.muster.members.remove(jane.memberId);
    const key = await service.operatorKey();
    const email = newAddress('new');
    await key.in(id).muster.members.import({ email, role: 'USER' });
    await visitConsole(browser(), service, { email: owner.email, fragment: `#/${id}/members` }, async (page) => {
      await row(page, 'Ada Owner').waitFor();
      expect(await page.getByText('offered the ownership').count()).toBe(0);
      await page.getByRole('button', { name: `Manage ${email}` }).click();
      await page.getByText('The ownership can be offered to them once they have signed in.').waitFor();
      expect(await page.getByRole('button', { name: 'Offer the ownership…' }).count()).toBe(0);
      await expectAccessible(page);
    });
  });
});

test('the mail about the end of a grant leads to the site, whoever opens it has to sign in first', async () => {
  const { id, owner } = await service.organization();
  const names = { site: 'Depot', team: 'Field', other: 'North' };
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const { path } = await makeSharedSite(service, owner, names, tomorrow);
  const body = { expires_never: false, data_access_expires_at: tomorrow };
  await owner.call(`POST ${path}/grant-sensitive-data`, { body });
  await service.clock('3d');
  // The second run sends the mails that the first one queued.
  await service.sweep();
  await service.sweep();
  await service.clock(0);
  await openMail(owner.email, async (page, link) => {
    expect(link).toMatch(new RegExp(`^${service.api}/console#/${id}/sites/site_\\w+$`));
    await page.getByRole('main').getByRole('heading', { name: 'Depot' }).waitFor();
    expect(page.url()).toBe(link);
    const grants = page.getByRole('list', { name: 'Access of teams to sensitive data' });
    await grants.getByText('Never').waitFor();
    await expectAccessible(page);
  });
});

describe('several at once', () => {
  /** Invites some people. */
  async function invited(count: number) {
    const { id, owner } = await service.organization();
    const people = Array.from({ length: count }, (_, index) => newAddress(`guest-${index}`));
    for (const email of people) await owner.muster.invitations.create({ email, role: 'USER' });
    return { id, owner, people };
  }

  const statuses = async (owner: Client) =>
    Object.fromEntries(
      (await owner.muster.invitations.list({ perPage: 100 })).data.map((each) => [each.email, each.status]),
    );

  test('one of which fails in the middle: the others are sent again or withdrawn, and it is named with the reason', async () => {
    const { id, owner, people } = await invited(4);
    const [, second = '', third = ''] = people;
    const visit = { email: owner.email, fragment: `#/${id}/invitations` };
    await visitConsole(browser(), service, visit, async (page, context) => {
      const all = page.getByRole('button', { name: 'Select all shown' });
      await all.click();
      // Somebody answers meanwhile, in the order of the list: neither the first nor the last.
      await service.muster.invitations.accept({ token: await service.linkToken(second) });
      await page.getByRole('button', { name: 'Send again' }).click();
      await dialog(page).getByRole('button', { name: 'Send again' }).press('Enter');
      await dialog(page).getByText('3 done.').waitFor();
      await dialog(page).getByText('1 failed:').waitFor();
      await dialog(page).getByText(`${second}: This invitation can’t be sent again.`).waitFor();
      await expectAccessible(page);
      await dialog(page).locator('.actions').getByRole('button', { name: 'Close' }).click();
      await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(3);

      await all.click();
      let calls = 0;
      await context.route('**/v1/invitations/inv_*', (route) => {
        if (route.request().method() !== 'DELETE') return route.continue();
        calls += 1;
        return calls === 2 ? route.fulfill({ status: 418, json: {} }) : route.continue();
      });
      await page.getByRole('button', { name: 'Withdraw' }).click();
      await dialog(page).getByRole('button', { name: 'Withdraw' }).press('Enter');
      await dialog(page).getByText('2 done.').waitFor();
      await dialog(page).getByText(`${third}: Something between you and the service answered`).waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await dialog(page).waitFor({ state: 'detached' });
      // What failed is still there to be tried again.
      await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(1);
    });
    const found = await statuses(owner);
    expect(people.map((email) => found[email])).toEqual(['REVOKED', 'ACCEPTED', 'PENDING', 'REVOKED']);
    for (const email of people) expect(await service.mails(email)).toHaveLength(email === second ? 1 : 2);
  });

  test('are stopped only after a question; what was done is said', async () => {
    const { id, owner, people } = await invited(3);
    const visit = { email: owner.email, fragment: `#/${id}/invitations`, size: 'phone' as const };
    await visitConsole(browser(), service, visit, async (page, context) => {
      await page.getByRole('button', { name: 'Select all shown' }).click();
      let go = () => {};
      const held = new Promise<void>((resolve) => {
        go = resolve;
      });
      await context.route('**/v1/invitations/inv_*', async (route) => {
        if (route.request().method() === 'DELETE') await held;
        await route.continue();
      });
      await page.getByRole('button', { name: 'Withdraw' }).click();
      await dialog(page).getByRole('button', { name: 'Withdraw' }).press('Enter');
      await dialog(page).getByRole('heading', { name: '0 of 3 done' }).waitFor();
      await page.keyboard.press('Escape');
      await dialog(page).getByRole('heading', { name: 'Stop here?' }).waitFor();
      await expectAccessible(page);
      await page.keyboard.press('Escape');
      await dialog(page).getByRole('heading', { name: '0 of 3 done' }).waitFor();
      await page.keyboard.press('Escape');
      await dialog(page).getByRole('button', { name: 'Stop' }).press('Enter');
      go();
      await dialog(page).getByText('1 done.').waitFor();
      await dialog(page).locator('.actions').getByRole('button', { name: 'Close' }).click();
      await dialog(page).waitFor({ state: 'detached' });
      await expect.poll(() => page.getByRole('main').getByRole('listitem').count()).toBe(2);
    });
    const found = await statuses(owner);
    expect(people.map((email) => found[email]).sort()).toEqual(['PENDING', 'PENDING', 'REVOKED']);
  });

  test('requests for sites: one that can’t be decided any more leaves the others', async () => {
    const { id, owner } = await service.organization();
    const one = await makeSharedSite(service, owner, { site: 'Depot', team: 'Field', other: 'North' });
    const other = await makeSharedSite(service, owner, { site: 'Quay', team: 'Harbour', other: 'South' });
    await visitConsole(browser(), service, { email: owner.email, fragment: `#/${id}/sites` }, async (page) => {
      await page.getByText('North asks for the sensitive data of Depot.').waitFor();
      await page.getByText('South asks for the sensitive data of Quay.').waitFor();
      expect((await owner.call(`DELETE ${one.path}`)).status).toBe(200);
      await page.getByRole('button', { name: 'Grant: North' }).press('Enter');
      await page.getByRole('status').getByText('This site doesn’t exist any more, or you can’t see it.').waitFor();
      await page.getByRole('button', { name: 'Grant: South' }).press('Enter');
      await page.getByText('South sees the sensitive data now.').waitFor();
      await expect.poll(() => page.getByText('asks for the sensitive data').count()).toBe(0);
      await expectAccessible(page);
    });
    expect(await other.access()).toMatchObject({ data_access: true });
  });
});

describe('searches', () => {
  test('find people without accents and in any letter case; an address that isn’t whole yet is no error', async () => {
    const { id, owner } = await service.organization();
    const zoe = await service.member(owner, 'USER', newAddress('zoe'));
    await zoe.muster.me.update({ firstName: 'Zoë', lastName: 'Müller' });
    await service.member(owner, 'USER', newAddress('joe'));
    const guest = newAddress('guest');
    await owner.muster.invitations.create({ email: guest, role: 'USER' });
    await makeSharedSite(service, owner, { site: 'Depot', team: 'Field', other: 'North' });
    const [site] = (await owner.muster.access.explain({})).data;
    const visit = { email: owner.email, fragment: `#/${id}/members`, size: 'phone' as const };
    await visitConsole(browser(), service, visit, async (page) => {
      const main = page.getByRole('main');
      const rows = main.getByRole('listitem');
      const search = main.getByRole('searchbox').last();
      const refused: string[] = [];
      page.on('response', (response) => {
        if (response.status() >= 400) refused.push(`${response.status()} ${response.url()}`);
      });
      /** Types a whole address letter by letter, with pauses in which it is searched. */
      const type = async (email: string, count: number) => {
        await search.fill('');
        await search.focus();
        const at = email.indexOf('@') + 2;
        for (const part of [email.slice(0, at), email.slice(at, -2), email.slice(-2)]) {
          await page.keyboard.type(part);
          await page.waitForTimeout(450);
          await page.waitForLoadState('networkidle');
          expect(await focused(page), 'the focus stays in the field').toBe('input');
          expect(await main.getByRole('alert').getByText(/./).count()).toBe(0);
        }
        expect(await search.inputValue()).toBe(email);
        await expect.poll(() => rows.count()).toBe(count);
      };
      await rows.nth(2).waitFor();
      for (const written of ['MULLER zoe', 'zoë mül', 'müller']) {
        await search.fill(written);
        await expect.poll(() => rows.allInnerTexts()).toEqual([expect.stringContaining('Zoë Müller')]);
        expect(await focused(page)).toBe('input');
      }
      await type(zoe.email, 1);
      await expectAccessible(page);

      await page.evaluate(`location.hash = '#/${id}/invitations'`);
      await main.getByText(guest).waitFor();
      await search.fill(guest.toUpperCase().slice(0, 12));
      await expect.poll(() => rows.count()).toBe(1);
      await type(guest, 1);

      await page.evaluate(`location.hash = '#/${id}/sites/${site?.siteId}'`);
      await main.getByText('Ada Owner').waitFor();
      await search.fill('ADA');
      await expect.poll(() => rows.filter({ hasText: 'owns the site' }).count()).toBe(1);
      await search.fill('zoe');
      await main.getByText('No member whom the search finds sees the site.').waitFor();
      await search.fill('');
      await rows.filter({ hasText: 'Ada Owner' }).waitFor();
      await search.focus();
      await page.keyboard.type(owner.email.slice(0, -2));
      await expect.poll(() => rows.filter({ hasText: 'Ada Owner' }).count()).toBe(1);
      expect(await focused(page)).toBe('input');
      await expectAccessible(page);

      await page.evaluate(`location.hash = '#/${id}/teams'`);
      await main.getByRole('button', { name: 'Field' }).click();
      await page.getByRole('button', { name: 'Add a member' }).click();
      await search.fill('ZOE MULLER');
      await page.getByRole('button', { name: 'Add Zoë Müller' }).waitFor();
      await search.fill(zoe.email.slice(0, -2));
      await page.getByRole('button', { name: 'Add Zoë Müller' }).waitFor();
      await page.keyboard.press('Escape');

      await page.evaluate(`location.hash = '#/${id}/audit-log'`);
      await main.getByLabel('By person').fill('zoe muller');
      await page.keyboard.press('Tab');
      await rows.filter({ hasText: 'Zoë Müller' }).first().waitFor();
      expect(await rows.filter({ hasText: 'Ada Owner' }).count()).toBe(0);
      expect(refused).toEqual([]);
    });
  });
});

test('an address of an international domain counts once, pasted in both forms or in a file', async () => {
  const { id, owner } = await service.organization();
  await visitConsole(browser(), service, { email: owner.email, fragment: `#/${id}/invitations` }, async (page) => {
    const check = async () => {
      await dialog(page).getByRole('button', { name: 'Check' }).click();
      await dialog(page).getByText('2 can be invited, 1 not.').waitFor();
      await dialog(page).getByRole('listitem').filter({ hasText: 'xn--' }).getByText('Is written twice.').waitFor();
    };
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill('jane@münchen.de, jane@xn--mnchen-3ya.de, joe@münchen.de');
    await check();
    await dialog(page).getByRole('button', { name: 'Back' }).click();
    // A name and cells that try to be markup are text.
    const markup = '<img src=x onerror=alert(1)>';
    const buffer = Buffer.from(
      `email,name\njane@münchen.de,${markup}\njane@XN--mnchen-3ya.de,x\njoe@münchen.de,x\n${markup},x\n`,
    );
    await page.locator('input[type=file]').setInputFiles({ name: `${markup}.csv`, mimeType: 'text/csv', buffer });
    await dialog(page).getByText(`${markup}.csv`).waitFor();
    await dialog(page).getByRole('button', { name: 'Check' }).click();
    await dialog(page).getByText('2 can be invited, 2 not.').waitFor();
    await dialog(page).getByText('Is written twice.').waitFor();
    await dialog(page).getByText(markup).waitFor();
    expect(await page.locator('img').count()).toBe(0);
    await expectAccessible(page);
    await dialog(page).getByRole('button', { name: 'Invite 2 people' }).click();
    await dialog(page).getByText('2 invited, 2 not.').waitFor();
    await dialog(page).locator('.actions').getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Manage the invitation of jane@' }).click();
    await page.getByRole('button', { name: 'Correct the address' }).click();
    await page.getByLabel('Right address').fill('Jane@xn--mnchen-3ya.de');
    await page.getByRole('button', { name: 'Correct and send' }).click();
    await page.getByText('That’s the present address.').waitFor();
  });
  expect((await owner.muster.invitations.list()).meta.total).toBe(2);
});

test('who leaves an organization is told so, and what is left to do', async () => {
  const { id, owner } = await service.organization('Acme Energy');
  const { email } = await service.member(owner, 'ADMIN');
  await visitConsole(browser(), service, { email, fragment: `#/${id}/members` }, async (page) => {
    await page.getByRole('button', { name: `Manage ${email}` }).click();
    await page.getByRole('button', { name: 'Leave the organization' }).click();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Leave', exact: true }).press('Enter');
    await page.getByText('You are no longer a member of Acme Energy.').waitFor();
    await page.getByRole('heading', { name: 'You aren’t in an organization' }).waitFor();
    expect(await page.getByRole('navigation').count()).toBe(0);
    await expectAccessible(page);
  });
});

test('a file is dropped on the dialog; a link is made instead of a mail, and copied', async () => {
  const { id, owner } = await service.organization();
  const [jane, joe] = [newAddress('jane'), newAddress('joe')];
  const visit = {
    email: owner.email,
    fragment: `#/${id}/members`,
    options: { permissions: ['clipboard-read', 'clipboard-write'] },
  };
  await visitConsole(browser(), service, visit, async (page) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').evaluate((field, text) => {
      const { DataTransfer, DragEvent, File } = globalThis as never as Record<
        string,
        new (
          ...parts: unknown[]
        ) => never
      >;
      const dataTransfer = new (DataTransfer as never as new () => { items: { add(file: object): void } })();
      dataTransfer.items.add(
        new (File as never as new (...parts: unknown[]) => object)([text], 'people.csv', { type: 'text/csv' }),
      );
      for (const type of ['dragover', 'drop']) {
        const options = { bubbles: true, cancelable: true, composed: true, dataTransfer };
        field.dispatchEvent(new (DragEvent as never as new (...parts: unknown[]) => never)(type, options));
      }
    }, `email,role\n${jane},ADMIN\nnobody,USER\n`);
    await dialog(page).getByText('people.csv').waitFor();
    await dialog(page).getByRole('button', { name: 'Check' }).click();
    await dialog(page).getByText('1 can be invited, 1 not.').waitFor();
    await dialog(page).getByRole('button', { name: 'Invite 1 person' }).click();
    await dialog(page).getByText('1 invited, 1 not.').waitFor();
    await dialog(page).locator('.actions').getByRole('button', { name: 'Close' }).click();

    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(joe);
    await page.getByText('Teams, message and more').click();
    await page.getByLabel('Send no mail').check();
    await page.getByRole('button', { name: 'Create the link' }).click();
    await dialog(page).getByRole('button', { name: 'Copy' }).click();
    await dialog(page).getByText('Copied.').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toMatch(/\/invitations\/accept\?token=/);
    await dialog(page).locator('.actions').getByRole('button', { name: 'Close' }).click();
  });
  const found = (await owner.muster.invitations.list()).data.map(({ email, role }) => [email, role]);
  expect(found.sort()).toEqual(
    [
      [jane, 'ADMIN'],
      [joe, 'USER'],
    ].sort(),
  );
});

test('while it is read that the person has joined, nothing says that they aren’t a member', async () => {
  const email = newAddress('jane');
  const { id, owner } = await service.organization('Acme Energy');
  await owner.muster.invitations.create({ email, role: 'VIEWER' });
  await visitConsole(browser(), service, { email }, async (page, context) => {
    const accept = page.getByRole('button', { name: 'Accept: Acme Energy' });
    await accept.waitFor();
    let go = () => {};
    const held = new Promise<void>((resolve) => {
      go = resolve;
    });
    await context.route('**/v1/me', async (route) => {
      await held;
      await route.continue();
    });
    await accept.press('Enter');
    await page.waitForURL(`**/console#/${id}/members`);
    await page.getByRole('status').getByText('Loading …').waitFor();
    expect(await page.getByText('There is no such').count()).toBe(0);
    go();
    await page.getByText('You are now a member of Acme Energy.').waitFor();
    await page.getByRole('main').getByRole('listitem').nth(1).waitFor();
  });
});

test('what can’t be right is said beside its field, before anything is sent', async () => {
  const { id, owner } = await service.organization('Acme \u202e  Energy');
  const visit = { email: owner.email, fragment: `#/${id}/members`, size: 'phone' as const };
  await visitConsole(browser(), service, visit, async (page) => {
    await page.getByRole('button', { name: 'Invite people' }).click();
    await page.getByLabel('E-mail addresses').fill(newAddress('jane'));
    await page.getByText('Teams, message and more').click();
    const days = page.getByLabel('Days until it expires');
    for (const wrong of ['0', '31', '1.5']) {
      await days.fill(wrong);
      await page.getByRole('button', { name: 'Send invitation' }).press('Enter');
      await page.getByText('Choose 1 to 30 days.').waitFor();
      expect([await days.getAttribute('aria-invalid'), await focused(page)]).toEqual(['true', 'input']);
    }
    await expectAccessible(page);
    await days.fill('30');
    await page.getByRole('button', { name: 'Send invitation' }).press('Enter');
    await page.getByText('was invited.').waitFor();

    await page.evaluate(`location.hash = '#/${id}/webhooks'`);
    await page.getByRole('button', { name: 'New webhook' }).click();
    await page.getByLabel('Address of your server').fill('https://me:secret@receiver.invalid/hook');
    await page.getByText('Only about').click();
    for (const about of ['members', 'invitations']) await page.getByLabel(about).uncheck();
    await page.getByRole('button', { name: 'Create the webhook' }).press('Enter');
    await page.getByText('Choose at least one.').waitFor();
    await expectAccessible(page);
    await page.getByLabel('members').check();
    await page.getByRole('button', { name: 'Create the webhook' }).press('Enter');
    await page.getByText('It has to begin with https://, without a user name').waitFor();
    await expectAccessible(page);
    await page.keyboard.press('Escape');

    // The name is typed as it is seen: it has an invisible character, and spaces that look like one.
    await page.evaluate(`location.hash = '#/${id}/organization'`);
    await page.getByRole('button', { name: 'Delete the organization' }).click();
    await page.getByLabel('Type “').fill('acme energy');
    await page.getByRole('button', { name: 'Delete for good' }).press('Enter');
    await page.getByText('That isn’t the name of the organization.').waitFor();
    await page.getByLabel('Type “').fill('Acme Energy');
    await page.getByRole('button', { name: 'Delete for good' }).press('Enter');
    await page.getByText('was deleted.').waitFor();
  });
  expect((await owner.call('GET /v1/webhooks')).status).toBe(404);
});
