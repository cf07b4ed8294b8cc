import { expect, test } from 'vitest';
import { lines, oneLine, seen } from '../../../lib/domain/user-text.ts';

test('a name is one line without control characters and invisible characters', () => {
  expect(oneLine(' Jane\r\nBcc: eve@evil.example\u0000\u2028 \u202eDoe\u200b ', 100)).toBe(
    'Jane Bcc: eve@evil.example Doe',
  );
});

test('a text that is shown has no invisible and no control characters, and keeps its lines', () => {
  expect(seen('\u202eAda\u2066 Love\u200blace\u0000\ud800\n\tx')).toBe('Ada Lovelace \ufffd\n\tx');
  expect(seen('Zoë 👩‍🚀 עברית 日本')).toBe('Zoë 👩‍🚀 עברית 日本');
});

test('a lone surrogate is replaced', () => {
  expect(oneLine('a\ud800b', 100)).toBe('a\ufffdb');
});

test('emoji, accents and other scripts are kept', () => {
  const name = 'Zoë 👩‍🚀 עברית 日本';
  expect(oneLine(name, 100)).toBe(name);
});

test('a long text is truncated between characters, with an ellipsis', () => {
  expect(oneLine('🌻'.repeat(50), 10)).toBe(`${'🌻'.repeat(9)}…`);
  expect(oneLine('x'.repeat(10), 10)).toBe('x'.repeat(10));
});

test('a letter with ten thousand accents is truncated too', () => {
  expect(oneLine(`e${'\u0301'.repeat(10_000)}`, 100).length).toBeLessThanOrEqual(100);
});

test('a message keeps its lines with any line ending, and at most one empty line in a row', () => {
  expect(lines('\r\na\r\nb\rc\u2028d\n\n\n\n\te\u0000\n', 100)).toEqual(['a', 'b', 'c', 'd', '', ' e']);
  expect(lines(' \n ', 100)).toEqual([]);
});
