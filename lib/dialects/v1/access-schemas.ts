import * as z from 'zod/mini';
import { CHECK_REASONS } from '../../domain/access-check.ts';
import { SITE_ACTIONS } from '../../domain/explanation.ts';
import { TEAM_ROLES } from '../../domain/team.ts';
import { memberId, role, teamId, timestamp, userId } from './fields.ts';

// The schemas of answers about access.

const actions = z.array(z.enum(SITE_ACTIONS));
/** Null: all chargers of the site. */
const chargerIds = z.nullable(z.array(z.string()));

export const Explanation = z.strictObject({
  memberId,
  userId,
  siteId: z.string(),
  siteUuid: z.string(),
  siteName: z.string(),
  /** `actions`, `chargerIds` and `sensitiveChargerIds` combine all reasons. */
  actions,
  chargerIds,
  sensitiveChargerIds: chargerIds,
  reasons: z.array(
    z.strictObject({
      /** ADMIN: of the team's organization; TEAM: member of the team; PARENT_TEAM: member of a team above it. */
      by: z.enum(['ADMIN', 'TEAM', 'PARENT_TEAM']),
      role,
      teamId,
      teamName: z.string(),
      /** The team that the member belongs to, and their role in it; null for an ADMIN who is in neither. */
      placeTeamId: z.nullable(teamId),
      placeRole: z.nullable(z.enum(TEAM_ROLES)),
      share: z.enum(['OWNER', 'SHARED']),
      chargerIds,
      sensitive: z.boolean(),
      /** When the last grant expires or expired; null for no grant, and for one without an expiry. */
      sensitiveUntil: z.nullable(timestamp),
      /** The chargers and the expiry of each grant. */
      grants: z.array(z.strictObject({ chargerIds, until: z.nullable(timestamp) })),
      actions,
    }),
  ),
});

/** A signed statement of a membership. */
export const Session = z.strictObject({
  token: z.string().check(z.regex(/^[\w-]+\.[\w-]+\.[\w-]+$/)),
  expiresAt: timestamp,
});

/** The public keys of statements, as a JSON Web Key Set (RFC 7517). */
export const KeySet = z.strictObject({
  keys: z.array(
    z.strictObject({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      alg: z.literal('ES256'),
      use: z.literal('sig'),
      kid: z.string(),
      x: z.string(),
      y: z.string(),
    }),
  ),
});

/** Whether a member has a permission. */
export const AccessCheck = z.strictObject({
  allowed: z.boolean(),
  /** The id of the member; of a person who is no member, the id of the request. */
  member: z.string(),
  permission: z.string(),
  resource: z.nullable(z.string()),
  role: z.nullable(role),
  /** Absent if it is allowed. */
  reason: z.optional(z.enum(CHECK_REASONS)),
});
