import { expect, test } from 'vitest';
import { transact, type Write } from '../../../lib/table/write.ts';

test('a transaction that changes an item twice is refused with the kind of item, without its key', async () => {
  const key = { pk: 'EMAIL#jane@example.com', sk: 'USER' };
  const put: Write = { type: 'put', key, item: {} };
  for (const other of [{ type: 'delete', key } as const, put]) {
    await expect(transact([put, other])).rejects.toThrow('Two parts of a transaction change one EMAIL USER.');
  }
});
