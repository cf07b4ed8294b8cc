import { CsvError, type Info, parse } from 'csv-parse/browser/esm/sync';
import { headerOf } from '../../invite/columns.ts';
import {
  bestDelimiter,
  type CsvRecord,
  DELIMITERS,
  declaredDelimiter,
  encodingOf,
  isPreamble,
  PARSING,
  type Row,
  rowOf,
} from '../../invite/rows.ts';

// Loaded when a file is chosen, not before: most people paste addresses.

/** Why a file can't be read as a whole. */
export type FileProblem = 'encoding' | 'quotes' | 'empty' | 'no-address';

/**
 * Reads the rows of a CSV file, as `npm run invite` does.
 *
 * @param role the role of rows without one
 */
export function readRows(bytes: Uint8Array, role: string): readonly Row[] | FileProblem {
  let text: string;
  try {
    text = new TextDecoder(encodingOf(bytes), { fatal: true }).decode(bytes).replace(/\r\n?/g, '\n');
  } catch {
    return 'encoding';
  }
  // UTF-16 without a byte order mark decodes as UTF-8 with NULs.
  if (text.includes('\0')) return 'encoding';
  const [first = ''] = text.trimStart().split(/[\n,]/);
  // Headers are one line in all exports; a cell with a line break would be of a row.
  const headers = DELIMITERS.flatMap((delimiter) => {
    const head = recordsIn(text.split('\n').slice(0, 5).join('\n'), delimiter);
    return typeof head === 'string' ? [] : [{ delimiter, names: head[0]?.cells ?? [] }];
  });
  const records = recordsIn(text, declaredDelimiter(first) ?? bestDelimiter(headers));
  if (typeof records === 'string') return records;
  const [names, ...below] = records;
  if (!names) return 'empty';
  const header = headerOf(names.cells, {});
  if (header.addresses.length === 0) return 'no-address';
  return below.map((record) => rowOf(header, record, role));
}

/** Returns the header and the rows below it, without the lines above them. */
function recordsIn(text: string, delimiter: string): readonly CsvRecord[] | FileProblem {
  try {
    const parsed = parse(text, { ...PARSING, delimiter }) as unknown as { info: Info; record: string[] }[];
    const records = parsed.map(({ info, record }) => ({
      line: info.lines - record.join('').split('\n').length + 1,
      cells: record,
    }));
    const start = records.findIndex((record) => !isPreamble(record));
    return start === -1 ? [] : records.slice(start);
  } catch (error) {
    if (error instanceof CsvError) return 'quotes';
    throw error;
  }
}
