import type { Language } from '../../domain/language.ts';

const EN = {
  offer:
    'If you still want to join, let us ask the person who invited you. You will get a mail with a new link once they agree.',
  button: 'Ask for a new invitation',
  pending:
    'You asked for a new one on {when}. Once the person who invited you agrees, you will get a mail with a new link.',
  heading: 'We have asked {inviter}',
  headingAgain: '{inviter} was asked already',
  sent: 'They get a mail that says you would like a new invitation to {organization}.',
  sentBefore: 'They know that you would like a new invitation to {organization}, so we don’t send them another mail.',
  next: 'Once they agree, a mail with a new link comes to {email}. There is nothing more for you to do.',
};

/** The words about requesting a new invitation: on the page of an expired link, and on the page after the request. */
export const RENEWAL_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    offer:
      'Wenn Sie noch dabei sein möchten, fragen wir für Sie die Person, die Sie eingeladen hat. Stimmt sie zu, bekommen Sie eine E-Mail mit einem neuen Link.',
    button: 'Um neue Einladung bitten',
    pending:
      'Sie haben am {when} um eine neue gebeten. Stimmt die Person zu, die Sie eingeladen hat, bekommen Sie eine E-Mail mit einem neuen Link.',
    heading: 'Wir haben {inviter} gefragt',
    headingAgain: '{inviter} wurde schon gefragt',
    sent: 'Eine E-Mail ist unterwegs: Sie hätten gern eine neue Einladung zu {organization}.',
    sentBefore:
      'Dass Sie gern eine neue Einladung zu {organization} hätten, ist schon bekannt. Eine weitere E-Mail senden wir deshalb nicht.',
    next: 'Bei einer Zusage kommt eine E-Mail mit einem neuen Link an {email}. Mehr müssen Sie nicht tun.',
  },
};
