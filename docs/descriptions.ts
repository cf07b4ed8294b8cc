import { dialectOf } from '../lib/dialects/dialect.ts';
import { COMPONENTS } from './components.ts';
import { EXAMPLES, FIELDS } from './fields.ts';

type Json = Record<string, unknown>;

/** The position of a field in the document. */
interface Place {
  readonly dialect: string;
  /** The name of the schema or operation. */
  readonly owner: string;
  /** The parent field. */
  readonly parent: string;
}

/** Returns the document with the descriptions of `FIELDS` and `COMPONENTS` added. */
export function describeFields(document: Json): Json {
  const { paths, components, ...rest } = document as Record<'paths' | 'components', Record<string, Json>>;
  const { schemas = {}, responses = {} } = components;
  return {
    ...rest,
    paths: mapValues(paths, (methods, path) =>
      mapValues(methods as Record<string, Json>, (operation) =>
        withDescriptions(operation, { dialect: dialectOf(path), owner: String(operation.operationId), parent: '' }),
      ),
    ),
    components: {
      ...components,
      schemas: mapValues(schemas as Record<string, Json>, (schema, owner) => {
        const described = withDescriptions(schema, { dialect: prefixOf(owner), owner, parent: '' });
        const description = COMPONENTS[owner];
        return { ...(description && { description }), ...described };
      }),
      responses: mapValues(responses as Record<string, Json>, (response, name) =>
        withDescriptions(response, { dialect: name.split('.')[0] ?? '', owner: name, parent: '' }),
      ),
    },
  };
}

/** Returns the paths of the fields without a description, and the descriptions of all others. */
export function fieldsOf(document: Json): { undescribed: string[]; texts: Set<string> } {
  const undescribed: string[] = [];
  const texts = new Set<string>();
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key === 'example' || key === 'examples') continue;
      if (key === 'properties') {
        for (const [field, { description }] of Object.entries<{ description?: string }>(value)) {
          if (description) texts.add(description);
          else undescribed.push(`${path}/${field}`);
        }
      }
      walk(value, `${path}/${key}`);
    }
  };
  walk(document, '');
  return { undescribed, texts };
}

/** Returns the dialect of a schema, by the prefix of its name. */
function prefixOf(schema: string): string {
  return /^(VoltTime|Papershift|RocketChat)/.exec(schema)?.[1]?.toLowerCase() ?? 'v1';
}

function withDescriptions<T>(node: T, place: Place): T {
  if (Array.isArray(node)) return node.map((each) => withDescriptions(each, place)) as T;
  if (typeof node !== 'object' || node === null) return node;
  return mapValues(node as Json, (value, key) =>
    key === 'properties'
      ? mapValues(value as Record<string, Json>, (field, name) => {
          const { dialect, owner, parent } = place;
          const keys = [`${owner}.${name}`, `${parent}.${name}`, `${dialect}/${name}`, name];
          const description = keys.map((each) => FIELDS[each]).find(Boolean);
          return { ...withDescriptions(field, { ...place, parent: name }), ...(description && { description }) };
        })
      : withDescriptions(value, place),
  ) as T;
}

/** Candidates for examples of text. The first one that the schema accepts is used. */
const TEXTS: readonly string[] = [
  ...['org', 'usr', 'mem', 'inv', 'key', 'int', 'aud', 'whk', 'whd'].map(
    (prefix) => `${prefix}_01k806u8vg4rntud3okdc56qf0`,
  ),
  'team_01k806u8vg4rntud3okd',
  `mst_${'01k806u8vg4rntud3okdc56qf0'.repeat(5).slice(0, 107)}`,
  'eyJhbGciOiJFUzI1NiJ9.eyJyb2xlIjoiQURNSU4ifQ.c2lnbmF0dXJl',
  `msi_${'01k806u8vg4rntud3okdc56qf0'.repeat(4).slice(0, 86)}`,
  '2026-11-21T23:26:53.424Z',
  '2026-11-21T23:26:53.424000Z',
  '01936f2b-6e6f-8c3e-9d0a-0d9a5d1f7c11',
  '673fa1c85d1f7c110d9a0d9a',
  '404',
  'text',
  'k806u8vg'.repeat(8),
];

const FORMATS: Readonly<Record<string, string>> = {
  email: 'jane@example.com',
  uri: 'https://api.example.com/',
  uuid: '01936f2b-6e6f-8c3e-9d0a-0d9a5d1f7c11',
  'date-time': '2026-11-21T23:26:53.424Z',
};

/** Returns an example that the schema accepts. @param name the name of the schema's field */
export function exampleOf(schema: Json, document: Json, name = ''): unknown {
  const of = (other: unknown) => exampleOf(other as Json, document, name);
  if (typeof schema.$ref === 'string') return of(resolved(schema.$ref, document));
  const { type, properties, items, allOf, anyOf, oneOf } = schema as Readonly<Record<string, never>>;
  const types: readonly unknown[] = [type].flat();
  const own = EXAMPLES[name];
  if (name in EXAMPLES && accepts(schema, types, own)) return own;
  if ('const' in schema) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (allOf) return Object.assign({}, ...(allOf as Json[]).map(of));
  const choices: readonly Json[] = anyOf ?? oneOf ?? [];
  if (properties) {
    // The example has the first of alternative fields.
    const [first, ...others] = choices.map(({ required }) => (required ?? []) as readonly string[]);
    const omitted = others.flat().filter((key) => !first?.includes(key));
    const fields = Object.entries<Json>(properties).filter(([key]) => !omitted.includes(key));
    return mapValues(Object.fromEntries(fields), (field, key) => exampleOf(field, document, key));
  }
  if (choices.length > 0) {
    const isNull = choices.some((each) => each.type === 'null');
    return own === null && isNull ? null : of(choices.find((each) => each.type !== 'null'));
  }
  if (types.includes('object')) return {};
  if (types.includes('array')) return items && !('not' in items) ? [of(items)] : [];
  if (types.includes('integer') || types.includes('number')) return Math.max(Number(schema.minimum ?? 1), 0);
  if (types.includes('boolean')) return false;
  return types.includes('string') ? textOf(schema) : null;
}

/** Whether a schema accepts the example of its field's name. */
function accepts({ enum: values, pattern }: Json, types: readonly unknown[], value: unknown): boolean {
  if (Array.isArray(values)) return values.includes(value);
  if (pattern && !new RegExp(String(pattern)).test(String(value))) return false;
  const isWhole = Number.isInteger(value) && types.includes('integer');
  return isWhole || types.includes(value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);
}

function textOf(schema: Json): string {
  const { format, pattern, minLength = 0, maxLength = Number.POSITIVE_INFINITY } = schema as Record<string, never>;
  if (format && FORMATS[format]) return FORMATS[format];
  const text = TEXTS.find(
    (each) => each.length >= minLength && each.length <= maxLength && (!pattern || new RegExp(pattern).test(each)),
  );
  if (text === undefined)
    throw new Error(`Add an example of ${JSON.stringify(schema)} to TEXTS in docs/descriptions.ts.`);
  return pattern || minLength > 1 ? text : 'text';
}

function resolved(ref: string, document: Json): unknown {
  return ref
    .split('/')
    .slice(1)
    .reduce<unknown>((node, key) => (node as Json)[key], document);
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, change: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
