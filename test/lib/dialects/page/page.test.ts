import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { blockedPage, unblockedPage } from '../../../../lib/dialects/page/block-page.ts';
import {
  acceptedPage,
  declinedPage,
  type InvitationPage,
  invitationPage,
} from '../../../../lib/dialects/page/invitation-page.ts';
import { INVITATION_WORDS } from '../../../../lib/dialects/page/invitation-words.ts';
import type { Page, PageSetting } from '../../../../lib/dialects/page/layout.ts';
import { errorPage, invalidLinkPage } from '../../../../lib/dialects/page/refusal-page.ts';
import {
  ERROR_WORDS,
  INVALID_LINK_WORDS,
  type InvalidLink,
  PAGE_LIMITS,
} from '../../../../lib/dialects/page/refusal-words.ts';
import { remindersPage, remindersStoppedPage } from '../../../../lib/dialects/page/reminders-page.ts';
import { REMINDERS_WORDS } from '../../../../lib/dialects/page/reminders-words.ts';
import { renewalRequestedPage } from '../../../../lib/dialects/page/renewal-page.ts';
import { RENEWAL_WORDS } from '../../../../lib/dialects/page/renewal-words.ts';
import { TIME_SCRIPT } from '../../../../lib/dialects/page/script.ts';
import { LANGUAGES, type Language } from '../../../../lib/domain/language.ts';
import { REFUSALS } from '../../../../lib/domain/refusal.ts';

const TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdEfGhIjKlMnOpQrStUvWxYz';
const PRODUCT = { name: 'Muster', color: '#0b7a5b', supportAddress: 'help@muster.example' };
const INVITATION: InvitationPage = {
  language: 'en',
  product: PRODUCT,
  organizationName: 'Acme',
  inviterName: 'Jane Doe',
  role: 'VIEWER',
  email: 'bob@example.com',
  expiresAt: '2026-08-12T14:30:00.000Z',
  answer: {
    token: TOKEN,
    action: '/invitation',
    declineAction: '/invitation/decline',
    blockAction: '/invitation/block',
  },
};
const STOP = { token: TOKEN, action: '/invitations/stop-reminders', blockAction: '/invitations/block' };
const BLOCK = { token: TOKEN, action: '/invitations/block' };
const RENEWAL = { token: TOKEN, action: '/invitation/ask' };
const ERRORS = [
  ...PAGE_LIMITS,
  ...(['validation_failed', 'route_not_found', 'method_not_allowed', 'body_too_large'] as const),
  ...(['unsupported_media_type', 'recipient_rate_exceeded', 'internal_error', 'busy'] as const),
];
const REASONS = Object.keys(INVALID_LINK_WORDS.en) as InvalidLink[];

/** Returns every page in a language. */
function pages(setting: PageSetting): Record<string, Page> {
  return {
    invitation: invitationPage({ ...INVITATION, ...setting, message: 'Hi' }),
    'invitation, to sign in': invitationPage({ ...INVITATION, ...setting, answer: { signInUrl: undefined } }),
    'invitation, with a place to sign in': invitationPage({
      ...{ ...INVITATION, ...setting },
      answer: { signInUrl: 'https://app.example/' },
    }),
    accepted: acceptedPage({ ...INVITATION, ...setting, hasAccount: true, applicationUrl: 'https://app.example/' }),
    'accepted, without an account': acceptedPage({
      ...{ ...INVITATION, ...setting, hasAccount: false },
      ...{ signUpUrl: 'https://id.example/', redirectUrl: 'https://app.example/' },
    }),
    declined: declinedPage({ ...INVITATION, ...setting }),
    'expired, to be renewed': invalidLinkPage({ ...setting, reason: 'expired', renewal: RENEWAL }),
    'expired, renewal requested': invalidLinkPage({
      ...setting,
      reason: 'expired',
      renewal: { ...RENEWAL, since: '2026-08-13T14:30:00Z' },
    }),
    'renewal requested': renewalRequestedPage({ ...INVITATION, ...setting, again: false }),
    'renewal requested again': renewalRequestedPage({ ...INVITATION, ...setting, again: true }),
    reminders: remindersPage({ ...INVITATION, ...setting, ...STOP, openUntil: INVITATION.expiresAt }),
    'no more reminders': remindersStoppedPage({ ...INVITATION, ...setting, ...STOP, openUntil: undefined }),
    blocked: blockedPage({ ...INVITATION, ...setting, ...BLOCK }),
    unblocked: unblockedPage({ ...INVITATION, ...setting, ...BLOCK }),
    ...Object.fromEntries(REASONS.map((reason) => [reason, invalidLinkPage({ ...setting, reason })])),
    'revoked, by somebody who has left': invalidLinkPage({
      ...{ ...setting, reason: 'revoked', onwardUrl: 'https://app.example/' },
      about: { organizationName: 'Acme', inviterName: undefined },
    }),
    ...Object.fromEntries(ERRORS.map((code) => [code, errorPage({ ...setting, code, requestId: 'request-1' })])),
  };
}

/** Returns the visible text of a page. */
function visibleText({ body }: Page): string {
  return body
    .replace(/<head>.*?<\/head>/s, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

describe.each(LANGUAGES)('every page (%s)', (language: Language) => {
  test.each(Object.entries(pages({ language, product: PRODUCT })))(
    'is valid HTML without scripts but the one of times, with a title and the support address: %s',
    (_, page) => {
      const { headers } = page;
      // At most one, and nothing else that looks like it.
      const body = page.body.replace(`<script>${TIME_SCRIPT}</script>`, '');
      expect(body !== page.body).toBe(body.includes('<time '));
      expect(body).toContain(`<html lang="${language}">`);
      expect(body).toMatch(/<title>[^<]+ · Muster<\/title>/);
      expect(body).toContain('name="viewport" content="width=device-width,initial-scale=1"');
      expect(body.match(/<h1/g)).toHaveLength(1);
      expect(body.match(/<main/g)).toHaveLength(1);
      expect(body).not.toMatch(/undefined|\[object|\{\w+\}|<script|\son\w+=|\sstyle=|javascript:/);
      expect(body).toContain('<a href="mailto:help%40muster.example">help@muster.example</a>');
      expect(headers['content-type']).toBe('text/html; charset=utf-8');
    },
  );

  test('has a unique heading', () => {
    const headings = REASONS.map((reason) => INVALID_LINK_WORDS[language][reason].heading);
    expect(new Set(headings).size).toBe(REASONS.length);
    const { reference: _, ...errors } = ERROR_WORDS[language];
    const headingsOfErrors = Object.values(errors).map(({ heading }) => heading);
    expect(new Set(headingsOfErrors).size).toBe(headingsOfErrors.length);
  });

  test.each(PAGE_LIMITS)('names the limit that was reached: %s', (code) => {
    const page = errorPage({ language, product: PRODUCT, code, requestId: 'request-1' });
    expect(page.status).toBe(409);
    expect(visibleText(page)).toContain(ERROR_WORDS[language][code].happened);
  });
});

describe('the headers of a page', () => {
  const { headers, body } = invitationPage(INVITATION);
  const policy = headers['content-security-policy'] ?? '';
  const hashOf = (content: string) => createHash('sha256').update(content).digest('base64');

  test('allow nothing except the page’s stylesheet, and its script if it shows a time, by their hashes', () => {
    const style = /<style>(.*?)<\/style>/s.exec(body)?.[1] ?? '';
    expect(style).toContain('#0b7a5b');
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hashOf(style)}'; script-src 'sha256-${hashOf(TIME_SCRIPT)}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    const withoutTime = declinedPage(INVITATION).headers['content-security-policy'] ?? '';
    expect(withoutTime).toBe(policy.replace(/script-src \S+ /, ''));
  });

  test('forbid caching and referrers, because the URL has a secret', () => {
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
  });

  test("allow images only from the configured logo's origin", () => {
    const product = { ...PRODUCT, logoUrl: 'https://cdn.example/logo.svg?v=1' };
    const page = errorPage({ language: 'en', product, code: 'route_not_found', requestId: 'request-1' });
    expect(page.headers['content-security-policy']).toContain('; img-src https://cdn.example;');
    expect(page.body).toContain('<img src="https://cdn.example/logo.svg?v=1" alt="Muster">');
  });

  test('have another hash for another color, and a color can’t inject markup', () => {
    const red = errorPage({
      language: 'en',
      product: { ...PRODUCT, color: '#c00000' },
      code: 'route_not_found',
      requestId: 'request-1',
    });
    expect(red.body).toContain('--fill: #c00000');
    expect(red.headers['content-security-policy']).not.toBe(policy);
    const forged = errorPage({
      language: 'en',
      product: { ...PRODUCT, color: '</style><script>' },
      code: 'route_not_found',
      requestId: 'request-1',
    });
    expect(forged.body).not.toContain('<script');
  });
});

describe('the page of an invitation', () => {
  test('shows inviter, organization, role, message, address and expiry', () => {
    const text = visibleText(invitationPage({ ...INVITATION, message: 'See you\nthere' }));
    for (const words of ['Join Acme', 'Jane Doe', 'Viewer', 'See you there', 'bob@example.com', '14:30 UTC']) {
      expect(text).toContain(words);
    }
  });

  test('has one form that posts the token to accept or decline, and one that blocks', () => {
    const { status, body } = invitationPage(INVITATION);
    expect(status).toBe(200);
    expect(body.match(/<form[^>]*>/g)).toEqual([
      '<form method="post" action="/invitation">',
      '<form method="post" action="/invitation/block">',
    ]);
    const token = `<input type="hidden" name="token" value="${TOKEN}">`;
    expect(body.match(/<input[^>]*>/g)).toEqual([token, token]);
    expect(body.split(TOKEN)).toHaveLength(3);
    expect(body.match(/<button.*<\/button>/g)).toEqual([
      '<button type="submit">Accept invitation</button>',
      '<button type="submit" class="plain" formaction="/invitation/decline">Decline</button>',
      '<button type="submit" class="plain">No more invitations from <bdi>Acme</bdi></button>',
    ]);
  });

  test('escapes text of users', () => {
    const hostile = '"><script>alert(1)</script><a href="https://evil.example">\u202e\u0000';
    const page = invitationPage({
      ...INVITATION,
      organizationName: hostile,
      inviterName: hostile,
      message: hostile,
    });
    expect(page.body.replace(TIME_SCRIPT, '')).not.toMatch(/<script>[^<]|<a href="https:\/\/evil|[\u202e\0]/);
    expect(visibleText(page)).toContain('<script>alert(1)</script>');
  });

  test('truncates long text', () => {
    const long = '🌻'.repeat(10_000);
    const { body } = invitationPage({ ...INVITATION, organizationName: long, inviterName: long, message: long });
    expect(body.length).toBeLessThan(20_000);
    expect(body).toContain('🌻…');
  });

  test('calls the role as the deployment does, escaped, and shows times in its zone', () => {
    const { body } = invitationPage({
      ...INVITATION,
      product: { ...PRODUCT, timeZone: 'Europe/Berlin' },
      roleLabels: { VIEWER: { de: 'Gäste <i>' }, USER: { en: 'Technician' } },
    });
    expect(body).toContain('<strong>Gäste &lt;i&gt;.</strong>');
    expect(body).toContain('<time datetime="2026-08-12T14:30:00.000Z">Wednesday, 12 August 2026 at 16:30 CEST</time>');
  });

  test('isolates right-to-left names from the sentence', () => {
    const { body } = invitationPage({ ...INVITATION, organizationName: 'شركة' });
    expect(body).toContain('<h1>Join <bdi>شركة</bdi></h1>');
    expect(body).toContain('aria-hidden="true">ش<');
  });

  test('has a monogram for any name, also without letters', () => {
    expect(invitationPage({ ...INVITATION, organizationName: '!!' }).body).toContain('aria-hidden="true">·<');
  });
});

test.each([INVITATION_WORDS, RENEWAL_WORDS, REMINDERS_WORDS].map(({ en, de }) => ({ en, de })))(
  'both languages have the same phrases with the same placeholders (%#)',
  ({ en, de }: { en: Record<string, string>; de: Record<string, string> }) => {
    const placeholders = (phrase = '') => [...phrase.matchAll(/\{\w+\}/g)].map(String).sort();
    for (const key of Object.keys(en)) expect(placeholders(de[key]), key).toEqual(placeholders(en[key]));
  },
);

describe('the page of an expired invitation', () => {
  test('has one form, which posts the token to request a new invitation', () => {
    const { status, body } = invalidLinkPage({ language: 'en', product: PRODUCT, reason: 'expired', renewal: RENEWAL });
    expect(status).toBe(410);
    expect(body.match(/<form[^>]*>/g)).toEqual(['<form method="post" action="/invitation/ask">']);
    expect(body.match(/<input[^>]*>/g)).toEqual([`<input type="hidden" name="token" value="${TOKEN}">`]);
    expect(body.match(/<button/g)).toHaveLength(1);
  });

  test('shows when a new one was requested, and then has no form', () => {
    const renewal = { ...RENEWAL, since: '2026-08-13T14:30:00.000Z' };
    const page = invalidLinkPage({ language: 'en', product: PRODUCT, reason: 'expired', renewal });
    expect(page.body).toContain('<time datetime="2026-08-13T14:30:00.000Z">');
    expect(page.body).not.toMatch(/<form|<button/);
    expect(visibleText(page)).toContain('You asked for a new one on Thursday, 13 August 2026 at 14:30 UTC');
  });
});

test('the other pages escape names too', () => {
  const hostile = '"><script>alert(1)</script>\u202e';
  const names = { ...INVITATION, organizationName: hostile, inviterName: hostile };
  for (const page of [
    declinedPage(names),
    renewalRequestedPage({ ...names, again: false }),
    remindersPage({ ...names, ...STOP, openUntil: undefined }),
    blockedPage({ ...names, ...BLOCK }),
  ]) {
    expect(page.body.replace(`<script>${TIME_SCRIPT}</script>`, '')).not.toMatch(/<script|\u202e/);
    expect(visibleText(page)).toContain('<script>alert(1)</script>');
  }
});

describe('the page after accepting', () => {
  test('shows the organization, a link to the application, and the address to sign in with', () => {
    const page = acceptedPage({ ...INVITATION, hasAccount: true, applicationUrl: 'https://app.example/?a=1&b=2' });
    expect(page.status).toBe(200);
    expect(visibleText(page)).toContain('Welcome to Acme');
    expect(visibleText(page)).toContain('bob@example.com');
    expect(page.body).toContain('<a class="button" href="https://app.example/?a=1&amp;b=2">Continue to Muster</a>');
  });

  test('has no link without a configured application, but still says what to do', () => {
    const page = acceptedPage({ ...INVITATION, hasAccount: true });
    expect(page.body).not.toContain('class="button"');
    expect(visibleText(page)).toContain('Sign in to Muster');
    const newcomer = acceptedPage({ ...INVITATION, hasAccount: false });
    expect(newcomer.body).not.toContain('class="button"');
    expect(visibleText(newcomer)).toContain('Create an account for Muster with this address');
  });

  test('sends a person with an account on at once, and asks others to create one first', () => {
    const ways = { signUpUrl: 'https://id.example/?email=b&x=1', redirectUrl: 'https://app.example/?a=1&b=2' };
    const member = acceptedPage({ ...INVITATION, ...ways, hasAccount: true });
    expect(member.headers.refresh).toBe('0;url=https://app.example/?a=1&b=2');
    expect(member.body).not.toContain('id.example');
    const newcomer = acceptedPage({ ...INVITATION, ...ways, hasAccount: false });
    expect(newcomer.headers.refresh).toBeUndefined();
    expect(newcomer.body.match(/<a class="button.*?<\/a>/g)).toEqual([
      '<a class="button" href="https://id.example/?email=b&amp;x=1">Create account</a>',
      '<a class="button plain" href="https://app.example/?a=1&amp;b=2">Continue to Muster</a>',
    ]);
  });
});

describe('the page of an invalid link', () => {
  test('is 404 for an unknown secret, 410 for a secret that was sent, and 401 if a sign-in is required', () => {
    for (const reason of REASONS) {
      expect(invalidLinkPage({ language: 'en', product: PRODUCT, reason }).status).toBe(
        reason === 'sign_in' ? 401 : reason.endsWith('not_found') ? 404 : 410,
      );
    }
  });

  test('names the organization and the inviter, escaped, if it may', () => {
    const about = { organizationName: 'Acme <b>', inviterName: 'Jane <i>' };
    const setting = { language: 'en', product: PRODUCT, reason: 'revoked' } as const;
    const text = (more: object) => visibleText(invalidLinkPage({ ...setting, ...more }));
    expect(text({ about })).toContain('Jane <i> invited you to Acme <b> .');
    expect(text({ about: { ...about, inviterName: undefined } })).toContain('You were invited to Acme <b> .');
    expect(text({})).not.toContain('invited you to');
  });

  test.each(LANGUAGES)('says what happened and what to do next (%s)', (language) => {
    for (const reason of REASONS) {
      const { heading, happened, next } = INVALID_LINK_WORDS[language][reason];
      const text = visibleText(invalidLinkPage({ language, product: PRODUCT, reason }));
      for (const words of [heading, happened, next]) expect(text).toContain(words);
    }
  });
});

describe('the page of an error', () => {
  test('has the error’s status and shows the request id for the log', () => {
    for (const code of ERRORS) {
      const page = errorPage({ language: 'en', product: PRODUCT, code, requestId: '<id-1>' });
      expect(page.status).toBe(REFUSALS[code]);
      expect(visibleText(page)).toContain('Reference: <id-1>');
    }
  });
});
