import type { Language } from '../domain/language.ts';

const EN = {
  subject: '{inviter} invited you to join {organization}',
  subjectOfReminder: 'Reminder: {inviter} invited you to join {organization}',
  heading: 'Join {organization}',
  invites: '{inviter} invites you to join {organization} on {product}.',
  stillInvites: 'Your invitation is still open: {inviter} invites you to join {organization} on {product}.',
  open: 'View and accept the invitation here:',
  button: 'View invitation',
  copy: 'If the button doesn’t work, copy this address into your browser:',
  role: 'Your role',
  recipient: 'Invited address',
  expires: 'Valid until',
  wrote: '{inviter} wrote:',
  sentTo: 'This mail was sent to {email} because {inviter} invited that address.',
  unexpected:
    'You didn’t expect it, or don’t know who invited you? Ignore this mail: nothing happens unless you accept. The link is for you alone, so please don’t forward it.',
  support: 'Questions? Write to {address}.',
  stop: 'Stop reminders, or all invitations from {organization}',
};

/** What the invitation and its reminders say. */
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
    copy: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    role: 'Ihre Rolle',
    recipient: 'Eingeladene Adresse',
    expires: 'Gültig bis',
    wrote: '{inviter} schreibt:',
    sentTo: 'Diese E-Mail ging an {email}, weil {inviter} diese Adresse eingeladen hat.',
    unexpected:
      'Sie haben sie nicht erwartet oder kennen den Absender nicht? Ignorieren Sie diese E-Mail: Solange Sie nicht annehmen, geschieht nichts. Der Link ist nur für Sie, bitte leiten Sie ihn nicht weiter.',
    support: 'Fragen? Schreiben Sie an {address}.',
    stop: 'Keine Erinnerungen oder Einladungen von {organization} mehr',
  },
};
