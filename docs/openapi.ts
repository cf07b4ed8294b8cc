import { readFileSync } from 'node:fs';
import { STATUS_CODES } from 'node:http';
import * as z from 'zod/mini';
import { contents } from '../functions/index.ts';
import type { Dialect } from '../lib/dialects/dialect.ts';
import type { Format, Reply } from '../lib/dialects/format.ts';
import { ChangedTeamBody, NewTeamBody, PutTeamBody } from '../lib/dialects/papershift/document.ts';
import { papershift as papershiftFormat } from '../lib/dialects/papershift/format.ts';
import { MEDIA_TYPE } from '../lib/dialects/papershift/media-type.ts';
import * as papershift from '../lib/dialects/papershift/schemas.ts';
import { statusesOf as statusesInPapershift } from '../lib/dialects/papershift/statuses.ts';
import { rocketchat as rocketchatFormat } from '../lib/dialects/rocketchat/format.ts';
import * as rocketchat from '../lib/dialects/rocketchat/schemas.ts';
import { v1 as v1Format } from '../lib/dialects/v1/format.ts';
import * as v1 from '../lib/dialects/v1/schemas.ts';
import { statusOf as statusInVoltTime, volttime as volttimeFormat } from '../lib/dialects/volttime/format.ts';
import * as volttime from '../lib/dialects/volttime/schemas.ts';
import { Address, AnyRow, InvitationRow } from '../lib/domain/input.ts';
import { type Details, REFUSALS, type RefusalCode } from '../lib/domain/refusal.ts';
import type { HttpDeclaration } from '../lib/http/declaration.ts';
import { MESSAGES } from '../lib/http/messages.ts';
import { IDEMPOTENCY_KEY } from '../lib/http/once.ts';
import { refusalsOf } from '../lib/http/refusals.ts';
import { commentOf } from './comments.ts';
import { describeFields, exampleOf } from './described.ts';

type Json = Record<string, unknown>;
type Schema = z.core.$ZodType;
type Returns = Readonly<Record<string, Schema | null>>;

/** How a dialect writes. */
interface Writing {
  readonly mediaType: string;
  /** Its errors: their schema and their texts; none where people read them. */
  readonly problem?: Schema;
  readonly format?: Format;
  /** Whether its format alone knows texts and statuses of refusals. */
  readonly isOwn?: true;
  /** What the example of a `validation_failed` says. */
  readonly details?: Details;
}

const DIALECTS: Partial<Record<Dialect, Writing>> = {
  v1: {
    mediaType: 'application/json',
    problem: v1.Problem,
    format: v1Format,
    details: { name: ['is required'] },
  },
  papershift: { mediaType: MEDIA_TYPE, problem: papershift.PapershiftProblem, format: papershiftFormat },
  volttime: {
    mediaType: 'application/json',
    problem: volttime.Problem,
    format: volttimeFormat,
    details: { name: ['The name field is required.'] },
  },
  page: { mediaType: 'text/html' },
  rocketchat: {
    mediaType: 'application/json',
    problem: rocketchat.RocketChatProblem,
    format: rocketchatFormat,
    isOwn: true,
  },
};

/** What endpoints are about, in the order in which somebody who is new reads of them. */
const TAGS: readonly { readonly name: string; readonly description: string; readonly functions: RegExp }[] = [
  {
    name: 'Organizations',
    functions: /^organizations\//,
    description: 'Make, rename, hand over and delete organizations.',
  },
  {
    name: 'Invitations',
    functions: /^invitations\//,
    description: 'Invite people by e-mail, one or many; accept and decline.',
  },
  { name: 'Members', functions: /^members\//, description: 'Who is in an organization, and as what.' },
  { name: 'Teams', functions: /^teams\//, description: 'Teams below each other, and who is in them.' },
  { name: 'Oneself', functions: /^me\//, description: 'The caller: profile, memberships, what waits for an answer.' },
  { name: 'Access tokens', functions: /^access-tokens\//, description: 'Credentials for programs.' },
  { name: 'Access to sites', functions: /^access\//, description: 'Who may do what with a site, and why.' },
  { name: 'Audit log', functions: /^audit-logs\//, description: 'Who did what in an organization, and when.' },
  { name: 'Health', functions: /^health\//, description: 'Whether the service answers.' },
  { name: 'Pages', functions: /^pages\//, description: 'What the links in mails open, and their buttons.' },
  {
    name: 'Volt Time: teams',
    functions: /^volttime\/(list|create)-teams?(-v\d)?$/,
    description: 'The same teams in Volt Time’s API: docs/volt-time.md.',
  },
  {
    name: 'Volt Time: chargers',
    functions: /^volttime\/.*charger/,
    description: 'Chargers of sites: docs/volt-time.md.',
  },
  {
    name: 'Volt Time: sharing',
    functions: /^volttime\/.*(site-team|invite|sensitive|asset)/,
    description: 'Which teams have access to a site, and to what of it: docs/volt-time.md.',
  },
  { name: 'Volt Time: sites', functions: /^volttime\//, description: 'Sites of teams: docs/volt-time.md.' },
  {
    name: 'Papershift: teams',
    functions: /^papershift\//,
    description: 'The same teams in Papershift’s API, JSON:API 1.1: docs/papershift.md.',
  },
  {
    name: 'Rocket.Chat: teams',
    functions: /^rocketchat\//,
    description: 'The same teams in Rocket.Chat’s API: docs/rocketchat.md.',
  },
];

/** The statuses that a refusal may have in a dialect. */
export function statusesOf(dialect: Dialect, code: RefusalCode): readonly number[] {
  if (dialect === 'papershift') return statusesInPapershift(code);
  if (dialect === 'volttime') return [statusInVoltTime(code)];
  // One endpoint alone tells of a missing team by 404.
  if (dialect === 'rocketchat' && code === 'team_not_found') return [400, 404];
  return [told(dialect, code)?.status ?? REFUSALS[code]];
}

/** What bodies are like that code reads, not a schema. */
const BODIES = new Map<Schema, Schema>([
  [NewTeamBody, papershift.PapershiftNewTeam],
  [ChangedTeamBody, papershift.PapershiftChangedTeam],
  [PutTeamBody, papershift.PapershiftPutTeam],
]);

const QUERY_PARAMETERS: Readonly<Record<string, string>> = {
  page: 'The page, counted from 1; not beside `cursor`.',
  perPage: 'How many rows a page has; 20 unless said.',
  role: 'Only members with this role. With a filter there is no total, and a page may be short.',
  userId: 'Only the member that this user is, or none. With a filter there is no total.',
  email: 'Only the member with this address, or the invitations to it. With a filter there is no total.',
  status: 'Only invitations in this state, by the clock. With a filter there is no total, and a page may be short.',
  delivery: 'Only invitations whose latest mail is in this state of delivery.',
  action: 'Only entries of this action.',
  actor: 'Only what this user, access token or link did: the id of `actorId`.',
  from: 'Only entries from this moment on, in ISO 8601.',
  to: 'Only entries before this moment, in ISO 8601.',
  site: 'The site, by its UUID, its integer or its id.',
  member: 'The member, by id; for others than ADMINs their own.',
  cursor: 'The `meta.nextCursor` of the page before: continues after it, however long the list is.',
  token: 'The token of the mailed link.',
  of: '`site` where the link is one of an invite to a site; else `invitation`.',
  include: 'Of `parent_team,team_memberships`, what is to come with each team. A page has at most 25 teams then.',
  'fields[team]': 'The attributes and relationships that a team is to have; none for an empty list.',
  'fields[team_membership]': 'The attributes that a team membership is to have.',
  'filter[team_memberships][role]':
    'Only such of the included memberships. Any attribute of `team_memberships` and `parent_team` can stand here, with every operator.',
  'filter[name]':
    'Only teams of such a name: `op:value`, with `eq`, `!eq`, `gt`, `gte`, `lt`, `lte`, `pre`, `suf`, `ct`, `!ct`, `in`, `!in` (a comma list), `blank`, `present`. Any attribute and `id` can stand here; several filters have to be true at once.',
  'filter[parent_team_id]': 'Only teams below this one.',
  'filter[parent_team_id_blank]': '`1`: only what has none; any attribute can stand before `_blank` and `_present`.',
  'filter[discarded_at_present]':
    '`1`: only teams that were deleted; without a filter of `discarded_at` there are none.',
  sort: 'A comma list of `id`, `account_id`, `discarded_at`, `name`, `parent_team_id`; `-` in front for descending.',
  'page[number]': 'The page, counted from 1.',
  'page[size]': 'How many teams a page has: 100 unless said, at most 1,000; 25 with `include`.',
  'page[offset]': 'Behind how many teams the page begins; with `page[limit]`, in place of the page number.',
  'page[limit]': 'How many teams a page has, beside `page[offset]`.',
};

/** What Rocket.Chat's endpoints take. */
const ROCKETCHAT_PARAMETERS: Readonly<Record<string, string>> = {
  teamId: 'The team, by id; either this or `teamName`.',
  teamName: 'The team, by name, whatever the letter case.',
  roomId: 'The team, by the id of its main room.',
  userId: 'Whose rooms.',
  canUserDelete: 'Means nothing: there are no rooms.',
  filter: 'Means nothing: there are no rooms.',
  type: 'Means nothing: there are no rooms.',
  status: 'Only members in one of these states of presence, which is `offline` for all.',
  username: 'Only members with this in their usernames.',
  name: 'Only those with this in their names; for a search, at the start of them.',
  offset: 'How many rows to leave out.',
  count: 'How many rows a page has: 50 unless said, 100 at most.',
  sort: 'JSON: the field by which rows are sorted, with 1 or -1.',
};

/** The schemas that have a name of their own in the document. */
const named = z.registry<{ id: string }>();
for (const [id, schema] of Object.entries({ ...v1, ...papershift })) {
  if (schema instanceof z.core.$ZodType) named.add(schema, { id });
}
for (const [id, schema] of Object.entries(volttime)) {
  if (schema instanceof z.core.$ZodType) named.add(schema, { id: `VoltTime${id}` });
}
for (const [id, schema] of Object.entries(rocketchat)) {
  if (schema instanceof z.core.$ZodType) named.add(schema, { id: `RocketChat${id.replace('RocketChat', '')}` });
}

/** What several routes refer to, collected while these are written. */
interface Components {
  readonly schemas: Json;
  readonly responses: Json;
}

/** The OpenAPI document of all routes, as data. */
export function openapi(): Json {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const components: Components = { schemas: {}, responses: {} };
  const paths: Record<string, Json> = {};
  for (const [name, module] of Object.entries(contents)) {
    if (!('endpoint' in module) || module.endpoint.route === '$default') continue;
    const [method, path] = module.endpoint.route.split(' ') as [string, string];
    paths[path] ??= {};
    paths[path][method.toLowerCase()] = operation(name, path, module.endpoint, module.returns, components);
  }
  const document: Json = {
    openapi: '3.1.0',
    info: { title: 'Muster', version, description },
    servers: [{ url: 'http://127.0.0.1:3000', description: 'The local stack: `npm start`.' }],
    tags: TAGS.map(({ name, description }) => ({ name, description })),
    paths: sorted(paths),
    components: {
      schemas: sorted(components.schemas),
      responses: sorted(components.responses),
      parameters: {
        Organization: {
          name: 'X-Organization-Id',
          in: 'header',
          description: 'The organization that the request is about; may be left out by who is in exactly one.',
          schema: { type: 'string' },
        },
        IdempotencyKey: {
          name: IDEMPOTENCY_KEY,
          in: 'header',
          description:
            'For 24 hours, the same request with the same key gets the same answer, without `token` or `link` (of an invite to a site `invite_token` and `invite_links`) and with the header `Idempotent-Replayed: true`, and creates nothing more. Another body under the same key is refused.',
          schema: { type: 'string', minLength: 1, maxLength: 255 },
        },
      },
      securitySchemes: {
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
          description: 'An access token, beside the id of the user whose it is.',
        },
        userId: { type: 'apiKey', in: 'header', name: 'X-User-Id', description: 'The id of that user.' },
      },
    },
  };
  return withExamples(describeFields(valid(document)));
}

/** JSON Schema as OpenAPI 3.1 has it: null is a type there, where schemas of Rocket.Chat's say `nullable`. */
function valid<T>(node: T): T {
  if (Array.isArray(node)) return node.map(valid) as T;
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as { readonly nullable?: unknown; readonly type?: unknown };
  const kept = Object.fromEntries(
    Object.entries(nullable === true ? rest : node).map(([key, value]) => [key, valid(value)]),
  );
  return (nullable === true ? { ...kept, type: [rest.type, 'null'] } : kept) as T;
}

/** Each body that has none with an example. */
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
            const needsOne = type !== 'text/html' && !('examples' in media);
            return [type, needsOne ? { ...media, example: exampleOf(media.schema as Json, document) } : media];
          }),
        ),
      ];
    });
    return Object.fromEntries(entries);
  };
  return { ...document, paths: fill(document.paths) };
}

function tagOf(name: string): string {
  const tag = TAGS.find(({ functions }) => functions.test(name));
  if (!tag) throw new Error(`Say in TAGS of docs/openapi.ts what ${name} is about.`);
  return tag.name;
}

function operation(
  name: string,
  path: string,
  declaration: HttpDeclaration,
  returns: Returns,
  components: Components,
): Json {
  const { route, dialect, organization, creates, query, body, accepts } = declaration;
  const { summary, description } = commentOf(name);
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(({ 1: parameter, index }) => ({
      name: parameter,
      in: 'path',
      required: true,
      description: `The id, as \`${path.slice(0, index - 1)}\` lists it.`,
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
    security: security(declaration),
    ...(parameters.length > 0 && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { [accepts === '*/*' ? 'application/json' : accepts]: { schema: inputSchema(body) } },
      },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(returns).map(([status, schema]) => [status, success(dialect, status, schema, components)]),
      ),
      ...refusals(dialect, refusalsOf(declaration), components),
    },
  };
}

function security({ caller, dialect }: HttpDeclaration): Json[] {
  if (dialect === 'rocketchat') return [{ bearer: [] }, { authToken: [], userId: [] }];
  if (caller.includes('link')) return [{}, { bearer: [] }];
  return caller.includes('anybody') ? [] : [{ bearer: [] }];
}

function queryParameters(query: Schema): Json[] {
  const { properties, required } = inputSchema(query) as { properties?: Record<string, Json>; required?: string[] };
  if (!(query instanceof z.core.$ZodObject) && properties) {
    return Object.entries(properties).map(([name, schema]) => ({
      ...{ name, in: 'query', required: required?.includes(name) ?? false },
      ...{ description: ROCKETCHAT_PARAMETERS[name] ?? undescribed(name), schema },
    }));
  }
  if (!(query instanceof z.core.$ZodObject)) throw new TypeError('The schema of a query is an object.');
  return Object.entries(query._zod.def.shape).map(([name, schema]) => {
    const description = QUERY_PARAMETERS[name];
    if (!description) undescribed(name);
    // A query is text: what counts is what it is read as, and whether fractions are.
    const { $schema, ...read } = z.toJSONSchema(schema);
    const whole = read.type === 'number' && !z.safeParse(schema, '1.5').success;
    const required = schema._zod.optin !== 'optional';
    return { name, in: 'query', required, description, schema: whole ? { ...read, type: 'integer' } : read };
  });
}

function undescribed(name: string): never {
  throw new Error(`Describe the query parameter ${name} in docs/openapi.ts.`);
}

/** What may be sent; how it is normalized, and what a transform checks, can't be seen in a schema. */
function inputSchema(schema: Schema): Json {
  const { $schema, ...json } = z.toJSONSchema(BODIES.get(schema) ?? schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema === Address) jsonSchema.format = 'email';
      // Each row is validated by itself.
      if (zodSchema === AnyRow) Object.assign(jsonSchema, inputSchema(InvitationRow));
    },
  });
  return json;
}

/** What is answered. Fields may be added to answers at any time, so that the document doesn't exclude any. */
function outputSchema(schema: Schema, { schemas }: Components): Json {
  const { $schema, $defs, ...json } = z.toJSONSchema(schema, {
    metadata: named,
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
      if (jsonSchema.format) delete jsonSchema.pattern;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    },
  });
  const relocated = <T>(value: T): T =>
    JSON.parse(JSON.stringify(value).replaceAll('"#/$defs/', '"#/components/schemas/'));
  Object.assign(schemas, relocated($defs ?? {}));
  return relocated(json);
}

function success(dialect: Dialect, status: string, schema: Schema | null, components: Components): Json {
  const description = STATUS_CODES[status];
  if (schema) return { description, content: content(dialect, outputSchema(schema, components)) };
  return dialect === 'page' ? { description, content: content(dialect, { type: 'string' }) } : { description };
}

/** One response a status, which lists the codes that it stands for and is named after them. */
function refusals(dialect: Dialect, codes: readonly RefusalCode[], components: Components): Json {
  const each = codes.flatMap((code) => {
    const said = told(dialect, code);
    return (said ? [said.status] : statusesOf(dialect, code)).map((status) => ({ status, code }));
  });
  const byStatus = Map.groupBy(each, ({ status }) => status);
  return Object.fromEntries(
    [...byStatus].map(([status, entries]) => {
      const some = entries.map(({ code }) => code);
      const name = [dialect, ...some].join('.');
      components.responses[name] ??= refusal(dialect, some, components);
      return [status, { $ref: `#/components/responses/${name}` }];
    }),
  );
}

function refusal(dialect: Dialect, codes: readonly RefusalCode[], components: Components): Json {
  const { problem } = writing(dialect);
  const whole: Json = problem ? outputSchema(problem, components) : { type: 'string' };
  const schema = dialect === 'v1' ? { allOf: [whole, { properties: { error: { enum: codes } } }] } : whole;
  const examples = Object.fromEntries(codes.map((code) => [code, { value: shown(dialect, code)?.body }]));
  return {
    description: codes.map((code) => `- \`${saidOf(dialect, code)}\`: ${MESSAGES[code]}`).join('\n'),
    content: problem ? { [writing(dialect).mediaType]: { schema, examples } } : content(dialect, schema),
  };
}

/** A refusal as a dialect tells it that has texts and statuses of its own. */
function told(dialect: Dialect, code: RefusalCode): Reply | undefined {
  return writing(dialect).isOwn && shown(dialect, code);
}

/** A refusal as the dialect tells it, of a request that stands for all. */
function shown(dialect: Dialect, code: RefusalCode): Reply | undefined {
  const { format, details } = writing(dialect);
  return format?.problem({
    ...{ code, status: REFUSALS[code], message: MESSAGES[code], requestId: '1f6f2b6e-6f0d-4c3e-9d0a-0d9a5d1f7c11' },
    ...{ method: 'GET', path: '/api/v3/teams/7/sites/7/chargers/7', headers: { allow: 'POST' } },
    ...{ acceptLanguage: undefined, details: code === 'validation_failed' ? details : undefined },
  });
}

/** By what a refusal is known. */
function saidOf(dialect: Dialect, code: RefusalCode): string {
  const { error, errorType } = (told(dialect, code)?.body ?? {}) as { error?: string; errorType?: string };
  return errorType || error || code;
}

function content(dialect: Dialect, schema: Json): Json {
  return { [writing(dialect).mediaType]: { schema } };
}

function writing(dialect: Dialect) {
  const known = DIALECTS[dialect];
  if (!known) throw new Error(`Say in DIALECTS of docs/openapi.ts how the dialect ${dialect} writes its errors.`);
  return known;
}

function sorted<T>(record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
