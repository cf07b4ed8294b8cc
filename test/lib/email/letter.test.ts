import { describe, expect, test } from 'vitest';
import { LANGUAGES, type Language } from '../../../lib/domain/language.ts';
import { GRANT_END_WORDS, grantEndMail } from '../../../lib/email/grant-end.ts';
import { INVITATION_WORDS, invitationMail } from '../../../lib/email/invitation.ts';
import { LETTER_WORDS, LINK_WORDS, SITE_LABELS } from '../../../lib/email/letter.ts';
import type { Mail } from '../../../lib/email/mime.ts';
import { OFFER_WORDS, offerMail } from '../../../lib/email/offer.ts';
import { RENEWAL_REQUEST_WORDS, renewalRequestMail } from '../../../lib/email/renewal-request.ts';
import { SITE_INVITE_WORDS, siteInviteMail } from '../../../lib/email/site-invite.ts';
import { SITE_REQUEST_WORDS, siteRequestMail } from '../../../lib/email/site-request.ts';
import { WELCOME_WORDS, welcomeMail } from '../../../lib/email/welcome.ts';

const LINK = 'https://api.muster.example/page?token=secret&x=1';
const APPLICATION = 'https://app.example/?x=1&y=2';
const AT = '2026-08-12T14:30:00.000Z';
const EVIL = '<b>https://evil.example</b> {product} $&\r\nBcc: eve@evil.example';

/** The names and texts of users that letters contain. */
interface Names {
  readonly organizationName: string;
  readonly person: string;
  readonly siteName: string;
  readonly teamName: string;
  readonly wrote: string;
}

const NAMES: Names = {
  organizationName: 'Acme',
  person: 'Jane',
  siteName: 'Depot',
  teamName: 'Drivers',
  wrote: 'Hello',
};

const LETTERS: Readonly<
  Record<
    string,
    { leads: 'link' | 'application'; names: (keyof Names)[]; compose: (language: Language, names: Names) => Mail }
  >
> = {
  invitation: {
    leads: 'link',
    names: ['organizationName', 'person', 'wrote'],
    compose: (language, { organizationName, person, wrote }) =>
      invitationMail({
        ...{ ...base(language), kind: 'invitation', organizationName, role: 'USER', email: 'bob@example.com' },
        ...{ inviterName: person, inviterAddress: 'jane@example.com', link: LINK, expiresAt: AT, message: wrote },
      }),
  },
  'invite to a site': {
    leads: 'link',
    names: ['organizationName', 'person', 'siteName', 'teamName'],
    compose: (language, { organizationName, person, siteName, teamName }) =>
      siteInviteMail({
        ...{ ...base(language), organizationName, siteName, teamName, email: 'bob@example.com', link: LINK },
        ...{ inviterName: person, inviterAddress: 'jane@example.com', blockLink: `${LINK}&block`, expiresAt: AT },
        terms: { transferOwnership: false },
      }),
  },
  'request for sensitive data': {
    leads: 'link',
    names: ['organizationName', 'person', 'siteName', 'teamName', 'wrote'],
    compose: (language, { organizationName, person, siteName, teamName, wrote }) =>
      siteRequestMail({
        ...{ ...base(language), organizationName, siteName, teamName, recipient: 'bob@example.com', link: LINK },
        ...{ requesterName: person, reason: wrote, requested: { expiresAt: AT } },
      }),
  },
  'question for another invitation': {
    leads: 'application',
    names: ['organizationName'],
    compose: (language, { organizationName }) =>
      renewalRequestMail({
        ...{ ...base(language), organizationName, recipient: 'bob@example.com', email: 'eve@example.com' },
        ...{ role: 'USER', createdAt: AT, expiresAt: AT, applicationUrl: APPLICATION },
      }),
  },
  'offer of ownership': {
    leads: 'application',
    names: ['organizationName', 'person'],
    compose: (language, { organizationName, person }) =>
      offerMail({
        ...{ ...base(language), organizationName, ownerName: person, recipient: 'bob@example.com' },
        ...{ expiresAt: AT, applicationUrl: APPLICATION },
      }),
  },
  'imported membership': {
    leads: 'application',
    names: ['organizationName'],
    compose: (language, { organizationName }) =>
      welcomeMail({
        ...{ ...base(language), organizationName, role: 'USER', roleLabels: {}, recipient: 'bob@example.com' },
        applicationUrl: APPLICATION,
      }),
  },
  'end of a grant': {
    leads: 'application',
    names: ['siteName', 'teamName'],
    compose: (language, { siteName, teamName }) =>
      grantEndMail({
        ...{ ...base(language), siteName, teamName, recipient: 'bob@example.com' },
        ...{ endedAt: AT, applicationUrl: APPLICATION },
      }),
  },
};

function base(language: Language) {
  const product = {
    name: 'Muster',
    from: 'Muster <invitations@muster.example>',
    supportAddress: 'help@muster.example',
  };
  return { language, product } as const;
}

/** Returns the visible text of the HTML part. */
function visibleText({ html }: Mail): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', '#39': "'", quot: '"', amp: '&' };
  return html
    .replace(/<style>.*?<\/style>|<!--.*?-->/gs, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&(lt|gt|#39|quot|amp);/g, (_, name: string) => entities[name] as string)
    .replace(/\s+/g, ' ');
}

const ALL = Object.entries(LETTERS).flatMap(([name, letter]) =>
  LANGUAGES.map((language) => ({ name, language, ...letter })),
);

describe.each(ALL)('the letter of the $name ($language)', ({ language, leads, names, compose }) => {
  const mail = compose(language, NAMES);
  const words = LETTER_WORDS[language];

  test('has the same content in both parts, and no unfilled placeholders', () => {
    const html = visibleText(mail);
    for (const line of mail.text.split('\n')) {
      expect(line).not.toMatch(/[{}]| {2}| [.,)]|\( /);
      // Only the text part has the URL and its label.
      if (line === '' || line.startsWith('http') || line.endsWith(':')) continue;
      // In the HTML part, a label has its own line.
      const shown = line.replace(/^> /, '');
      expect(
        [shown, shown.replace(': ', ' ')].some((one) => html.includes(one)),
        line,
      ).toBe(true);
    }
  });

  test('has all names that it is about', () => {
    for (const name of names) for (const part of [mail.text, visibleText(mail)]) expect(part).toContain(NAMES[name]);
  });

  test('says to whom it was sent and why, has the support address, and says that a link is personal', () => {
    for (const part of [mail.text, visibleText(mail)]) {
      expect(part).toContain(words.sentTo.replace('{recipient}', 'bob@example.com').replace('{why}', ''));
      expect(part).toContain('help@muster.example');
      expect(part.includes(LINK_WORDS[language].alone)).toBe(leads === 'link');
    }
  });

  test('has its target as the first URL of the text part and the first link of the HTML part', () => {
    const target = leads === 'link' ? LINK : APPLICATION;
    expect(/https?:\S+/.exec(mail.text)?.[0]).toBe(target);
    expect(/\shref="([^"]*)"/.exec(mail.html)?.[1]).toBe(target.replaceAll('&', '&amp;'));
  });

  test('has text of users without links, markup, headers or filled placeholders', () => {
    const evil = compose(language, Object.fromEntries(Object.keys(NAMES).map((name) => [name, EVIL])) as never);
    expect(evil.html).not.toContain('<b>');
    expect(evil.subject).not.toMatch(/[\r\n]/);
    for (const part of [evil.subject, evil.text, evil.html]) expect(part).not.toMatch(/https:\/\/evil|evil\.example/);
    expect(evil.text).toContain('{product} $&');
    expect(visibleText(evil)).toContain('{product} $&');
  });
});

test.each(
  Object.entries({
    ...{ LETTER_WORDS, LINK_WORDS, SITE_LABELS, INVITATION_WORDS, SITE_INVITE_WORDS, SITE_REQUEST_WORDS },
    ...{ RENEWAL_REQUEST_WORDS, OFFER_WORDS, GRANT_END_WORDS, WELCOME_WORDS },
  }),
)(
  'both languages have the same phrases with the same placeholders: %s',
  (_, words: Record<Language, Record<string, string>>) => {
    const placeholders = (phrase = '') => [...phrase.matchAll(/\{\w+\}/g)].map(String).sort();
    expect(Object.keys(words.de)).toEqual(Object.keys(words.en));
    for (const key of Object.keys(words.en))
      expect(placeholders(words.de[key]), key).toEqual(placeholders(words.en[key]));
  },
);

test('no sentence is in two letters of a language: shared sentences are in lib/email/letter.ts', () => {
  const own = {
    INVITATION_WORDS,
    SITE_INVITE_WORDS,
    SITE_REQUEST_WORDS,
    RENEWAL_REQUEST_WORDS,
    OFFER_WORDS,
    GRANT_END_WORDS,
    WELCOME_WORDS,
  };
  for (const language of LANGUAGES) {
    const sentences = [LETTER_WORDS, LINK_WORDS, ...Object.values(own)]
      .flatMap((words) => Object.values(words[language]))
      .flatMap((phrase) => phrase.match(/[^.?!]+[.?!]/g) ?? [])
      .map((sentence) => sentence.trim());
    const duplicates = sentences.filter((sentence, index) => sentences.indexOf(sentence) !== index);
    // The end of a sentence about the sender.
    expect(duplicates).toEqual([INVITATION_WORDS[language].why]);
  }
});
