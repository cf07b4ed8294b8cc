import { readMoment } from '../../domain/moment.ts';
import { foldName } from '../../domain/user-text.ts';
import type { MistakeName } from './words.ts';

/** The fields that filters compare, as strings; null: no value. */
export type Comparable = Readonly<Record<string, string | null>>;

/** `filter[attribute]=operator:value`. */
export interface Filter {
  readonly attribute: string;
  readonly operator: Operator;
  /** Normalized for the comparison; several for `in`. */
  readonly values: readonly string[];
}

/** The operators. A field without a value equals the empty string, and is neither less nor greater than any value. */
const OPERATORS = {
  eq: (found, [value]) => (found ?? '') === value,
  '!eq': (found, [value]) => (found ?? '') !== value,
  gt: (found, [value = '']) => found !== null && found > value,
  gte: (found, [value = '']) => found !== null && found >= value,
  lt: (found, [value = '']) => found !== null && found < value,
  lte: (found, [value = '']) => found !== null && found <= value,
  pre: (found, [value = '']) => found?.startsWith(value) ?? false,
  suf: (found, [value = '']) => found?.endsWith(value) ?? false,
  ct: (found, [value = '']) => found?.includes(value) ?? false,
  '!ct': (found, [value = '']) => !found?.includes(value),
  in: (found, values) => values.includes(found ?? ''),
  '!in': (found, values) => !values.includes(found ?? ''),
  blank: (found) => found === null || found === '',
  present: (found) => found !== null && found !== '',
} as const satisfies Readonly<Record<string, (found: string | null, values: readonly string[]) => boolean>>;
export type Operator = keyof typeof OPERATORS;

/** Operators that compare times, whatever their format. */
const TIME_OPERATORS: readonly Operator[] = ['eq', '!eq', 'gt', 'gte', 'lt', 'lte', 'in', '!in'];

/** Tells whether an object passes a filter. Text is compared regardless of case, as team names are. */
export function passes(shown: Comparable, { attribute, operator, values }: Filter): boolean {
  const found = shown[attribute] ?? null;
  return OPERATORS[operator](found === null ? null : foldName(found), values);
}

/**
 * Reads the value of `filter[attribute]`. Without an operator it means equality.
 *
 * @param attribute the attribute's name; values are times if it ends in `_at`
 */
export function readFilter(attribute: string, text: string): Filter | MistakeName {
  if (isFlag(text)) return flagged(attribute, text, '1');
  const [, operator = 'eq', value = text] = /^(!?[a-z]+):(.*)$/s.exec(text) ?? [];
  if (!isOperator(operator)) return 'unknown_operator';
  if (isFlag(operator)) return flagged(attribute, operator, value);
  const values = operator.endsWith('in') ? value.split(',').map((one) => one.trim()) : [value];
  if (!attribute.endsWith('_at') || !TIME_OPERATORS.includes(operator)) {
    return { attribute, operator, values: values.map(foldName) };
  }
  const moments = values.map((one) => (one === '' ? '' : readMoment(one)?.toISOString()));
  if (moments.some((moment) => moment === undefined)) return 'no_time';
  return { attribute, operator, values: (moments as string[]).map(foldName) };
}

/** Reads `filter[attribute_blank]=1` and `filter[attribute_present]=1`; 0 means the opposite. */
export function flagged(attribute: string, operator: 'blank' | 'present', text: string): Filter | MistakeName {
  if (!/^(1|0|true|false)$/.test(text)) return 'no_flag';
  const isSo = text === '1' || text === 'true';
  return { attribute, operator: isSo === (operator === 'blank') ? 'blank' : 'present', values: [] };
}

function isOperator(text: string): text is Operator {
  return Object.hasOwn(OPERATORS, text);
}

function isFlag(text: string): text is 'blank' | 'present' {
  return text === 'blank' || text === 'present';
}
