import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { LANGUAGES } from '../../../lib/domain/language.ts';
import { ROLES } from '../../../lib/domain/roles.ts';
import { type InvitationMail, invitationMail } from '../../../lib/email/invitation.ts';
import { toMime } from '../../../lib/email/mime.ts';

const TOKEN = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_-AbCdEfGhIjKlMnOpQrStUvWxYz';
const LINK = `https://api.muster.example/invitation?token=${TOKEN}`;
const STOP = 'https://api.muster.example/invitation/stop?token=stop-secret&x=1';

const INVITATION: InvitationMail = {
  kind: 'invitation',
  language: 'en',
  organizationName: 'Acme',
  inviterName: 'Jane Doe',
  inviterAddress: 'jane@example.com',
  role: 'OPERATOR',
  email: 'bob@example.com',
  link: LINK,
  expiresAt: '2026-08-12T14:30:00.000Z',
  product: { name: 'Muster', from: 'Muster <invitations@muster.example>' },
};

/** Composes and encodes a mail, and parses it as a mail client does. */
async function received(changes: Partial<InvitationMail> = {}) {
  const raw = toMime(invitationMail({ ...INVITATION, ...changes }));
  const mail = await PostalMime.parse(raw);
  const headers = Object.fromEntries(mail.headers.map(({ key, value }) => [key, value]));
  return { raw, headers, subject: mail.subject ?? '', text: mail.text ?? '', html: mail.html ?? '', mail };
}

function hrefs(html: string): string[] {
  return [...html.matchAll(/\shref="([^"]*)"/g)].map(([, href = '']) => href.replaceAll('&amp;', '&'));
}

/** Returns the visible text of markup. */
function visibleText(html: string): string {
  return html
    .replace(/<style>.*?<\/style>|<!--.*?-->/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&#39;/g, "'")
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

describe('the content of the mail', () => {
  test.each([
    [
      'en',
      'Jane Doe invited you to join Acme',
      'Wednesday, 12 August 2026 at 14:30 UTC',
      'Operator',
      /ignore this mail/i,
    ],
    [
      'de',
      'Jane Doe hat Sie zu Acme eingeladen',
      'Mittwoch, 12. August 2026 um 14:30 Uhr UTC',
      'Operator',
      /ignorieren/i,
    ],
  ] as const)(
    'has inviter, organization, role, expiry, address, and advice for unexpected mail (%s)',
    async (...row) => {
      const [language, subject, until, role, unexpected] = row;
      const mail = await received({ language, message: 'See you there' });
      expect(mail.subject).toBe(subject);
      for (const part of [mail.text, visibleText(mail.html)]) {
        for (const words of ['Jane Doe', 'Acme', 'Muster', 'See you there', until, role, 'bob@example.com']) {
          expect(part).toContain(words);
        }
        expect(part).toMatch(unexpected);
      }
      expect(mail.html).toContain(`<html lang="${language}">`);
    },
  );

  test.each(ROLES)('has the role %s as a word of each language, not as the enum', async (role) => {
    for (const language of LANGUAGES) {
      const { text } = await received({ role, language });
      expect(text).not.toContain(role);
    }
  });

  test('says in the subject and in both parts if it is a reminder', async () => {
    const mail = await received({ kind: 'reminder' });
    expect(mail.subject).toBe('Reminder: Jane Doe invited you to join Acme');
    expect(mail.text).toContain('still open');
    expect(visibleText(mail.html)).toContain('still open');
  });

  test('doesn’t mention a message if there is none', async () => {
    for (const message of [undefined, '', ' \n ']) {
      const mail = await received({ message });
      expect(mail.text).not.toContain('wrote');
      expect(visibleText(mail.html)).not.toContain('wrote');
    }
  });
});

describe('the link', () => {
  test('is the first URL in the text part, on its own line', async () => {
    for (const language of LANGUAGES) {
      for (const kind of ['invitation', 'reminder'] as const) {
        const { text } = await received({
          language,
          kind,
          stopLink: STOP,
          organizationName: 'https://evil.example',
          inviterName: 'www.evil.example',
          message: 'https://evil.example',
        });
        expect(/(?:https?:|www\.)\S+/.exec(text)?.[0]).toBe(LINK);
        expect(text.split('\n')).toContain(LINK);
        expect(text.match(/https?:\/\/\S+/g)).toEqual([LINK, STOP]);
      }
    }
  });

  test('and the stop link are the only links of the HTML part, which also shows the link as text', async () => {
    const mail = await received({ stopLink: STOP, message: '<a href="https://evil.example">x</a>' });
    expect(hrefs(mail.html)).toEqual([LINK, LINK, STOP]);
    expect(visibleText(mail.html)).toContain(LINK);
  });
});

describe('text of users', () => {
  const HOSTILE = '<script>alert(1)</script><img src=x onerror=alert(1)>"\'&';

  test('is escaped everywhere in the HTML part', async () => {
    const mail = await received({ organizationName: HOSTILE, inviterName: HOSTILE, message: HOSTILE });
    expect(mail.html).not.toMatch(/<script|<img/);
    expect(mail.html).not.toContain('"\'&');
    expect(visibleText(mail.html)).toContain('<script>alert(1)</script>');
  });

  test.each(['https://evil.example/x', 'www.evil.example', 'evil.example', 'eve@evil.example'])(
    'becomes no link in any part: %s',
    async (text) => {
      const mail = await received({ organizationName: text, inviterName: text, message: `${text}\n${text}` });
      for (const part of [mail.subject, mail.text, mail.html]) {
        expect(part).not.toMatch(/evil\.example|www\.evil|https:\/\/evil/);
      }
    },
  );

  test('can’t inject headers, also when it is encoded', async () => {
    for (const newline of ['\r\n', '\n', '\r', '\u0085', '\u2028', '\u0000', '=?utf-8?Q?=0D=0A?=']) {
      const name = `Jane${newline}Bcc: eve@evil.example${newline}${newline}<b>body</b>`;
      const mail = await received({ organizationName: name, inviterName: name, message: name });
      expect(mail.headers).not.toHaveProperty('bcc');
      expect(mail.mail.bcc).toBeUndefined();
      expect(mail.subject).not.toMatch(/[\r\n\0]/);
      expect(mail.mail.replyTo).toHaveLength(1);
      expect(mail.mail.replyTo?.[0]?.name).not.toMatch(/[\r\n\0]/);
      expect(mail.raw).not.toMatch(/^bcc:/im);
    }
  });

  test('that looks like a MIME part, a boundary or a quote is only a message', async () => {
    const message = '--=_muster\r\nContent-Type: text/html\r\n\r\n<b>x</b>\r\n--=_muster--\n.\n> From Jane\nFrom: x';
    const mail = await received({ message });
    expect(mail.mail.attachments).toEqual([]);
    expect(mail.text).toContain('> --=_muster\n> Content-Type: text/html\n>\n> <b>x</b>');
    expect(mail.html).toContain('&lt;b&gt;x&lt;/b&gt;');
  });

  test.each([
    'Zoë Ünal & Söhne GmbH',
    '株式会社マスター',
    'شركة الكهرباء',
    'חברת חשמל',
    'Rakete 🚀👩‍🚀🏳️‍🌈 Team',
    'A "quoted", <odd>; name \\ (here)',
  ])('arrives unchanged: %s', async (name) => {
    const mail = await received({ organizationName: name, inviterName: name, message: name });
    expect(mail.subject).toBe(`${name} invited you to join ${name}`);
    expect(mail.text).toContain(`${name} invites you to join ${name} on Muster.`);
    expect(visibleText(mail.html)).toContain(name.replace(/\s+/g, ' '));
    expect(mail.mail.replyTo).toEqual([{ name, address: 'jane@example.com' }]);
  });

  test('is truncated if it is long, and no line of the mail has more than 998 characters', async () => {
    for (const character of ['x', 'ü', '🌻', 'x ', 'e\u0301\u0301', '"', '\\']) {
      const name = character.repeat(10_000);
      const mail = await received({ organizationName: name, inviterName: name, message: name, stopLink: STOP });
      for (const line of mail.raw.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
      expect(mail.raw.length).toBeLessThan(100_000);
      expect(mail.subject.length).toBeLessThan(400);
      expect(mail.text).toContain('…');
      expect(mail.text).toContain(LINK);
    }
  });
});

describe('the headers', () => {
  test('have sender, recipient and the inviter as reply address', async () => {
    const { mail } = await received();
    expect(mail.from).toEqual({ name: 'Muster', address: 'invitations@muster.example' });
    expect(mail.to).toEqual([{ name: '', address: 'bob@example.com' }]);
    expect(mail.replyTo).toEqual([{ name: 'Jane Doe', address: 'jane@example.com' }]);
  });

  test('have the support address as reply address if the inviter’s is hidden, and none without a support address', async () => {
    const product = { ...INVITATION.product, supportAddress: 'help@muster.example' };
    const supported = await received({ product, inviterAddress: undefined });
    expect(supported.mail.replyTo).toEqual([{ name: '', address: 'help@muster.example' }]);
    expect(supported.text).toContain('help@muster.example');
    expect((await received({ inviterAddress: undefined })).mail.replyTo).toBeUndefined();
  });

  test('suppress out-of-office replies', async () => {
    const { headers } = await received();
    expect(headers).toMatchObject({ 'auto-submitted': 'auto-generated', 'x-auto-response-suppress': 'All' });
  });

  test('offer one-click unsubscription only with a stop link', async () => {
    expect((await received({ stopLink: STOP })).headers).toMatchObject({
      'list-unsubscribe': `<${STOP}>`,
      'list-unsubscribe-post': 'List-Unsubscribe=One-Click',
    });
    const { headers } = await received();
    expect(headers).not.toHaveProperty('list-unsubscribe');
    expect(headers).not.toHaveProperty('list-unsubscribe-post');
  });
});

describe('the HTML part', () => {
  test('has an alternative text for its only image', async () => {
    const { html } = await received({
      product: { ...INVITATION.product, name: 'M & Co', logoUrl: 'https://cdn.example/logo.png?a=1&b="2' },
    });
    expect(html.match(/<img[^>]*>/g)).toEqual([
      expect.stringMatching(/src="https:\/\/cdn\.example\/logo\.png\?a=1&amp;b=&quot;2" alt="M &amp; Co"/),
    ]);
    expect((await received()).html).not.toContain('<img');
  });

  test('supports phones and dark mode, and loads nothing', async () => {
    const { html } = await received();
    expect(html).toContain('name="viewport"');
    expect(html).toContain('name="color-scheme" content="light dark"');
    expect(html).toContain('prefers-color-scheme: dark');
    expect(html).not.toMatch(/<script|<link|@import|url\(|\son\w+=/i);
  });

  test('has a button in the product color with readable text', async () => {
    const { html } = await received({ product: { ...INVITATION.product, color: '#ffd400' } });
    expect(html).toMatch(/bgcolor="#ffd400".*?color:#000000[^>]*>View invitation</s);
  });

  test('accepts no markup in a color', async () => {
    const { html } = await received({ product: { ...INVITATION.product, color: '"><script>' } });
    expect(html).not.toContain('<script');
  });

  test('is too small to be clipped by mail clients', async () => {
    const { html } = await received({ message: '&'.repeat(1000), stopLink: STOP });
    expect(Buffer.byteLength(html)).toBeLessThan(102_400);
  });
});
