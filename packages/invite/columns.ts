import { Stop } from './stop.ts';

/** What a file may say of whom it invites. */
export const COLUMNS = ['email', 'role', 'message', 'language', 'expiresInDays'] as const;
export type Column = (typeof COLUMNS)[number];

/**
 * Columns of addresses, as `plain` writes their names: our own, and those of exports of Google Workspace
 * (`Email Address [Required]`), Google Contacts (`E-mail 1 - Value`), Outlook (`E-mail Address`), Entra (`mail`), Slack
 * and GitLab (`email`).
 */
const ADDRESSES = ['email', 'emailaddress', 'emailadresse', 'mail', 'email1value'];

/** Columns of names by which people sign in, which are addresses mostly: of Microsoft 365 and Entra. */
const SIGN_INS = ['userprincipalname', 'usernameuserprincipalname', 'usernameuserprincipalnamerequired'];

/** Columns that have a name of ours and another meaning, in exports that are known by another column of theirs. */
const FOREIGN: readonly { readonly column: Column; readonly beside: string }[] = [
  // GitLab's list of members: Developer, Maintainer.
  { column: 'role', beside: 'accessgranted' },
  // Outlook's contacts.
  { column: 'language', beside: 'emaildisplayname' },
];

/** Columns that say who isn't there any more, or is nobody: which of their values do, and in which words. */
const ABSENCES: Readonly<Record<string, (value: string) => string | undefined>> = {
  // Slack; Google Workspace.
  status: (value) => (['deactivated', 'bot', 'suspended', 'archived'].includes(value) ? value : undefined),
  // Microsoft 365; Entra, as it takes and as it gives users.
  blockcredential: (value) => (value === 'true' ? 'blocked' : undefined),
  blocksigninyesnoaccountenabledrequired: (value) => (value === 'yes' ? 'blocked' : undefined),
  accountenabled: (value) => (value === 'false' ? 'blocked' : undefined),
};

/** What the caller says of a file's columns, by their names in the file, whatever the letter case. */
export interface Naming {
  /** The column of addresses. */
  readonly email?: string | undefined;
  /** Columns that have no meaning here, whatever they are called. */
  readonly ignored?: readonly string[];
}

/** What the columns of a file mean, by its header. */
export interface Header {
  /** The columns' names, as the file has them. */
  readonly names: readonly string[];
  /** Where addresses are: the first of these that isn't empty counts. */
  readonly addresses: readonly number[];
  /** What each column is to us, that of addresses excepted. */
  readonly columns: readonly (Column | undefined)[];
  /** Where somebody's absence shows. */
  readonly absences: readonly { readonly at: number; readonly wordOf: (value: string) => string | undefined }[];
  /** The names of the columns that are of no meaning here. */
  readonly ignored: readonly string[];
}

/** A column's name without what tools write it differently by: `E-Mail`, `Email Address [Required]`. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/ \[(required|read only|upload only)\]$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** What the names of a file's columns mean. */
export function headerOf(names: readonly string[], naming: Naming): Header {
  const ignored = new Set((naming.ignored ?? []).map(plain));
  const known = names.map((name) => (ignored.has(plain(name)) ? '' : plain(name)));
  const isNamed = (name: string) => naming.email !== undefined && plain(name) === plain(naming.email);
  const found = (wanted: readonly string[]) =>
    known.flatMap((name, at) => (name !== '' && wanted.includes(name) ? [at] : []));
  const addresses =
    naming.email === undefined
      ? [...found(ADDRESSES), ...found(SIGN_INS)]
      : names.flatMap((name, at) => (isNamed(name) ? [at] : []));
  const columns = known.map((name, at) => {
    const column = COLUMNS.find((each) => each !== 'email' && plain(each) === name);
    const isForeign = FOREIGN.some((each) => each.column === column && known.includes(each.beside));
    return isForeign || addresses.includes(at) ? undefined : column;
  });
  const absences = known.flatMap((name, at) => {
    const wordOf = ABSENCES[name];
    return wordOf ? [{ at, wordOf }] : [];
  });
  const used = new Set([...addresses, ...absences.map(({ at }) => at)]);
  return {
    ...{ names, addresses, columns, absences },
    ignored: names.filter((name, at) => !used.has(at) && !columns[at] && name.trim() !== ''),
  };
}

/**
 * A header that tells whom to invite.
 *
 * @throws Stop with a sentence where it has no column of addresses, or a column twice, or not one that the caller names
 */
export function checkedHeader(file: string, header: Header, { email, ignored = [] }: Naming): Header {
  const { names, addresses, columns } = header;
  const has = `It has ${names.map((name) => JSON.stringify(name)).join(', ')}.`;
  const missing = [...(email === undefined ? [] : [email]), ...ignored].find(
    (wanted) => !names.some((name) => plain(name) === plain(wanted)),
  );
  if (missing !== undefined) throw new Stop(`${file} has no column "${missing}". ${has}`);
  if (addresses.length === 0) {
    throw new Stop(
      `${file} has no column "email": its first line names the columns, ${COLUMNS.join(', ')}. ${has} Name the one of addresses with --email-column.`,
    );
  }
  const own = addresses.filter((at) => email !== undefined || !SIGN_INS.includes(plain(names[at] as string)));
  const twice =
    own.length > 1
      ? 'email'
      : columns.find((column, index) => column !== undefined && columns.indexOf(column) !== index);
  if (twice === undefined) return header;
  const advice = twice === 'email' ? 'name one with --email-column, or ' : '';
  throw new Stop(`${file} has the column "${twice}" twice: ${advice}leave one out with --ignore-column. ${has}`);
}
