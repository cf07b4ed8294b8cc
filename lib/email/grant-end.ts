import { showAddress } from '../domain/address.ts';
import { fill, fillHtml, html } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { oneLine } from '../domain/user-text.ts';
import { GRANT_END_WORDS } from './grant-end-words.ts';
import { AUTOMATIC, button, facts, letterOf, NAME, paragraph, strong } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { unlinked } from './unlinked.ts';

/** What the mail is made of that tells of the end of a grant. Names are a user's words. */
export interface GrantEndMessage {
  readonly language: Language;
  readonly siteName: string;
  /** Of the team that was granted the data. */
  readonly teamName: string;
  /** A moment in its ISO form. */
  readonly endedAt: string;
  /** Whom it goes to. */
  readonly recipient: string;
  /** Where they may ask anew; undefined: the mail says so in words only. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail that tells of the end of a grant of sensitive data. */
export function grantEndMail(end: GrantEndMessage): Mail {
  const { language, recipient, applicationUrl, product } = end;
  const words = GRANT_END_WORDS[language];
  const [site, team] = [end.siteName, end.teamName].map((name) => unlinked(oneLine(name, NAME))) as [string, string];
  const subject = fill(words.subject, { site, team });
  const rows = [
    [words.site, site],
    [words.team, team],
    [words.endedAt, momentInWords(new Date(end.endedAt), language)],
  ] as const;
  const support = product.supportAddress && fill(words.support, { address: product.supportAddress });
  const paragraphs = [
    fill(words.ended, { site, team, product: product.name }),
    words.rest,
    applicationUrl && `${fill(words.open, { product: product.name })}\n${applicationUrl}`,
    rows.map((row) => row.join(': ')).join('\n'),
    [fill(words.sentTo, { recipient: showAddress(recipient) }), support].filter(Boolean).join('\n'),
  ];
  const content = html`${[
    paragraph(fillHtml(words.ended, { site: strong(site), team: strong(team), product: product.name })),
    paragraph(html`${words.rest}`),
    applicationUrl && button(applicationUrl, fill(words.button, { product: product.name }), product),
    facts(rows.map(([label, value]) => [label, html`<bdi>${value}</bdi>`])),
  ]}`;
  return {
    from: parseMailbox(product.from),
    to: recipient,
    ...(product.supportAddress && { replyTo: { address: product.supportAddress } }),
    subject,
    text: `${paragraphs.filter(Boolean).join('\n\n')}\n`,
    html: letterOf({
      ...{ language, subject, product, content },
      preview: words.rest,
      heading: html`${words.heading}`,
      footer: [
        html`${fill(words.sentTo, { recipient: showAddress(recipient) })}`,
        ...(support ? [html`${support}`] : []),
      ],
    }).toString(),
    headers: AUTOMATIC,
  };
}
