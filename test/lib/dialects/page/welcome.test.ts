import { afterEach, expect, test, vi } from 'vitest';
import { redirectFor } from '../../../../lib/dialects/page/format.ts';
import { welcome } from '../../../../lib/dialects/page/welcome.ts';
import type { Link } from '../../../../lib/domain/invitation.ts';

const SETTING = { language: 'en', product: { name: 'Muster' } } as const;
const link = {
  organization: { name: 'Acme' },
  invitation: {
    ...{ id: 'inv_1', organizationId: 'org_1', email: 'bob@example.com' },
    redirectUrl: 'https://app.example.com/welcome',
  },
} as Link;
const URL_AFTER = 'https://app.example.com/welcome?organization=org_1&invitation=inv_1&outcome=accepted';

afterEach(() => vi.unstubAllEnvs());

test('a browser isn’t sent to an origin that the deployment has ceased to allow since the invitation', () => {
  vi.stubEnv('REDIRECT_ORIGINS', 'https://www.example.com,https://app.example.com');
  expect(welcome(SETTING, link, { claimed: true }).headers.refresh).toBe(`0;url=${URL_AFTER}`);
  expect(redirectFor(link, 'declined')).toContain('outcome=declined');
  for (const origins of ['https://www.example.com', '']) {
    vi.stubEnv('REDIRECT_ORIGINS', origins);
    const page = welcome(SETTING, link, { claimed: true });
    expect(page.headers.refresh).toBeUndefined();
    expect(page.body).not.toContain('app.example.com');
    expect(redirectFor(link, 'declined')).toBeUndefined();
  }
});

test('without an application, people go on to the console, if there is one', () => {
  const path = '/console#/';
  expect(welcome(SETTING, link, { claimed: true }).body).not.toContain(path);
  vi.stubEnv('CONSOLE', '1');
  expect(welcome(SETTING, link, { claimed: true }).body).toContain(`href="${path}"`);
});

test('without a place to create an account, the page says that one is needed', () => {
  vi.stubEnv('SIGN_UP_URL', '');
  const { body } = welcome(SETTING, link, { claimed: false });
  expect(body).toContain('Create an account for Muster with this address');
  expect(body).not.toContain('Create account<');
  vi.stubEnv('SIGN_UP_URL', 'https://id.example/?e={email}');
  expect(welcome(SETTING, link, { claimed: false }).body).toContain('href="https://id.example/?e=bob%40example.com"');
});
