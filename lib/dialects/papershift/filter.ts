import { readMoment } from '../../domain/moment.ts';
import { foldName } from '../../domain/user-text.ts';
import type { MistakeName } from './words.ts';

/** What filters compare: strings by the names of fields, null where there is nothing. */
export type Comparable = Readonly<Record<string, string | null>>;

/** `filter[attribute]=operator:value`. */
export interface Filter {
  readonly attribute: string;
  readonly operator: Operator;
  /** In the form in which values of the attribute are compared; several for `in`. */
  readonly values: readonly string[];
}

/** By what each operator goes; a field without a value is an empty one, and neither before nor behind any. */
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

/** Operators by which moments are compared, whatever the form in which they are written. */
const OF_MOMENTS: readonly Operator[] = ['eq', '!eq', 'gt', 'gte', 'lt', 'lte', 'in', '!in'];

/** Whether something passes a filter. Text is compared whatever the letter case, as the names of teams are. */
export function passes(shown: Comparable, { attribute, operator, values }: Filter): boolean {
  const found = shown[attribute] ?? null;
  return OPERATORS[operator](found === null ? null : foldName(found), values);
}

/**
 * Reads what follows `filter[attribute]=`. A value without an operator is the one that is looked for.
 *
 * @param attribute the name of one; ends in `_at` where its values are moments
 */
export function readFilter(attribute: string, text: string): Filter | MistakeName {
  if (isFlag(text)) return flagged(attribute, text, '1');
  const [, operator = 'eq', value = text] = /^(!?[a-z]+):(.*)$/s.exec(text) ?? [];
  if (!isOperator(operator)) return 'unknown_operator';
  if (isFlag(operator)) return flagged(attribute, operator, value);
  const values = operator.endsWith('in') ? value.split(',').map((one) => one.trim()) : [value];
  if (!attribute.endsWith('_at') || !OF_MOMENTS.includes(operator)) {
    return { attribute, operator, values: values.map(foldName) };
  }
  const moments = values.map((one) => (one === '' ? '' : readMoment(one)?.toISOString()));
  if (moments.some((moment) => moment === undefined)) return 'no_time';
  return { attribute, operator, values: (moments as string[]).map(foldName) };
}

/** `filter[attribute_blank]=1`, `filter[attribute_present]=1`; 0 is the opposite. */
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
