import * as z from 'zod/mini';
import { CHARGER_ERRORS, CHARGER_STATUSES, CONNECTION_STATUSES } from '../../domain/charger.ts';
import { TEAM_KINDS } from '../../domain/team.ts';

// The schemas of answers in Volt Time's dialect, for the documents and the tests. No handler imports this file, so that
// bundles don't contain it.

const timestamp = z.string().check(z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/));
/** A UUID of version 8 (RFC 9562). */
const uuid = z.string().check(z.regex(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/));
/** The domain is in Unicode, not in Punycode. */
const address = z.email({ pattern: z.regexes.unicodeEmail });
const integer = z.int().check(z.minimum(1));

export const Team = z.strictObject({
  uuid,
  id: integer,
  is_personal_team: z.boolean(),
  name: z.string(),
  type: z.enum(TEAM_KINDS),
  /** Null for a team that was created in another dialect. */
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
  /** The team that owns the site. */
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
    /** Whether it currently sees sensitive data. */
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

/** The answer to a new invite. A replayed answer has no token and no links. */
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

/** An invite in the list of a site's invites. */
export const Invite = z.strictObject({
  id: integer,
  email: z.email(),
  status: z.enum(['pending', 'accepted', 'withdrawn', 'expired']),
  transfer_ownership: z.boolean(),
  /** Whether it grants sensitive data, and the expiry; null: no expiry, or no grant. */
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

/** Laravel's envelope of one resource. */
export function resource(data: z.core.$ZodType) {
  return z.strictObject({ data });
}

/** Laravel's envelope of a list, with `links` and `meta` if the request has a page number or more rows follow. */
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

/** Every refusal. `errors` is about invalid fields; `error` is our code for refusals without a text of Laravel's. */
export const Problem = z.strictObject({
  message: z.string(),
  errors: z.optional(z.record(z.string(), z.array(z.string()))),
  error: z.optional(z.string()),
});
