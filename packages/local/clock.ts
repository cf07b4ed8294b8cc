/** The time that functions and issuer see: the real one plus an offset, which all workers read from the same memory. */
export interface Clock {
  /** Eight bytes, a float: the offset in milliseconds. */
  readonly memory: SharedArrayBuffer;
  now(): number;
  offset(): number;
  /** Sets the offset, in milliseconds; not relative to the present one. */
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

/** A century: beyond it a mistake is likelier than an intention. */
const LIMIT = 100 * 365 * 86_400_000;

/** Milliseconds of `8d`, `-90m`, `1.5h` or `0`; undefined where it isn't one, or more than a century. */
export function parseOffset(text: unknown): number | undefined {
  const [, amount, unit] = /^([+-]?\d+(?:\.\d+)?)(ms|s|m|h|d)$|^0$/.exec(String(text)) ?? [];
  if (typeof text !== 'string' && text !== 0) return undefined;
  if (amount === undefined) return String(text) === '0' ? 0 : undefined;
  const ms = Math.round(Number(amount) * (UNITS[unit ?? ''] ?? 0));
  return Math.abs(ms) <= LIMIT ? ms : undefined;
}
