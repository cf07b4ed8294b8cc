import { describe, expect, test } from 'vitest';
import { isAllowed, isRedirectUrl, redirectOf, signUpLink } from '../../../lib/domain/redirect.ts';

const ORIGINS = ['https://app.example.com', 'http://localhost:3000'];
const IDS = { id: 'inv_1', organizationId: 'org_1' };
const to = (redirectUrl: string, origins = ORIGINS) => redirectOf({ ...IDS, redirectUrl }, 'accepted', origins);

test.each([
  'https://app.example.com',
  'HTTPS://App.Example.com/welcome?a=1#team',
  'http://localhost',
  'http://localhost:3000/x',
  'http://localhost/?x',
])('accepts a URL of the web: %s', (url) => {
  expect(isRedirectUrl(url)).toBe(true);
});

test.each([
  'javascript:alert(1)',
  'JavaScript:alert(1)//https://app.example.com',
  'data:text/html,<script>',
  'http://app.example.com/',
  'http://localhost.evil.example/',
  'http://localhost@evil.example/',
  'https://app.example.com@evil.example/',
  'https://user:secret@app.example.com/',
  'https:\\\\app.example.com',
  'https:app.example.com',
  '//app.example.com/',
  '/welcome',
  'myapp://welcome',
  ' https://app.example.com/',
  'https://app.example.com/\r\nSet-Cookie: a=b',
  'https://app.example.com/a b',
  'https://',
  '',
])('refuses anything else: %j', (url) => {
  expect(isRedirectUrl(url)).toBe(false);
  expect(isAllowed(url, ORIGINS)).toBe(false);
});

test.each([
  'https://app.example.com.evil.example/',
  'https://evil.example/?https://app.example.com',
  'https://evil.example/#https://app.example.com',
  'https://sub.app.example.com/',
  'https://app.example.com:8443/',
  'http://localhost/',
  'http://localhost:3001/',
])('compares whole origins: %s', (url) => {
  expect(isAllowed(url, ORIGINS)).toBe(false);
  expect(to(url)).toBeUndefined();
});

describe('where a browser goes', () => {
  test('has the ids and the outcome in its query, beside what was there', () => {
    expect(to('https://app.example.com/welcome?plan=a%26b#/team')).toBe(
      'https://app.example.com/welcome?plan=a%26b&organization=org_1&invitation=inv_1&outcome=accepted#/team',
    );
    expect(to('https://APP.example.com:443')).toBe(
      'https://app.example.com/?organization=org_1&invitation=inv_1&outcome=accepted',
    );
  });

  test('has each of them once, as the service knows them', () => {
    const url = new URL(to('https://app.example.com/?outcome=declined&outcome=x&organization=org_2') ?? '');
    expect([...url.searchParams].sort()).toEqual([
      ['invitation', 'inv_1'],
      ['organization', 'org_1'],
      ['outcome', 'accepted'],
    ]);
  });

  test('is nowhere without a URL, and once its origin isn’t allowed any more', () => {
    expect(redirectOf(IDS, 'accepted', ORIGINS)).toBeUndefined();
    expect(to('https://app.example.com/', [])).toBeUndefined();
  });
});

describe('the link to create an account', () => {
  test('has the address and the way back, encoded', () => {
    const template = 'https://id.example/sign-up?email={email}&next={redirectUrl}';
    expect(signUpLink(template, 'a+b&c@example.com', 'https://app.example/?a=1&b=2')).toBe(
      'https://id.example/sign-up?email=a%2Bb%26c%40example.com&next=https%3A%2F%2Fapp.example%2F%3Fa%3D1%26b%3D2',
    );
    expect(signUpLink(template, 'a@example.com', undefined)).toBe(
      'https://id.example/sign-up?email=a%40example.com&next=',
    );
  });

  test('doesn’t expand an address', () => {
    expect(signUpLink('https://id.example/?e={email}', '{redirectUrl}@x.org', 'https://y')).toBe(
      'https://id.example/?e=%7BredirectUrl%7D%40x.org',
    );
  });
});
