import type { Language } from '../../domain/language.ts';

const EN = {
  title: 'Request for the sensitive data of {site}',
  heading: '{team} asks for sensitive data',
  asks: '{requester} of {team} ({organization}) asks to see the sensitive data of your site {site} on {product}.',
  what: 'That is where the site is, what you call its chargers, and what they say went wrong.',
  wrote: '{requester} wrote:',
  until: 'Asked for until',
  grant: 'Grant it',
  decline: 'Decline',
  afterwards: 'You can revoke a grant at any time.',
  nothing: 'If you just close the page, nothing is shown.',
  granted: '{team} now sees the sensitive data',
  grantedNext: 'They see it for as long as the grant lasts. You can revoke it at any time in {product}.',
  declined: 'You have declined the request',
  declinedNext: '{team} sees no more than before.',
};

/** The words of the pages of a request for sensitive data. */
export const SITE_REQUEST_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    title: 'Anfrage nach den sensiblen Daten von {site}',
    heading: '{team} bittet um sensible Daten',
    asks: '{requester} von {team} ({organization}) bittet darum, die sensiblen Daten Ihres Standorts {site} bei {product} zu sehen.',
    what: 'Das sind die Adresse des Standorts, Ihre Bezeichnungen der Ladepunkte und deren Fehlermeldungen.',
    wrote: '{requester} schreibt:',
    until: 'Erbeten bis',
    grant: 'Zustimmen',
    decline: 'Ablehnen',
    afterwards: 'Sie können die Freigabe jederzeit zurücknehmen.',
    nothing: 'Wenn Sie die Seite einfach schließen, wird nichts gezeigt.',
    granted: '{team} sieht jetzt die sensiblen Daten',
    grantedNext: 'So lange, wie die Freigabe gilt. Sie können sie bei {product} jederzeit zurücknehmen.',
    declined: 'Sie haben die Anfrage abgelehnt',
    declinedNext: '{team} sieht nicht mehr als vorher.',
  },
};
