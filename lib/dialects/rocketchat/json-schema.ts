import * as z from 'zod/mini';

/**
 * The subset of JSON Schema that Rocket.Chat's published schemas of `teams.*` use. Bodies and queries are validated as
 * its validator does (ajv 8, stops at the first error, coerces types), with the same error texts. ajv itself takes 84
 * ms to compile.
 */
export interface JsonSchema {
  readonly type?: 'object' | 'array' | 'string' | 'number' | 'boolean';
  readonly nullable?: true;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: true;
  readonly items?: JsonSchema;
  readonly required?: readonly string[];
  readonly additionalProperties?: false;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/**
 * Returns a zod schema that validates by a JSON Schema.
 *
 * @param wraps whether a single value is coerced to a list and back, as in a query
 */
export function input<T>(schema: JsonSchema, { wraps = false } = {}): z.ZodMiniType<T> {
  return z.pipe(
    // For the documents, which show the schema itself.
    z.unknown().register(z.globalRegistry, { ...schema }),
    z.transform((sent, { issues }) => {
      const { value, errors } = validate(schema, sent, wraps);
      for (const message of errors) issues.push({ code: 'custom', message, input: sent });
      return value as T;
    }),
  );
}

/**
 * Validates a JSON value by a schema.
 *
 * @returns the coerced value, and the error texts
 */
export function validate(schema: JsonSchema, value: unknown, wraps: boolean): { value: unknown; errors: string[] } {
  // Coerces in place, as ajv does: a branch sees the coercions of the branches before.
  const root = { value: structuredClone(value) };
  return { errors: mistakes(schema, root, 'value', wraps), value: root.value };
}

type Holder = Record<string, unknown>;

function mistakes(schema: JsonSchema, holder: object, key: string, wraps: boolean): string[] {
  const at = holder as Holder;
  const { type, nullable } = schema;
  // ajv checks the type `object` only after the branches.
  if (type && type !== 'object' && !isOf(type, at[key]) && !(nullable && at[key] === null)) {
    const coerced = coerce(type, nullable === true, at[key], wraps);
    if (coerced === undefined) return [`must be ${type}`];
    at[key] = coerced;
  }
  const value = at[key];
  return (
    ofAny(schema, value) ??
    ofText(schema, value) ??
    ofBranches(schema, at, key, wraps) ??
    (Array.isArray(value) ? ofArray(schema, value, wraps) : undefined) ??
    (isOf('object', value) ? ofObject(schema, value as Holder, wraps) : undefined) ??
    (type === 'object' && !isOf(type, value) ? ['must be object'] : [])
  );
}

function isOf(type: JsonSchema['type'], value: unknown): boolean {
  switch (type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

/** Coerces a value to a type by ajv's rules; undefined: not possible. */
function coerce(type: JsonSchema['type'], nullable: boolean, value: unknown, wraps: boolean): unknown {
  const [only, second] = wraps && Array.isArray(value) ? value : [value];
  if (only !== value && second === undefined && isOf(type, only)) return only;
  const sent = only !== value && second === undefined ? only : value;
  const scalar = sent === null || ['string', 'number', 'boolean'].includes(typeof sent);
  if (type === 'string' && scalar) return sent === null ? '' : `${sent}`;
  if (type === 'number' && (typeof sent === 'boolean' || sent === null)) return Number(sent);
  // By JavaScript's loose conversion of text to a number.
  if (type === 'number' && typeof sent === 'string' && sent && !Number.isNaN(Number(sent))) return Number(sent);
  if (type === 'boolean' && (sent === 'false' || sent === 0 || sent === null)) return false;
  if (type === 'boolean' && (sent === 'true' || sent === 1)) return true;
  if (type === 'array' && wraps && scalar) return [sent];
  return nullable && (sent === '' || sent === 0 || sent === false) ? null : undefined;
}

function ofAny({ enum: values }: JsonSchema, value: unknown): string[] | undefined {
  return values && !values.includes(value) ? ['must be equal to one of the allowed values'] : undefined;
}

function ofText({ maxLength = Infinity }: JsonSchema, value: unknown): string[] | undefined {
  const isLong = typeof value === 'string' && [...value].length > maxLength;
  return isLong ? [`must NOT have more than ${maxLength} characters`] : undefined;
}

function ofBranches({ anyOf, oneOf }: JsonSchema, at: Holder, key: string, wraps: boolean): string[] | undefined {
  if (anyOf) {
    const errors: string[] = [];
    const some = anyOf.some((branch) => {
      const wrong = mistakes(branch, at, key, wraps);
      errors.push(...wrong);
      return wrong.length === 0;
    });
    if (!some) return [...errors, 'must match a schema in anyOf'];
  }
  if (oneOf) {
    const errors: string[] = [];
    let passed = 0;
    for (const branch of oneOf) {
      const wrong = mistakes(branch, at, key, wraps);
      errors.push(...wrong);
      if (wrong.length === 0) passed += 1;
      if (passed > 1) break;
    }
    if (passed !== 1) return [...errors, 'must match exactly one schema in oneOf'];
  }
  return undefined;
}

function ofArray(schema: JsonSchema, list: unknown[], wraps: boolean): string[] | undefined {
  const { minItems = 0, maxItems = Infinity, uniqueItems, items } = schema;
  if (list.length > maxItems) return [`must NOT have more than ${maxItems} items`];
  if (list.length < minItems) return [`must NOT have fewer than ${minItems} items`];
  const twice = uniqueItems && duplicates(list, items);
  if (twice) return [`must NOT have duplicate items (items ## ${twice.join(' and ')} are identical)`];
  for (const index of items ? list.keys() : []) {
    const wrong = mistakes(items as JsonSchema, list, String(index), wraps);
    if (wrong.length > 0) return wrong;
  }
  return undefined;
}

/** Returns the indexes of two equal items, in the order in which ajv finds and reports them. */
function duplicates(list: readonly unknown[], items: JsonSchema | undefined): [number, number] | undefined {
  const isScalar = items?.type !== undefined && items.type !== 'object' && items.type !== 'array';
  const seen = new Map<unknown, number>();
  for (let index = list.length - 1; index >= 0; index -= 1) {
    const item = list[index];
    if (isScalar) {
      if (!isOf(items.type, item)) continue;
      const later = seen.get(item);
      if (later !== undefined) return [later, index];
      seen.set(item, index);
      continue;
    }
    const text = canonical(item);
    const earlier = list.findLastIndex((other, at) => at < index && canonical(other) === text);
    if (earlier >= 0) return [earlier, index];
  }
  return undefined;
}

/** Serializes a value so that equal values have the same text, whatever the order of their members. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isOf('object', inner)
      ? Object.fromEntries(Object.entries(inner as Holder).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function ofObject(schema: JsonSchema, object: Holder, wraps: boolean): string[] | undefined {
  const { required = [], additionalProperties, properties = {} } = schema;
  const missing = required.find((name) => !Object.hasOwn(object, name) || object[name] === undefined);
  if (missing !== undefined) return [`must have required property '${missing}'`];
  const surplus = Object.keys(object).some((name) => !Object.hasOwn(properties, name));
  if (additionalProperties === false && surplus) return ['must NOT have additional properties'];
  for (const [name, property] of Object.entries(properties)) {
    if (!Object.hasOwn(object, name)) continue;
    const wrong = mistakes(property, object, name, wraps);
    if (wrong.length > 0) return wrong;
  }
  return undefined;
}
