import { type Column, INVITING } from './mode.ts';
import { Stop } from './stop.ts';

/**
 * Address columns, normalized by `plain`: our own, and those of exports of Google Workspace
 * (`Email Address [Required]`), Google Contacts (`E-mail 1 - Value`), Outlook (`E-mail Address`), Entra (`mail`), Slack
 * and GitLab (`email`).
 */
const ADDRESSES = ['email', 'emailaddress', 'emailadresse', 'mail', 'email1value'];

/** Columns of sign-in names, which are mostly addresses, of Microsoft 365 and Entra. */
const SIGN_INS = ['userprincipalname', 'usernameuserprincipalname', 'usernameuserprincipalnamerequired'];

/** Columns of other exports with one of our names but another meaning. The export is recognized by another column. */
const FOREIGN: readonly { readonly column: Column; readonly beside: string }[] = [
  // GitLab's list of members: Developer, Maintainer.
  { column: 'role', beside: 'accessgranted' },
  // Outlook's contacts.
  { column: 'language', beside: 'emaildisplayname' },
];

/** Columns that mark inactive accounts and bots. Each function returns the reason to skip a row with this value. */
const ABSENCES: Readonly<Record<string, (value: string) => string | undefined>> = {
  // Slack and Google Workspace.
  status: (value) => (['deactivated', 'bot', 'suspended', 'archived'].includes(value) ? value : undefined),
  // Microsoft 365, and Entra's imports and exports.
  blockcredential: (value) => (value === 'true' ? 'blocked' : undefined),
  blocksigninyesnoaccountenabledrequired: (value) => (value === 'yes' ? 'blocked' : undefined),
  accountenabled: (value) => (value === 'false' ? 'blocked' : undefined),
};

/** The column options of the command line. Names are as in the file, regardless of case. */
export interface Naming {
  /** The columns with a meaning; default: those of invitations. */
  readonly columns?: readonly Column[];
  /** The name of the address column. */
  readonly email?: string | undefined;
  /** The names of columns to ignore. */
  readonly ignored?: readonly string[];
}

/** The columns of a file, recognized by its header. */
export interface Header {
  /** The columns' names, as the file has them. */
  readonly names: readonly string[];
  /** The indexes of address columns. The first one that isn't empty counts. */
  readonly addresses: readonly number[];
  /** The meaning of each column, except address columns. */
  readonly columns: readonly (Column | undefined)[];
  /** The columns that mark rows to skip. */
  readonly absences: readonly { readonly at: number; readonly wordOf: (value: string) => string | undefined }[];
  /** The names of ignored columns. */
  readonly ignored: readonly string[];
}

/** Normalizes a column's name: `E-Mail` becomes `email`, `Email Address [Required]` becomes `emailaddress`. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/ \[(required|read only|upload only)\]$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** Recognizes the columns of a file by their names. */
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
    const column = (naming.columns ?? INVITING.columns).find((each) => each !== 'email' && plain(each) === name);
    const isForeign = FOREIGN.some((each) => each.column === column && known.includes(each.beside));
    return isForeign || addresses.includes(at) ? undefined : column;
  });
  const absences = known.flatMap((name, at) => {
    // A column may be called as what every object has, such as `constructor`.
    const wordOf = Object.hasOwn(ABSENCES, name) ? ABSENCES[name] : undefined;
    return wordOf ? [{ at, wordOf }] : [];
  });
  const used = new Set([...addresses, ...absences.map(({ at }) => at)]);
  return {
    ...{ names, addresses, columns, absences },
    ignored: names.filter((name, at) => !used.has(at) && !columns[at] && name.trim() !== ''),
  };
}

/**
 * Validates a header.
 *
 * @throws Stop if it has no address column, has a column twice, or lacks a column that the options name
 */
export function checkedHeader(
  file: string,
  header: Header,
  { email, ignored = [], columns: known = INVITING.columns }: Naming,
): Header {
  const { names, addresses, columns } = header;
  const has = `It has ${names.map((name) => JSON.stringify(name)).join(', ')}.`;
  const missing = [...(email === undefined ? [] : [email]), ...ignored].find(
    (wanted) => !names.some((name) => plain(name) === plain(wanted)),
  );
  if (missing !== undefined) throw new Stop(`${file} has no column "${missing}". ${has}`);
  if (addresses.length === 0) {
    throw new Stop(
      `${file} has no column "email": its first line names the columns, ${known.join(', ')}. ${has} Name the one of addresses with --email-column.`,
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
