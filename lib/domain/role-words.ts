import type { Language } from './language.ts';
import type { Role } from './roles.ts';

/** The name and a description of each role, for people who don't know the permission matrix. */
export const ROLE_WORDS: Record<Language, Record<Role, { readonly name: string; readonly can: string }>> = {
  en: {
    ADMIN: { name: 'Administrator', can: 'You can invite people, manage members and change everything else.' },
    USER: { name: 'Member', can: 'You can see members and teams, create teams and manage your own.' },
    OPERATOR: {
      name: 'Operator',
      can: 'You can see members and teams, manage your own teams and report charger status.',
    },
    VIEWER: { name: 'Viewer', can: 'You can see members and teams, without changing anything.' },
  },
  de: {
    ADMIN: {
      name: 'Administration',
      can: 'Sie können Personen einladen, Mitglieder verwalten und alles Übrige ändern.',
    },
    USER: { name: 'Mitglied', can: 'Sie können Mitglieder und Teams sehen, Teams anlegen und eigene verwalten.' },
    OPERATOR: {
      name: 'Betrieb',
      can: 'Sie können Mitglieder und Teams sehen, eigene Teams verwalten und den Zustand von Ladestationen melden.',
    },
    VIEWER: { name: 'Nur Lesen', can: 'Sie können Mitglieder und Teams sehen, ohne etwas zu ändern.' },
  },
};
