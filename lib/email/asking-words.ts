import type { Language } from '../domain/language.ts';

const EN = {
  subject: '{email} asks for a new invitation to {organization}',
  heading: '{email} asks for a new invitation',
  asks: 'You invited {email} to {organization} on {product}. The invitation has expired, and now they would like to join.',
  agree: 'To let them in, send the invitation again: they get a mail with a new link.',
  refuse: 'If you don’t want them to join, there is nothing to do. They can’t get in without a new invitation.',
  button: 'Open {product}',
  open: 'Open {product}:',
  invited: 'Invited on',
  expired: 'Expired on',
  role: 'Role',
  sentTo:
    'This mail was sent to {recipient} because you invited {email}. At most one such mail comes for each expired invitation.',
  support: 'Questions? Write to {address}.',
};

/** What an inviter is told when the holder of an expired link asks for another. */
export const ASKING_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    subject: '{email} bittet um eine neue Einladung zu {organization}',
    heading: '{email} bittet um eine neue Einladung',
    asks: 'Sie haben {email} zu {organization} bei {product} eingeladen. Die Einladung ist abgelaufen, und nun besteht der Wunsch, doch noch dabei zu sein.',
    agree: 'Wenn Sie zustimmen, senden Sie die Einladung erneut: Dann kommt eine E-Mail mit einem neuen Link an.',
    refuse: 'Wenn nicht, müssen Sie nichts tun. Ohne neue Einladung kommt niemand hinein.',
    button: '{product} öffnen',
    open: '{product} öffnen:',
    invited: 'Eingeladen am',
    expired: 'Abgelaufen am',
    role: 'Rolle',
    sentTo:
      'Diese E-Mail ging an {recipient}, weil Sie {email} eingeladen haben. Zu jeder abgelaufenen Einladung kommt höchstens eine solche E-Mail.',
    support: 'Fragen? Schreiben Sie an {address}.',
  },
};
