import { showAddress } from '../domain/address.ts';
import { paletteOf } from '../domain/color.ts';
import { fill, fillHtml, type Html, html, trusted } from '../domain/html.ts';
import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { oneLine } from '../domain/user-text.ts';
import { FONT, SMALL, TEXT } from './layout.ts';
import { unlinked } from './unlinked.ts';

/** The longest name in a mail, in characters. Longer names are cut. */
export const NAME = 80;

/** A value for a placeholder of a phrase. A string is our own text, not a user's. */
export type PhraseValue = string | { readonly text: string; readonly html: Html; readonly inParagraph?: Html };

/** Returns the value of a name that a user chose: on one line, cut, and without anything that mail clients link. */
export function nameValue(name: string): PhraseValue {
  const text = unlinked(oneLine(name, NAME));
  const isolated = html`<bdi>${text}</bdi>`;
  return { text, html: isolated, inParagraph: html`<strong>${isolated}</strong>` };
}

/** Returns the value of an address, as people write it. */
export function addressValue(address: string): PhraseValue {
  const text = showAddress(address);
  return { text, html: html`${text}`, inParagraph: html`<strong>${text}</strong>` };
}

/** The language and branding of a letter, and the values of its placeholders. */
export interface LetterContext {
  readonly language: Language;
  readonly product: Product;
  readonly values: Readonly<Record<string, PhraseValue>>;
}

/** A rendered part of a letter, for its text and HTML parts. */
export interface Rendered {
  readonly text: string;
  readonly html: Html;
}

/** Renders a part of a letter; undefined: the part is left out. */
export type Block = (context: LetterContext) => Rendered | undefined;

/** Fills the placeholders of a phrase. In a paragraph, names and addresses are emphasized. */
export function fillPhrase(
  phrase: string,
  values: LetterContext['values'],
  where: 'html' | 'inParagraph' = 'html',
): Rendered {
  const all = Object.entries(values);
  const texts = all.map(([name, one]) => [name, typeof one === 'string' ? one : one.text] as const);
  const markup = all.map(([name, one]) => [name, typeof one === 'string' ? one : (one[where] ?? one.html)] as const);
  return { text: fill(phrase, Object.fromEntries(texts)), html: fillHtml(phrase, Object.fromEntries(markup)) };
}

export function paragraph(phrase: string): Block {
  return ({ values }) => {
    const { text, html: words } = fillPhrase(phrase, values, 'inParagraph');
    return {
      text,
      html: html`
        <p class="text" style="${TEXT};margin:0 0 24px">${words}</p>`,
    };
  };
}

/** Returns the mail's only button. The text part has its URL, below the phrase `open`. */
export function button(href: string, words: { readonly open: string; readonly button: string }): Block {
  return ({ product, values }) => {
    const { fill: color, onFill, inkOnLight } = paletteOf(product.color);
    return {
      text: `${fillPhrase(words.open, values).text}\n${href}`,
      html: html`
        <table role="presentation" class="action" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 28px;min-width:50%">
          <tr>
            <td class="button" align="center" bgcolor="${color}" style="background:${color};border:1px solid ${inkOnLight};border-radius:8px;mso-padding-alt:14px 28px"><a href="${href}" style="${FONT};display:inline-block;padding:14px 28px;font-size:16px;line-height:20px;font-weight:600;color:${onFill};text-decoration:none;border-radius:8px">${fillPhrase(words.button, values).text}</a></td>
          </tr>
        </table>`,
    };
  };
}

const APPLICATION: Record<Language, { readonly open: string; readonly button: string }> = {
  en: { open: 'Open {product}:', button: 'Open {product}' },
  de: { open: '{product} öffnen:', button: '{product} öffnen' },
};

/** Returns the button to the application; none without a URL: then the letter's text must suffice. */
export function application(url: string | undefined): Block {
  return (context) => (url === undefined ? undefined : button(url, APPLICATION[context.language])(context));
}

const WROTE: Record<Language, string> = { en: '{author} wrote:', de: '{author} schreibt:' };

/**
 * Returns the button, below a quotation of the author's message, if there is one. In the text part the button comes
 * first, so that the first URL is ours.
 */
export function quoteAbove(below: Block, author: PhraseValue, lines: readonly string[]): Block {
  return (context) => {
    const rendered = below(context);
    if (lines.length === 0 || !rendered) return rendered;
    const { inkOnLight } = paletteOf(context.product.color);
    const who = fillPhrase(WROTE[context.language], { author });
    return {
      text: `${rendered.text}\n\n${[who.text, ...lines.map((line) => `> ${line}`.trimEnd())].join('\n')}`,
      html: html`
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px">
          <tr>
            <td class="quote" style="border-left:3px solid ${inkOnLight};padding:2px 0 2px 16px">
              <span class="muted" style="${SMALL}">${who.html}</span><br>
              <span class="text" dir="auto" style="${TEXT}">${lines.map((line, index) => html`${index ? trusted('<br>') : undefined}${line}`)}</span>
            </td>
          </tr>
        </table>${rendered.html}`,
    };
  };
}

/** Returns a list of facts with their labels. @param below the content below the list in the HTML part */
export function facts(
  rows: readonly (readonly [label: string, value: PhraseValue])[],
  below?: (context: LetterContext) => Html,
): Block {
  return (context) => {
    const last = rows.length - 1;
    return {
      text: rows.map(([label, value]) => `${label}: ${fillPhrase('{value}', { value }).text}`).join('\n'),
      html: html`
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${rows.map(
          ([label, value], index) => html`
          <tr>
            <td class="muted line" style="${SMALL};border-top:1px solid #e3e6eb;padding:12px 0 ${below || index < last ? 12 : 0}px">${label}<br>
              <span class="text" style="${TEXT}">${fillPhrase('{value}', { value }).html}</span></td>
          </tr>`,
        )}${
          below &&
          html`
          <tr>
            <td class="muted line" style="${SMALL};border-top:1px solid #e3e6eb;padding:16px 0 0">${below(context)}</td>
          </tr>`
        }
        </table>`,
    };
  };
}

const COPY: Record<Language, string> = {
  en: 'If the button doesn’t work, copy this address into your browser:',
  de: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
};

/** Returns the button's URL for the place below the facts, for mail clients where the button doesn't work. */
export function copyable(link: string): (context: LetterContext) => Html {
  return ({ language, product }) => {
    const { inkOnLight } = paletteOf(product.color);
    return html`${COPY[language]}<br>
              <a class="link" href="${link}" style="color:${inkOnLight};word-break:break-all">${link}</a>`;
  };
}
