import { type Language, momentInWords } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { type RoleLabels, roleWords } from '../domain/role-words.ts';
import type { Role } from '../domain/roles.ts';
import { addressValue, application, facts, nameValue, paragraph } from './blocks.ts';
import { letter } from './letter.ts';
import type { Mail } from './mime.ts';

const EN = {
  subject: '{email} asks for a new invitation to {organization}',
  heading: '{email} asks for a new invitation',
  asks: 'You invited {email} to {organization} on {product}. The invitation has expired, and now they would like to join.',
  agree: 'To let them in, send the invitation again: they get a mail with a new link.',
  refuse: 'If you don’t want them to join, there is nothing to do. They can’t get in without a new invitation.',
  invited: 'Invited on',
  expired: 'Expired on',
  role: 'Role',
  why: 'you invited {email}. At most one such mail comes for each expired invitation.',
};

/** The phrases of the mail to an inviter when the holder of an expired link requests a new invitation. */
export const RENEWAL_REQUEST_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{email} bittet um eine neue Einladung zu {organization}',
    heading: '{email} bittet um eine neue Einladung',
    asks: 'Sie haben {email} zu {organization} bei {product} eingeladen. Die Einladung ist abgelaufen, und nun besteht der Wunsch, doch noch dabei zu sein.',
    agree: 'Wenn Sie zustimmen, senden Sie die Einladung erneut: Dann kommt eine E-Mail mit einem neuen Link an.',
    refuse: 'Wenn nicht, müssen Sie nichts tun. Ohne neue Einladung kommt niemand hinein.',
    invited: 'Eingeladen am',
    expired: 'Abgelaufen am',
    role: 'Rolle',
    why: 'Sie {email} eingeladen haben. Zu jeder abgelaufenen Einladung kommt höchstens eine solche E-Mail.',
  },
};

/** The content of the mail to an inviter about a request for a new invitation. */
export interface RenewalRequestMessage {
  readonly language: Language;
  readonly organizationName: string;
  /** The inviter's address. */
  readonly recipient: string;
  /** The invited address. */
  readonly email: string;
  readonly role: Role;
  readonly roleLabels?: RoleLabels;
  /** Creation and expiry of the invitation: ISO times. */
  readonly createdAt: string;
  readonly expiresAt: string;
  /** Where inviters resend an invitation; undefined: the mail has no button. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail to an inviter when the holder of an expired link requests a new invitation. */
export function renewalRequestMail(request: RenewalRequestMessage): Mail {
  const { language, product, recipient, applicationUrl } = request;
  const words = RENEWAL_REQUEST_WORDS[language];
  return letter({
    ...{ language, product, recipient },
    values: { email: addressValue(request.email), organization: nameValue(request.organizationName) },
    ...{ subject: words.subject, heading: words.heading, preview: words.agree },
    blocks: [
      paragraph(words.asks),
      paragraph(words.agree),
      application(applicationUrl),
      paragraph(words.refuse),
      facts([
        [words.role, roleWords(request.role, language, request.roleLabels ?? {}).name],
        [words.invited, momentInWords(new Date(request.createdAt), language, product.timeZone)],
        [words.expired, momentInWords(new Date(request.expiresAt), language, product.timeZone)],
      ]),
    ],
    why: words.why,
  });
}
