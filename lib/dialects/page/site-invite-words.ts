import type { Language } from '../../domain/language.ts';

const EN = {
  title: 'Invite to {site}',
  heading: 'The site {site} for your team',
  invites: '{inviter} of {team} wants to share the site {site} on {product} with a team of yours.',
  transfers: '{inviter} of {team} wants to hand the site {site} on {product} over to a team of yours.',
  forTeam: 'For which of your teams?',
  option: '{team}, {organization}',
  more: 'Not all of your teams are listed. To accept for another one, sign in to {product}.',
  accept: 'Accept for this team',
  signIn:
    'To accept it, sign in to {product} with an account that manages a team, and use the token of this link there.',
  go: 'Continue to {product}',
  expires: 'Valid until',
  unexpected: 'You didn’t expect this? Just close the page: nothing happens unless you accept.',
  accepted: '{team} now has access to {site}',
  transferred: '{team} now owns {site}',
  next: 'You find the site in {product}.',
};

/** The words of the pages of a site invite. */
export const SITE_INVITE_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    title: 'Einladung zu {site}',
    heading: 'Der Standort {site} für Ihr Team',
    invites: '{inviter} von {team} möchte den Standort {site} bei {product} mit einem Ihrer Teams teilen.',
    transfers: '{inviter} von {team} möchte den Standort {site} bei {product} einem Ihrer Teams übergeben.',
    forTeam: 'Für welches Ihrer Teams?',
    option: '{team}, {organization}',
    more: 'Nicht alle Ihre Teams sind aufgeführt. Für ein anderes melden Sie sich bei {product} an.',
    accept: 'Für dieses Team annehmen',
    signIn:
      'Zum Annehmen melden Sie sich bei {product} mit einem Konto an, das ein Team verwaltet, und verwenden dort das Token dieses Links.',
    go: 'Weiter zu {product}',
    expires: 'Gültig bis',
    unexpected: 'Sie haben das nicht erwartet? Schließen Sie die Seite: Solange Sie nicht annehmen, geschieht nichts.',
    accepted: '{team} hat jetzt Zugriff auf {site}',
    transferred: '{site} gehört jetzt {team}',
    next: 'Sie finden den Standort bei {product}.',
  },
};
