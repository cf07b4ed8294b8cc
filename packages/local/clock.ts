/** The time of the functions and the issuer: the real time plus an offset in memory that all workers share. */
export interface Clock {
  /** The offset in milliseconds, as an eight-byte float. */
  readonly memory: SharedArrayBuffer;
  now(): number;
  offset(): number;
  /** Sets the offset, in milliseconds; not relative to the current one. */
  set(offset: number): void;
}

export function createClock(): Clock {
  const memory = new SharedArrayBuffer(8);
  const shared = new Float64Array(memory);
  const offset = () => shared[0] ?? 0;
  return {
    memory,
    now: () => Date.now() + offset(),
    offset,
    set(value) {
      shared[0] = value;
    },
  };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** The largest offset, a century: more is probably a mistake. */
const MAX_OFFSET = 100 * 365 * 86_400_000;

/** Parses `8d`, `-90m`, `1.5h` or `0` to milliseconds; undefined if it is invalid or more than a century. */
export function parseOffset(text: unknown): number | undefined {
  const [, amount, unit] = /^([+-]?\d+(?:\.\d+)?)(ms|s|m|h|d)$|^0$/.exec(String(text)) ?? [];
  if (typeof text !== 'string' && text !== 0) return undefined;
  if (amount === undefined) return String(text) === '0' ? 0 : undefined;
  const ms = Math.round(Number(amount) * (UNITS[unit ?? ''] ?? 0));
  return Math.abs(ms) <= MAX_OFFSET ? ms : undefined;
}
