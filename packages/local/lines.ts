import { existsSync, readFileSync, truncateSync } from 'node:fs';

/** Reads a file with a line of JSON for each value. Truncates an incomplete last line, which a kill may leave. */
export function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const content = readFileSync(file);
  const end = content.lastIndexOf('\n') + 1;
  if (end < content.length) truncateSync(file, end);
  const lines = content.subarray(0, end).toString().split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as T);
}
