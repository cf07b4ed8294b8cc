import type { Language } from '../domain/language.ts';
import type { Product } from '../domain/product.ts';
import { type RoleLabels, roleWords } from '../domain/role-words.ts';
import type { Role } from '../domain/roles.ts';
import { application, facts, nameValue, paragraph } from './blocks.ts';
import { letter } from './letter.ts';
import type { Mail } from './mime.ts';

const EN = {
  subject: 'You are a member of {organization}',
  heading: 'You are a member of {organization}',
  added: 'You were added to {organization} on {product}.',
  nothing: 'There is nothing to accept: you only have to sign in.',
  signIn: 'Sign in with this address, {recipient}. If you have no account yet, create one with it.',
  leave: 'If you don’t want to be a member, you can leave after you have signed in.',
  organization: 'Organization',
  role: 'Your role',
  why: '{product} has added this address to {organization}.',
};

/** The phrases of the mail about a membership that the operator imported. */
export const WELCOME_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: 'Sie sind Mitglied von {organization}',
    heading: 'Sie sind Mitglied von {organization}',
    added: 'Sie wurden bei {product} zu {organization} hinzugefügt.',
    nothing: 'Sie müssen nichts annehmen, sondern sich nur anmelden.',
    signIn:
      'Melden Sie sich mit dieser Adresse an: {recipient}. Wenn Sie noch kein Konto haben, legen Sie damit eines an.',
    leave: 'Wenn Sie nicht Mitglied sein möchten, können Sie nach der Anmeldung austreten.',
    organization: 'Organisation',
    role: 'Ihre Rolle',
    why: '{product} diese Adresse zu {organization} hinzugefügt hat.',
  },
};

/** The content of the mail about an imported membership. */
export interface WelcomeMessage {
  readonly language: Language;
  readonly organizationName: string;
  readonly role: Role;
  /** The deployment's own names of roles. */
  readonly roleLabels: RoleLabels;
  /** The recipient's address. */
  readonly recipient: string;
  /** Where they sign in; undefined: the mail has no button. */
  readonly applicationUrl: string | undefined;
  /** `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

/** Composes the mail that tells a person about a membership that the operator imported. */
export function welcomeMail(welcome: WelcomeMessage): Mail {
  const { language, role, roleLabels, recipient, applicationUrl, product } = welcome;
  const words = WELCOME_WORDS[language];
  const organization = nameValue(welcome.organizationName);
  return letter({
    ...{ language, product, recipient },
    values: { organization },
    ...{ subject: words.subject, heading: words.heading, preview: words.nothing },
    blocks: [
      paragraph(words.added),
      paragraph(words.nothing),
      paragraph(words.signIn),
      application(applicationUrl),
      facts([
        [words.organization, organization],
        [words.role, roleWords(role, language, roleLabels).name],
      ]),
      paragraph(words.leave),
    ],
    why: words.why,
  });
}
