import { LANGUAGES, type Language } from './language.ts';
import type { Role } from './roles.ts';

/** A deployment's own names of roles, by language. Roles and languages may be left out. */
export type RoleLabels = Readonly<Partial<Record<Role, Readonly<Partial<Record<Language, string>>>>>>;

/** The name and a description of a role, for people who don't know the permission matrix. */
export interface RoleWords {
  readonly name: string;
  readonly can: string;
}

/** The words of each role. The names are those of the API. */
const ROLE_WORDS: Record<Language, Record<Role, RoleWords>> = {
  en: {
    ADMIN: { name: 'Admin', can: 'You can invite people, manage members and change everything else.' },
    USER: { name: 'User', can: 'You can see members and teams, create teams and manage your own.' },
    OPERATOR: {
      name: 'Operator',
      can: 'You can see members and teams, manage your own teams and report charger status.',
    },
    VIEWER: { name: 'Viewer', can: 'You can see members and teams, without changing anything.' },
  },
  de: {
    ADMIN: {
      name: 'Admin',
      can: 'Sie können Personen einladen, Mitglieder verwalten und alles Übrige ändern.',
    },
    USER: { name: 'Benutzer', can: 'Sie können Mitglieder und Teams sehen, Teams anlegen und eigene verwalten.' },
    OPERATOR: {
      name: 'Operator',
      can: 'Sie können Mitglieder und Teams sehen, eigene Teams verwalten und den Zustand von Ladestationen melden.',
    },
    VIEWER: { name: 'Betrachter', can: 'Sie können Mitglieder und Teams sehen, ohne etwas zu ändern.' },
  },
};

/**
 * Returns the words of a role. A name that the deployment has in another language only is used in all: a product's term
 * is better than ours.
 */
export function roleWords(role: Role, language: Language, labels: RoleLabels): RoleWords {
  const own = labels[role] ?? {};
  const { name, can } = ROLE_WORDS[language][role];
  return { name: own[language] ?? LANGUAGES.map((other) => own[other]).find(Boolean) ?? name, can };
}
