import { marshall as sdkMarshall, unmarshall as sdkUnmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { marshall, unmarshall } from '../../../lib/table/attributes.ts';

/** Any item: JSON, sets of strings, and undefined fields. */
const { item } = fc.letrec<{ item: Record<string, unknown>; value: unknown }>((tie) => ({
  // A name is chosen by us, and never the one that sets an object's prototype.
  item: fc.dictionary(
    fc.string({ unit: 'binary' }).filter((name) => name !== '__proto__'),
    tie('value'),
    { noNullPrototype: true },
  ),
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    // DynamoDB's numbers have 38 digits. The SDK refuses numbers outside the safe range.
    fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
    fc.boolean(),
    fc.constant(null),
    fc.constant(undefined),
    fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1 }).map((strings) => new Set(strings)),
    fc.array(tie('value').filter((value) => value !== undefined)),
    tie('item'),
  ),
}));

test('attributes of any item are the same as from the SDK', () => {
  fc.assert(
    fc.property(item, (values) => {
      expect(marshall(values)).toEqual(sdkMarshall(values, { removeUndefinedValues: true }));
    }),
  );
});

test('an item is read as by the SDK, and unchanged', () => {
  fc.assert(
    fc.property(item, (values) => {
      const attributes = marshall(values);
      expect(unmarshall(attributes)).toEqual(sdkUnmarshall(attributes));
      expect(marshall(unmarshall(attributes))).toEqual(attributes);
    }),
  );
});

test('bytes are Base64 in JSON', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(JSON.stringify(marshall({ bytes }))).toBe(
        JSON.stringify({ bytes: { B: Buffer.from(bytes).toString('base64') } }),
      );
      expect(new Uint8Array(unmarshall(marshall({ bytes })).bytes as Buffer)).toEqual(new Uint8Array(bytes));
    }),
  );
});

test.each([
  ['a date', new Date()],
  ['a function', () => {}],
  ['a map', new Map()],
  ['a bigint', 1n],
  ['NaN', Number.NaN],
  ['infinity', Number.POSITIVE_INFINITY],
  ['undefined in a list', [undefined]],
])('%s is refused as an attribute', (_, value) => {
  expect(() => marshall({ value })).toThrow(TypeError);
});
