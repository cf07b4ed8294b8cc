import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { toMime } from '../../../lib/email/mime.ts';
import { type RenewalRequestMessage, renewalRequestMail } from '../../../lib/email/renewal-request.ts';

const REQUEST: RenewalRequestMessage = {
  language: 'en',
  organizationName: 'Acme',
  recipient: 'jane@example.com',
  email: 'bob@example.com',
  role: 'OPERATOR',
  createdAt: '2026-08-05T14:30:00.000Z',
  expiresAt: '2026-08-12T14:30:00.000Z',
  applicationUrl: 'https://app.example/',
  product: { name: 'Muster', from: 'Muster <invitations@muster.example>' },
};

/** Composes and encodes a mail, and parses it as a mail client does. */
async function received(changes: Partial<RenewalRequestMessage> = {}) {
  const mail = await PostalMime.parse(toMime(renewalRequestMail({ ...REQUEST, ...changes })));
  return { mail, subject: mail.subject ?? '', text: mail.text ?? '', html: mail.html ?? '' };
}

const hrefs = (html: string) => [...html.matchAll(/\shref="([^"]*)"/g)].map(([, href]) => href);

test.each([
  ['en', 'bob@example.com asks for a new invitation to Acme', 'send the invitation again', 'Operator'],
  ['de', 'bob@example.com bittet um eine neue Einladung zu Acme', 'senden Sie die Einladung erneut', 'Operator'],
] as const)(
  'a renewal request says who asks for which organization, and what to do (%s)',
  async (language, subject, todo, role) => {
    const mail = await received({ language });
    expect(mail.subject).toBe(subject);
    for (const part of [mail.text, mail.html]) {
      for (const words of ['bob@example.com', 'Acme', 'Muster', todo, role, '2026', 'jane@example.com']) {
        expect(part).toContain(words);
      }
    }
    expect(mail.html).toContain(`<html lang="${language}">`);
  },
);

test('a renewal request links to the application, or has no link without one', async () => {
  const { text, html } = await received();
  expect(text.match(/https?:\/\/\S+/g)).toEqual(['https://app.example/']);
  expect(hrefs(html)).toEqual(['https://app.example/']);
  const without = await received({ applicationUrl: undefined });
  expect(without.text).not.toMatch(/https?:/);
  expect(hrefs(without.html)).toEqual([]);
});

test('the reply address of a renewal request is the support address, never the requester’s', async () => {
  expect((await received()).mail.replyTo).toBeUndefined();
  const product = { ...REQUEST.product, supportAddress: 'help@muster.example' };
  const { mail, text } = await received({ product });
  expect(mail.replyTo).toEqual([{ name: '', address: 'help@muster.example' }]);
  expect(text).toContain('help@muster.example');
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
  expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' });
});

test('the organization’s name adds no markup, links or headers to a renewal request', async () => {
  const { mail, html, text } = await received({
    organizationName: '<b>https://evil.example</b>\r\nBcc: eve@x.example',
  });
  expect(mail.bcc).toBeUndefined();
  expect(html).not.toContain('<b>');
  for (const part of [mail.subject, html, text]) expect(part).not.toContain('https://evil');
});
