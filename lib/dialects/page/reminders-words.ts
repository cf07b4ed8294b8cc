import type { Language } from '../../domain/language.ts';

const EN = {
  heading: 'Stop the reminders?',
  reminds: 'Before the invitation to {organization} ends, we remind {email} of it.',
  stays: 'Without reminders the invitation stays as it is: the link in your mail works until {expires}.',
  button: 'Stop reminders',
  stopped: 'No more reminders',
  quiet: '{email} gets no more reminders of the invitation to {organization}.',
  open: 'The invitation itself is still open: the link in your mail works until {expires}.',
};

/** The words of the pages about stopping reminders. */
export const REMINDERS_WORDS: Record<Language, Readonly<Record<keyof typeof EN, string>>> = {
  en: EN,
  de: {
    heading: 'Keine Erinnerungen mehr?',
    reminds: 'Bevor die Einladung zu {organization} endet, erinnern wir {email} daran.',
    stays: 'Ohne Erinnerungen bleibt die Einladung, wie sie ist: Der Link in Ihrer E-Mail gilt bis {expires}.',
    button: 'Nicht mehr erinnern',
    stopped: 'Keine Erinnerungen mehr',
    quiet: '{email} bekommt keine Erinnerungen mehr an die Einladung zu {organization}.',
    open: 'Die Einladung selbst ist noch offen: Der Link in Ihrer E-Mail gilt bis {expires}.',
  },
};
