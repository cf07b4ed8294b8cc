import { existsSync, readFileSync } from 'node:fs';

/** A request to an endpoint and its answer, as they went over the wire, without names of test runs and secrets. */
export interface RecordedExample {
  /** The body of the request; absent without one. */
  readonly sent?: unknown;
  readonly status: number;
  /** The body of the answer; absent without one. */
  readonly body?: unknown;
}

const FILE = new URL('examples.json', import.meta.url);

/**
 * Returns a real request and answer of each endpoint: `docs/examples.json`. `npm run endpoint` records them, and
 * `test/functions/examples.test.ts` compares their form with what the endpoints answer.
 */
export function recordedExamples(): Readonly<Record<string, RecordedExample | undefined>> {
  return existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
}

/** Returns the text of `docs/examples.json`, sorted by the names of endpoints. */
export function examplesText(examples: Readonly<Record<string, RecordedExample | undefined>>): string {
  const sorted = Object.entries(examples).sort(([one], [other]) => (one < other ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted), null, 2)}\n`;
}

/** Returns an example with one value for each secret, and readable addresses and names in place of those of tests. */
export function presentable(example: RecordedExample): RecordedExample {
  const text = JSON.stringify(example)
    .replace(/(?<=\bms[a-z]_)[\w-]{60,}/g, placeholder)
    .replace(/(?<="eyJ[\w-]+\.[\w-]+\.)[\w-]+/g, placeholder)
    .replace(/(?<=[?&]token=|\/\/invite\/|"(?:token|invite_token)":")[\w-]{64}(?![\w-])/g, placeholder)
    .replace(/(?<=\w)-\d{3,}-\d+(?=["@]|%40)/g, '')
    .replace(/http:\/\/127\.0\.0\.1:\d+/g, 'http://127.0.0.1:3000');
  return JSON.parse(text);
}

/** Returns a text that is as long as a secret, and isn't one. */
function placeholder(secret: string): string {
  return 'k806u8vg'.repeat(Math.ceil(secret.length / 8)).slice(0, secret.length);
}

/**
 * Returns the form of an answer: its fields with theirs, to compare answers of different runs. Lists have the form of
 * their first row; empty and missing values have none.
 */
export function formOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [formOf(value[0])];
  if (typeof value !== 'object' || value === null) return 'value';
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, field]) => [name, formOf(field)]),
  );
}
