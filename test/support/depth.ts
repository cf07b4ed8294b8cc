import type { Call } from '../../packages/local/aws.ts';

/**
 * Returns the number of sequential round trips: the longest chain of calls that each began after the previous ended.
 */
export function depthOf(parts: readonly Call[]): number {
  const spans = parts
    .map(({ startedAt, ms }) => ({ start: Date.parse(startedAt), end: Date.parse(startedAt) + ms }))
    .sort((one, other) => one.end - other.end);
  let depth = 0;
  let free = 0;
  for (const { start, end } of spans) {
    // The start is rounded to whole milliseconds.
    if (start < free - 2) continue;
    depth += 1;
    free = end;
  }
  return depth;
}
