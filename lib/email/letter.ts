import { showAddress } from '../domain/address.ts';
import { paletteOf } from '../domain/color.ts';
import { fill, fillHtml, type Html, html } from '../domain/html.ts';
import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { oneLine } from '../domain/user-text.ts';
import { AUTOMATIC, button, copyable, facts, pageOf, paragraph, quotation } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { unlinked } from './unlinked.ts';

/** The longest name that a mail repeats, in characters; what is longer is cut. */
const NAME = 80;

const EN = {
  sentTo: 'This mail was sent to {recipient} because {why}',
  unexpected:
    'You didn’t expect it, or don’t know who invited you? Ignore this mail: nothing happens unless you accept.',
  alone: 'The link is for you alone, so please don’t forward it.',
  support: 'Questions? Write to {address}.',
  copy: 'If the button doesn’t work, copy this address into your browser:',
  open: 'Open {product}:',
  button: 'Open {product}',
  wrote: '{author} wrote:',
  invited: 'Invited address',
  expires: 'Valid until',
  site: 'Site',
  team: 'Team',
};

/** What several letters say. */
export const LETTER_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    sentTo: 'Diese E-Mail ging an {recipient}, weil {why}',
    unexpected:
      'Sie haben sie nicht erwartet oder kennen den Absender nicht? Ignorieren Sie diese E-Mail: Solange Sie nicht annehmen, geschieht nichts.',
    alone: 'Der Link ist nur für Sie, bitte leiten Sie ihn nicht weiter.',
    support: 'Fragen? Schreiben Sie an {address}.',
    copy: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    open: '{product} öffnen:',
    button: '{product} öffnen',
    wrote: '{author} schreibt:',
    invited: 'Eingeladene Adresse',
    expires: 'Gültig bis',
    site: 'Standort',
    team: 'Team',
  },
};

/** Something that a letter says in both of its parts. A string is our own words. */
export interface Said {
  readonly text: string;
  readonly html: Html;
  /** What it is in a paragraph, if not the same: people and names stand out there. */
  readonly inParagraph?: Html;
}

/** A name that a user chose: on one line, cut, and without anything that a mail client would turn into a link. */
export function nameSaid(name: string): Said {
  const text = unlinked(oneLine(name, NAME));
  const isolated = html`<bdi>${text}</bdi>`;
  return { text, html: isolated, inParagraph: html`<strong>${isolated}</strong>` };
}

/** An address, as people write it. */
export function addressSaid(address: string): Said {
  const text = showAddress(address);
  return { text, html: html`${text}`, inParagraph: html`<strong>${text}</strong>` };
}

/** Where a letter leads: to a page by a link that is its recipient's alone, or to the application, where one is known. */
export type Action =
  | { readonly link: string; readonly open: string; readonly button: string }
  | { readonly applicationUrl: string | undefined };

/** A mail as it is declared. Phrases have `{places}`, which are filled from `said`. */
export interface Letter {
  readonly language: Language;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
  /** The address that it goes to, as stored. */
  readonly recipient: string;
  /** Whom answers go to; undefined: the support address, if there is one. */
  readonly replyTo?: { readonly name: string; readonly address: string } | undefined;
  readonly said: Readonly<Record<string, Said>>;
  /** A phrase, as are `heading`, `paragraphs`, `afterwards` and `why`. */
  readonly subject: string;
  readonly heading: string;
  /** What an inbox shows beside the subject. */
  readonly preview: string;
  /** What it says above the action, and below. */
  readonly paragraphs: readonly string[];
  readonly afterwards?: readonly string[];
  /** What somebody wrote, by lines. */
  readonly quote?: { readonly author: Said; readonly lines: readonly string[] };
  readonly action: Action;
  readonly rows: readonly (readonly [label: string, value: Said | string])[];
  /** Why it was sent: the end of a sentence, and further ones. */
  readonly why: string;
  /** Whether its recipient may know nothing of it: then it says what to do. */
  readonly isUnexpected?: true;
  /** A link by which further mails are stopped. */
  readonly stop?: { readonly phrase: string; readonly link: string } | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A part of a letter, as text and as HTML. */
interface Block {
  readonly text: string;
  readonly html: Html;
}

/**
 * Composes a mail, both parts from one list of blocks.
 *
 * The action's link is the first address in the text part. Nothing that a user wrote becomes a link, markup or a header.
 */
export function letter(declared: Letter): Mail {
  const { language, product, recipient, action, rows, quote, stop } = declared;
  const words = LETTER_WORDS[language];
  const link = 'link' in action ? action.link : undefined;
  const said: Letter['said'] = {
    ...declared.said,
    product: ours(product.name),
    recipient: ours(showAddress(recipient)),
  };
  const say = sayer(said);
  const paragraphOf = (phrase: string): Block => {
    const standing = Object.entries(said).map(([place, value]) => [place, value.inParagraph ?? value.html]);
    return { text: say(phrase).text, html: paragraph(fillHtml(phrase, Object.fromEntries(standing))) };
  };
  const subject = say(declared.subject).text;
  const values = rows.map(([label, value]) => [label, typeof value === 'string' ? ours(value) : value] as const);
  const [above, asked, quoted, below, known] = [
    declared.paragraphs.map(paragraphOf),
    actionOf(declared, say),
    quote && quote.lines.length > 0 ? [quoteOf(quote, words.wrote, product)] : [],
    (declared.afterwards ?? []).map(paragraphOf),
    {
      text: values.map(([label, { text }]) => `${label}: ${text}`).join('\n'),
      html: facts(
        values.map(([label, value]) => [label, value.html]),
        link === undefined ? undefined : copyable(words.copy, link, product),
      ),
    },
  ];
  const footer = footerOf(declared, words, say);
  const ending = stop && { ...say(stop.phrase), link: stop.link };
  return {
    from: parseMailbox(product.from),
    to: recipient,
    ...replyTo(declared),
    subject,
    // Ahead of what a user wrote, so that the first link is ours whatever they did.
    text: `${[...above, ...asked, ...quoted, ...below, known, { text: footer.map(({ text }) => text).join('\n') }]
      .map(({ text }) => text)
      .concat(ending ? `${ending.text}:\n${ending.link}` : [])
      .join('\n\n')}\n`,
    html: pageOf({
      ...{ language, subject, product, preview: declared.preview, heading: say(declared.heading).html },
      content: html`${[...above, ...quoted, ...asked, ...below, known].map((block) => block.html)}`,
      footer: [
        ...footer.map((block) => block.html),
        ...(ending
          ? [
              html`<a class="link" href="${ending.link}" style="color:${paletteOf(product.color).inkOnLight}">${ending.html}</a>`,
            ]
          : []),
      ],
    }).toString(),
    headers: { ...AUTOMATIC, ...declared.headers },
  };
}

type Say = (phrase: string) => Block;

/** Fills phrases, outside paragraphs. */
function sayer(said: Letter['said']): Say {
  const texts = Object.fromEntries(Object.entries(said).map(([place, { text }]) => [place, text]));
  const markup = Object.fromEntries(Object.entries(said).map(([place, value]) => [place, value.html]));
  return (phrase) => ({ text: fill(phrase, texts), html: fillHtml(phrase, markup) });
}

function ours(text: string): Said {
  return { text, html: html`${text}` };
}

/** The mail's one button; where there is nothing to lead to, words must do. */
function actionOf({ action, language, product }: Letter, say: Say): Block[] {
  const { open, button: press } = 'link' in action ? action : LETTER_WORDS[language];
  const href = 'link' in action ? action.link : action.applicationUrl;
  if (href === undefined) return [];
  return [{ text: `${say(open).text}\n${href}`, html: button(href, say(press).text, product) }];
}

function quoteOf({ author, lines }: NonNullable<Letter['quote']>, wrote: string, product: Product): Block {
  const { text, html: who } = sayer({ author })(wrote);
  return {
    text: [text, ...lines.map((line) => `> ${line}`.trimEnd())].join('\n'),
    html: quotation(who, lines, product),
  };
}

/** Why the mail was sent, what to do about it if it is unexpected, and where to ask. */
function footerOf(
  { why, isUnexpected, action, product: { supportAddress } }: Letter,
  words: (typeof LETTER_WORDS)[Language],
  say: Say,
): Block[] {
  const phrases = [words.sentTo.replace('{why}', () => why), ...(isUnexpected ? [words.unexpected] : [])];
  const last = phrases.length - 1;
  const whole = phrases.map((phrase, index) =>
    index === last && 'link' in action ? `${phrase} ${words.alone}` : phrase,
  );
  const support = supportAddress ? [sayer({ address: ours(supportAddress) })(words.support)] : [];
  return [...whole.map(say), ...support];
}

function replyTo({ replyTo: to, product: { supportAddress } }: Letter): Pick<Mail, 'replyTo'> {
  if (!to) return supportAddress ? { replyTo: { address: supportAddress } } : {};
  const name = oneLine(to.name, NAME);
  return { replyTo: { name: name === to.address ? undefined : name, address: to.address } };
}
