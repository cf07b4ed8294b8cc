import { expect, test } from 'vitest';
import { useBrowser } from '../support/browser.ts';
import { newAddress, useService } from '../support/service.ts';

const APPLICATION = 'https://app.example.com/';
const service = useService({ environment: { APPLICATION_URL: APPLICATION } });
const browser = useBrowser();

test('a person opens the link of the mail in a browser, accepts, and gets in', async () => {
  const { owner } = await service.organization('Acme <Energy> & Söhne');
  const email = newAddress('jane');
  await owner.call('POST /v1/invitations', { body: { email, role: 'OPERATOR' } });
  const [mail] = await service.mails(email);
  const [link] = /https?:\/\/\S+/.exec(mail?.text ?? '') ?? [];

  // Without JavaScript, on a phone.
  const context = await browser().newContext({ javaScriptEnabled: false, viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  const opened = await page.goto(link as string);
  expect(opened?.status()).toBe(200);
  const text = await page.textContent('body');
  for (const shown of ['Ada Owner', 'Acme <Energy> & Söhne', email, 'Operator']) expect(text).toContain(shown);
  const pending = (await owner.call('GET /v1/invitations')).body.data[0];
  expect(pending.status, 'opening the link changes nothing').toBe('PENDING');

  await page.getByRole('button', { name: 'Accept' }).click();
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Acme <Energy> & Söhne');
  expect(await page.getByRole('link').getAttribute('href')).toBe(APPLICATION);
  expect((await owner.call('GET /v1/invitations')).body.data[0].status).toBe('ACCEPTED');

  const jane = await service.person(email);
  const members = await jane.call('GET /v1/members');
  expect(members.body.data[1]).toMatchObject({ role: 'OPERATOR', userProfile: { email } });

  await page.goto(link as string);
  expect(await page.textContent('body'), 'the link of somebody who is in says so').toContain(email);
  await context.close();
});

test.each([
  ['revoked', 410],
  ['made up', 404],
])('a dead link (%s) opens a page that helps', async (kind, status) => {
  const { owner } = await service.organization();
  const email = newAddress('late');
  const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  let token = await service.linkToken(email);
  if (kind === 'revoked') await owner.call(`DELETE /v1/invitations/${invited.body.id}`);
  else token = `${token.slice(0, -4)}AAAA`;

  const page = await browser().newPage();
  const opened = await page.goto(`${service.api}/invitations/accept?token=${token}`);
  expect(opened?.status()).toBe(status);
  expect(await page.getByRole('button').count()).toBe(0);
  expect((await page.innerText('main')).length).toBeGreaterThan(80);
  await page.close();
});
