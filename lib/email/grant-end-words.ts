import type { Language } from '../domain/language.ts';

const EN = {
  subject: '{team} sees the sensitive data of {site} no more',
  heading: 'The grant of sensitive data has ended',
  ended: '{team} was granted the sensitive data of the site {site} on {product} for a time, which is over.',
  rest: 'Your team still has access to the site. To see its sensitive data again, ask for it anew.',
  button: 'Open {product}',
  open: 'Open {product}:',
  site: 'Site',
  team: 'Team',
  endedAt: 'Ended on',
  sentTo: 'This mail was sent to {recipient} because you manage the team.',
  support: 'Questions? Write to {address}.',
};

/** What those who manage a team are told when its grant of sensitive data has ended. */
export const GRANT_END_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{team} sieht die sensiblen Daten von {site} nicht mehr',
    heading: 'Die Freigabe sensibler Daten ist zu Ende',
    ended:
      '{team} durfte die sensiblen Daten des Standorts {site} bei {product} für eine Zeit sehen, die nun vorbei ist.',
    rest: 'Ihr Team hat weiterhin Zugriff auf den Standort. Um seine sensiblen Daten wieder zu sehen, bitten Sie erneut darum.',
    button: '{product} öffnen',
    open: '{product} öffnen:',
    site: 'Standort',
    team: 'Team',
    endedAt: 'Zu Ende seit',
    sentTo: 'Diese E-Mail ging an {recipient}, weil Sie das Team verwalten.',
    support: 'Fragen? Schreiben Sie an {address}.',
  },
};
