import * as z from 'zod/mini';
import { AUDIT_ACTIONS } from '../../domain/audit.ts';
import { SITE_ACTIONS } from '../../domain/explanation.ts';
import { DELIVERY_STATES, INVITATION_STATUSES } from '../../domain/invitation.ts';
import { LANGUAGES } from '../../domain/language.ts';
import { ROLES } from '../../domain/roles.ts';
import { TEAM_ROLES } from '../../domain/team.ts';

// What the native API answers: read by the documents and the tests. No handler imports this file, so that no bundle
// carries it.

const timestamp = z.iso.datetime({ precision: 3 });
const id = (prefix: string) => z.string().check(z.regex(new RegExp(`^${prefix}_[0-7][0-9a-v]{25}$`)));
const organizationId = id('org');
const userId = id('usr');
const memberId = id('mem');
const role = z.enum(ROLES);
const language = z.enum(LANGUAGES);
/** Its domain is as people write it. */
const address = z.email({ pattern: z.regexes.unicodeEmail });

export const Member = z.strictObject({
  id: memberId,
  role,
  organizationId,
  owner: z.boolean(),
  userId,
  userProfile: z.strictObject({ id: userId, firstName: z.string(), lastName: z.string(), email: address }),
  createdAt: timestamp,
  updatedAt: timestamp,
  claimed: z.boolean(),
});

export const Invitation = z.strictObject({
  id: id('inv'),
  email: address,
  status: z.enum(INVITATION_STATUSES),
  role,
  organizationId,
  organizationName: z.string(),
  sentAt: z.nullable(timestamp),
  createdAt: timestamp,
  updatedAt: timestamp,
  expiresAt: timestamp,
  invitedBy: userId,
  /** Of the latest mail; null where the inviter took the link instead. */
  delivery: z.nullable(
    z.strictObject({
      state: z.enum(DELIVERY_STATES),
      attempts: z.int().check(z.minimum(0)),
      at: timestamp,
      reason: z.nullable(z.string()),
    }),
  ),
  language: z.nullable(language),
  message: z.nullable(z.string()),
  teams: z.array(z.string()),
  joinedTeams: z.nullable(z.array(z.string())),
  skippedTeams: z.nullable(z.array(z.string())),
  reminders: z.int().check(z.minimum(0), z.maximum(2)),
  remindersStoppedAt: z.nullable(timestamp),
});

/** The answer to inviting: it alone carries the link, where no mail does. */
export const NewInvitation = z.extend(Invitation, { link: z.optional(z.url()) });

/** What became of each row of a bulk request. `status` and `error` are what the row would have got by itself. */
export const BulkAnswer = z.strictObject({
  data: z.array(
    z.union([
      /** The `id` is null in a dry run. */
      z.strictObject({
        index: z.int(),
        status: z.literal(201),
        invitation: z.extend(Invitation, { id: z.nullable(id('inv')) }),
      }),
      z.strictObject({
        index: z.int(),
        status: z.int(),
        error: z.string(),
        message: z.string(),
        details: z.optional(z.record(z.string(), z.array(z.string()))),
        /** Seconds, as `Retry-After` would say them. */
        retryAfter: z.optional(z.int()),
      }),
    ]),
  ),
});

export const Organization = z.strictObject({
  id: organizationId,
  name: z.string(),
  createdAt: timestamp,
  updatedAt: timestamp,
  language,
});

/** An offer of an organization's ownership to one of its members. */
export const OwnershipOffer = z.strictObject({
  organizationId,
  organizationName: z.string(),
  memberId,
  offeredBy: memberId,
  createdAt: timestamp,
  expiresAt: timestamp,
});

/** An organization, with the open offer of its ownership, which the owner sees and whom it was made to. */
export const OrganizationWithOffer = z.extend(Organization, { ownershipOffer: z.nullable(OwnershipOffer) });

/** An organization with what the caller is in it. */
export const MyOrganization = z.extend(Organization, { memberId, role, owner: z.boolean() });

const teamId = z.string().check(z.regex(/^team_[01][0-9a-v]{19}$/));

export const Team = z.strictObject({
  id: teamId,
  name: z.string(),
  description: z.nullable(z.string()),
  organizationId,
  /** Null for the default team alone. */
  parentTeamId: z.nullable(teamId),
  isPrivate: z.boolean(),
  isDefault: z.boolean(),
  memberCount: z.int().check(z.minimum(0)),
  createdBy: userId,
  createdAt: timestamp,
  updatedAt: timestamp,
});

export const TeamMember = z.strictObject({
  teamId,
  memberId,
  userId,
  role: z.enum(TEAM_ROLES),
  userProfile: z.strictObject({ id: userId, firstName: z.string(), lastName: z.string(), email: address }),
  createdAt: timestamp,
  updatedAt: timestamp,
});

export const Acceptance = z.strictObject({ member: Member, invitation: Invitation });

export const Declination = z.strictObject({ invitation: Invitation });

export const AccessToken = z.strictObject({
  id: id('key'),
  name: z.string(),
  organizationId,
  userId,
  role: z.nullable(role),
  expiresAt: z.nullable(timestamp),
  createdAt: timestamp,
});

/** The answer to making a token: the only one that ever carries it, and not when it is given again. */
export const NewAccessToken = z.extend(AccessToken, {
  token: z.optional(z.string().check(z.regex(/^mst_[A-Za-z0-9_-]{107}$/))),
});

export const Profile = z.strictObject({
  id: userId,
  email: address,
  emailVerified: z.literal(true),
  firstName: z.string(),
  lastName: z.string(),
  username: z.string(),
});

export const Me = z.strictObject({
  id: z.nullable(userId),
  email: address,
  emailVerified: z.boolean(),
  firstName: z.string(),
  lastName: z.string(),
  username: z.string(),
  memberships: z.array(
    z.strictObject({
      id: memberId,
      role,
      organizationId,
      organizationName: z.string(),
      owner: z.boolean(),
    }),
  ),
  teams: z.array(z.strictObject({ id: teamId, name: z.string(), organizationId, role: z.enum(TEAM_ROLES) })),
  invitations: z.array(Invitation),
  blockedOrganizations: z.array(z.strictObject({ organizationId, organizationName: z.string(), blockedAt: timestamp })),
  ownershipOffers: z.array(OwnershipOffer),
});

export const AuditEntry = z.strictObject({
  id: id('aud'),
  action: z.enum(AUDIT_ACTIONS),
  resourceType: z.enum(['organization', 'member', 'invitation', 'accessToken', 'team', 'site', 'charger']),
  resourceId: z.string(),
  actorType: z.enum(['user', 'apiKey', 'link', 'organization', 'operator', 'system', 'ses']),
  actorId: z.string(),
  organizationId,
  workspaceId: z.null(),
  metadata: z.nullable(
    z.strictObject({
      before: z.optional(z.record(z.string(), z.unknown())),
      after: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  requestId: z.string(),
  sourceAddress: z.nullable(z.string()),
  createdAt: timestamp,
});

const actions = z.array(z.enum(SITE_ACTIONS));
/** Null: all of the site. */
const chargerIds = z.nullable(z.array(z.string()));

export const Explanation = z.strictObject({
  memberId,
  userId,
  siteId: z.string(),
  siteUuid: z.string(),
  siteName: z.string(),
  /** What all reasons give together, as the chargers too; those of whose sensitive data are among them. */
  actions,
  chargerIds,
  sensitiveChargerIds: chargerIds,
  reasons: z.array(
    z.strictObject({
      /** ADMIN: of the team's organization; TEAM: in the team itself; PARENT_TEAM: in one above it. */
      by: z.enum(['ADMIN', 'TEAM', 'PARENT_TEAM']),
      role,
      teamId,
      teamName: z.string(),
      /** The team in which the member is, and as what; null for an ADMIN who is in none. */
      placeTeamId: z.nullable(teamId),
      placeRole: z.nullable(z.enum(TEAM_ROLES)),
      share: z.enum(['OWNER', 'SHARED']),
      chargerIds,
      sensitive: z.boolean(),
      /** When the last grant ends or has ended; null for none, and for one without an end. */
      sensitiveUntil: z.nullable(timestamp),
      /** Which chargers each grant is for, and until when. */
      grants: z.array(z.strictObject({ chargerIds, until: z.nullable(timestamp) })),
      actions,
    }),
  ),
});

/** The envelope of lists: `total` where it is kept, `page` where the list was asked for by page number. */
// @__NO_SIDE_EFFECTS__
export function list(row: z.core.$ZodType) {
  return z.strictObject({
    data: z.array(row),
    meta: z.strictObject({
      total: z.optional(z.int().check(z.minimum(0))),
      page: z.optional(z.int().check(z.minimum(1))),
      perPage: z.int().check(z.minimum(1), z.maximum(100)),
      nextCursor: z.nullable(z.string()),
    }),
  });
}

export const Message = z.strictObject({ message: z.string() });
export const Health = z.strictObject({ status: z.literal('ok') });

/** Every refusal. */
export const Problem = z.strictObject({
  message: z.string(),
  error: z.string(),
  details: z.optional(z.record(z.string(), z.array(z.string()))),
  requestId: z.optional(z.string()),
});
