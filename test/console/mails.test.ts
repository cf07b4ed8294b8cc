import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { signIn } from '../support/console.ts';
import { newAddress, useService } from '../support/service.ts';

// A mail to somebody who manages an organization leads to the page of the console that it is about.

const service = useService();
const browser = useBrowser();

/** Returns the link to the console in the newest mail to an address, and that no other page is linked. */
async function linkIn(to: string): Promise<string> {
  const text = (await service.mails(to)).at(-1)?.text ?? '';
  const links = text.match(/https?:\/\/\S+/g) ?? [];
  expect(links).toHaveLength(1);
  return links[0] as string;
}

/** Opens a link, signs in, and waits for a heading. */
async function open(
  link: string,
  email: string,
  heading: string,
  visit?: (page: Page) => Promise<void>,
): Promise<void> {
  const page = await browser().newPage({ locale: 'en-GB' });
  await page.goto(link);
  await signIn(page, email);
  await page.getByRole('heading', { name: heading }).first().waitFor();
  expect(page.url()).toBe(link);
  await visit?.(page);
  await page.close();
}

test('a request for a new invitation leads to that invitation', async () => {
  const { id, owner } = await service.organization();
  await service.clock('-8d');
  const email = newAddress('jane');
  const invited = await (await service.person(owner.email))
    .in(id)
    .call('POST /v1/invitations', { body: { email, role: 'USER' } });
  await service.clock(0);
  const asked = await service.call('POST /invitations/ask', {
    body: `token=${await service.linkToken(email)}`,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(asked.status).toBe(200);
  const link = await linkIn(owner.email);
  expect(link).toBe(`${service.api}/console#/${id}/invitations/${invited.body.id}`);
  await open(link, owner.email, 'Invitations', async (page) => {
    // An expired one isn't in the list of those that wait.
    await page.locator('muster-dialog').getByRole('button', { name: 'Send again' }).click();
    await page.getByText(`Sent again to ${email}.`).waitFor();
  });
  expect((await owner.call(`GET /v1/invitations/${invited.body.id}`)).body.status).toBe('PENDING');
});

test('an offer of the ownership leads to where it is answered', async () => {
  const { id, owner } = await service.organization();
  const { email, memberId, ...jane } = await service.member(owner, 'USER');
  await jane.call('GET /v1/me');
  await owner.muster.organizations.transfer(id, { memberId });
  const link = await linkIn(email);
  expect(link).toBe(`${service.api}/console#/organizations`);
  await open(link, email, 'Ownership offered to you');
});
