import type { Language } from '../../domain/language.ts';

const EN = {
  title: 'Invitation to {organization}',
  heading: 'Join {organization}',
  invites: '{inviter} invites you to join {organization} on {product}.',
  wrote: '{inviter} wrote:',
  role: 'Your role',
  expires: 'Valid until',
  accept: 'Accept invitation',
  decline: 'Decline',
  afterwards: 'Once you have accepted, sign in with {email}.',
  unexpected: 'You didn’t expect this? Just close the page: nothing happens unless you accept.',
  welcome: 'Welcome to {organization}',
  joined: '{email} is now a member.',
  signIn: 'Sign in to {product} with this address to get started.',
  go: 'Continue to {product}',
};

/** What the pages of an invitation that is alive say, and the one after accepting it. */
export const INVITATION_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    title: 'Einladung zu {organization}',
    heading: 'Einladung zu {organization}',
    invites: '{inviter} lädt Sie zu {organization} bei {product} ein.',
    wrote: '{inviter} schreibt:',
    role: 'Ihre Rolle',
    expires: 'Gültig bis',
    accept: 'Einladung annehmen',
    decline: 'Ablehnen',
    afterwards: 'Melden Sie sich nach dem Annehmen mit {email} an.',
    unexpected: 'Sie haben das nicht erwartet? Schließen Sie die Seite: Solange Sie nicht annehmen, geschieht nichts.',
    welcome: 'Willkommen bei {organization}',
    joined: '{email} ist jetzt Mitglied.',
    signIn: 'Melden Sie sich mit dieser Adresse bei {product} an, um loszulegen.',
    go: 'Weiter zu {product}',
  },
};
