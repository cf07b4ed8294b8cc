import { showAddress } from '../domain/address.ts';
import { fill, fillHtml, html } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { oneLine } from '../domain/user-text.ts';
import { AUTOMATIC, button, facts, letterOf, NAME, paragraph, strong } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { OFFER_WORDS } from './offer-words.ts';
import { unlinked } from './unlinked.ts';

/** What the mail is made of by which a member hears that they are offered the organization. Names are a user's words. */
export interface OfferMessage {
  readonly language: Language;
  readonly organizationName: string;
  /** The owner's name, or their address where they have none. */
  readonly ownerName: string;
  /** A moment in its ISO form. */
  readonly expiresAt: string;
  /** Whom it goes to. */
  readonly recipient: string;
  /** Where they answer; undefined: the mail says so in words only. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail to a member to whom the owner offers the organization. */
export function offerMail(offer: OfferMessage): Mail {
  const { language, recipient, applicationUrl, product } = offer;
  const words = OFFER_WORDS[language];
  const [organization, owner] = [offer.organizationName, offer.ownerName].map((name) =>
    unlinked(oneLine(name, NAME)),
  ) as [string, string];
  const names = { organization, owner, product: product.name };
  const subject = fill(words.subject, names);
  const expires = momentInWords(new Date(offer.expiresAt), language);
  const support = product.supportAddress && fill(words.support, { address: product.supportAddress });
  const paragraphs = [
    fill(words.offers, names),
    words.agree,
    applicationUrl && `${fill(words.open, names)}\n${applicationUrl}`,
    words.refuse,
    `${words.organization}: ${organization}\n${words.expires}: ${expires}`,
    [fill(words.sentTo, { recipient: showAddress(recipient), owner }), support].filter(Boolean).join('\n'),
  ];
  const content = html`${[
    paragraph(fillHtml(words.offers, { ...names, owner: strong(owner), organization: strong(organization) })),
    paragraph(html`${words.agree}`),
    applicationUrl && button(applicationUrl, fill(words.button, names), product),
    paragraph(html`${words.refuse}`),
    facts([
      [words.organization, html`<bdi>${organization}</bdi>`],
      [words.expires, html`${expires}`],
    ]),
  ]}`;
  return {
    from: parseMailbox(product.from),
    to: recipient,
    ...(product.supportAddress && { replyTo: { address: product.supportAddress } }),
    subject,
    text: `${paragraphs.filter(Boolean).join('\n\n')}\n`,
    html: letterOf({
      ...{ language, subject, product, content },
      preview: words.agree,
      heading: fillHtml(words.heading, { organization: html`<bdi>${organization}</bdi>` }),
      footer: [
        fillHtml(words.sentTo, { recipient: showAddress(recipient), owner: html`<bdi>${owner}</bdi>` }),
        ...(support ? [html`${support}`] : []),
      ],
    }).toString(),
    headers: AUTOMATIC,
  };
}
