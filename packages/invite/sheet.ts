import { ROLES } from '../../lib/domain/roles.ts';
import { checkedHeader, type Header, headerOf, type Naming } from './columns.ts';
import { allRecordsOf, DELIMITERS, firstOf, recordsOf } from './csv.ts';
import { type Column, INVITING } from './mode.ts';
import { Stop } from './stop.ts';

/** A row for `POST /v1/invitations/bulk` or `POST /v1/members/bulk`. The service validates it. */
export interface Invitation {
  readonly email: string;
  readonly role: string;
  readonly message?: string;
  readonly language?: string;
  readonly expiresInDays?: number | string;
  readonly redirectUrl?: string;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly subject?: string;
  readonly teams?: readonly string[];
  readonly sendEmail?: true;
}

/** A row of the file. */
export interface Row {
  /** The line of the file on which it begins; the first is 1. */
  readonly line: number;
  readonly invitation: Invitation;
  /** Why it isn't sent. */
  readonly problem?: string;
  /** Why it is skipped: `deactivated`, `bot`, `suspended`, `archived` or `blocked`. */
  readonly absence?: string;
}

/** The structure of a file, after a first full read. */
export interface Sheet {
  readonly file: string;
  readonly delimiter: string;
  readonly header: Header;
  /** The number of rows below the header. */
  readonly count: number;
}

/** The largest JSON of a row, in bytes: far more than a valid row needs. */
const ROW_LIMIT = 64 * 1024;

/**
 * Reads a CSV file to its end, so that an invalid file invites nobody. The file follows RFC 4180, is in UTF-8 or has a
 * byte order mark, is delimited by commas, semicolons, tabs or bars, and has a header.
 *
 * @throws Stop if the file can't be read
 */
export async function readSheet(file: string, naming: Naming = {}): Promise<Sheet> {
  const delimiter = await delimiterOf(file, naming);
  let names: readonly string[] | undefined;
  let count = 0;
  for await (const { cells } of recordsOf(file, delimiter)) {
    if (names) count += 1;
    else names = cells;
  }
  if (!names)
    throw new Stop(
      `${file} is empty: its first line names the columns, ${(naming.columns ?? INVITING.columns).join(', ')}.`,
    );
  return { file, delimiter, header: checkedHeader(file, headerOf(names, naming), naming), count };
}

/**
 * Yields the rows of a file.
 *
 * @param role the role of rows without one
 * @param more what every row has
 */
export async function* rowsOf(
  { file, delimiter, header }: Sheet,
  role: string,
  more: Pick<Invitation, 'sendEmail' | 'redirectUrl'> = {},
): AsyncGenerator<Row> {
  const { names, addresses, columns, absences } = header;
  let isHeader = true;
  for await (const { line, cells } of recordsOf(file, delimiter)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const cellOf = (column: Column) => cells[columns.indexOf(column)]?.trim() || undefined;
    const [message, language, days] = [cellOf('message'), cellOf('language'), cellOf('expiresInDays')];
    const [firstName, lastName, subject] = [cellOf('firstName'), cellOf('lastName'), cellOf('subject')];
    const teams = cellOf('teams')?.split(/[\s,;|]+/);
    const address = addresses.map((at) => cells[at]?.trim()).find(Boolean) ?? '';
    const invitation: Invitation = {
      // Google Contacts writes several addresses of one kind into one cell.
      email: address.split(' ::: ')[0] as string,
      role: roleOf(cellOf('role') ?? role),
      ...(message && { message }),
      ...(language && { language }),
      ...(days && { expiresInDays: /^\d{1,9}$/.test(days) ? Number(days) : days }),
      ...(firstName && { firstName }),
      ...(lastName && { lastName }),
      ...(subject && { subject }),
      ...(teams && { teams }),
      ...more,
    };
    const problem = problemOf(invitation, cells.slice(names.length));
    const absence = absences.map(({ at, wordOf }) => wordOf(cells[at]?.trim().toLowerCase() ?? '')).find(Boolean);
    yield { line, invitation, ...(problem && { problem }), ...(absence && { absence }) };
  }
}

/** Returns a role in the service's spelling; unknown roles are returned unchanged, for the service to refuse. */
export function roleOf(text: string): string {
  return ROLES.find((role) => role === text.toUpperCase()) ?? text;
}

function problemOf(invitation: Invitation, surplus: readonly string[]): string | undefined {
  if (surplus.some((cell) => cell.trim() !== ''))
    return 'has more cells than columns: text with the separator needs quotes';
  if (Buffer.byteLength(JSON.stringify(invitation)) > ROW_LIMIT) return 'is longer than a row may be';
  if (invitation.email.includes('#EXT#')) return 'is the sign-in name of a guest, not an address';
  return undefined;
}

/**
 * Returns the delimiter of Excel's `sep=` line, else the first one with which the header has an address column, else
 * the one with which it has most columns.
 */
async function delimiterOf(file: string, naming: Naming): Promise<string> {
  const [first] = await firstOf(allRecordsOf(file, ','));
  const declared = /^sep=(.?)$/i.exec(first ?? '');
  if (declared) return declared[1] || ',';
  const headers: { readonly delimiter: string; readonly names: readonly string[] }[] = [];
  for (const delimiter of DELIMITERS) headers.push({ delimiter, names: await firstOf(recordsOf(file, delimiter)) });
  const best =
    headers.find(({ names }) => headerOf(names, naming).addresses.length > 0) ??
    headers.toSorted((a, b) => b.names.length - a.names.length)[0];
  return best?.delimiter ?? ',';
}
