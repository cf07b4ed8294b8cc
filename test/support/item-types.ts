import { ENTITIES, type Entity, keyPattern } from '../../docs/entities.ts';
import type { keys } from '../../lib/table/keys.ts';

/** A placeholder in a key pattern. */
const PLACEHOLDER = /<[^>]*>|yyyy-mm/;

/** The key patterns, each with the type of its items, or the first of several types, as for mails. */
const FORMS = (Object.entries(ENTITIES) as [keyof typeof keys, Entity][]).map(([name, { types }]) => {
  const { pk, sk } = keyPattern(name);
  return { types: types.slice(0, 1), pk: formOf(pk), sk: formOf(sk), start: sk.split(PLACEHOLDER)[0] as string };
});

function formOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split(PLACEHOLDER).join('.+')}$`);
}

/**
 * Returns the types of the items that a call touches; none if no item can have the key.
 *
 * @param key as the local stack records it: see `Call.keys`
 * @throws Error when no entity has such a key
 */
export function typesOf(key: string): string[] {
  const [pk = '', range = '*'] = key.split('|');
  const found = FORMS.filter((form) => form.pk.test(pk) && isInRange(form, range));
  if (found.length === 0) throw new Error(`No entity of docs/entities.ts has the key ${key}.`);
  return found.flatMap(({ types }) => types);
}

function isInRange({ sk, start }: (typeof FORMS)[number], range: string): boolean {
  if (range.startsWith('>')) return start === '' || start > range.slice(1);
  if (!range.endsWith('*')) return sk.test(range);
  const prefix = range.slice(0, -1);
  return prefix.startsWith(start) || start.startsWith(prefix);
}
