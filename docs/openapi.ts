import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import { contents } from '../functions/index.ts';
import type { Dialect } from '../lib/dialects/dialect.ts';
import type { RefusalCode } from '../lib/domain/refusal.ts';
import type { HttpDeclaration } from '../lib/http/declaration.ts';
import { IDEMPOTENCY_KEY } from '../lib/http/idempotency.ts';
import { MESSAGES } from '../lib/http/messages.ts';
import { refusalsOf } from '../lib/http/refusals.ts';
import { commentOf } from './comments.ts';
import { describeFields, exampleOf } from './descriptions.ts';
import { type RecordedExample, recordedExamples } from './examples.ts';
import { queryParameters } from './parameters.ts';
import { errorFormOf, exampleReply, ownReply, publicCodeOf, statusesOf } from './refusals.ts';
import { type Components, inputSchema, type Json, outputSchema, type Schema } from './schemas.ts';
import { TAGS, tagOf } from './tags.ts';

type Returns = Readonly<Record<string, Schema | null>>;

/** The OpenAPI files in `docs`. Each has the routes of one API; the pages behind links belong to the native API. */
export const OPENAPI_FILES = {
  openapi: { title: 'Muster', dialects: ['v1', 'page'], about: undefined },
  'openapi-papershift': { title: 'Muster: Papershift’s API', dialects: ['papershift'], about: 'docs/papershift.md' },
  'openapi-rocketchat': { title: 'Muster: Rocket.Chat’s API', dialects: ['rocketchat'], about: 'docs/rocketchat.md' },
  'openapi-volttime': { title: 'Muster: Volt Time’s API', dialects: ['volttime'], about: 'docs/volt-time.md' },
} as const satisfies Readonly<Record<string, OpenapiFile>>;

interface OpenapiFile {
  readonly title: string;
  readonly dialects: readonly Dialect[];
  /** The page that says how this API differs from the other product's. */
  readonly about: string | undefined;
}

/** Returns the OpenAPI document of a file, as data. @param file a key of `OPENAPI_FILES` */
export function openapi(file: keyof typeof OPENAPI_FILES): Json {
  const { title, dialects, about }: OpenapiFile = OPENAPI_FILES[file];
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const components: Components = { schemas: {}, responses: {} };
  const paths: Record<string, Json> = {};
  for (const [name, module] of Object.entries(contents)) {
    if (!('endpoint' in module) || module.endpoint.route === '$default') continue;
    if (!dialects.includes(module.endpoint.dialect)) continue;
    const [method, path] = module.endpoint.route.split(' ') as [string, string];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = operation(name, path, module, components);
  }
  const document: Json = {
    openapi: '3.1.0',
    info: {
      title,
      version,
      description: [
        description,
        ...(about ? [`The differences from the other product are in ${about}.`] : []),
        'Each response lists its error codes. The remedy of each is in docs/errors.md.',
      ].join('\n\n'),
    },
    servers: [{ url: 'http://127.0.0.1:3000', description: 'The local stack: `npm start`.' }],
    tags: TAGS.filter(({ name }) => used(paths).tags.has(name)).map(({ name, description }) => ({ name, description })),
    paths: sorted(paths),
    components: {
      schemas: sorted(components.schemas),
      responses: sorted(components.responses),
      parameters: only(PARAMETERS, used(paths).parameters),
      securitySchemes: only(SECURITY_SCHEMES, used(paths).schemes),
    },
  };
  return withExamples(describeFields(valid(document)));
}

const PARAMETERS: Json = {
  Organization: {
    name: 'X-Organization-Id',
    in: 'header',
    description: 'The organization of the request. A person who is in exactly one organization can omit it.',
    schema: { type: 'string' },
  },
  IdempotencyKey: {
    name: IDEMPOTENCY_KEY,
    in: 'header',
    description:
      'For 24 hours, a repeated request with the same key gets the same answer and creates nothing more. The repeated answer has the header `Idempotent-Replayed: true`, and omits `token` and `link` (for an invite to a site, `invite_token` and `invite_links`). The same key with another body is refused.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
};

const SECURITY_SCHEMES: Json = {
  bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'An ID token of the configured issuer, with a verified e-mail address.',
  },
  authToken: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Auth-Token',
    description: 'An access token, together with the user id of its owner.',
  },
  userId: {
    type: 'apiKey',
    in: 'header',
    name: 'X-User-Id',
    description: 'The user id of the access token’s owner.',
  },
};

/** Returns the tags, the shared parameters and the security schemes that operations name. */
function used(paths: Readonly<Record<string, Json>>): Record<'tags' | 'parameters' | 'schemes', Set<string>> {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods) as OperationObject[]);
  return {
    tags: new Set(operations.flatMap(({ tags }) => tags)),
    parameters: new Set(
      operations.flatMap(({ parameters = [] }) => parameters.map(({ $ref }) => $ref?.split('/').at(-1) ?? '')),
    ),
    schemes: new Set(operations.flatMap(({ security }) => security.flatMap((each) => Object.keys(each)))),
  };
}

interface OperationObject {
  readonly tags: readonly string[];
  readonly security: readonly Json[];
  readonly parameters?: readonly { readonly $ref?: string }[];
}

function only(record: Json, names: ReadonlySet<string>): Json {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
}

/** Converts `nullable` of Rocket.Chat's schemas to the type `null` of OpenAPI 3.1. */
function valid<T>(node: T): T {
  if (Array.isArray(node)) return node.map(valid) as T;
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as { readonly nullable?: unknown; readonly type?: unknown };
  const kept = Object.fromEntries(
    Object.entries(nullable === true ? rest : node).map(([key, value]) => [key, valid(value)]),
  );
  return (nullable === true ? { ...kept, type: [rest.type, 'null'] } : kept) as T;
}

/** Adds an example to each body without one. */
function withExamples(document: Json): Json {
  const fill = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(fill);
    if (typeof node !== 'object' || node === null) return node;
    const entries = Object.entries(node).map(([key, value]) => {
      if (key !== 'content') return [key, fill(value)];
      return [
        key,
        Object.fromEntries(
          Object.entries(value as Record<string, Json>).map(([type, media]) => {
            const needsOne = type !== 'text/html' && !('examples' in media) && !('example' in media);
            return [type, needsOne ? { ...media, example: exampleOf(media.schema as Json, document) } : media];
          }),
        ),
      ];
    });
    return Object.fromEntries(entries);
  };
  return { ...document, paths: fill(document.paths) };
}

/** The exports of a function's file. */
interface Module {
  readonly endpoint: HttpDeclaration;
  readonly returns: Returns;
  readonly example?: Json;
}

function operation(name: string, path: string, { endpoint, returns, example }: Module, components: Components): Json {
  const { route, dialect, organization, creates, query, body, accepts } = endpoint;
  const { summary, description } = commentOf(name);
  const recorded = recordedExamples()[name];
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(({ 1: parameter, index }) => ({
      name: parameter,
      in: 'path',
      required: true,
      description: `The id from the list \`${path.slice(0, index - 1)}\`.`,
      schema: { type: 'string' },
    })),
    ...(query ? queryParameters(query) : []),
    ...(organization && !route.includes('{organizationId}') ? [{ $ref: '#/components/parameters/Organization' }] : []),
    ...(creates ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
  return {
    operationId: name.replace(/[/-](\w)/g, (_, letter: string) => letter.toUpperCase()),
    tags: [tagOf(name)],
    summary,
    description: description || summary,
    security: security(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: {
          [accepts === '*/*' ? 'application/json' : accepts]: {
            schema: inputSchema(body),
            ...((example ?? recorded?.sent) !== undefined && { example: example ?? recorded?.sent }),
          },
        },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(returns).map(([status, schema]) => [
          status,
          success(dialect, status, schema, components, recorded),
        ]),
      ),
      ...refusals(dialect, refusalsOf(endpoint), components),
    },
  };
}

function security({ caller, dialect }: HttpDeclaration): Json[] {
  if (dialect === 'rocketchat') return [{ bearer: [] }, { authToken: [], userId: [] }];
  if (caller.includes('link')) return [{}, { bearer: [] }];
  return caller.includes('anybody') ? [] : [{ bearer: [] }];
}

function success(
  dialect: Dialect,
  status: string,
  schema: Schema | null,
  components: Components,
  recorded: RecordedExample | undefined,
): Json {
  const description = STATUS_CODES[status];
  const isRecorded = String(recorded?.status) === status;
  if (schema) {
    const media = { schema: outputSchema(schema, components), ...(isRecorded && { example: recorded?.body }) };
    return { description, content: { [errorFormOf(dialect).mediaType]: media } };
  }
  return dialect === 'page' ? { description, content: content(dialect, { type: 'string' }) } : { description };
}

/** Returns one response for each status. It lists its codes, and has a name made of them. */
function refusals(dialect: Dialect, codes: readonly RefusalCode[], components: Components): Json {
  const each = codes.flatMap((code) => {
    const own = ownReply(dialect, code);
    return (own ? [own.status] : statusesOf(dialect, code)).map((status) => ({ status, code }));
  });
  const byStatus = Map.groupBy(each, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, entries]) => {
      const codesOfStatus = entries.map(({ code }) => code);
      const name = [dialect, ...codesOfStatus].join('.');
      components.responses[name] ??= refusal(dialect, codesOfStatus, components);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function refusal(dialect: Dialect, codes: readonly RefusalCode[], components: Components): Json {
  const { problem } = errorFormOf(dialect);
  const whole: Json = problem ? outputSchema(problem, components) : { type: 'string' };
  const schema = dialect === 'v1' ? { allOf: [whole, { properties: { error: { enum: codes } } }] } : whole;
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleReply(dialect, code)?.body }]));
  return {
    description: codes.map((code) => `- \`${publicCodeOf(dialect, code)}\`: ${MESSAGES[code]}`).join('\n'),
    content: problem ? { [errorFormOf(dialect).mediaType]: { schema, examples } } : content(dialect, schema),
  };
}

function content(dialect: Dialect, schema: Json): Json {
  return { [errorFormOf(dialect).mediaType]: { schema } };
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
