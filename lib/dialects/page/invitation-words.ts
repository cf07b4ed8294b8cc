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
  signInFirst: 'To accept or decline, sign in to {product} with {email}.',
  byMail:
    'This link was given to you by {inviter}. If you can’t sign in there, ask for the invitation by mail: that link works without signing in.',
  unexpected: 'You didn’t expect this? Just close the page: nothing happens unless you accept.',
  welcome: 'Welcome to {organization}',
  joined: '{email} is now a member.',
  signIn: 'Sign in to {product} with this address to get started.',
  signUp:
    'Create an account for {product} with this address, or sign in with it if you have one: the membership belongs to this address.',
  createAccount: 'Create account',
  go: 'Continue to {product}',
  declined: 'You have declined',
  stayedOut: '{email} won’t become a member of {organization}, and gets no more mails about this invitation.',
  changedMind: 'If you change your mind, ask the person who invited you for a new invitation.',
};

/** The words of the pages of a pending invitation, and of those after accepting or declining it. */
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
    signInFirst: 'Melden Sie sich zum Annehmen oder Ablehnen mit {email} bei {product} an.',
    byMail:
      'Diesen Link haben Sie von {inviter}. Wenn Sie sich dort nicht anmelden können, bitten Sie um die Einladung per E-Mail: Deren Link gilt ohne Anmeldung.',
    unexpected: 'Sie haben das nicht erwartet? Schließen Sie die Seite: Solange Sie nicht annehmen, geschieht nichts.',
    welcome: 'Willkommen bei {organization}',
    joined: '{email} ist jetzt Mitglied.',
    signIn: 'Melden Sie sich mit dieser Adresse bei {product} an, um loszulegen.',
    signUp:
      'Legen Sie mit dieser Adresse ein Konto für {product} an, oder melden Sie sich mit ihr an, wenn Sie schon eines haben: Die Mitgliedschaft gehört zu dieser Adresse.',
    createAccount: 'Konto anlegen',
    go: 'Weiter zu {product}',
    declined: 'Sie haben abgelehnt',
    stayedOut: '{email} wird nicht Mitglied bei {organization} und bekommt keine E-Mails mehr zu dieser Einladung.',
    changedMind:
      'Falls Sie es sich anders überlegen, bitten Sie die Person, die Sie eingeladen hat, um eine neue Einladung.',
  },
};
