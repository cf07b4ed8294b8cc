import { expect, test } from 'vitest';
import { itemReader, listReader } from '../../../lib/table/items.ts';

interface Thing {
  readonly id: string;
  readonly count: number;
  readonly note?: string;
  readonly place: string | null;
}
const THING = itemReader<Thing>(['Thing', 'OldThing'], { id: 'string', count: 'number' });
const whole = { pk: 'THING#a', sk: 'THING', type: 'Thing', id: 'a', count: 1, place: null };

test('a reader returns an item of its types unchanged', () => {
  expect(THING.one(undefined)).toBeUndefined();
  expect(THING.one(whole)).toBe(whole);
  expect(THING.all([whole, { ...whole, type: 'OldThing' }])).toHaveLength(2);
});

test.each([
  [{ ...whole, type: 'Things' }, 'THING#a THING is not of type Thing or OldThing'],
  [{ ...whole, count: '1' }, 'THING#a THING has no count'],
  [{ pk: 'EMAIL#ada@example.com', sk: 'USER', type: 'Thing', count: 1 }, 'EMAIL#... USER has no id'],
])('the error of an invalid item names key and defect, but no address', (item, message) => {
  expect(() => THING.one(item)).toThrow(expect.objectContaining({ name: 'CorruptItem', message }));
});

test('a list reader has the projection on its fields, and validates them', () => {
  const listed = listReader<Omit<Thing, 'count'>>('Thing', { id: 'string' }, { note: true, place: true });
  expect(listed.projection.ProjectionExpression).toBe('#sk,#type,#id,#note,#place');
  const item = { pk: 'THING#a', sk: 'THING', type: 'Thing', id: 'a', place: null };
  expect(listed.all([item])).toEqual([item]);
  expect(() => listed.all([{ ...item, id: 1 }])).toThrow('THING#a THING has no id');
});
