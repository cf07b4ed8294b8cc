import type { Language } from '../../domain/language.ts';

const EN = {
  button: 'No more invitations from {organization}',
  heading: 'Want no more invitations?',
  asks: 'Then {email} gets no more from {organization}, whoever invites.',
  blocked: 'No more invitations',
  quiet: '{email} gets no more invitations from {organization}.',
  untold: 'Nobody there is told.',
  undo: 'Allow invitations again',
  unblocked: 'Invitations are allowed again',
  again: '{email} can get invitations from {organization} again.',
};

/** The words of pages about blocking an organization's invitations. */
export const BLOCK_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    button: 'Keine Einladungen mehr von {organization}',
    heading: 'Keine Einladungen mehr?',
    asks: 'Dann bekommt {email} keine mehr von {organization}, wer auch immer einlädt.',
    blocked: 'Keine Einladungen mehr',
    quiet: '{email} bekommt keine Einladungen mehr von {organization}.',
    untold: 'Dort erfährt das niemand.',
    undo: 'Einladungen wieder zulassen',
    unblocked: 'Einladungen sind wieder erlaubt',
    again: '{email} kann wieder Einladungen von {organization} bekommen.',
  },
};
