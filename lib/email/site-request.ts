import { showAddress } from '../domain/address.ts';
import { fill, fillHtml, html } from '../domain/html.ts';
import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import type { SensitiveGrant } from '../domain/site-access.ts';
import { endInWords } from '../domain/site-words.ts';
import { lines, oneLine } from '../domain/user-text.ts';
import { AUTOMATIC, button, copyable, facts, letterOf, NAME, paragraph, quotation, strong } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { SITE_REQUEST_WORDS } from './site-request-words.ts';
import { unlinked } from './unlinked.ts';

/** The longest reason, in characters. */
const REASON = 255;

/** What the mail of a request for sensitive data is made of. Names and the reason are a user's words. */
export interface SiteRequestMail {
  readonly language: Language;
  readonly siteName: string;
  /** Of the team that asks, and its organization's. */
  readonly teamName: string;
  readonly organizationName: string;
  /** The name of whoever asks, or their address where they have none. */
  readonly requesterName: string;
  readonly reason: string;
  /** Until when it is asked for. */
  readonly asked: SensitiveGrant;
  /** Whom it goes to. */
  readonly recipient: string;
  readonly link: string;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail of a request for sensitive data. The link is the first address in the text part. */
export function siteRequestMail(request: SiteRequestMail): Mail {
  const { language, link, product, recipient, asked } = request;
  const words = SITE_REQUEST_WORDS[language];
  const clean = (name: string) => unlinked(oneLine(name, NAME));
  const names = {
    site: clean(request.siteName),
    team: clean(request.teamName),
    organization: clean(request.organizationName),
    requester: clean(request.requesterName),
  };
  const { site, team, requester } = names;
  const reason = lines(request.reason, REASON).map(unlinked);
  const subject = fill(words.subject, { team, site });
  const rows = [
    [words.site, site],
    [words.team, team],
    [words.until, endInWords(asked, language)],
  ] as const;
  const support = product.supportAddress && fill(words.support, { address: product.supportAddress });
  const paragraphs = [
    `${fill(words.asks, { ...names, product: product.name })} ${words.what}`,
    `${words.open}\n${link}`,
    [fill(words.reason, { requester }), ...reason.map((line) => `> ${line}`.trimEnd())].join('\n'),
    rows.map((row) => row.join(': ')).join('\n'),
    [fill(words.sentTo, { recipient: showAddress(recipient) }), support].filter(Boolean).join('\n'),
  ];
  const sentence = fillHtml(words.asks, {
    ...Object.fromEntries(Object.entries(names).map(([place, name]) => [place, strong(name)])),
    product: product.name,
  });
  const values = facts(
    rows.map(([label, value]) => [label, html`<bdi>${value}</bdi>`]),
    copyable(words.copy, link, product),
  );
  const wrote = fillHtml(words.reason, { requester: html`<bdi>${requester}</bdi>` });
  return {
    from: parseMailbox(product.from),
    to: recipient,
    ...(product.supportAddress && { replyTo: { address: product.supportAddress } }),
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: letterOf({
      ...{ language, subject, product },
      preview: words.what,
      heading: fillHtml(words.heading, { team: html`<bdi>${team}</bdi>` }),
      content: html`${paragraph(html`${sentence} ${words.what}`)}${quotation(wrote, reason, product)}${button(link, words.button, product)}${values}`,
      footer: [
        html`${fill(words.sentTo, { recipient: showAddress(recipient) })}`,
        ...(support ? [html`${support}`] : []),
      ],
    }).toString(),
    headers: AUTOMATIC,
  };
}
