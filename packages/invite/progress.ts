import { closeSync, createReadStream, existsSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { normalizeAddress } from '../../lib/domain/address.ts';
import type { Invitation } from './sheet.ts';
import { Stop } from './stop.ts';

/** Where people are invited to. */
export interface Target {
  readonly api: string;
  readonly organization: string;
}

/** A request to invite, as it is written down before it is sent. */
export interface Batch {
  /** Its `Idempotency-Key`. */
  readonly batch: string;
  readonly at: string;
  /** Whose token it was, hashed: to anybody else the service knows the key not. */
  readonly caller: string;
  readonly rows: readonly Invitation[];
}

/** What became of a row: `invited`, or the code of the refusal. */
export type Outcome = string;

const SETTLED: ReadonlySet<Outcome> = new Set(['invited', 'already_invited', 'already_member']);

/**
 * What has been done of a file, kept beside it: lines of JSON that are only ever appended, each on the disk before
 * anything follows from it. The first is the `Target`; then for each request a `Batch` before it is sent, and
 * `{"batch", "outcome": [...]}` once it is answered, an outcome a row.
 */
export class Progress {
  /** Addresses that are in or invited, and whether an earlier run has found that out. */
  readonly settled: Map<string, 'earlier' | 'now'> = new Map();
  /** What was sent perhaps, and never answered. */
  unfinished: Batch | undefined;
  #descriptor: number | undefined;

  /**
   * Reads what earlier runs have written, if any did.
   *
   * @param writing whether this run writes too
   * @throws Stop when the file is about another target, or can't be read
   */
  static async open(file: string, target: Target, { writing }: { writing: boolean }): Promise<Progress> {
    const progress = new Progress();
    let size = 0;
    if (existsSync(file)) {
      for await (const { text, end } of wholeLines(file)) {
        progress.#read(file, target, text, size === 0);
        size = end;
      }
    }
    if (!writing) return progress;
    const descriptor = openSync(file, 'a', 0o600);
    // A line that was being written when the process died says nothing that was acted upon.
    ftruncateSync(descriptor, size);
    progress.#descriptor = descriptor;
    if (size === 0) {
      progress.#append(target);
      syncDirectory(dirname(file));
    }
    return progress;
  }

  /** Writes down what is going to be sent. */
  begin(batch: Batch): void {
    this.#append(batch);
    this.unfinished = batch;
  }

  /** Writes down what became of the unfinished batch. @param outcome of each of its rows; @param when it was begun */
  finish(outcome: readonly Outcome[], when: 'earlier' | 'now'): void {
    this.#append({ batch: this.unfinished?.batch, outcome });
    this.#settle(outcome, when);
  }

  close(): void {
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
  }

  #settle(outcome: readonly Outcome[], when: 'earlier' | 'now'): void {
    for (const [index, { email }] of (this.unfinished?.rows ?? []).entries()) {
      if (SETTLED.has(outcome[index] ?? '')) this.settled.set(normalizeAddress(email), when);
    }
    this.unfinished = undefined;
  }

  #read(file: string, target: Target, text: string, isFirst: boolean): void {
    let line: Partial<Target & Batch & { outcome: Outcome[] }>;
    try {
      line = JSON.parse(text);
    } catch {
      throw new Stop(`${file} can't be read: it has a line that isn't JSON. It is only ever written by this command.`);
    }
    if (isFirst) {
      if (line.api === target.api && line.organization === target.organization) return;
      throw new Stop(
        `${file} is the progress of inviting to ${line.organization} at ${line.api}. To invite to ${target.organization} at ${target.api}, copy the CSV file to another name.`,
      );
    }
    if (line.outcome) this.#settle(line.outcome, 'earlier');
    else this.unfinished = line as Batch;
  }

  #append(line: unknown): void {
    if (this.#descriptor === undefined) return;
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.#descriptor, bytes, written);
    fsyncSync(this.#descriptor);
  }
}

/** The lines of a file that are complete, each with the offset of its end in bytes. */
async function* wholeLines(file: string): AsyncGenerator<{ text: string; end: number }> {
  let held: Buffer[] = [];
  let end = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    let start = 0;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, start)) {
      const line = Buffer.concat([...held, chunk.subarray(start, at)]);
      held = [];
      start = at + 1;
      end += line.length + 1;
      yield { text: line.toString(), end };
    }
    held.push(chunk.subarray(start));
  }
}

/** So that a new file is found after the machine has lost its power. */
function syncDirectory(directory: string): void {
  const descriptor = openSync(directory, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
