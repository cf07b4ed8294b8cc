import { showAddress } from '../domain/address.ts';
import { paletteOf } from '../domain/color.ts';
import { fill, fillHtml, type Html, html } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { ROLE_WORDS } from '../domain/role-words.ts';
import type { Role } from '../domain/roles.ts';
import { lines, oneLine } from '../domain/user-text.ts';
import { INVITATION_WORDS } from './invitation-words.ts';
import { AUTOMATIC, button, copyable, facts, letterOf, NAME, paragraph, quotation, strong } from './layout.ts';
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

/** The longest message that a mail repeats, in characters; what is longer is cut. */
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
    email: showAddress(email),
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
      ...AUTOMATIC,
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
    stopLink && `${fill(words.stop, { organization })}:\n${stopLink}`,
  ];
  return `${paragraphs.filter(Boolean).join('\n\n')}\n`;
}

function htmlOf(content: Content): Html {
  const { words, reminder, inviter, organization, role, message, email, link, stopLink, product, expires } = content;
  const { inkOnLight } = paletteOf(product.color);
  const quote =
    message.length > 0 && quotation(fillHtml(words.wrote, { inviter: html`<bdi>${inviter}</bdi>` }), message, product);
  const invites = fillHtml(reminder ? words.stillInvites : words.invites, {
    inviter: strong(inviter),
    organization: strong(organization),
    product: product.name,
  });
  const rows = [
    [words.role, html`<strong>${role.name}.</strong> ${role.can}`],
    [words.recipient, html`${email}`],
    [words.expires, html`${expires}`],
  ] as const;
  const copy = copyable(words.copy, link, product);
  return letterOf({
    language: content.language,
    subject: subjectOf(content),
    preview: `${words.expires}: ${expires}`,
    heading: fillHtml(words.heading, { organization: html`<bdi>${organization}</bdi>` }),
    content: html`${paragraph(invites)}${quote || undefined}${button(link, words.button, product)}${facts(rows, copy)}`,
    footer: [
      fillHtml(words.sentTo, { email, inviter: html`<bdi>${inviter}</bdi>` }),
      html`${words.unexpected}`,
      ...(product.supportAddress ? [html`${fill(words.support, { address: product.supportAddress })}`] : []),
      ...(stopLink
        ? [
            html`<a class="link" href="${stopLink}" style="color:${inkOnLight}">${fillHtml(words.stop, { organization: html`<bdi>${organization}</bdi>` })}</a>`,
          ]
        : []),
    ],
    product,
  });
}
