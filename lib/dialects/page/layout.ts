import { createHash } from 'node:crypto';
import { showAddress } from '../../domain/address.ts';
import { fillHtml, type Html, html, trusted } from '../../domain/html.ts';
import type { Language } from '../../domain/language.ts';
import type { Product } from '../../domain/product.ts';
import { TIME_SCRIPT } from './script.ts';
import { stylesheet } from './style.ts';

/** A page as an HTTP answer. */
export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The input of every page. */
export interface PageSetting {
  readonly language: Language;
  readonly product: Product;
}

/** The longest name that a page shows, in characters. */
export const NAME = 120;

const SUPPORT: Record<Language, string> = {
  en: 'Questions? Write to {address}.',
  de: 'Fragen? Schreiben Sie an {address}.',
};

/**
 * Returns a page: the brand, one card, and a footer with the support address. It fetches only the logo, and has no script
 * except `TIME_SCRIPT`, if it shows a time; its content security policy enforces that.
 *
 * @param content the card, with the page's only `h1`
 * @param note the first text of the footer
 */
export function page(status: number, title: string, content: Html, setting: PageSetting, note?: string): Page {
  const { language, product } = setting;
  const style = stylesheet(product.color);
  // Text of users is escaped, so this is an element of ours.
  const script = content.toString().includes('<time ') ? TIME_SCRIPT : undefined;
  const brand = product.logoUrl ? html`<img src="${product.logoUrl}" alt="${product.name}">` : product.name;
  const address = product.supportAddress;
  const support =
    address &&
    fillHtml(SUPPORT[language], {
      address: html`<a href="mailto:${encodeURIComponent(address)}">${showAddress(address)}</a>`,
    });
  const body = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="format-detection" content="telephone=no">
<meta name="robots" content="noindex">
<title>${title} · ${product.name}</title>
<style>${trusted(style)}</style>
</head>
<body>
<header>${brand}</header>
<main>
${content}
</main>${
    note || support
      ? html`
<footer>${note && html`<p>${note}</p>`}${support && html`<p>${support}</p>`}</footer>`
      : undefined
  }${
    script &&
    html`
<script>${trusted(script)}</script>`
  }
</body>
</html>
`;
  return { status, headers: headersOf(style, script, product), body: body.toString() };
}

/**
 * Returns the links by which a page leads on. The first is the one that the page recommends.
 *
 * @param links URLs with their labels; without a URL a link is left out
 * @param after whether the page recommends something else, above them
 */
export function wayOn(
  links: readonly (readonly [url: string | undefined, label: string])[],
  after = false,
): Html | undefined {
  const shown = links.filter(([url]) => url !== undefined);
  if (shown.length === 0) return undefined;
  return html`
<p class="next">${shown.map(
    ([url, label], index) => html`<a class="button${after || index > 0 ? ' plain' : ''}" href="${url}">${label}</a>`,
  )}</p>`;
}

/**
 * Returns the headers of every page. The address contains a secret, so the page isn't cached and sends no referrer. It
 * can't be framed, and no script of others can run even if escaping failed.
 */
function headersOf(style: string, script: string | undefined, { logoUrl }: Product): Record<string, string> {
  const policy = [
    "default-src 'none'",
    `style-src ${sourceOf(style)}`,
    ...(script ? [`script-src ${sourceOf(script)}`] : []),
    ...(logoUrl && URL.canParse(logoUrl) ? [`img-src ${new URL(logoUrl).origin}`] : []),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': policy.join('; '),
    'referrer-policy': 'no-referrer',
    'strict-transport-security': 'max-age=31536000',
    'x-content-type-options': 'nosniff',
  };
}

/** Returns the source expression of an inline element, by the hash of its content. */
export function sourceOf(content: string): string {
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
