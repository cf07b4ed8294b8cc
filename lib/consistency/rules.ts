import { CHARGERS } from './chargers.ts';
import { ORGANIZATIONS } from './organizations.ts';
import { PEOPLE } from './people.ts';
import { RECORDS } from './records.ts';
import { type Check, isBroken, keyOf, type Reader, type Row, type Rule, same, shownKey } from './rule.ts';
import { SITES } from './sites.ts';
import { TEAMS } from './teams.ts';

/** The rule of each type of items. */
const RULES: Readonly<Record<string, Rule>> = {
  ...PEOPLE,
  ...ORGANIZATIONS,
  ...TEAMS,
  ...SITES,
  ...CHARGERS,
  ...RECORDS,
};

/** Whether this version knows a type of items. */
export function isKnown(type: unknown): boolean {
  return Object.hasOwn(RULES, String(type));
}

/** Whether an item of a known type has the key that follows from its attributes. */
export function hasItsKey(row: Row): boolean {
  const rule = isKnown(row.type) ? RULES[row.type] : undefined;
  try {
    return rule !== undefined && !isBroken(same('its key', keyOf(row), keyOf(rule.key(row))));
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return false;
  }
}

/** Returns the checks of an item that found an error. */
export async function errorsOf(row: Row, table: Reader): Promise<Check[]> {
  const rule = isKnown(row.type) ? RULES[row.type] : undefined;
  if (!rule) return [same('whether its type is known', true, false)];
  try {
    const key = same('its key', keyOf(row), keyOf(rule.key(row)));
    const checks = [key, ...((await rule.check?.(row, table)) ?? [])].filter(isBroken);
    // The rules of a row with another key would mend another row.
    return checks.includes(key) ? checks.map(({ mend: _mend, ...check }) => check) : checks;
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    return [same('whether its attributes have their form', true, false)];
  }
}

/** Returns a sentence about an error, without names and addresses: of values, only numbers and yes or no. */
export function sentenceOf(row: Row, { what, expected, actual }: Check): string {
  const about = `${shownKey(row)} (${typeof row.type === 'string' && /^\w{1,40}$/.test(row.type) ? row.type : 'no type'})`;
  if (what === 'its key') return `${about}: its key differs from its attributes.`;
  if (typeof expected === 'object' && expected !== null && !Array.isArray(expected)) {
    return actual === undefined
      ? `${about}: ${what} is missing.`
      : `${about}: ${what} differs in ${differences(expected, actual).join(', ')}.`;
  }
  const isShown = [expected, actual].every((value) => typeof value === 'number' || typeof value === 'boolean');
  return isShown ? `${about}: ${what}: ${actual} instead of ${expected}.` : `${about}: ${what} differs.`;
}

function differences(expected: object, actual: unknown): string[] {
  const found = actual as Record<string, unknown>;
  return Object.entries(expected).flatMap(([name, value]) =>
    JSON.stringify(value) === JSON.stringify(found[name]) ? [] : [name],
  );
}
