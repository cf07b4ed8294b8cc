import { expect, test } from 'vitest';
import { unlinked } from '../../../lib/email/unlinked.ts';

/** What mail clients turn into links: schemes, `www.`, addresses, and words with a dot and a top-level domain. */
const LINKS = [
  /[a-z][a-z0-9+.-]*:\/\/\S/iu,
  /\b(?:mailto|tel|sms|javascript|data|s3):\S/iu,
  /\bwww\.\S/iu,
  /[\p{L}\p{N}\p{M}-]+[.\u3002\uff0e\uff61]\p{L}[\p{L}\p{N}-]+/u,
  /\S+@\S+\.\S+/u,
  /\b\d{1,3}(?:\.\d{1,3}){3}\b/,
];

test.each([
  'https://evil.example',
  'HTTPS://EVIL.EXAMPLE/path?x=1',
  'see http://localhost/x or //evil.example',
  'www.evil.com',
  'evil.com',
  'Evil.COM/login',
  'login.evil.co.uk',
  'münchen.de',
  'пример.рф',
  'xn--80ak6aa92e.xn--p1ai',
  'evil。com',
  'evil．com',
  'jane@evil.example',
  'mailto:jane@localhost',
  'tel:+4912345',
  'javascript:alert(1)',
  's3://bucket/x',
  '93.184.216.34/login',
  '(evil.com)',
  'https:// evil.com',
  'a.b.c.evil.com',
  'evil..com',
])('a mail client finds nothing to link in %s', (text) => {
  const result = unlinked(text);
  for (const link of LINKS) expect(result).not.toMatch(link);
});

test.each([
  'Stadtwerke Nürnberg e.V.',
  'z.B. am 12.08.2026 um 14:30',
  'St. Gallen',
  'J.R.R. Tolkien',
  '3.50 Euro',
  'Hello... you',
  'Note: come early',
  'Hello :) and hello:)',
  'A & B <C>',
])('a text without links is unchanged: %s', (text) => {
  expect(unlinked(text)).toBe(text);
});

test('an unlinked text is still readable', () => {
  expect(unlinked('jane@example.com')).toBe('jane@example. com');
  expect(unlinked('https://evil.example/login')).toBe('https: //evil. example/login');
});

test('ten thousand characters are processed in less than 200 ms', () => {
  for (const text of [
    'a'.repeat(10_000),
    '.'.repeat(10_000),
    'a.'.repeat(5_000),
    '1.'.repeat(5_000),
    'a:'.repeat(5_000),
  ]) {
    const start = performance.now();
    unlinked(text);
    expect(performance.now() - start).toBeLessThan(200);
  }
});
