import type { Key } from './keys.ts';
import type { Item } from './read.ts';

/**
 * An item that isn't what it says it is, or isn't there where another item says that it is: written by something that
 * isn't ours, or by half. It is a defect, whose log names the key.
 */
export class TornItem extends Error {
  override readonly name = 'TornItem';

  constructor(key: Key, what: string) {
    super(`${nameOf(key)} ${what}`);
  }
}

/** A key as a log may have it: without addresses. */
function nameOf({ pk, sk }: Key): string {
  return `${pk.includes('@') ? `${pk.slice(0, pk.indexOf('#'))}#...` : pk} ${sk}`;
}

/** What `typeof` says of a value. */
type TypeOf<V> = V extends string ? 'string' : V extends number ? 'number' : V extends boolean ? 'boolean' : 'object';

/** The fields that are always there, and not null. */
type Always<T> = { [F in keyof T]-?: undefined extends T[F] ? never : null extends T[F] ? never : F }[keyof T];

/** Each field that is always there, and what `typeof` says of it. */
type Shape<T> = { readonly [F in Always<T>]: TypeOf<T[F]> };

/** Reads the items of one type. */
export interface ItemReader<T> {
  /** One; undefined where there is none. @throws TornItem */
  one(item: Item): T;
  one(item: Item | undefined): T | undefined;
  /** Several. @throws TornItem */
  all(items: readonly Item[]): T[];
}

/**
 * Makes a reader of items: what the compiler is told of an item is looked at once, where it is read.
 *
 * @param types what its `type` may be
 * @param shape every field that is always there; the compiler asks for each
 */
export function itemReader<T>(types: string | readonly string[], shape: Shape<T>): ItemReader<T> {
  const known = [types].flat();
  const fields = Object.entries<string>(shape);
  const read = (item: Item): T => {
    if (!known.includes(item.type as string)) throw new TornItem(item, `is no ${known.join(' or ')}`);
    for (const [field, type] of fields) {
      if (typeof item[field] !== type) throw new TornItem(item, `has no ${field}`);
    }
    return item as T;
  };
  return { one: ((item) => item && read(item)) as ItemReader<T>['one'], all: (items) => items.map(read) };
}
