import { expect, test } from 'vitest';
import { lines, oneLine } from '../../../lib/domain/user-text.ts';

test('a name is one line without control characters and without what is not seen', () => {
  expect(oneLine(' Jane\r\nBcc: eve@evil.example\u0000\u2028 \u202eDoe\u200b ', 100)).toBe(
    'Jane Bcc: eve@evil.example Doe',
  );
});

test('a lone half of a surrogate pair is replaced', () => {
  expect(oneLine('a\ud800b', 100)).toBe('a\ufffdb');
});

test('emoji, accents and other scripts stay as they are', () => {
  const name = 'Zoë 👩‍🚀 עברית 日本';
  expect(oneLine(name, 100)).toBe(name);
});

test('a long text is cut between characters and shows that it was', () => {
  expect(oneLine('🌻'.repeat(50), 10)).toBe(`${'🌻'.repeat(9)}…`);
  expect(oneLine('x'.repeat(10), 10)).toBe('x'.repeat(10));
});

test('one letter under ten thousand accents is cut too', () => {
  expect(oneLine(`e${'\u0301'.repeat(10_000)}`, 100).length).toBeLessThanOrEqual(100);
});

test('a message keeps its lines, whatever ends them, and no more than one empty one in a row', () => {
  expect(lines('\r\na\r\nb\rc\u2028d\n\n\n\n\te\u0000\n', 100)).toEqual(['a', 'b', 'c', 'd', '', ' e']);
  expect(lines(' \n ', 100)).toEqual([]);
});
