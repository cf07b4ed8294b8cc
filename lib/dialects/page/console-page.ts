import { paletteOf } from '../../domain/color.ts';
import { html, trusted } from '../../domain/html.ts';
import type { Language } from '../../domain/language.ts';
import { COLORS, FONT, SHAPE } from '../../domain/look.ts';
import type { Product } from '../../domain/product.ts';
import { type Page, sourceOf } from './layout.ts';

/** What the console's script has to know before it can sign anybody in. */
export interface ConsoleSetting {
  readonly language: Language;
  readonly product: Product;
  /** Whether the deployment has Volt Time's API, which shares sites. */
  readonly hasSites: boolean;
  readonly signIn: {
    /** The client id of the console at the issuer: the audience of its tokens. */
    readonly clientId: string;
    readonly authorization: string;
    readonly token: string;
    readonly endSession: string | undefined;
  };
}

/** Where the document gets what depends on the deployment. */
const PLACE = '<!-- configuration -->';

/**
 * Returns the document of the console, with its configuration and the product's color.
 *
 * The configuration is data in an element that isn't run. The content security policy allows the console's own files, the
 * API and the issuer, and nothing else.
 *
 * @param document the built `packages/console/index.html`
 */
export function consolePage(document: string, { language, product, hasSites, signIn }: ConsoleSetting): Page {
  const style = themeOf(product.color);
  const { name, logoUrl, supportAddress } = product;
  // A `<` could end the element.
  const configuration = JSON.stringify({ product: { name, logoUrl, supportAddress }, hasSites, signIn }).replaceAll(
    '<',
    '\\u003c',
  );
  const head = html`<title>${name}</title>
<style>${trusted(style)}</style>
<script type="application/json" id="configuration">${trusted(configuration)}</script>`;
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' ${sourceOf(style)}`,
    `connect-src 'self' ${new URL(signIn.token).origin}`,
    `img-src 'self'${logoUrl && URL.canParse(logoUrl) ? ` ${new URL(logoUrl).origin}` : ''}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types lit-html',
  ];
  return {
    status: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy.join('; '),
      // A page that opened the console can't move it elsewhere. The window that signs a person in again still opens.
      'cross-origin-opener-policy': 'same-origin-allow-popups',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
      'referrer-policy': 'no-referrer',
      'strict-transport-security': 'max-age=31536000',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
    },
    body: document.replace('<html lang="en">', () => `<html lang="${language}">`).replace(PLACE, () => head.toString()),
  };
}

/** Returns the variables of the console and its screens: the look of hosted pages, in the product's color. */
function themeOf(color: string | undefined): string {
  const { fill, onFill, inkOnLight, inkOnDark } = paletteOf(color);
  const mode = ({ page, card, line, edge, text, muted, danger, good, shadow }: (typeof COLORS)['light' | 'dark']) =>
    `--console-page:${page};--muster-surface:${card};--console-line:${line};--console-edge:${edge};--muster-text:${text};--muster-muted:${muted};--muster-danger:${danger};--muster-good:${good};--console-shadow:${shadow}`;
  const product = `--muster-color:${fill};--muster-on-color:${onFill}`;
  const shape = `--muster-radius:${SHAPE.control};--console-card:${SHAPE.card};--console-focus:${SHAPE.focus};--console-width:${SHAPE.page};--muster-font:${FONT}`;
  return `:root{${product};${shape};${mode(COLORS.light)};--muster-ink:${inkOnLight}}@media(prefers-color-scheme:dark){:root{${mode(COLORS.dark)};--muster-ink:${inkOnDark}}}`;
}
