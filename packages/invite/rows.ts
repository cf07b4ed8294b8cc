import { ROLES } from '../../lib/domain/roles.ts';
import { type Header, headerOf, type Naming } from './columns.ts';
import type { Column } from './mode.ts';

// What the rows of a CSV file mean: for `npm run invite`, and for the screen that takes a file. Nothing here needs Node.

/** The supported delimiters. */
export const DELIMITERS = [',', ';', '\t', '|'];

/** How a file is parsed. Lines end in `\n`: the parser counts others twice. */
export const PARSING = {
  trim: true,
  relax_column_count: true,
  skip_empty_lines: true,
  // Excel leaves ;;;; for emptied rows.
  skip_records_with_empty_values: true,
  record_delimiter: '\n',
  /** The longest record, in bytes. Without a limit, an unclosed quote would read the whole file. */
  max_record_size: 128 * 1024,
  info: true,
} as const;

/** A record of a CSV file. */
export interface CsvRecord {
  /** The line of the file on which it begins; the first is 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** Why a row of a file can't be sent: more cells than columns, too long, or a guest's sign-in name for an address. */
export type RowProblem = 'surplus' | 'too-long' | 'guest';

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
  readonly problem?: RowProblem;
  /** Why it is skipped: `deactivated`, `bot`, `suspended`, `archived` or `blocked`. */
  readonly absence?: string;
}

/** The largest JSON of a row, in bytes: far more than a valid row needs. */
const ROW_LIMIT = 64 * 1024;

/** Returns the encoding of the byte order mark; UTF-8 without one. */
export function encodingOf(start: Uint8Array): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** Whether a record stands above the header: Excel's `sep=;`, or Entra's `version:v1.0`. */
export function isPreamble({ cells }: CsvRecord): boolean {
  return /^(sep=.?|version:v[\d.]+)$/i.test(cells.join(''));
}

/** Returns the delimiter that Excel's `sep=` line names. @param first the first cell of the file, cut at commas */
export function declaredDelimiter(first: string | undefined): string | undefined {
  const declared = /^sep=(.?)$/i.exec(first ?? '');
  return declared ? declared[1] || ',' : undefined;
}

/** Returns the first delimiter with which the header has an address column, else the one with which it has most columns. */
export function bestDelimiter(
  headers: readonly { readonly delimiter: string; readonly names: readonly string[] }[],
  naming: Naming = {},
): string {
  const best =
    headers.find(({ names }) => headerOf(names, naming).addresses.length > 0) ??
    [...headers].sort((a, b) => b.names.length - a.names.length)[0];
  return best?.delimiter ?? ',';
}

/**
 * Returns the row of a record.
 *
 * @param role the role of rows without one
 * @param more what every row has
 */
export function rowOf(
  { names, addresses, columns, absences }: Header,
  { line, cells }: CsvRecord,
  role: string,
  more: Pick<Invitation, 'sendEmail' | 'redirectUrl'> = {},
): Row {
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
  return { line, invitation, ...(problem && { problem }), ...(absence && { absence }) };
}

/** Returns a role in the service's spelling; unknown roles are returned unchanged, for the service to refuse. */
export function roleOf(text: string): string {
  return ROLES.find((role) => role === text.toUpperCase()) ?? text;
}

function problemOf(invitation: Invitation, surplus: readonly string[]): RowProblem | undefined {
  if (surplus.some((cell) => cell.trim() !== '')) return 'surplus';
  if (new TextEncoder().encode(JSON.stringify(invitation)).length > ROW_LIMIT) return 'too-long';
  if (invitation.email.includes('#EXT#')) return 'guest';
  return undefined;
}
