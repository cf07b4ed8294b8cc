import type { Failure, Tally } from './invite.ts';

/** The progress display on standard error: one line that is updated in a terminal, else a line every 1,000 rows. */
export class Display {
  readonly #total: number;
  readonly #dryRun: boolean;
  /** The number of rows in the last line. */
  #shown = -1;

  constructor(total: number, dryRun: boolean) {
    this.#total = total;
    this.#dryRun = dryRun;
  }

  /** @param waiting the reason of a wait, if any */
  show(tally: Tally, waiting?: string): void {
    const done = doneOf(tally);
    const part = this.#total === 0 ? 100 : Math.floor((100 * done) / this.#total);
    const failed = tally.failures.length > 0 ? `, ${number(tally.failures.length)} failed` : '';
    const what = this.#dryRun ? 'Looked at' : 'Done';
    const line = `${what} ${number(done)} of ${number(this.#total)} rows (${part}%)${failed}${waiting ? `; ${waiting}` : ''}`;
    if (process.stderr.isTTY) {
      process.stderr.write(`\r\x1b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`);
    } else if (waiting || done - this.#shown >= (done === this.#total ? 1 : LINE_EVERY)) {
      this.#shown = done;
      process.stderr.write(`${line}\n`);
    }
  }

  /** Ends the line, so that further output begins on a new one. */
  end(): void {
    if (process.stderr.isTTY) process.stderr.write('\n');
  }
}

/** The rows between two lines without a terminal. */
const LINE_EVERY = 1000;

/** Returns the totals, and a table of failures. @param done the word for a row that was processed */
export function summary(tally: Tally, total: number, dryRun: boolean, done: string): string {
  const { invited, earlier, alreadyIn, skipped, failures } = tally;
  const left = total - doneOf(tally);
  const parts = [
    `${number(invited)} ${dryRun ? `would be ${done}` : done}`,
    ...(earlier > 0 ? [`${number(earlier)} done by earlier runs`] : []),
    `${number(alreadyIn)} already in`,
    ...(skipped.size > 0 ? [`${number(skippedOf(tally))} passed over (${wordsOf(skipped)})`] : []),
    `${number(failures.length)} failed`,
    ...(left > 0 ? [`${number(left)} left`] : []),
  ];
  const text = `${number(total)} rows: ${parts.join(', ')}.\n`;
  return failures.length === 0 ? text : `${text}\n${table(failures)}`;
}

function table(failures: readonly Failure[]): string {
  const sorted = failures.toSorted((a, b) => a.line - b.line);
  const rows = [
    ['Line', 'Address', 'Why'],
    ...sorted.map(({ line, email, reason }) => [String(line), shown(email, 80) || '(none)', shown(reason, 300)]),
  ] as [string, string, string][];
  const width = (column: 0 | 1) => rows.reduce((most, row) => Math.max(most, row[column].length), 0);
  const [first, second] = [width(0), width(1)];
  return rows.map(([line, email, why]) => `${line.padStart(first)}  ${email.padEnd(second)}  ${why}\n`).join('');
}

function doneOf(tally: Tally): number {
  const { invited, earlier, alreadyIn, failures } = tally;
  return invited + earlier + alreadyIn + skippedOf(tally) + failures.length;
}

function skippedOf({ skipped }: Tally): number {
  return [...skipped.values()].reduce((sum, count) => sum + count, 0);
}

/** `2 deactivated, 1 bot` */
function wordsOf(skipped: ReadonlyMap<string, number>): string {
  return [...skipped].map(([reason, count]) => `${number(count)} ${reason}`).join(', ');
}

function number(value: number): string {
  return value.toLocaleString('en');
}

/** Returns a file's text without control characters and cut to a length, safe for a terminal. */
function shown(text: string, length: number): string {
  const clean = text.replace(/\p{C}/gu, '?');
  return clean.length > length ? `${clean.slice(0, length - 1)}…` : clean;
}
