import { paletteOf, SURFACE } from '../domain/color.ts';
import { type Html, html } from '../domain/html.ts';
import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';

/** Headers of every mail: they suppress automatic replies, and so mail loops. */
export const AUTOMATIC = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' };

/** The styles of text: the font, text in the card, and secondary text. */
export const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
export const TEXT = `${FONT};font-size:16px;line-height:24px;color:#1f2430`;
export const SMALL = `${FONT};font-size:14px;line-height:21px;color:#566070`;

/** The content of a mail's HTML part: branding, one card, and a footer. */
interface Page {
  readonly language: Language;
  readonly subject: string;
  /** The text that an inbox shows after the subject. */
  readonly preview: string;
  readonly heading: Html;
  /** The content of the card, below the heading. */
  readonly content: readonly Html[];
  /** Paragraphs below the card. */
  readonly footer: readonly Html[];
  readonly product: Product;
}

/**
 * Returns the HTML part of a mail. It uses tables and inline styles, since mail clients ignore much else. Classes serve
 * dark mode and phones only.
 */
export function pageOf({ language, subject, preview, heading, content, footer, product }: Page): Html {
  const { inkOnDark } = paletteOf(product.color);
  const brand = product.logoUrl
    ? html`<img class="logo text" src="${product.logoUrl}" alt="${product.name}" height="40" style="${TEXT};font-size:18px;font-weight:600;height:40px;max-width:240px;border:0">`
    : html`<span class="text" style="${TEXT};font-size:18px;font-weight:600">${product.name}</span>`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title>${subject}</title>
<style>
:root { color-scheme: light dark; supported-color-schemes: light dark; }
@media (max-width: 600px) {
  .card { padding: 28px 20px !important; }
  .action { width: 100% !important; }
  .action a { display: block !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #14161b !important; }
  .card { background: ${SURFACE.dark} !important; border-color: #343944 !important; }
  .text { color: #e8eaee !important; }
  .muted { color: #a8afbc !important; }
  .line { border-color: #343944 !important; }
  .link { color: ${inkOnDark} !important; }
  .quote { border-color: ${inkOnDark} !important; }
  .button { border-color: ${inkOnDark} !important; }
  .logo { background: #ffffff !important; color: #1f2430 !important; border-radius: 8px; padding: 6px 10px; }
}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:${SURFACE.light}">
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${preview}</div>
<div role="article" aria-label="${subject}" lang="${language}">
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background:${SURFACE.light}">
  <tr>
    <td align="center" style="padding:32px 12px">
    <!--[if mso]><table role="presentation" width="560" cellpadding="0" cellspacing="0" border="0"><tr><td><![endif]-->
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px">
      <tr>
        <td align="left" style="padding:0 8px 20px">${brand}</td>
      </tr>
      <tr>
        <td class="card" align="left" style="background:#ffffff;border:1px solid #e3e6eb;border-radius:12px;padding:36px;word-break:break-word;overflow-wrap:anywhere">
        <h1 class="text" style="${FONT};font-size:24px;line-height:31px;font-weight:650;color:#1f2430;margin:0 0 12px">${heading}</h1>${content}
        </td>
      </tr>
      <tr>
        <td class="muted" align="left" style="${SMALL};padding:24px 8px 0;word-break:break-word;overflow-wrap:anywhere">${footer.map(
          (paragraph) => html`
          <p style="margin:0 0 12px">${paragraph}</p>`,
        )}
        </td>
      </tr>
    </table>
    <!--[if mso]></td></tr></table><![endif]-->
    </td>
  </tr>
</table>
</div>
</body>
</html>
`;
}
