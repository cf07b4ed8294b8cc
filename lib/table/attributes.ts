import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** Values as DynamoDB's JSON has them; bytes are Base64 there. */
export type Attributes = Record<string, AttributeValue>;

/**
 * Names the type of each value, as DynamoDB wants it. Fields that are undefined are left out.
 *
 * AWS's `marshall` does the same; it takes three times as long, because it also takes what nobody here stores.
 *
 * @throws TypeError for what has no type in the table: a function, a date
 */
export function marshall(values: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Attributes = {};
  for (const name in values) {
    const value = values[name];
    if (value !== undefined) attributes[name] = attributeOf(value);
  }
  return attributes;
}

function attributeOf(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      // JSON has no NaN or Infinity, nor has DynamoDB.
      if (Number.isFinite(value)) return { N: String(value) };
      break;
    case 'boolean':
      return { BOOL: value };
    case 'object':
      if (value === null) return { NULL: true };
      if (Array.isArray(value)) return { L: value.map(attributeOf) };
      if (value instanceof Set) return { SS: [...value] };
      // As the wire has it: what goes there is not looked through again.
      if (value instanceof Uint8Array) return { B: Buffer.from(value).toString('base64') as unknown as Uint8Array };
      if (isPlain(value)) return { M: marshall(value as Record<string, unknown>) };
  }
  throw new TypeError(`The table has no type for ${typeof value} ${Object.prototype.toString.call(value)}.`);
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The names of attributes that items of a type have had, in one order. */
const NAMES = new Map<string | undefined, string[]>();

/**
 * The values of an item. Numbers are JavaScript's, sets of strings are `Set`.
 *
 * DynamoDB tells attributes in any order. Objects whose fields came in different orders have different shapes for V8,
 * which makes lists of them slow to build and to read: here all items of a type have their fields in one order.
 */
export function unmarshall(attributes: Attributes): Record<string, unknown> {
  const type = attributes.type?.S;
  const names = NAMES.get(type) ?? [];
  const values: Record<string, unknown> = {};
  let found = 0;
  for (const name of names) {
    if (!Object.hasOwn(attributes, name)) continue;
    values[name] = valueIn(attributes[name] as AttributeValue);
    found += 1;
  }
  const all = Object.keys(attributes);
  if (found === all.length) return values;
  const others = all.filter((name) => !names.includes(name));
  NAMES.set(type, [...names, ...others]);
  for (const name of others) values[name] = valueIn(attributes[name] as AttributeValue);
  return values;
}

function valueIn(attribute: AttributeValue): unknown {
  for (const type in attribute) {
    switch (type) {
      case 'S':
      case 'BOOL':
        return attribute[type as 'S'];
      case 'N':
        return Number(attribute.N);
      case 'M':
        return mapIn(attribute.M as Attributes);
      case 'L':
        return (attribute.L as AttributeValue[]).map(valueIn);
      case 'SS':
        return new Set(attribute.SS);
      case 'B':
        return Buffer.from(attribute.B as unknown as string, 'base64');
      case 'NULL':
        return null;
    }
  }
  throw new TypeError(`The table has no value of type ${Object.keys(attribute)}.`);
}

function mapIn(attributes: Attributes): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const name in attributes) values[name] = valueIn(attributes[name] as AttributeValue);
  return values;
}
