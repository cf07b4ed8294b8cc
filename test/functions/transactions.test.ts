import { beforeAll, expect, test } from 'vitest';
import { get } from '../../lib/table/read.ts';
import { transact } from '../../lib/table/write.ts';
import { useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';

const service = useService();
beforeAll(() => useTableOf(service));

test('parts of a transaction that add to the same counter or set of an item add up', async () => {
  const key = { pk: 'TEST#sum', sk: 'TEST' };
  await transact([
    { type: 'update', key, set: { one: 1 }, add: { count: 2, names: new Set(['a']) } },
    { type: 'update', key, set: { other: 2 }, add: { count: 3, more: 1, names: new Set(['b']) } },
  ]);
  expect(await get(key)).toEqual({ ...key, one: 1, other: 2, count: 5, more: 1, names: new Set(['a', 'b']) });
  await transact([{ type: 'delete', key }]);
});
