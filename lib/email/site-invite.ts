import { showAddress } from '../domain/address.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import type { InviteTerms } from '../domain/site-invite.ts';
import { termAsText, termsInWords } from '../domain/site-words.ts';
import { button, copyable, facts, nameValue, paragraph } from './blocks.ts';
import { LINK_WORDS, letter, SITE_LABELS } from './letter.ts';
import type { Mail } from './mime.ts';

const EN = {
  subject: '{inviter} shares the site {site} with your team',
  subjectOfTransfer: '{inviter} hands the site {site} over to your team',
  heading: 'The site {site} for your team',
  invites: '{inviter} of {team} wants to share the site {site} on {product} with a team of yours.',
  transfers: '{inviter} of {team} wants to hand the site {site} on {product} over to a team of yours.',
  open: 'View and accept the invite here:',
  button: 'View invite',
  why: '{inviter} invited that address.',
  block: 'No more invitations from {organization}',
};

/** The phrases of an invite to a site. */
export const SITE_INVITE_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{inviter} teilt den Standort {site} mit Ihrem Team',
    subjectOfTransfer: '{inviter} übergibt Ihrem Team den Standort {site}',
    heading: 'Der Standort {site} für Ihr Team',
    invites: '{inviter} von {team} möchte den Standort {site} bei {product} mit einem Ihrer Teams teilen.',
    transfers: '{inviter} von {team} möchte den Standort {site} bei {product} einem Ihrer Teams übergeben.',
    open: 'Hier können Sie die Einladung ansehen und annehmen:',
    button: 'Einladung ansehen',
    why: '{inviter} diese Adresse eingeladen hat.',
    block: 'Keine Einladungen mehr von {organization}',
  },
};

/** The content of the mail of an invite to a site. Names are text of users. */
export interface SiteInviteMail {
  readonly language: Language;
  readonly siteName: string;
  /** The name of the team that owns the site. */
  readonly teamName: string;
  /** The inviter's name, or their address if they have none. */
  readonly inviterName: string;
  /** The reply address; undefined: the product's support address, if it has one. */
  readonly inviterAddress?: string | undefined;
  readonly terms: InviteTerms;
  /** The invited address, as stored. */
  readonly email: string;
  /** The organization that the recipient can block, and the link that does. */
  readonly organizationName: string;
  readonly blockLink: string;
  readonly link: string;
  /** ISO time. */
  readonly expiresAt: string;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail of an invite to a site. */
export function siteInviteMail(invite: SiteInviteMail): Mail {
  const { language, product, terms, email, inviterName, inviterAddress, link, blockLink } = invite;
  const words = SITE_INVITE_WORDS[language];
  const { invited, expires, unexpected, alone } = LINK_WORDS[language];
  const site = nameValue(invite.siteName);
  const until = momentInWords(new Date(invite.expiresAt), language, product.timeZone);
  const isTransfer = terms.transferOwnership;
  return letter({
    ...{
      language,
      product,
      recipient: email,
      replyTo: inviterAddress === undefined ? undefined : { name: inviterName, address: inviterAddress },
    },
    values: {
      ...{ inviter: nameValue(inviterName), site, team: nameValue(invite.teamName) },
      organization: nameValue(invite.organizationName),
    },
    subject: isTransfer ? words.subjectOfTransfer : words.subject,
    heading: words.heading,
    preview: `${expires}: ${until}`,
    blocks: [
      paragraph(isTransfer ? words.transfers : words.invites),
      button(link, words),
      facts(
        [
          [SITE_LABELS[language].site, site],
          ...termsInWords(terms, language).map(
            ([label, term]) => [label, termAsText(term, language, product.timeZone)] as const,
          ),
          [invited, showAddress(email)],
          [expires, until],
        ],
        copyable(link),
      ),
    ],
    why: words.why,
    footer: [`${unexpected} ${alone}`],
    stop: { phrase: words.block, link: blockLink },
  });
}
