import { expect, test } from 'vitest';
import { parseJson, TooDeep } from '../../../lib/domain/json.ts';

const nested = (depth: number, [open, close] = ['[', ']']) => open.repeat(depth) + close.repeat(depth);

test('JSON is parsed to a depth of 64, with any number of siblings', () => {
  for (const text of [nested(64), `{"a":${nested(63)}}`, `[${Array(1000).fill('{"a":[1]}').join()}]`, '"text"', '1']) {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  }
});

test('brackets in strings don’t count as depth', () => {
  for (const text of [JSON.stringify(nested(1000)), JSON.stringify({ 'a"[[[': `\\"${'['.repeat(100)}\\` })]) {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  }
});

test('deeper JSON is refused before it is parsed, also if it is incomplete', () => {
  const objects = nested(90_000, ['{"a":', '}']);
  for (const text of [nested(65), '['.repeat(65), objects, `["x\\"",${nested(64)}]`]) {
    expect(() => parseJson(text)).toThrow(TooDeep);
  }
});

test('invalid JSON is a syntax error', () => {
  for (const text of ['', '{', '"', '"\\', 'nonsense', '"]]]', '\u0000'])
    expect(() => parseJson(text)).toThrow(SyntaxError);
});
