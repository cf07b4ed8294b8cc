import * as z from 'zod';
import { StageConfig } from '../../cdk/settings.ts';

/** A JSON schema, as far as the settings use it. */
interface Schema {
  /** Several: the value has one of them. */
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | false;
}

/**
 * Returns the type of the settings, except account and region, as an interface, with the meaning of each as its comment. The type that is derived
 * from the schema has no comments, and would need the library of the schema.
 *
 * @param configuration the text of docs/configuration.md
 */
export function settingsInterface(configuration: string): string {
  const { properties = {}, ...schema } = z.toJSONSchema(StageConfig, { io: 'input' }) as Schema;
  const { account: _account, region: _region, ...others } = properties;
  return `/** The settings of a deployment. */\ninterface StageSettings ${object({ ...schema, properties: others }, meanings(configuration))}\n`;
}

/** Returns the meaning and default of each key in the table of docs/configuration.md. */
function meanings(configuration: string): ReadonlyMap<string, string> {
  const rows = [...configuration.matchAll(/^\| `([\w.]+)` \| (.*?) \| (.*) \|$/gm)];
  return new Map(
    rows.map(([, key = '', value = '', meaning = '']) => [
      key,
      `${meaning}.${value === 'required' ? '' : ` Default: ${value}.`}`.replaceAll(
        / ?\(?\[(.*?)\]\(.*?\)\)?/g,
        (_, text) => (text === 'why' ? '' : ` ${text}`),
      ),
    ]),
  );
}

function object(
  { properties = {}, required = [] }: Schema,
  comments: ReadonlyMap<string, string>,
  prefix = '',
): string {
  const members = Object.entries(properties).map(([name, schema]) => {
    const key = `${prefix}${name}`;
    const comment = comments.get(key);
    const type = schema.properties ? object(schema, comments, `${key}.`) : typeOf(schema, comments, `${key}.`);
    return `${comment ? `/** ${comment} */\n` : ''}readonly ${name}${required.includes(name) ? '' : '?'}: ${type};`;
  });
  return `{\n${members.join('\n')}\n}`;
}

/** @throws Error for a schema of a kind that the settings didn't have before */
function typeOf(schema: Schema, comments: ReadonlyMap<string, string>, prefix: string): string {
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type }, comments, prefix)).join(' | ');
  }
  if (schema.anyOf) return schema.anyOf.map((one) => typeOf(one, comments, prefix)).join(' | ');
  switch (schema.type) {
    case 'string':
    case 'boolean':
      return schema.type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${typeOf(schema.items ?? {}, comments, prefix)})[]`;
    case 'object': {
      const { enum: names = [] } = schema.propertyNames ?? {};
      const properties = names.map((name) => [name, schema.additionalProperties] as const);
      if (names.length > 0) return object({ properties: Object.fromEntries(properties) }, comments, prefix);
      if (schema.additionalProperties) {
        return `Readonly<Record<string, ${typeOf(schema.additionalProperties, comments, prefix)}>>`;
      }
    }
  }
  throw new Error(`${prefix} has a type that no interface is made of: ${JSON.stringify(schema)}`);
}
