import { expect, test } from 'vitest';
import { createClock, parseOffset } from '../../../packages/local/clock.ts';

test.each([
  ['8d', 8 * 86_400_000],
  ['-90m', -90 * 60_000],
  ['1.5h', 5_400_000],
  ['+2s', 2000],
  ['250ms', 250],
  ['0', 0],
  [0, 0],
  ['8', undefined],
  ['d', undefined],
  ['8 d', undefined],
  ['8w', undefined],
  ['36501d', undefined],
  [8, undefined],
  [null, undefined],
  [['8d'], undefined],
  [undefined, undefined],
])('the offset %j is parsed as %j ms', (text, ms) => {
  expect(parseOffset(text)).toBe(ms);
});

test('an offset is absolute', () => {
  const clock = createClock();
  clock.set(5000);
  clock.set(60_000);
  expect(clock.offset()).toBe(60_000);
  expect(Math.abs(clock.now() - Date.now() - 60_000)).toBeLessThan(100);
});
