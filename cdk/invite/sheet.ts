import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { Stop } from './stop.ts';

const COLUMNS = ['email', 'role', 'message', 'language', 'expiresInDays'] as const;
type Column = (typeof COLUMNS)[number];

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
}

/** What is known of a file that has been read to its end once. */
export interface Sheet {
  readonly file: string;
  readonly delimiter: string;
  /** What each column of the file is to us. */
  readonly columns: readonly (Column | undefined)[];
  /** The names of the columns that are of no meaning here. */
  readonly ignored: readonly string[];
  /** How many rows there are below the header. */
  readonly count: number;
}

/** The bytes that a record of the file may have: without a limit, a quote that isn't closed reads all of it. */
const RECORD_LIMIT = 128 * 1024;

/** The bytes that a row's JSON may have: far more than a good one has. */
const ROW_LIMIT = 64 * 1024;

/**
 * Reads a CSV file to its end: RFC 4180, in UTF-8, with commas, semicolons or tabs, and a header.
 *
 * @throws Stop with a sentence for what can't be read, so that nobody is invited from half a file
 */
export async function readSheet(file: string): Promise<Sheet> {
  const delimiter = await delimiterOf(file);
  let header: readonly string[] | undefined;
  let count = 0;
  for await (const { cells } of recordsOf(file, delimiter)) {
    if (header) count += 1;
    else header = cells;
  }
  if (!header) throw new Stop(`${file} is empty: its first line names the columns, ${COLUMNS.join(', ')}.`);
  const columns = header.map((name) => COLUMNS.find((known) => known.toLowerCase() === name.trim().toLowerCase()));
  if (!columns.includes('email')) {
    throw new Stop(`${file} has no column "email": its first line names the columns, ${COLUMNS.join(', ')}.`);
  }
  const twice = columns.find((column, index) => column && columns.indexOf(column) !== index);
  if (twice) throw new Stop(`${file} has the column "${twice}" twice: leave one.`);
  const ignored = header.filter((name, index) => !columns[index] && name.trim() !== '');
  return { file, delimiter, columns, ignored, count };
}

/** The rows of a file, one after the other. @param role of those that name none */
export async function* rowsOf({ file, delimiter, columns }: Sheet, role: string): AsyncGenerator<Row> {
  let isHeader = true;
  for await (const { line, cells } of recordsOf(file, delimiter)) {
    if (isHeader) {
      isHeader = false;
      continue;
    }
    const cellOf = (column: Column) => cells[columns.indexOf(column)]?.trim() || undefined;
    const [message, language, days] = [cellOf('message'), cellOf('language'), cellOf('expiresInDays')];
    const invitation: Invitation = {
      email: cellOf('email') ?? '',
      role: cellOf('role') ?? role,
      ...(message && { message }),
      ...(language && { language }),
      ...(days && { expiresInDays: /^\d{1,9}$/.test(days) ? Number(days) : days }),
    };
    const problem = problemOf(invitation, cells.slice(columns.length));
    yield { line, invitation, ...(problem && { problem }) };
  }
}

function problemOf(invitation: Invitation, surplus: readonly string[]): string | undefined {
  if (surplus.some((cell) => cell.trim() !== ''))
    return 'has more cells than columns: text with the separator needs quotes';
  if (Buffer.byteLength(JSON.stringify(invitation)) > ROW_LIMIT) return 'is longer than a row may be';
  return undefined;
}

/** The separator that the first line has most of. */
async function delimiterOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { bytesRead, buffer } = await handle.read({ buffer: Buffer.alloc(ROW_LIMIT) });
    const [first = ''] = buffer
      .toString('utf8', 0, bytesRead)
      .trimStart()
      .split(/[\r\n]/, 1);
    const countOf = (delimiter: string) => first.split(delimiter).length;
    return [',', ';', '\t'].reduce((best, each) => (countOf(each) > countOf(best) ? each : best));
  } finally {
    await handle.close();
  }
}

interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

async function* recordsOf(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
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
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let held = '';
  for await (const chunk of source) {
    const text = held + decoder.decode(chunk, { stream: true });
    held = text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
  }
  yield (held + decoder.decode()).replace(/\r\n?/g, '\n');
}

function explained(error: Error, file: string, line: number): Error {
  if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new Stop(`${file} isn't UTF-8: save it as "CSV UTF-8", as Excel calls it.`);
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
