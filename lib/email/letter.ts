import { showAddress } from '../domain/address.ts';
import { paletteOf } from '../domain/color.ts';
import { html } from '../domain/html.ts';
import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { oneLine } from '../domain/user-text.ts';
import { type Block, fillPhrase, type LetterContext, NAME, type Rendered } from './blocks.ts';
import { AUTOMATIC, pageOf } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';

const EN = {
  sentTo: 'This mail was sent to {recipient} because {why}',
  support: 'Questions? Write to {address}.',
};

/** The phrases of all letters. */
export const LETTER_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    sentTo: 'Diese E-Mail ging an {recipient}, weil {why}',
    support: 'Fragen? Schreiben Sie an {address}.',
  },
};

const LINK_EN = {
  unexpected:
    'You didn’t expect it, or don’t know who invited you? Ignore this mail: nothing happens unless you accept.',
  alone: 'The link is for you alone, so please don’t forward it.',
  invited: 'Invited address',
  expires: 'Valid until',
};

/** The phrases of letters with a personal link. */
export const LINK_WORDS: Record<Language, Readonly<Record<keyof typeof LINK_EN, string>>> = {
  en: LINK_EN,
  de: {
    unexpected:
      'Sie haben sie nicht erwartet oder kennen den Absender nicht? Ignorieren Sie diese E-Mail: Solange Sie nicht annehmen, geschieht nichts.',
    alone: 'Der Link ist nur für Sie, bitte leiten Sie ihn nicht weiter.',
    invited: 'Eingeladene Adresse',
    expires: 'Gültig bis',
  },
};

/** The labels in letters about sites. */
export const SITE_LABELS: Record<Language, { readonly site: string; readonly team: string }> = {
  en: { site: 'Site', team: 'Team' },
  de: { site: 'Standort', team: 'Team' },
};

/** The declaration of a mail. Phrases have `{placeholders}`, which are filled from `values`. */
export interface Letter extends LetterContext {
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
  /** The recipient's address, as stored. Phrases have it as `{recipient}`. */
  readonly recipient: string;
  /** The reply address; undefined: the support address, if there is one. */
  readonly replyTo?: { readonly name: string; readonly address: string } | undefined;
  /** A phrase, as is `heading`. */
  readonly subject: string;
  readonly heading: string;
  /** The text that an inbox shows after the subject. */
  readonly preview: string;
  readonly blocks: readonly Block[];
  /** A phrase: the end of the sentence about why the mail was sent, and further sentences. */
  readonly why: string;
  /** Further phrases below `why`. */
  readonly footer?: readonly string[];
  /** The link that stops further mails, with its phrase. */
  readonly stop?: { readonly phrase: string; readonly link: string } | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Composes a mail: its text and HTML parts from one list of blocks. */
export function letter(declared: Letter): Mail {
  const { language, product, recipient, stop, why, footer = [] } = declared;
  const words = LETTER_WORDS[language];
  const values = { ...declared.values, product: product.name, recipient: showAddress(recipient) };
  const subject = fillPhrase(declared.subject, values).text;
  const blocks = declared.blocks.flatMap((block) => block({ language, product, values }) ?? []);
  const small: Rendered[] = [words.sentTo.replace('{why}', () => why), ...footer].map((phrase) =>
    fillPhrase(phrase, values),
  );
  if (product.supportAddress) small.push(fillPhrase(words.support, { address: product.supportAddress }));
  const stopText = stop && fillPhrase(stop.phrase, values);
  const paragraphs = [
    ...blocks.map(({ text }) => text),
    small.map(({ text }) => text).join('\n'),
    ...(stopText ? [`${stopText.text}:\n${stop.link}`] : []),
  ];
  const { inkOnLight } = paletteOf(product.color);
  return {
    from: parseMailbox(product.from),
    to: recipient,
    ...replyTo(declared),
    subject,
    text: `${paragraphs.join('\n\n')}\n`,
    html: pageOf({
      ...{ language, subject, product, preview: declared.preview, heading: fillPhrase(declared.heading, values).html },
      content: blocks.map((block) => block.html),
      footer: [
        ...small.map((block) => block.html),
        ...(stopText
          ? [html`<a class="link" href="${stop.link}" style="color:${inkOnLight}">${stopText.html}</a>`]
          : []),
      ],
    }).toString(),
    headers: { ...AUTOMATIC, ...declared.headers },
  };
}

function replyTo({ replyTo: to, product: { supportAddress } }: Letter): Pick<Mail, 'replyTo'> {
  if (!to) return supportAddress ? { replyTo: { address: supportAddress } } : {};
  const name = oneLine(to.name, NAME);
  return { replyTo: { name: name === to.address ? undefined : name, address: to.address } };
}
