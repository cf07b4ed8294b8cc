import { showAddress } from '../domain/address.ts';
import { html } from '../domain/html.ts';
import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { type RoleLabels, roleWords } from '../domain/role-words.ts';
import type { Role } from '../domain/roles.ts';
import { lines } from '../domain/user-text.ts';
import { button, copyable, facts, nameValue, paragraph, quoteAbove } from './blocks.ts';
import { LINK_WORDS, letter } from './letter.ts';
import type { Mail } from './mime.ts';
import { unlinked } from './unlinked.ts';

const EN = {
  subject: '{inviter} invited you to join {organization}',
  subjectOfReminder: 'Reminder: {inviter} invited you to join {organization}',
  heading: 'Join {organization}',
  invites: '{inviter} invites you to join {organization} on {product}.',
  stillInvites: 'Your invitation is still open: {inviter} invites you to join {organization} on {product}.',
  open: 'View and accept the invitation here:',
  button: 'View invitation',
  role: 'Your role',
  why: '{inviter} invited that address.',
  stop: 'Stop reminders, or all invitations from {organization}',
};

/** The phrases of an invitation and its reminders. */
export const INVITATION_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{inviter} hat Sie zu {organization} eingeladen',
    subjectOfReminder: 'Erinnerung: {inviter} hat Sie zu {organization} eingeladen',
    heading: 'Einladung zu {organization}',
    invites: '{inviter} lädt Sie zu {organization} bei {product} ein.',
    stillInvites: 'Ihre Einladung ist noch offen: {inviter} lädt Sie zu {organization} bei {product} ein.',
    open: 'Hier können Sie die Einladung ansehen und annehmen:',
    button: 'Einladung ansehen',
    role: 'Ihre Rolle',
    why: '{inviter} diese Adresse eingeladen hat.',
    stop: 'Keine Erinnerungen oder Einladungen von {organization} mehr',
  },
};

/** The content of an invitation's mail. Names and the message are text of users. */
export interface InvitationMail {
  readonly kind: 'invitation' | 'reminder';
  readonly language: Language;
  readonly organizationName: string;
  /** The inviter's name, or their address if they have none. */
  readonly inviterName: string;
  /** The reply address; undefined: the product's support address, if it has one. */
  readonly inviterAddress?: string | undefined;
  readonly role: Role;
  readonly roleLabels?: RoleLabels;
  /** The invited address, as stored. */
  readonly email: string;
  readonly link: string;
  /** A moment, or an ISO time. */
  readonly expiresAt: Date | string;
  readonly message?: string | undefined;
  /** The link that stops reminders: its page, or RFC 8058's one-click POST. It has its own secret. */
  readonly stopLink?: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** The longest message in a mail, in characters. Longer messages are cut. */
const MESSAGE = 1000;

/** Composes the mail of an invitation or of its reminder. */
export function invitationMail(invitation: InvitationMail): Mail {
  const { kind, language, inviterName, inviterAddress, role, email, link, message = '', stopLink } = invitation;
  const words = INVITATION_WORDS[language];
  const { invited, expires, unexpected, alone } = LINK_WORDS[language];
  const inviter = nameValue(inviterName);
  const until = momentInWords(new Date(invitation.expiresAt), language, invitation.product.timeZone);
  const { name, can } = roleWords(role, language, invitation.roleLabels ?? {});
  const isReminder = kind === 'reminder';
  return letter({
    ...{ language, product: invitation.product, recipient: email },
    replyTo: inviterAddress === undefined ? undefined : { name: inviterName, address: inviterAddress },
    values: { inviter, organization: nameValue(invitation.organizationName) },
    subject: isReminder ? words.subjectOfReminder : words.subject,
    heading: words.heading,
    preview: `${expires}: ${until}`,
    blocks: [
      paragraph(isReminder ? words.stillInvites : words.invites),
      quoteAbove(button(link, words), inviter, lines(message, MESSAGE).map(unlinked)),
      facts(
        [
          [words.role, { text: `${name}. ${can}`, html: html`<strong>${name}.</strong> ${can}` }],
          [invited, showAddress(email)],
          [expires, until],
        ],
        copyable(link),
      ),
    ],
    why: words.why,
    footer: [`${unexpected} ${alone}`],
    stop: stopLink === undefined ? undefined : { phrase: words.stop, link: stopLink },
    headers:
      stopLink === undefined
        ? undefined
        : {
            'List-Unsubscribe': `<${stopLink}>`,
            'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
          },
  });
}
