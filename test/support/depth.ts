import type { Call } from '../../packages/local/aws.ts';

/** The most calls of which each began when the one before it had ended. */
export function depthOf(parts: readonly Call[]): number {
  const spans = parts
    .map(({ startedAt, ms }) => ({ start: Date.parse(startedAt), end: Date.parse(startedAt) + ms }))
    .sort((one, other) => one.end - other.end);
  let depth = 0;
  let free = 0;
  for (const { start, end } of spans) {
    // The start is told in whole milliseconds.
    if (start < free - 2) continue;
    depth += 1;
    free = end;
  }
  return depth;
}
