import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import type { SensitiveGrant } from '../domain/site-access.ts';
import { endInWords, termAsText } from '../domain/site-words.ts';
import { lines } from '../domain/user-text.ts';
import { button, copyable, facts, nameValue, paragraph, quoteAbove } from './blocks.ts';
import { LINK_WORDS, letter, SITE_LABELS } from './letter.ts';
import type { Mail } from './mime.ts';
import { unlinked } from './unlinked.ts';

const EN = {
  subject: '{team} asks for the sensitive data of {site}',
  heading: '{team} asks for sensitive data',
  asks: '{requester} of {team} ({organization}) asks to see the sensitive data of your site {site} on {product}.',
  what: 'That is where the site is, what you call its chargers, and what they say went wrong.',
  open: 'View the request, and grant or decline it, here:',
  button: 'View request',
  until: 'Asked for until',
  why: 'you manage the team that owns the site. If you do nothing, nothing is shown.',
};

/** The phrases of the mail about a request for sensitive data. */
export const SITE_REQUEST_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{team} bittet um die sensiblen Daten von {site}',
    heading: '{team} bittet um sensible Daten',
    asks: '{requester} von {team} ({organization}) bittet darum, die sensiblen Daten Ihres Standorts {site} bei {product} zu sehen.',
    what: 'Das sind die Adresse des Standorts, Ihre Bezeichnungen der Ladepunkte und deren Fehlermeldungen.',
    open: 'Hier können Sie die Anfrage ansehen und ihr zustimmen oder sie ablehnen:',
    button: 'Anfrage ansehen',
    until: 'Erbeten bis',
    why: 'Sie das Team verwalten, dem der Standort gehört. Wenn Sie nichts tun, wird nichts gezeigt.',
  },
};

/** The content of the mail about a request for sensitive data. Names and the reason are text of users. */
export interface SiteRequestMail {
  readonly language: Language;
  readonly siteName: string;
  /** The names of the requesting team and its organization. */
  readonly teamName: string;
  readonly organizationName: string;
  /** The requester's name, or their address if they have none. */
  readonly requesterName: string;
  readonly reason: string;
  /** The requested grant. */
  readonly requested: SensitiveGrant;
  /** The recipient's address. */
  readonly recipient: string;
  readonly link: string;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** The longest reason, in characters. */
const REASON = 255;

/** Composes the mail about a request for sensitive data. */
export function siteRequestMail(request: SiteRequestMail): Mail {
  const { language, product, recipient, link } = request;
  const words = SITE_REQUEST_WORDS[language];
  const labels = SITE_LABELS[language];
  const [site, team, requester] = [
    nameValue(request.siteName),
    nameValue(request.teamName),
    nameValue(request.requesterName),
  ];
  return letter({
    ...{ language, product, recipient },
    values: { site, team, requester, organization: nameValue(request.organizationName) },
    ...{ subject: words.subject, heading: words.heading, preview: words.what },
    blocks: [
      paragraph(`${words.asks} ${words.what}`),
      quoteAbove(button(link, words), requester, lines(request.reason, REASON).map(unlinked)),
      facts(
        [
          [labels.site, site],
          [labels.team, team],
          [words.until, termAsText(endInWords(request.requested, language), language, product.timeZone)],
        ],
        copyable(link),
      ),
    ],
    why: `${words.why} ${LINK_WORDS[language].alone}`,
  });
}
