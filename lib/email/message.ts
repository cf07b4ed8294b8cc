import { paletteOf, SURFACE } from '../domain/color.ts';
import { fill, fillHtml, type Html, html, trusted } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { ROLE_WORDS } from '../domain/role-words.ts';
import type { Role } from '../domain/roles.ts';
import { lines, oneLine } from '../domain/user-text.ts';
import { INVITATION_WORDS } from './invitation-words.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { unlinked } from './unlinked.ts';

/** What an invitation's mail is made of. Names and the message are a user's words; the rest is ours. */
export interface InvitationMail {
  readonly kind: 'invitation' | 'reminder';
  readonly language: Language;
  readonly organizationName: string;
  /** The inviter's name, or their address where they have none. */
  readonly inviterName: string;
  /** Answers go there; undefined: to the product's support address, if it has one. */
  readonly inviterAddress?: string | undefined;
  readonly role: Role;
  /** The invited address, as stored. */
  readonly email: string;
  readonly link: string;
  /** A moment, or its ISO form. */
  readonly expiresAt: Date | string;
  readonly message?: string | undefined;
  /** Where reminders are stopped, by opening it or by RFC 8058's one-click POST; it has a secret of its own. */
  readonly stopLink?: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** The longest name and message that a mail repeats, in characters; what is longer is cut. */
const NAME = 80;
const MESSAGE = 1000;

/**
 * Composes the mail of an invitation or of its reminder.
 *
 * The link is the first address in the text part. Nothing that a user wrote becomes a link, markup or a header.
 */
export function invitationMail(invitation: InvitationMail): Mail {
  const { product, email, link, stopLink, language, role } = invitation;
  const inviterName = oneLine(invitation.inviterName, NAME);
  const replyAddress = invitation.inviterAddress ?? product.supportAddress;
  const content: Content = {
    words: INVITATION_WORDS[language],
    reminder: invitation.kind === 'reminder',
    language,
    inviter: unlinked(inviterName),
    organization: unlinked(oneLine(invitation.organizationName, NAME)),
    role: ROLE_WORDS[language][role],
    expires: momentInWords(new Date(invitation.expiresAt), language),
    message: lines(invitation.message ?? '', MESSAGE).map(unlinked),
    email,
    link,
    stopLink,
    product,
  };
  return {
    from: parseMailbox(product.from),
    to: email,
    ...(replyAddress && {
      replyTo: {
        name: replyAddress === invitation.inviterAddress && inviterName !== replyAddress ? inviterName : undefined,
        address: replyAddress,
      },
    }),
    subject: subjectOf(content),
    text: textOf(content),
    html: htmlOf(content).toString(),
    headers: {
      // No out-of-office answers, and none of the loops that those make.
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      ...(stopLink && {
        'List-Unsubscribe': `<${stopLink}>`,
        'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      }),
    },
  };
}

/** What both parts say; user text is clean, cut and without links, and not yet escaped. */
interface Content {
  readonly words: (typeof INVITATION_WORDS)[Language];
  readonly reminder: boolean;
  readonly language: Language;
  readonly inviter: string;
  readonly organization: string;
  readonly role: { readonly name: string; readonly can: string };
  readonly expires: string;
  readonly message: readonly string[];
  readonly email: string;
  readonly link: string;
  readonly stopLink: string | undefined;
  readonly product: Product;
}

function subjectOf({ words, reminder, inviter, organization }: Content): string {
  return fill(reminder ? words.subjectOfReminder : words.subject, { inviter, organization });
}

function textOf(content: Content): string {
  const { words, reminder, inviter, organization, role, message, email, link, stopLink, product } = content;
  const paragraphs = [
    fill(reminder ? words.stillInvites : words.invites, { inviter, organization, product: product.name }),
    `${words.open}\n${link}`,
    message.length > 0 && [fill(words.wrote, { inviter }), ...message.map((line) => `> ${line}`.trimEnd())].join('\n'),
    [
      `${words.role}: ${role.name}. ${role.can}`,
      `${words.recipient}: ${email}`,
      `${words.expires}: ${content.expires}`,
    ].join('\n'),
    [
      fill(words.sentTo, { email, inviter }),
      words.unexpected,
      ...(product.supportAddress ? [fill(words.support, { address: product.supportAddress })] : []),
    ].join('\n'),
    stopLink && `${words.stop}:\n${stopLink}`,
  ];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

const FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const TEXT = `${FONT};font-size:16px;line-height:24px;color:#1f2430`;
const SMALL = `${FONT};font-size:14px;line-height:21px;color:#566070`;

/** Tables and inline styles, since mail clients drop or ignore much else; classes serve dark mode and phones alone. */
function htmlOf(content: Content): Html {
  const { words, reminder, language, inviter, organization, role, message, email, link, stopLink, product } = content;
  const { fill: fillColor, onFill, inkOnLight, inkOnDark } = paletteOf(product.color);
  const strong = (name: string) => html`<strong><bdi>${name}</bdi></strong>`;
  const row = (label: string, value: Html) => html`
          <tr>
            <td class="muted line" style="${SMALL};border-top:1px solid #e3e6eb;padding:12px 0">${label}<br>
              <span class="text" style="${TEXT}">${value}</span></td>
          </tr>`;
  const brand = product.logoUrl
    ? html`<img class="logo text" src="${product.logoUrl}" alt="${product.name}" height="40" style="${TEXT};font-size:18px;font-weight:600;height:40px;max-width:240px;border:0">`
    : html`<span class="text" style="${TEXT};font-size:18px;font-weight:600">${product.name}</span>`;
  const quote =
    message.length > 0 &&
    html`
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 24px">
          <tr>
            <td class="quote" style="border-left:3px solid ${inkOnLight};padding:2px 0 2px 16px">
              <span class="muted" style="${SMALL}">${fillHtml(words.wrote, { inviter: html`<bdi>${inviter}</bdi>` })}</span><br>
              <span class="text" dir="auto" style="${TEXT}">${message.map((line, index) => html`${index ? trusted('<br>') : undefined}${line}`)}</span>
            </td>
          </tr>
        </table>`;
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no,date=no,address=no,email=no,url=no">
<meta name="x-apple-disable-message-reformatting">
<title>${subjectOf(content)}</title>
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
<div style="display:none;max-height:0;overflow:hidden;mso-hide:all">${words.expires}: ${content.expires}</div>
<div role="article" aria-label="${subjectOf(content)}" lang="${language}">
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
        <h1 class="text" style="${FONT};font-size:24px;line-height:31px;font-weight:650;color:#1f2430;margin:0 0 12px">${fillHtml(words.heading, { organization: html`<bdi>${organization}</bdi>` })}</h1>
        <p class="text" style="${TEXT};margin:0 0 24px">${fillHtml(reminder ? words.stillInvites : words.invites, {
          inviter: strong(inviter),
          organization: strong(organization),
          product: product.name,
        })}</p>${quote || undefined}
        <table role="presentation" class="action" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 28px;min-width:50%">
          <tr>
            <td class="button" align="center" bgcolor="${fillColor}" style="background:${fillColor};border:1px solid ${inkOnLight};border-radius:8px;mso-padding-alt:14px 28px"><a href="${link}" style="${FONT};display:inline-block;padding:14px 28px;font-size:16px;line-height:20px;font-weight:600;color:${onFill};text-decoration:none;border-radius:8px">${words.button}</a></td>
          </tr>
        </table>
        <table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">${[
          row(words.role, html`<strong>${role.name}.</strong> ${role.can}`),
          row(words.recipient, html`${email}`),
          row(words.expires, html`${content.expires}`),
        ]}
          <tr>
            <td class="muted line" style="${SMALL};border-top:1px solid #e3e6eb;padding:16px 0 0">${words.copy}<br>
              <a class="link" href="${link}" style="color:${inkOnLight};word-break:break-all">${link}</a></td>
          </tr>
        </table>
        </td>
      </tr>
      <tr>
        <td class="muted" align="left" style="${SMALL};padding:24px 8px 0;word-break:break-word;overflow-wrap:anywhere">
          <p style="margin:0 0 12px">${fillHtml(words.sentTo, { email, inviter: html`<bdi>${inviter}</bdi>` })}</p>
          <p style="margin:0 0 12px">${words.unexpected}</p>${
            product.supportAddress
              ? html`
          <p style="margin:0 0 12px">${fill(words.support, { address: product.supportAddress })}</p>`
              : undefined
          }${
            stopLink
              ? html`
          <p style="margin:0"><a class="link" href="${stopLink}" style="color:${inkOnLight}">${words.stop}</a></p>`
              : undefined
          }
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
