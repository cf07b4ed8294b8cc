import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { type Mail, parseMailbox, toMime } from '../../../lib/email/mime.ts';

const MAIL: Mail = {
  from: { name: 'Muster', address: 'invitations@muster.example' },
  to: 'bob@example.com',
  subject: 'Hello',
  text: 'text\n',
  html: '<p>html</p>\n',
  headers: {},
};

test('a mail has both parts, text first, in UTF-8', async () => {
  const raw = toMime({ ...MAIL, text: 'Grüße 🌻\n\na blank at the end \n.\n', html: '<p>Grüße 🌻</p>' });
  const mail = await PostalMime.parse(raw);
  expect(mail.text?.replace(/\n+$/, '\n')).toBe('Grüße 🌻\n\na blank at the end \n.\n');
  expect(mail.html?.trim()).toBe('<p>Grüße 🌻</p>');
  expect(raw.indexOf('text/plain')).toBeLessThan(raw.indexOf('text/html'));
});

test('a mail is ASCII, with lines of at most 78 characters that end in CRLF', () => {
  const raw = toMime({
    ...MAIL,
    from: { name: 'Müster, "Mail" \\ Team', address: 'invitations@muster.example' },
    subject: `Ünï ${'Wörter '.repeat(40)}`,
    text: `${'ä'.repeat(3000)}\n${'x'.repeat(3000)}\r\nlone\rreturn`,
  });
  expect(raw).toMatch(/^[\r\n\x20-\x7e]*$/);
  expect(raw.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  for (const line of raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
});

test('the date is the time of sending in the format of RFC 5322', () => {
  expect(toMime(MAIL, new Date('2026-08-02T09:05:07Z'))).toContain('\r\nDate: Sun, 02 Aug 2026 09:05:07 +0000\r\n');
});

test('a name that looks like encoded text arrives unchanged', async () => {
  const name = '=?utf-8?Q?=0D=0ABcc:=20eve@evil.example?=';
  const mail = await PostalMime.parse(toMime({ ...MAIL, subject: name, replyTo: { name, address: 'a@b.example' } }));
  expect(mail.subject).toBe(name);
  expect(mail.replyTo).toEqual([{ name, address: 'a@b.example' }]);
});

test('a name that looks like addresses adds no addresses', async () => {
  const name = 'Jane" <eve@evil.example>, "Eve';
  const mail = await PostalMime.parse(toMime({ ...MAIL, replyTo: { name, address: 'jane@example.com' } }));
  expect(mail.replyTo).toEqual([{ name, address: 'jane@example.com' }]);
});

test('addresses and additional headers can’t start a new line', () => {
  const raw = toMime({
    ...MAIL,
    to: 'bob@example.com\r\nBcc: eve@evil.example',
    replyTo: { address: 'a@b.example>\r\nBcc: <eve@evil.example' },
    headers: { 'X-Test': 'a\r\nBcc: eve@evil.example' },
  });
  expect(raw).not.toMatch(/^bcc:/im);
});

test.each([
  ['Muster <a@b.example>', { name: 'Muster', address: 'a@b.example' }],
  ['"Muster, Inc. \\"M\\"" <a@b.example>', { name: 'Muster, Inc. "M"', address: 'a@b.example' }],
  ['Müster GmbH<a@b.example> ', { name: 'Müster GmbH', address: 'a@b.example' }],
  ['<a@b.example>', { name: undefined, address: 'a@b.example' }],
  [' a@b.example ', { address: 'a@b.example' }],
])('the configured sender %s is parsed', (text, mailbox) => {
  expect(parseMailbox(text)).toEqual(mailbox);
});
