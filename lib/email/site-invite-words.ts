import type { Language } from '../domain/language.ts';

const EN = {
  subject: '{inviter} shares the site {site} with your team',
  subjectOfTransfer: '{inviter} hands the site {site} over to your team',
  heading: 'The site {site} for your team',
  invites: '{inviter} of {team} wants to share the site {site} on {product} with a team of yours.',
  transfers: '{inviter} of {team} wants to hand the site {site} on {product} over to a team of yours.',
  open: 'View and accept the invite here:',
  button: 'View invite',
  copy: 'If the button doesn’t work, copy this address into your browser:',
  site: 'Site',
  recipient: 'Invited address',
  expires: 'Valid until',
  sentTo: 'This mail was sent to {email} because {inviter} invited that address.',
  unexpected:
    'You didn’t expect it, or don’t know who invited you? Ignore this mail: nothing happens unless you accept. The link is for you alone, so please don’t forward it.',
  support: 'Questions? Write to {address}.',
  block: 'No more invitations from {organization}',
};

/** What an invite to a site says. */
export const SITE_INVITE_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{inviter} teilt den Standort {site} mit Ihrem Team',
    subjectOfTransfer: '{inviter} übergibt Ihrem Team den Standort {site}',
    heading: 'Der Standort {site} für Ihr Team',
    invites: '{inviter} von {team} möchte den Standort {site} bei {product} mit einem Ihrer Teams teilen.',
    transfers: '{inviter} von {team} möchte den Standort {site} bei {product} einem Ihrer Teams übergeben.',
    open: 'Hier können Sie die Einladung ansehen und annehmen:',
    button: 'Einladung ansehen',
    copy: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    site: 'Standort',
    recipient: 'Eingeladene Adresse',
    expires: 'Gültig bis',
    sentTo: 'Diese E-Mail ging an {email}, weil {inviter} diese Adresse eingeladen hat.',
    unexpected:
      'Sie haben sie nicht erwartet oder kennen den Absender nicht? Ignorieren Sie diese E-Mail: Solange Sie nicht annehmen, geschieht nichts. Der Link ist nur für Sie, bitte leiten Sie ihn nicht weiter.',
    support: 'Fragen? Schreiben Sie an {address}.',
    block: 'Keine Einladungen mehr von {organization}',
  },
};
