import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { application, facts, nameValue, paragraph } from './blocks.ts';
import { letter, SITE_LABELS } from './letter.ts';
import type { Mail } from './mime.ts';

const EN = {
  subject: '{team} sees the sensitive data of {site} no more',
  heading: 'The grant of sensitive data has ended',
  ended: '{team} was granted the sensitive data of the site {site} on {product} for a time, which is over.',
  rest: 'Your team still has access to the site. To see its sensitive data again, ask for it anew.',
  endedAt: 'Ended on',
  why: 'you manage the team.',
};

/** The phrases of the mail to the managers of a team whose grant of sensitive data has ended. */
export const GRANT_END_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{team} sieht die sensiblen Daten von {site} nicht mehr',
    heading: 'Die Freigabe sensibler Daten ist zu Ende',
    ended:
      '{team} durfte die sensiblen Daten des Standorts {site} bei {product} für eine Zeit sehen, die nun vorbei ist.',
    rest: 'Ihr Team hat weiterhin Zugriff auf den Standort. Um seine sensiblen Daten wieder zu sehen, bitten Sie erneut darum.',
    endedAt: 'Zu Ende seit',
    why: 'Sie das Team verwalten.',
  },
};

/** The content of the mail about the end of a grant. Names are text of users. */
export interface GrantEndMessage {
  readonly language: Language;
  readonly siteName: string;
  /** The name of the team whose grant ended. */
  readonly teamName: string;
  /** ISO time. */
  readonly endedAt: string;
  /** The recipient's address. */
  readonly recipient: string;
  /** Where they may request the data again; undefined: the mail has no button. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail about the end of a grant of sensitive data. */
export function grantEndMail(end: GrantEndMessage): Mail {
  const { language, product, recipient, applicationUrl } = end;
  const words = GRANT_END_WORDS[language];
  const labels = SITE_LABELS[language];
  const [site, team] = [nameValue(end.siteName), nameValue(end.teamName)];
  return letter({
    ...{ language, product, recipient },
    values: { site, team },
    ...{ subject: words.subject, heading: words.heading, preview: words.rest },
    blocks: [
      paragraph(words.ended),
      paragraph(words.rest),
      application(applicationUrl),
      facts([
        [labels.site, site],
        [labels.team, team],
        [words.endedAt, momentInWords(new Date(end.endedAt), language, product.timeZone)],
      ]),
    ],
    why: words.why,
  });
}
