import { ENTITIES, type Entity, keyPattern } from '../../docs/entities.ts';
import type { keys } from '../../lib/table/keys.ts';

/** What stands for something in the pattern of a key. */
const PLACEHOLDER = /<[^>]*>|yyyy-mm/;

/** How keys look, with the type of their items; of several types, as of mails, the first. */
const FORMS = (Object.entries(ENTITIES) as [keyof typeof keys, Entity][]).map(([name, { types }]) => {
  const { pk, sk } = keyPattern(name);
  return { types: types.slice(0, 1), pk: formOf(pk), sk: formOf(sk), start: sk.split(PLACEHOLDER)[0] as string };
});

function formOf(pattern: string): RegExp {
  return new RegExp(`^${pattern.split(PLACEHOLDER).join('.+')}$`);
}

/**
 * The types of the items that a call touches.
 *
 * @param key as the local stack records it: see `Call.keys`
 * @returns none where no item ever has the key
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
  const asked = range.slice(0, -1);
  return asked.startsWith(start) || start.startsWith(asked);
}
