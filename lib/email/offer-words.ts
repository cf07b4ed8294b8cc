import type { Language } from '../domain/language.ts';

const EN = {
  subject: '{owner} offers you the ownership of {organization}',
  heading: 'Become the owner of {organization}',
  offers: '{owner} wants to hand {organization} on {product} over to you.',
  agree:
    'To accept or decline, sign in with this address. By accepting you become the owner and an administrator, and you can’t leave before you hand the organization over or delete it.',
  refuse: 'If you don’t want that, there is nothing to do: nothing changes unless you accept.',
  button: 'Open {product}',
  open: 'Open {product}:',
  organization: 'Organization',
  expires: 'Open until',
  sentTo: 'This mail was sent to {recipient} because {owner} chose you, a member of the organization.',
  support: 'Questions? Write to {address}.',
};

/** What a member is told to whom the owner offers the organization. */
export const OFFER_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{owner} möchte Ihnen {organization} übergeben',
    heading: '{organization} übernehmen',
    offers: '{owner} möchte Ihnen {organization} bei {product} übergeben.',
    agree:
      'Zum Annehmen oder Ablehnen melden Sie sich mit dieser Adresse an. Wenn Sie annehmen, gehört die Organisation Ihnen, und Sie administrieren sie: Austreten können Sie erst, wenn Sie sie übergeben oder gelöscht haben.',
    refuse: 'Wenn Sie das nicht möchten, müssen Sie nichts tun: Solange Sie nicht annehmen, bleibt alles, wie es ist.',
    button: '{product} öffnen',
    open: '{product} öffnen:',
    organization: 'Organisation',
    expires: 'Gilt bis',
    sentTo: 'Diese E-Mail ging an {recipient}, weil {owner} Sie als Mitglied der Organisation ausgewählt hat.',
    support: 'Fragen? Schreiben Sie an {address}.',
  },
};
