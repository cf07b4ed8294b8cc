import type { Key } from './keys.ts';
import { FIELDS, isPacked } from './packed.ts';
import { type Item, type Projection, projectionOn } from './read.ts';

/**
 * An item lacks fields of its type, or is missing although another item refers to it. Another program wrote it, or it
 * was written partially. It is a defect, and its log entry names the key.
 */
export class CorruptItem extends Error {
  override readonly name = 'CorruptItem';

  constructor(key: Key, what: string) {
    super(`${nameOf(key)} ${what}`);
  }
}

/** Returns the loggable form of a key: without addresses. */
function nameOf({ pk, sk }: Key): string {
  return `${pk.includes('@') ? `${pk.slice(0, pk.indexOf('#'))}#...` : pk} ${sk}`;
}

/** The `typeof` of a value. */
type TypeOf<V> = V extends string ? 'string' : V extends number ? 'number' : V extends boolean ? 'boolean' : 'object';

/** The required fields that aren't null. */
type Always<T> = { [F in keyof T]-?: undefined extends T[F] ? never : null extends T[F] ? never : F }[keyof T];

/** Each required field with its `typeof`. */
type Shape<T> = { readonly [F in Always<T>]: TypeOf<T[F]> };

/** Reads the items of one type. */
export interface ItemReader<T> {
  /** Reads one item; undefined stays undefined. @throws CorruptItem */
  one(item: Item): T;
  one(item: Item | undefined): T | undefined;
  /** Reads several items. @throws CorruptItem */
  all(items: readonly Item[]): T[];
}

/**
 * Returns a reader that validates items: it checks the type and the required fields once, when an item is read.
 *
 * @param types the accepted values of `type`
 * @param shape all required fields; the compiler enforces that none is missing
 */
export function itemReader<T>(types: string | readonly string[], shape: Shape<T>): ItemReader<T> {
  const known = [types].flat();
  const fields = Object.entries<string>(shape);
  const read = (item: Item): T => {
    if (!known.includes(item.type as string)) throw new CorruptItem(item, `is not of type ${known.join(' or ')}`);
    for (const [field, type] of fields) {
      if (typeof item[field] !== type) throw new CorruptItem(item, `has no ${field}`);
    }
    return item as T;
  };
  return { one: ((item) => item && read(item)) as ItemReader<T>['one'], all: (items) => items.map(read) };
}

/** The fields that an item may lack. */
type Sometimes<T> = Exclude<keyof T, Always<T>>;

/**
 * Returns a reader of the items of a list that reads only some of their fields, and the projection for the query. The
 * other attributes needn't be transferred and parsed.
 *
 * @param sometimes all other fields of `T`; the compiler enforces that none is missing
 */
export function listReader<T>(
  type: string,
  shape: Shape<T>,
  sometimes: { readonly [F in Sometimes<T>]: true },
): Pick<ItemReader<T>, 'all'> & { readonly projection: Projection } {
  const { all } = itemReader<T>(type, shape);
  // Errors name the sort key.
  const names = [...Object.keys(shape), ...Object.keys(sometimes)];
  const attributes = names.map((name) => (isPacked(type, name) ? FIELDS : name));
  return { all, projection: projectionOn([...new Set(['sk', 'type', ...attributes])]) };
}
