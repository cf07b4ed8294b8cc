import { showAddress } from '../domain/address.ts';
import { fill, fillHtml, html } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { ROLE_WORDS } from '../domain/role-words.ts';
import type { Role } from '../domain/roles.ts';
import { oneLine } from '../domain/user-text.ts';
import { ASKING_WORDS } from './asking-words.ts';
import { AUTOMATIC, button, facts, letterOf, NAME, paragraph, strong } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';
import { unlinked } from './unlinked.ts';

/** What the mail is made of by which an inviter hears that somebody wants another invitation. */
export interface AskingMessage {
  readonly language: Language;
  readonly organizationName: string;
  /** The inviter's address. */
  readonly recipient: string;
  /** The address that was invited. */
  readonly email: string;
  readonly role: Role;
  /** When it was invited, and until when; moments in their ISO form. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Where inviters send an invitation again; undefined: the mail says so in words only. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail to an inviter, whom the holder of an expired link asks for another. */
export function askingMail(asking: AskingMessage): Mail {
  const { language, applicationUrl, product, role } = asking;
  const [recipient, email] = [showAddress(asking.recipient), showAddress(asking.email)];
  const words = ASKING_WORDS[language];
  const organization = unlinked(oneLine(asking.organizationName, NAME));
  const subject = fill(words.subject, { email, organization });
  const names = { email, organization, product: product.name };
  const support = product.supportAddress && fill(words.support, { address: product.supportAddress });
  const rows = [
    [words.role, ROLE_WORDS[language][role].name],
    [words.invited, momentInWords(new Date(asking.createdAt), language)],
    [words.expired, momentInWords(new Date(asking.expiresAt), language)],
  ] as const;
  const paragraphs = [
    fill(words.asks, names),
    words.agree,
    applicationUrl && `${fill(words.open, names)}\n${applicationUrl}`,
    words.refuse,
    rows.map((row) => row.join(': ')).join('\n'),
    [fill(words.sentTo, { recipient, email }), support].filter(Boolean).join('\n'),
  ];
  const content = html`${[
    paragraph(
      fillHtml(words.asks, { ...names, email: html`<strong>${email}</strong>`, organization: strong(organization) }),
    ),
    paragraph(html`${words.agree}`),
    applicationUrl && button(applicationUrl, fill(words.button, names), product),
    paragraph(html`${words.refuse}`),
    facts(rows.map(([label, value]) => [label, html`${value}`])),
  ]}`;
  return {
    from: parseMailbox(product.from),
    to: asking.recipient,
    ...(product.supportAddress && { replyTo: { address: product.supportAddress } }),
    subject,
    text: `${paragraphs.filter(Boolean).join('\n\n')}\n`,
    html: letterOf({
      ...{ language, subject, product, content },
      preview: words.agree,
      heading: html`${fill(words.heading, names)}`,
      footer: [html`${fill(words.sentTo, { recipient, email })}`, ...(support ? [html`${support}`] : [])],
    }).toString(),
    headers: AUTOMATIC,
  };
}
