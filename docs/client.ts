import { contents } from '../functions/index.ts';
import { AUDIT_ACTIONS } from '../lib/domain/audit.ts';
import { SITE_ACTIONS } from '../lib/domain/explanation.ts';
import { DELIVERY_STATES, INVITATION_STATUSES } from '../lib/domain/invitation.ts';
import { LANGUAGES } from '../lib/domain/language.ts';
import { REFUSALS, type RefusalCode } from '../lib/domain/refusal.ts';
import { ROLES } from '../lib/domain/roles.ts';
import { TEAM_ROLES } from '../lib/domain/team.ts';
import type { HttpDeclaration } from '../lib/http/declaration.ts';
import { MESSAGES } from '../lib/http/messages.ts';
import { refusalsOf } from '../lib/http/refusals.ts';
import { commentOf } from './comments.ts';
import { openapi } from './openapi.ts';
import { TAGS, tagOf } from './tags.ts';

// The generated part of the package @muster/client: packages/client.

/** The first line of each generated file. */
const GENERATED = '// Generated from the declarations by `npm run docs`.';

/** A JSON Schema, as far as the document has it. */
interface Schema {
  readonly $ref?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly description?: string;
}

interface Operation {
  readonly parameters?: readonly { name: string; in: string; required: boolean; description: string; schema: Schema }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: Schema }>> };
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, { schema: Schema }>> }>>;
}

/** An endpoint as a method. */
interface Method {
  /** The path of the function. */
  readonly name: string;
  readonly resource: string;
  readonly verb: string;
  readonly declaration: HttpDeclaration;
  readonly operation: Operation;
}

/** The names of sets of values. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  Role: ROLES,
  TeamRole: TEAM_ROLES,
  Language: LANGUAGES,
  InvitationStatus: INVITATION_STATUSES,
  DeliveryState: DELIVERY_STATES,
  AuditAction: AUDIT_ACTIONS,
  SiteAction: SITE_ACTIONS,
};

/** Returns the generated files of the client: path from the root -> text. */
export function clientFiles(): Readonly<Record<string, string>> {
  const document = openapi('openapi') as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
    readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
  };
  const methods = Object.entries(contents).flatMap(([name, module]): Method[] => {
    if (!('endpoint' in module)) return [];
    const [method = '', path = ''] = module.endpoint.route.split(' ');
    if (!path.startsWith('/v1/')) return [];
    const [resource = '', verb = ''] = name.split('/').map(camelCase);
    const operation = document.paths[path]?.[method.toLowerCase()] as Operation;
    return [{ name, resource, verb, declaration: module.endpoint, operation }];
  });
  return {
    'packages/client/src/generated/methods.ts': methodsFile(methods),
    'packages/client/src/generated/types.ts': typesFile(methods, document.components.schemas),
  };
}

function methodsFile(methods: readonly Method[]): string {
  const table = byResource(methods).map(([resource, some]) => {
    const routes = some.map((method) => {
      const words = [method.declaration.route, inputOf(method)?.kind, method.declaration.creates && 'key'];
      return `${method.verb}: '${words.filter(Boolean).join(' ')}',`;
    });
    return `${resource}: {\n${indented(routes.join('\n'))}\n},`;
  });
  return `${GENERATED}
import type { Resources } from './types.ts';

/** Each method: HTTP method, path, and what else it has (\`muster.ts\`). */
export const METHODS: { readonly [R in keyof Resources]: { readonly [M in keyof Resources[R]]: string } } = {
${indented(table.join('\n'))}
};
`;
}

function typesFile(methods: readonly Method[], schemas: Readonly<Record<string, Schema>>): string {
  const codes = new Set(methods.flatMap(({ declaration }) => refusalsOf(declaration)));
  for (const code of refusalsOf(contents['fallback/refuse'].endpoint)) codes.add(code);
  const inputs = methods.flatMap((method) => {
    const input = inputOf(method);
    return input ? [`/** ${input.title} */\nexport interface ${input.type} ${typeOf(input.schema, true)}`] : [];
  });
  const used = [...inputs, ...methods.map(({ operation }) => JSON.stringify(operation.responses))].join('\n');
  const blocks = [
    ...Object.entries(VALUES).map(([name, values]) => `export type ${name} =\n${indented(alternatives(values))};`),
    `/** A code of the API: why a request is refused. */\nexport type ApiErrorCode =\n${indented(
      (Object.keys(REFUSALS) as RefusalCode[])
        .filter((code) => codes.has(code))
        .map((code) => `${comment(MESSAGES[code])}\n| '${code}'`)
        .join('\n'),
    )};`,
    ...reachable(used, schemas).map((name) => `export interface ${name} ${typeOf(schemas[name] as Schema, false)}`),
    ...inputs,
    `/** The methods of the client, by resource. */\nexport interface Resources {\n${indented(
      byResource(methods)
        .map(([resource, some]) => {
          const { description } = TAGS.find(({ name }) => name === tagOf(some[0]?.name ?? '')) as {
            description: string;
          };
          return `${comment(description)}\nreadonly ${resource}: {\n${indented(some.map(signature).join('\n'))}\n};`;
        })
        .join('\n'),
    )}\n}`,
  ];
  return `${GENERATED}
import type { List } from '../pages.ts';
import type { CallOptions, CreateOptions } from '../options.ts';

${blocks.join('\n\n')}
`;
}

/** The input of a method beside its ids. */
function inputOf({ name, declaration, operation }: Method) {
  const type = name.replace(/(?:^|[/-])(\w)/g, (_, letter: string) => letter.toUpperCase());
  const [content] = Object.values(operation.requestBody?.content ?? {});
  if (content) {
    return {
      kind: 'body',
      type: `${type}Body`,
      title: `The body of \`${declaration.route}\`.`,
      schema: content.schema,
    };
  }
  const parameters = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query');
  if (parameters.length === 0) return undefined;
  const schema: Schema = {
    type: 'object',
    properties: Object.fromEntries(
      parameters.map((parameter) => [parameter.name, { ...parameter.schema, description: parameter.description }]),
    ),
    required: parameters.filter(({ required }) => required).map((parameter) => parameter.name),
  };
  const kind = 'cursor' in (schema.properties ?? {}) ? 'pages' : 'query';
  return { kind, type: `${type}Query`, title: `The query of \`${declaration.route}\`.`, schema };
}

/** Returns the documented signature of a method. */
function signature(method: Method): string {
  const { name, verb, declaration, operation } = method;
  const { summary, description } = commentOf(name);
  const ids = [...declaration.route.matchAll(/\{(\w+)\}/g)].map(([, id]) => `${id}: string`);
  const input = inputOf(method);
  const isOptional = input && !input.schema.required?.length;
  const parameters = [
    ...ids,
    ...(input ? [`${input.kind === 'body' ? 'body' : 'query'}${isOptional ? '?' : ''}: ${input.type}`] : []),
    `options?: ${declaration.creates ? 'CreateOptions' : 'CallOptions'}`,
  ];
  const own = declaration.refuses;
  const others = refusalsOf(declaration).filter((code) => !own.includes(code));
  const list = (codes: readonly RefusalCode[]) => codes.map((code) => `\`${code}\``).join(', ');
  const text = [
    [summary, description].filter(Boolean).join('\n\n'),
    `\`${declaration.route}\``,
    own.length > 0
      ? `@throws MusterError ${list(own)}; also, as others do: ${list(others)}`
      : `@throws MusterError ${list(others)}`,
  ].join('\n\n');
  return `${comment(text)}\n${verb}(${parameters.join(', ')}): ${resultOf(operation)};`;
}

/** Returns the type of a method's result. */
function resultOf({ responses }: Operation): string {
  const results = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => Object.values(content ?? {})[0]?.schema);
  const [rows] = results.map((schema) => schema?.properties?.meta?.properties?.nextCursor && schema.properties.data);
  if (rows?.items) return `List<${typeOf(rows.items, false)}>`;
  return `Promise<${results.map((schema) => (schema ? typeOf(schema, false) : 'void')).join(' | ')}>`;
}

/**
 * Returns the type of a schema.
 *
 * @param isInput whether applications write values of it: then arrays are readonly, and undefined is the same as absent
 * @throws Error for a kind of schema that the document didn't have before
 */
function typeOf(schema: Schema, isInput: boolean): string {
  const { $ref, enum: values, anyOf, type, properties, required = [], additionalProperties, items } = schema;
  const of = (other: Schema) => typeOf(other, isInput);
  if ($ref) return $ref.split('/').at(-1) as string;
  if ('const' in schema) return literal(schema.const);
  if (values) {
    const [name] = Object.entries(VALUES).find(([, known]) => String(known) === String(values)) ?? [];
    return name ?? values.map(literal).join(' | ');
  }
  if (anyOf) return anyOf.map(of).join(' | ');
  if (Array.isArray(type)) return type.map((each) => of({ ...schema, type: each })).join(' | ');
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => {
      const isOptional = !required.includes(name);
      const rest = isOptional && isInput ? ' | undefined' : '';
      const described = field.description ? `${comment(field.description)}\n` : '';
      return `${described}readonly ${name}${isOptional ? '?' : ''}: ${of(field)}${rest};`;
    });
    return `{\n${indented(fields.join('\n'))}\n}`;
  }
  switch (type) {
    case undefined:
      return 'unknown';
    case 'string':
    case 'boolean':
    case 'null':
      return type;
    case 'integer':
    case 'number':
      return 'number';
    case 'array':
      return `readonly (${of(items ?? {})})[]`.replace(/\((\w+)\)/, '$1');
    case 'object':
      return `Readonly<Record<string, ${typeof additionalProperties === 'object' ? of(additionalProperties) : 'unknown'}>>`;
  }
  throw new Error(`The client has no type for ${JSON.stringify(schema)}.`);
}

/** Returns the names of the schemas that a text refers to, also through others. */
function reachable(text: string, schemas: Readonly<Record<string, Schema>>): string[] {
  const found = new Set<string>();
  const visit = (some: string) => {
    for (const [, name = ''] of some.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (found.has(name)) continue;
      found.add(name);
      visit(JSON.stringify(schemas[name]));
    }
  };
  visit(text);
  return [...found].sort();
}

function byResource(methods: readonly Method[]): [string, Method[]][] {
  return [...Map.groupBy(methods, ({ resource }) => resource)];
}

function alternatives(values: readonly unknown[]): string {
  return values.map((value) => `| ${literal(value)}`).join('\n');
}

function literal(value: unknown): string {
  return typeof value === 'string' ? `'${value}'` : JSON.stringify(value);
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function comment(text: string): string {
  const lines = text.replaceAll('*/', '*\\/').split('\n');
  if (lines.length === 1) return `/** ${text} */`;
  return `/**\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}
