import * as z from 'zod/mini';
import { CHARGER_ERRORS, CHARGER_STATUSES, CONNECTION_STATUSES } from '../../domain/charger.ts';
import { TEAM_KINDS } from '../../domain/team.ts';

// What Volt Time's API answers: read by the documents and the tests. No handler imports this file, so that no bundle
// carries it.

const timestamp = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/));
/** RFC 9562's version 8. */
const uuid = z.string().check(z.regex(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/));
/** Its domain is as people write it. */
const address = z.email({ pattern: z.regexes.unicodeEmail });
const integer = z.int().check(z.minimum(1));

export const Team = z.strictObject({
  uuid,
  id: integer,
  is_personal_team: z.boolean(),
  name: z.string(),
  type: z.enum(TEAM_KINDS),
  /** Null for a team that was made elsewhere. */
  email: z.nullable(address),
  created_at: timestamp,
  updated_at: timestamp,
});

export const Site = z.strictObject({
  uuid,
  id: integer,
  name: z.string(),
  address: z.nullable(z.string()),
  timezone: z.nullable(z.string()),
  /** Of the team that owns it. */
  team_uuid: uuid,
  created_at: timestamp,
  updated_at: timestamp,
});

/** A team that has access to a site. */
export const SiteTeam = z.strictObject({
  uuid,
  name: z.string(),
  type: z.enum(TEAM_KINDS),
  email: z.nullable(address),
  access: z.strictObject({
    is_owner: z.boolean(),
    /** Whether it sees sensitive data at this moment. */
    data_access: z.boolean(),
    data_access_expires_at: z.nullable(timestamp),
    can_access_all_assets: z.boolean(),
    created_at: timestamp,
    updated_at: timestamp,
  }),
  created_at: timestamp,
  updated_at: timestamp,
});

export const Charger = z.strictObject({
  uuid,
  id: integer,
  identity: z.string(),
  reference: z.nullable(z.string()),
  connection_status: z.enum(CONNECTION_STATUSES),
  status: z.nullable(z.enum(CHARGER_STATUSES)),
  error: z.nullable(z.enum(CHARGER_ERRORS)),
  error_info: z.nullable(z.string()),
  created_at: timestamp,
  updated_at: timestamp,
  licenses: z.strictObject({ smart: z.boolean(), pro: z.boolean() }),
});

/** What came of an invite; an answer that is given again has no token and no links. */
export const NewInvite = z.strictObject({
  message: z.string(),
  invite: z.strictObject({
    id: integer,
    email: address,
    token: z.optional(z.string().check(z.length(64))),
    expires_at: timestamp,
  }),
  invite_token: z.optional(z.string().check(z.length(64))),
  invite_links: z.optional(z.strictObject({ web: z.url(), deep_link: z.string() })),
});

/** An invite in the list of those who manage the site. */
export const Invite = z.strictObject({
  id: integer,
  email: z.email(),
  status: z.enum(['pending', 'accepted', 'withdrawn', 'expired']),
  transfer_ownership: z.boolean(),
  /** Whether it gives sensitive data, and until when; null: without an end, or not at all. */
  data_access: z.boolean(),
  data_access_expires_at: z.nullable(timestamp),
  can_access_all_assets: z.boolean(),
  created_at: timestamp,
  expires_at: timestamp,
});

export const AcceptedInvite = z.strictObject({
  message: z.string(),
  site_id: integer,
  team_uuid: uuid,
  is_owner: z.boolean(),
  data_access: z.boolean(),
});

export const Message = z.strictObject({ message: z.string() });

/** Laravel's envelope of one thing. */
// @__NO_SIDE_EFFECTS__
export function resource(data: z.core.$ZodType) {
  return z.strictObject({ data });
}

/** Laravel's envelope of a list: `links` and `meta` stand there when a page was asked for, or there are more. */
// @__NO_SIDE_EFFECTS__
export function list(row: z.core.$ZodType) {
  const place = z.nullable(z.int().check(z.minimum(1)));
  return z.strictObject({
    data: z.array(row),
    links: z.optional(
      z.strictObject({ first: z.url(), last: z.null(), prev: z.nullable(z.url()), next: z.nullable(z.url()) }),
    ),
    meta: z.optional(
      z.strictObject({ current_page: integer, from: place, path: z.url(), per_page: integer, to: place }),
    ),
  });
}

/** Every refusal: `errors` says what is wrong with fields, `error` is our code where Laravel has no words of its own. */
export const Problem = z.strictObject({
  message: z.string(),
  errors: z.optional(z.record(z.string(), z.array(z.string()))),
  error: z.optional(z.string()),
});
