import * as z from 'zod/mini';
import { inputSchema, type Json, type Schema } from './schemas.ts';

/** What the parameters of queries mean, by their names. */
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

/** The parameters of a query, as OpenAPI has them. @throws Error when one is described nowhere */
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
    // A query is text: what counts is what it is read as, and whether fractions are.
    const { $schema, ...read } = z.toJSONSchema(schema);
    const whole = read.type === 'number' && !z.safeParse(schema, '1.5').success;
    const required = schema._zod.optin !== 'optional';
    return { name, in: 'query', required, description, schema: whole ? { ...read, type: 'integer' } : read };
  });
}

function undescribed(name: string): never {
  throw new Error(`Describe the query parameter ${name} in docs/parameters.ts.`);
}
