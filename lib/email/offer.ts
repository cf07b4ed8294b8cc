import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { application, facts, nameValue, paragraph } from './blocks.ts';
import { letter } from './letter.ts';
import type { Mail } from './mime.ts';

const EN = {
  subject: '{owner} offers you the ownership of {organization}',
  heading: 'Become the owner of {organization}',
  offers: '{owner} wants to hand {organization} on {product} over to you.',
  agree:
    'To accept or decline, sign in with this address. By accepting you become the owner and an administrator, and you can’t leave before you hand the organization over or delete it.',
  refuse: 'If you don’t want that, there is nothing to do: nothing changes unless you accept.',
  organization: 'Organization',
  expires: 'Open until',
  why: '{owner} chose you, a member of the organization.',
};

/** The phrases of the mail about an offer of ownership. */
export const OFFER_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{owner} möchte Ihnen {organization} übergeben',
    heading: '{organization} übernehmen',
    offers: '{owner} möchte Ihnen {organization} bei {product} übergeben.',
    agree:
      'Zum Annehmen oder Ablehnen melden Sie sich mit dieser Adresse an. Wenn Sie annehmen, gehört die Organisation Ihnen, und Sie administrieren sie: Austreten können Sie erst, wenn Sie sie übergeben oder gelöscht haben.',
    refuse: 'Wenn Sie das nicht möchten, müssen Sie nichts tun: Solange Sie nicht annehmen, bleibt alles, wie es ist.',
    organization: 'Organisation',
    expires: 'Gilt bis',
    why: '{owner} Sie als Mitglied der Organisation ausgewählt hat.',
  },
};

/** The content of the mail about an offer of ownership. Names are text of users. */
export interface OfferMessage {
  readonly language: Language;
  readonly organizationName: string;
  /** The owner's name, or their address if they have none. */
  readonly ownerName: string;
  /** ISO time. */
  readonly expiresAt: string;
  /** The recipient's address. */
  readonly recipient: string;
  /** Where they accept or decline; undefined: the mail has no button. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail about an offer of ownership. */
export function offerMail(offer: OfferMessage): Mail {
  const { language, product, recipient, applicationUrl } = offer;
  const words = OFFER_WORDS[language];
  const organization = nameValue(offer.organizationName);
  return letter({
    ...{ language, product, recipient },
    values: { organization, owner: nameValue(offer.ownerName) },
    ...{ subject: words.subject, heading: words.heading, preview: words.agree },
    blocks: [
      paragraph(words.offers),
      paragraph(words.agree),
      application(applicationUrl),
      paragraph(words.refuse),
      facts([
        [words.organization, organization],
        [words.expires, momentInWords(new Date(offer.expiresAt), language, product.timeZone)],
      ]),
    ],
    why: words.why,
  });
}
