import * as z from 'zod/mini';
import { inputSchema, type Json, type Schema } from './schemas.ts';

/** Descriptions of query parameters, by name. */
const QUERY_PARAMETERS: Readonly<Record<string, string>> = {
  page: 'The number of the page, starting at 1; not together with `cursor`.',
  perPage: 'The number of rows of a page; default 20.',
  role: 'Only members with this role. With a filter there is no total, and a page may be short.',
  search:
    'Only members whose names, username and address have all these words somewhere, or invitations to such an address; a whole address finds only that address. Letter case and accents don’t count. With a filter there is no total, and a page may be short.',
  userId: 'Only the member with this user id. With a filter there is no total.',
  email: 'Only the member with this address, or the invitations to this address. With a filter there is no total.',
  subject:
    'Only the member who signs in with this subject (`sub`) at the issuer, or whom the operator imported with it. With a filter there is no total.',
  status: 'Only invitations in this state, by the clock. With a filter there is no total, and a page may be short.',
  delivery: 'Only invitations whose latest mail is in this state of delivery.',
  action: 'Only entries with this action.',
  actor:
    'Only entries with this `actorId`: the id of a user, an access token, an integration, an operator key or an invitation.',
  from: 'Only entries at or after this time, in ISO 8601.',
  to: 'Only entries before this time, in ISO 8601.',
  site: 'The UUID, integer or id of the site.',
  member:
    'The id of the member, at `GET /v1/access/check` also that of their user; default: the caller. Only ADMINs may name other members.',
  permission: 'A permission of the roles, of a team or a site, or of the application’s own; a refusal names all.',
  resource: 'The id of the organization (the default), of a team, or of a site.',
  cursor: 'The `meta.nextCursor` of the previous page; continues after that page, in lists of any length.',
  token: 'The token of the mailed link.',
  of: '`site` for a link of an invite to a site; otherwise `invitation`.',
  include: 'The resources to include: `parent_team,team_memberships` or one of them. A page then has at most 25 teams.',
  'fields[team]': 'The attributes and relationships of the teams in the answer; none for an empty list.',
  'fields[team_membership]': 'The attributes of the team memberships in the answer.',
  'filter[team_memberships][role]':
    'Only included memberships with this role. Every attribute of `team_memberships` and `parent_team` can be used, with every operator.',
  'filter[name]':
    'Only teams with a matching name: `op:value`, with `eq`, `!eq`, `gt`, `gte`, `lt`, `lte`, `pre`, `suf`, `ct`, `!ct`, `in`, `!in` (a comma-separated list), `blank`, `present`. Every attribute and `id` can be used; several filters are combined with AND.',
  'filter[parent_team_id]': 'Only teams below this one.',
  'filter[parent_team_id_blank]':
    '`1`: only teams without a parent; every attribute can be used before `_blank` and `_present`.',
  'filter[discarded_at_present]': '`1`: only deleted teams; without a filter of `discarded_at` the list has none.',
  sort: 'A comma-separated list of `id`, `account_id`, `discarded_at`, `name`, `parent_team_id`; `-` in front for descending.',
  'page[number]': 'The number of the page, starting at 1.',
  'page[size]': 'The number of teams of a page: default 100, at most 1,000; with `include` 25.',
  'page[offset]': 'The number of teams before the page; with `page[limit]`, instead of the page number.',
  'page[limit]': 'The number of teams of a page, with `page[offset]`.',
};

/** Descriptions of the query parameters of Rocket.Chat's endpoints. */
const ROCKETCHAT_PARAMETERS: Readonly<Record<string, string>> = {
  teamId: 'The id of the team; send either this or `teamName`.',
  teamName: 'The name of the team, without regard to letter case.',
  roomId: 'The id of the team’s main room.',
  userId: 'The id of the user whose rooms are listed.',
  canUserDelete: 'Ignored: there are no rooms.',
  filter: 'Ignored: there are no rooms.',
  type: 'Ignored: there are no rooms.',
  status: 'Only members with one of these presence states; all members are `offline`.',
  username: 'Only members whose usernames contain this text.',
  name: 'Only rows whose names contain this text; for a search, begin with it.',
  offset: 'The number of rows to skip.',
  count: 'The number of rows of a page: default 50, at most 100.',
  sort: 'A JSON object: the field to sort by, with 1 or -1.',
};

/** Returns the OpenAPI parameters of a query. @throws Error when a parameter has no description */
export function queryParameters(query: Schema): Json[] {
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
    // The schema reads text. The document needs the type of the result, and whether it must be an integer.
    const { $schema, ...read } = z.toJSONSchema(schema);
    const whole = read.type === 'number' && !z.safeParse(schema, '1.5').success;
    const required = schema._zod.optin !== 'optional';
    return { name, in: 'query', required, description, schema: whole ? { ...read, type: 'integer' } : read };
  });
}

function undescribed(name: string): never {
  throw new Error(`Describe the query parameter ${name} in docs/parameters.ts.`);
}
