import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { ROLES } from '../../lib/domain/roles.ts';
import { Stop } from './stop.ts';

const COLUMNS = ['email', 'role', 'message', 'language', 'expiresInDays'] as const;
type Column = (typeof COLUMNS)[number];

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

const DELIMITERS = [',', ';', '\t', '|'];

/** An invitation as `POST /v1/invitations/bulk` takes it. What is wrong with it, the service says. */
export interface Invitation {
  readonly email: string;
  readonly role: string;
  readonly message?: string;
  readonly language?: string;
  readonly expiresInDays?: number | string;
}

/** A row of the file. */
export interface Row {
  /** The line of the file on which it begins; the first is 1. */
  readonly line: number;
  readonly invitation: Invitation;
  /** Why it isn't sent at all. */
  readonly problem?: string;
  /** Why nobody is to be invited by it: `deactivated`, `bot`, `suspended`, `archived` or `blocked`. */
  readonly absence?: string;
}

/** What the caller says of a file's columns, by their names in the file, whatever the letter case. */
export interface Naming {
  /** The column of addresses. */
  readonly email?: string | undefined;
  /** Columns that have no meaning here, whatever they are called. */
  readonly ignored?: readonly string[];
}

/** What is known of a file that has been read to its end once. */
export interface Sheet {
  readonly file: string;
  readonly delimiter: string;
  readonly header: Header;
  /** How many rows there are below the header. */
  readonly count: number;
}

interface Header {
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

/** The bytes that a record of the file may have: without a limit, a quote that isn't closed reads all of it. */
const RECORD_LIMIT = 128 * 1024;

/** The bytes that a row's JSON may have: far more than a good one has. */
const ROW_LIMIT = 64 * 1024;

/**
 * Reads a CSV file to its end: RFC 4180, in UTF-8 or with a byte order mark, with commas, semicolons, tabs or bars, and
 * a header.
 *
 * @throws Stop with a sentence for what can't be read, so that nobody is invited from half a file
 */
export async function readSheet(file: string, naming: Naming = {}): Promise<Sheet> {
  const delimiter = await delimiterOf(file, naming);
  let names: readonly string[] | undefined;
  let count = 0;
  for await (const { cells } of recordsOf(file, delimiter)) {
    if (names) count += 1;
    else names = cells;
  }
  if (!names) throw new Stop(`${file} is empty: its first line names the columns, ${COLUMNS.join(', ')}.`);
  return { file, delimiter, header: checked(file, headerOf(names, naming), naming), count };
}

/** The rows of a file, one after the other. @param role of those that name none */
export async function* rowsOf({ file, delimiter, header }: Sheet, role: string): AsyncGenerator<Row> {
  const { names, addresses, columns, absences } = header;
  let isHeader = true;
  for await (const { line, cells } of recordsOf(file, delimiter)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const cellOf = (column: Column) => cells[columns.indexOf(column)]?.trim() || undefined;
    const [message, language, days] = [cellOf('message'), cellOf('language'), cellOf('expiresInDays')];
    const address = addresses.map((at) => cells[at]?.trim()).find(Boolean) ?? '';
    const invitation: Invitation = {
      // Google Contacts writes several addresses of one kind into one cell.
      email: address.split(' ::: ')[0] as string,
      role: roleOf(cellOf('role') ?? role),
      ...(message && { message }),
      ...(language && { language }),
      ...(days && { expiresInDays: /^\d{1,9}$/.test(days) ? Number(days) : days }),
    };
    const problem = problemOf(invitation, cells.slice(names.length));
    const absence = absences.map(({ at, wordOf }) => wordOf(cells[at]?.trim().toLowerCase() ?? '')).find(Boolean);
    yield { line, invitation, ...(problem && { problem }), ...(absence && { absence }) };
  }
}

/** A role as the service writes it; what is none stays as it is, for the service to say. */
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

/** A column's name without what tools write it differently by: `E-Mail`, `Email Address [Required]`. */
function plain(name: string): string {
  return name
    .toLowerCase()
    .replace(/ \[(required|read only|upload only)\]$/, '')
    .replace(/[^\p{L}\p{N}]/gu, '');
}

function headerOf(names: readonly string[], naming: Naming): Header {
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

function checked(file: string, header: Header, { email, ignored = [] }: Naming): Header {
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

/**
 * The separator that Excel's line names, else the first by which the header has a column of addresses, else the one by
 * which it has most columns.
 */
async function delimiterOf(file: string, naming: Naming): Promise<string> {
  const [first] = await firstOf(everythingOf(file, ','));
  const said = /^sep=(.?)$/i.exec(first ?? '');
  if (said) return said[1] || ',';
  const headers: { readonly delimiter: string; readonly names: readonly string[] }[] = [];
  for (const delimiter of DELIMITERS) headers.push({ delimiter, names: await firstOf(recordsOf(file, delimiter)) });
  const best =
    headers.find(({ names }) => headerOf(names, naming).addresses.length > 0) ??
    headers.toSorted((a, b) => b.names.length - a.names.length)[0];
  return best?.delimiter ?? ',';
}

/** The first record's cells; none where there is none, or it can't be read, which whoever reads all of it will say. */
async function firstOf(records: AsyncGenerator<CsvRecord>): Promise<readonly string[]> {
  try {
    return (await records.next()).value?.cells ?? [];
  } catch {
    return [];
  } finally {
    await records.return(undefined);
  }
}

/** The header and the rows: without what stands above them, Excel's `sep=;` and Entra's `version:v1.0`. */
async function* recordsOf(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  let isAbove = true;
  for await (const record of everythingOf(file, delimiter)) {
    isAbove &&= /^(sep=.?|version:v[\d.]+)$/i.test(record.cells.join(''));
    if (!isAbove) yield record;
  }
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

async function* everythingOf(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  let end = 0;
  const parser = parse({
    delimiter,
    trim: true,
    relax_column_count: true,
    skip_empty_lines: true,
    // What Excel leaves of rows that were emptied: ;;;;
    skip_records_with_empty_values: true,
    record_delimiter: '\n',
    max_record_size: RECORD_LIMIT,
    info: true,
    // By the parser, not below: of what it has read, an error throws away what wasn't taken yet.
    on_record: (record, { lines }) => {
      end = lines;
      return record;
    },
  });
  // Its errors come out of the parser too.
  pipeline(createReadStream(file), linesOf, parser, () => {});
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: Info; record: string[] }>) {
      yield { line: info.lines - record.join('').split('\n').length + 1, cells: record };
    }
  } catch (error) {
    throw explained(error as Error, file, end + 1);
  }
}

/** Text out of bytes, without a BOM, and with `\n` for every end of a line: the parser counts others twice. */
async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let held = '';
  for await (const chunk of source) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    const text = held + decoder.decode(chunk, { stream: true });
    // UTF-16 that doesn't say so is UTF-8 with these.
    if (text.includes('\0')) throw new NotUnicode();
    held = text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
  }
  yield (held + (decoder?.decode() ?? '')).replace(/\r\n?/g, '\n');
}

/** What the byte order mark says; UTF-8 where there is none. */
function encodingOf(start: Buffer): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}

/** A file whose bytes aren't text of an encoding that we know. */
class NotUnicode extends Error {
  readonly code = 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

function explained(error: Error, file: string, line: number): Error {
  if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new Stop(
      `${file} isn't UTF-8: open it in Excel and save it as "CSV UTF-8 (comma delimited)", or convert it with iconv -f WINDOWS-1252 -t UTF-8. Outlook exports in the encoding of Windows. Nobody was invited.`,
    );
  }
  if (!(error instanceof CsvError)) return error;
  const what =
    error.code === 'CSV_QUOTE_NOT_CLOSED' || error.code === 'CSV_MAX_RECORD_SIZE'
      ? 'it has a quote that is opened and not closed, or is too long'
      : 'quotes stand around a whole cell, and a quote within one is written twice';
  return new Stop(
    `${file} can't be read at the row that begins on or after line ${line}: ${what}. Nobody was invited.`,
  );
}
