import type { Language } from '../../client/src/index.ts';
import { recall, remember } from './storage.ts';

/** The texts of the console around the screens. Both languages have the same, or it doesn't compile. */
const EN = {
  skip: 'Skip to content',
  signingIn: 'Signing in …',
  loading: 'Loading …',
  late: 'The service takes longer than usual to answer …',
  menu: 'Menu',
  close: 'Close',
  organization: 'Organization',
  chooseOrganization: 'Choose an organization',
  allOrganizations: 'Your organizations',
  waiting: (count: number) => (count === 1 ? '1 request waits for you' : `${count} requests wait for you`),
  navigation: 'Pages of the organization',
  groups: { people: 'People', access: 'Access', settings: 'Settings' },
  pages: {
    members: 'Members',
    invitations: 'Invitations',
    teams: 'Teams',
    sites: 'Sites',
    'audit-log': 'Audit log',
    'access-tokens': 'Access tokens',
    webhooks: 'Webhooks',
    organization: 'Organization',
    organizations: 'Your organizations',
  },
  owner: 'Owner',
  signedInAs: 'Signed in as',
  language: 'Language',
  signOut: 'Sign out',
  signIn: 'Sign in',
  signedOut: { title: 'You are signed out', text: 'Sign in to manage your organizations.' },
  signInFailed: {
    title: 'Signing in did not work',
    text: 'The sign-in was cancelled, took too long, or was begun in another window.',
    refused: (reason: string) => `The sign-in provider says: ${reason}`,
    notAccepted: 'The service doesn’t accept this sign-in, or it has ended. Sign in again.',
    again: 'Try again',
  },
  windowDone: { title: 'You are signed in again', text: 'You can close this window and go on in the other one.' },
  ended: {
    title: 'Please sign in again',
    text: 'Your session has ended. Sign in again in a small window: this page stays as it is, and goes on where you were.',
  },
  failed: {
    title: 'This page could not be loaded',
    storage: 'Your browser blocks storage for this site. Signing in needs it: allow it in the browser’s settings.',
    again: 'Try again',
    outdated: 'There is a new version of the console, or no connection. Load it again.',
    reload: 'Load again',
    reference: (id: string) => `Reference for support: ${id}`,
  },
  unverified: {
    title: 'Verify your e-mail address',
    text: (email: string) =>
      `Your sign-in provider hasn’t verified ${email}. Open its mail and confirm the address, then sign in again.`,
    again: 'Sign in again',
  },
  removed: (name: string) => `You are no longer a member of ${name}.`,
  notMember: 'There is no such organization, or you are not a member of it.',
  forbidden: {
    title: 'Your role doesn’t include this page',
    text: 'Ask an admin of the organization if you need it.',
  },
  notFound: { title: 'There is no such page', home: 'Go to the start' },
  home: {
    none: {
      title: 'You aren’t in an organization yet',
      former: 'You aren’t in an organization',
      invited: 'Somebody has invited you: accept below to come in.',
      notInvited: (email: string) =>
        `Were you invited? Then ask for the invitation to be sent to ${email}, the address that you signed in with. Or create an organization of your own.`,
    },
    yours: 'Your organizations',
    open: 'Open',
    until: (time: string) => `Open until ${time}`,
    accept: 'Accept',
    decline: 'Decline',
    accepted: (name: string) => `You are now a member of ${name}.`,
    offers: 'Ownership offered to you',
    offersYou: (name: string) =>
      `You are offered the ownership of ${name}. As its owner you are an admin, and nobody can remove you.`,
    becameOwner: (name: string) => `You are now the owner of ${name}.`,
    offerDeclined: (name: string) => `You declined the ownership of ${name}.`,
    create: 'Create an organization',
    createText: 'You become its owner and invite others.',
    name: 'Name of the organization',
    created: (name: string) => `${name} is created.`,
  },
};

const DE: typeof EN = {
  skip: 'Zum Inhalt springen',
  signingIn: 'Anmeldung läuft …',
  loading: 'Wird geladen …',
  late: 'Der Dienst braucht länger als sonst für eine Antwort …',
  menu: 'Menü',
  close: 'Schließen',
  organization: 'Organisation',
  chooseOrganization: 'Organisation wählen',
  allOrganizations: 'Ihre Organisationen',
  waiting: (count) => (count === 1 ? '1 Anfrage wartet auf Sie' : `${count} Anfragen warten auf Sie`),
  navigation: 'Seiten der Organisation',
  groups: { people: 'Personen', access: 'Zugriff', settings: 'Einstellungen' },
  pages: {
    members: 'Mitglieder',
    invitations: 'Einladungen',
    teams: 'Teams',
    sites: 'Standorte',
    'audit-log': 'Protokoll',
    'access-tokens': 'Zugriffstokens',
    webhooks: 'Webhooks',
    organization: 'Organisation',
    organizations: 'Ihre Organisationen',
  },
  owner: 'Eigentümer',
  signedInAs: 'Angemeldet als',
  language: 'Sprache',
  signOut: 'Abmelden',
  signIn: 'Anmelden',
  signedOut: { title: 'Sie sind abgemeldet', text: 'Melden Sie sich an, um Ihre Organisationen zu verwalten.' },
  signInFailed: {
    title: 'Die Anmeldung hat nicht geklappt',
    text: 'Sie wurde abgebrochen, hat zu lange gedauert oder in einem anderen Fenster begonnen.',
    refused: (reason) => `Der Anmeldedienst sagt: ${reason}`,
    notAccepted: 'Der Dienst nimmt diese Anmeldung nicht an, oder sie ist zu Ende. Melden Sie sich neu an.',
    again: 'Noch einmal versuchen',
  },
  windowDone: {
    title: 'Sie sind wieder angemeldet',
    text: 'Sie können dieses Fenster schließen und im anderen weitermachen.',
  },
  ended: {
    title: 'Bitte melden Sie sich neu an',
    text: 'Ihre Sitzung ist zu Ende. Melden Sie sich in einem kleinen Fenster neu an: Diese Seite bleibt, wie sie ist, und macht dort weiter, wo Sie waren.',
  },
  failed: {
    title: 'Diese Seite konnte nicht geladen werden',
    storage:
      'Ihr Browser sperrt den Speicher für diese Seite. Die Anmeldung braucht ihn: Erlauben Sie ihn in den Einstellungen des Browsers.',
    again: 'Noch einmal versuchen',
    outdated: 'Es gibt eine neue Version der Konsole oder keine Verbindung. Laden Sie sie neu.',
    reload: 'Neu laden',
    reference: (id) => `Kennung für den Support: ${id}`,
  },
  unverified: {
    title: 'Bestätigen Sie Ihre E-Mail-Adresse',
    text: (email) =>
      `Ihr Anmeldedienst hat ${email} noch nicht bestätigt. Öffnen Sie seine Mail, bestätigen Sie die Adresse und melden Sie sich neu an.`,
    again: 'Neu anmelden',
  },
  removed: (name) => `Sie sind nicht mehr Mitglied von ${name}.`,
  notMember: 'Diese Organisation gibt es nicht, oder Sie sind nicht ihr Mitglied.',
  forbidden: {
    title: 'Ihre Rolle umfasst diese Seite nicht',
    text: 'Fragen Sie einen Admin der Organisation, wenn Sie sie brauchen.',
  },
  notFound: { title: 'Diese Seite gibt es nicht', home: 'Zum Anfang' },
  home: {
    none: {
      title: 'Sie sind noch in keiner Organisation',
      former: 'Sie sind in keiner Organisation',
      invited: 'Sie sind eingeladen: Nehmen Sie unten an, um dazuzugehören.',
      notInvited: (email) =>
        `Wurden Sie eingeladen? Dann bitten Sie darum, die Einladung an ${email} zu senden: Mit dieser Adresse sind Sie angemeldet. Oder legen Sie eine eigene Organisation an.`,
    },
    yours: 'Ihre Organisationen',
    open: 'Öffnen',
    until: (time) => `Offen bis ${time}`,
    accept: 'Annehmen',
    decline: 'Ablehnen',
    accepted: (name) => `Sie sind jetzt Mitglied von ${name}.`,
    offers: 'Ihnen angebotene Eigentümerschaft',
    offersYou: (name) =>
      `Ihnen wird die Eigentümerschaft von ${name} angeboten. Als Eigentümer sind Sie Admin, und niemand kann Sie entfernen.`,
    becameOwner: (name) => `Sie sind jetzt Eigentümer von ${name}.`,
    offerDeclined: (name) => `Sie haben die Eigentümerschaft von ${name} abgelehnt.`,
    create: 'Organisation anlegen',
    createText: 'Sie werden ihr Eigentümer und laden andere ein.',
    name: 'Name der Organisation',
    created: (name) => `${name} ist angelegt.`,
  },
};

export type Texts = typeof EN;

/** The texts of the console by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en: EN, de: DE };

const CHOSEN = 'muster-console-language';

/** Returns the language that the person chose here, else the first of the browser's that there is. */
export function presentLanguage(): Language {
  const chosen = recall(CHOSEN);
  return [chosen, ...navigator.languages].map((each) => each?.slice(0, 2)).find(isLanguage) ?? 'en';
}

/** Remembers the chosen language in this browser. */
export function chooseLanguage(language: Language): void {
  remember(CHOSEN, language);
}

function isLanguage(text: string | undefined): text is Language {
  return text === 'en' || text === 'de';
}
