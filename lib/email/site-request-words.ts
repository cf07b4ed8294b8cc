import type { Language } from '../domain/language.ts';

const EN = {
  subject: '{team} asks for the sensitive data of {site}',
  heading: '{team} asks for sensitive data',
  asks: '{requester} of {team} ({organization}) asks to see the sensitive data of your site {site} on {product}.',
  what: 'That is where the site is, what you call its chargers, and what they say went wrong.',
  open: 'View the request, and grant or decline it, here:',
  button: 'View request',
  copy: 'If the button doesn’t work, copy this address into your browser:',
  reason: '{requester} wrote:',
  site: 'Site',
  team: 'Team',
  until: 'Asked for until',
  sentTo:
    'This mail was sent to {recipient} because you manage the team that owns the site. If you do nothing, nothing is shown. The link is for you alone, so please don’t forward it.',
  support: 'Questions? Write to {address}.',
};

/** What a request for sensitive data says to those who may grant it. */
export const SITE_REQUEST_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{team} bittet um die sensiblen Daten von {site}',
    heading: '{team} bittet um sensible Daten',
    asks: '{requester} von {team} ({organization}) bittet darum, die sensiblen Daten Ihres Standorts {site} bei {product} zu sehen.',
    what: 'Das sind die Adresse des Standorts, Ihre Bezeichnungen der Ladepunkte und deren Fehlermeldungen.',
    open: 'Hier können Sie die Anfrage ansehen und ihr zustimmen oder sie ablehnen:',
    button: 'Anfrage ansehen',
    copy: 'Falls die Schaltfläche nicht funktioniert, kopieren Sie diese Adresse in Ihren Browser:',
    reason: '{requester} schreibt:',
    site: 'Standort',
    team: 'Team',
    until: 'Erbeten bis',
    sentTo:
      'Diese E-Mail ging an {recipient}, weil Sie das Team verwalten, dem der Standort gehört. Wenn Sie nichts tun, wird nichts gezeigt. Der Link ist nur für Sie, bitte leiten Sie ihn nicht weiter.',
    support: 'Fragen? Schreiben Sie an {address}.',
  },
};
