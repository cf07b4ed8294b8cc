import { expect, test } from 'vitest';
import { newId } from '../../../lib/domain/ids.ts';
import { DUE_SHARDS, dueAttributes, dueSince } from '../../../lib/table/due.ts';

const AT = '2026-08-05T14:30:00.000Z';

test('an item stays in its shard, and ids spread over all shards', () => {
  const shards = new Set<string>();
  for (let made = 0; made < 1000; made += 1) {
    const id = newId('mail', new Date());
    const { due } = dueAttributes(id, AT);
    expect(dueAttributes(id, new Date().toISOString()).due).toBe(due);
    shards.add(due);
  }
  expect([...shards].sort()).toEqual(Array.from({ length: DUE_SHARDS }, (_, shard) => `DUE#${shard}`).sort());
});

test('an index key begins with the due time, and is unique for each update', () => {
  const id = newId('mail', new Date());
  const [one, other] = [dueAttributes(id, AT), dueAttributes(id, AT)];
  expect(one.dueAt).not.toBe(other.dueAt);
  expect(dueSince({ pk: 'MAIL#1', sk: 'MAIL', ...one })).toBe(Date.parse(AT));
});
