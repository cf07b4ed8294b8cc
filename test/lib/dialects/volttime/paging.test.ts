import { expect, test } from 'vitest';
import { collection, readPage } from '../../../../lib/dialects/volttime/paging.ts';

test('a list without a page ends after 1,000 rows, with a link to the next page', () => {
  const rows = Array.from({ length: 1001 }, (_, index) => index);
  const { data, links, meta } = collection('/rows', readPage({}), rows, String);
  expect(data).toEqual(rows.slice(0, 1000).map(String));
  expect(links).toMatchObject({ prev: null, next: '/rows?page=41' });
  expect(meta).toMatchObject({ from: 1, to: 1000 });
  expect(readPage({ page: 41 })).toMatchObject({ skip: 1000, size: 25 });
  expect(collection('/rows', readPage({}), rows.slice(1), String)).toEqual({ data: rows.slice(1).map(String) });
});
