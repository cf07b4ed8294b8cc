import { isDeepStrictEqual } from 'node:util';
import { transact } from '../../lib/table/write.ts';
import type { Service } from './service.ts';

type Item = Readonly<Record<string, unknown>>;

/**
 * Restores a table to these items. Writes and deletes only items that differ: a table has hundreds.
 *
 * @param items all items of the table at an earlier time, as `service.items()` returned them
 */
export async function restore(service: Service, items: readonly Item[]): Promise<void> {
  const nameOf = ({ pk, sk }: Item) => `${pk}|${sk}`;
  const keyOf = ({ pk, sk }: Item) => ({ pk: String(pk), sk: String(sk) });
  const present = new Map((await service.items()).map((item) => [nameOf(item), item]));
  const wanted = new Set(items.map(nameOf));
  for (const [name, item] of present) {
    if (!wanted.has(name)) await transact([{ type: 'delete', key: keyOf(item) }]);
  }
  for (const item of items) {
    const isSame = isDeepStrictEqual(structuredClone(present.get(nameOf(item))), structuredClone(item));
    if (!isSame) await transact([{ type: 'put', key: keyOf(item), item }]);
  }
}
