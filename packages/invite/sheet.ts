import { checkedHeader, type Header, headerOf, type Naming } from './columns.ts';
import { allRecordsOf, firstOf, recordsOf } from './csv.ts';
import { INVITING } from './mode.ts';
import { bestDelimiter, DELIMITERS, declaredDelimiter, type Invitation, type Row, rowOf } from './rows.ts';
import { Stop } from './stop.ts';

/** The structure of a file, after a first full read. */
export interface Sheet {
  readonly file: string;
  readonly delimiter: string;
  readonly header: Header;
  /** The number of rows below the header. */
  readonly count: number;
}

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
  let isHeader = true;
  for await (const record of recordsOf(file, delimiter)) {
    if (isHeader) isHeader = false;
    else yield rowOf(header, record, role, more);
  }
}

/**
 * Returns the delimiter of Excel's `sep=` line, else the first one with which the header has an address column, else
 * the one with which it has most columns.
 */
async function delimiterOf(file: string, naming: Naming): Promise<string> {
  const [first] = await firstOf(allRecordsOf(file, ','));
  const declared = declaredDelimiter(first);
  if (declared !== undefined) return declared;
  const headers: { readonly delimiter: string; readonly names: readonly string[] }[] = [];
  for (const delimiter of DELIMITERS) headers.push({ delimiter, names: await firstOf(recordsOf(file, delimiter)) });
  return bestDelimiter(headers, naming);
}
