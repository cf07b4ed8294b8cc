import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { CsvError, type Info, parse } from 'csv-parse';
import { type CsvRecord, encodingOf, isPreamble, PARSING } from './rows.ts';
import { Stop } from './stop.ts';

/**
 * Yields the header and the rows of a file, without the lines above them: Excel's `sep=;` and Entra's `version:v1.0`.
 *
 * @throws Stop if the file can't be read
 */
export async function* recordsOf(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  let isAbove = true;
  for await (const record of allRecordsOf(file, delimiter)) {
    isAbove &&= isPreamble(record);
    if (!isAbove) yield record;
  }
}

/** Yields all records of a file, including those above the header. @throws Stop if the file can't be read */
export async function* allRecordsOf(file: string, delimiter: string): AsyncGenerator<CsvRecord> {
  let end = 0;
  const parser = parse({
    delimiter,
    ...PARSING,
    // Counted in the parser, not in the loop below: on an error, the parser drops records that weren't consumed yet.
    on_record: (record, { lines }) => {
      end = lines;
      return record;
    },
  });
  // The parser throws the pipeline's errors too.
  pipeline(createReadStream(file), linesOf, parser, () => {});
  try {
    for await (const { info, record } of parser as AsyncIterable<{ info: Info; record: string[] }>) {
      yield { line: info.lines - record.join('').split('\n').length + 1, cells: record };
    }
  } catch (error) {
    throw toStop(error as Error, file, end + 1);
  }
}

/** Returns the first record's cells; empty without a record or on an error, which a full read will report. */
export async function firstOf(records: AsyncGenerator<CsvRecord>): Promise<readonly string[]> {
  try {
    return (await records.next()).value?.cells ?? [];
  } catch {
    return [];
  } finally {
    await records.return(undefined);
  }
}

/** Decodes bytes to text, without a BOM, and with `\n` for every line end, since the parser counts others twice. */
async function* linesOf(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  let held = '';
  for await (const chunk of source) {
    decoder ??= new TextDecoder(encodingOf(chunk), { fatal: true });
    const text = held + decoder.decode(chunk, { stream: true });
    // UTF-16 without a BOM decodes as UTF-8 with NULs.
    if (text.includes('\0')) throw new NotUnicode();
    held = text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - held.length).replace(/\r\n?/g, '\n');
  }
  yield (held + (decoder?.decode() ?? '')).replace(/\r\n?/g, '\n');
}

/** A file in an unsupported encoding. */
class NotUnicode extends Error {
  readonly code = 'ERR_ENCODING_INVALID_ENCODED_DATA';
}

/** Converts an error of a malformed file to a Stop; returns other errors unchanged. */
function toStop(error: Error, file: string, line: number): Error {
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
