import * as z from 'zod/mini';
import { DELIVERY_STATES, INVITATION_STATUSES } from '../../domain/invitation.ts';
import { TEAM_ROLES } from '../../domain/team.ts';
import {
  address,
  creatorId,
  id,
  language,
  memberId,
  organizationId,
  role,
  teamId,
  timestamp,
  userId,
} from './fields.ts';

// The schemas of the native API's answers, for the documents and the tests. Handlers only name them, in `returns`, which
// no function reads: bundles don't contain them.

export * from './access-schemas.ts';
export * from './event-schemas.ts';

const UserProfile = z.strictObject({ id: userId, firstName: z.string(), lastName: z.string(), email: address });

export const Member = z.strictObject({
  id: memberId,
  role,
  organizationId,
  owner: z.boolean(),
  userId,
  userProfile: UserProfile,
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
  invitedBy: creatorId,
  /** The delivery of the latest mail; null if the inviter got the link instead. */
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
  redirectUrl: z.nullable(z.url()),
});

/** An invitation as its invitee sees it. */
export const InvitationToMe = z.extend(Invitation, { inviterName: z.nullable(z.string()) });

const inEachLanguage = z.strictObject({ en: z.string(), de: z.string() });

/** A role, with its words in each language. */
export const RoleDescription = z.strictObject({ role, label: inEachLanguage, description: inEachLanguage });
export const RoleList = z.strictObject({ data: z.array(RoleDescription) });

/** The answer to inviting. Without a mail, only this answer contains the link. */
export const NewInvitation = z.extend(Invitation, { link: z.optional(z.url()) });

/** The result of a refused row of a bulk request. */
const RefusedRow = z.strictObject({
  index: z.int(),
  status: z.int(),
  error: z.string(),
  message: z.string(),
  details: z.optional(z.record(z.string(), z.array(z.string()))),
  /** Seconds, as in `Retry-After`. */
  retryAfter: z.optional(z.int()),
});

/** The results of a bulk request. `status` and `error` of a row are those of a single request. */
export const BulkAnswer = z.strictObject({
  data: z.array(
    z.union([
      /** The `id` is null in a dry run. */
      z.strictObject({
        index: z.int(),
        status: z.literal(201),
        invitation: z.extend(Invitation, { id: z.nullable(id('inv')) }),
      }),
      RefusedRow,
    ]),
  ),
});

/** The results of an import. `status` and `error` of a row are those of a single request. */
export const ImportAnswer = z.strictObject({
  data: z.array(
    z.union([
      /** The ids are null in a dry run. */
      z.strictObject({
        index: z.int(),
        status: z.literal(201),
        member: z.extend(Member, {
          id: z.nullable(memberId),
          userId: z.nullable(userId),
          userProfile: z.extend(UserProfile, { id: z.nullable(userId) }),
        }),
      }),
      RefusedRow,
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

/** An organization, with the open offer of its ownership. Only the owner and the offer's recipient see the offer. */
export const OrganizationWithOffer = z.extend(Organization, { ownershipOffer: z.nullable(OwnershipOffer) });

/** An organization with the caller's membership. */
export const MyOrganization = z.extend(Organization, { memberId, role, owner: z.boolean() });

export const Team = z.strictObject({
  id: teamId,
  name: z.string(),
  description: z.nullable(z.string()),
  organizationId,
  /** Null only for the default team. */
  parentTeamId: z.nullable(teamId),
  isPrivate: z.boolean(),
  isDefault: z.boolean(),
  memberCount: z.int().check(z.minimum(0)),
  createdBy: creatorId,
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

/** The answer to creating a token. Only this answer contains the token; a replayed answer doesn't. */
export const NewAccessToken = z.extend(AccessToken, {
  token: z.optional(z.string().check(z.regex(/^mst_[A-Za-z0-9_-]{107}$/))),
});

export const Integration = z.strictObject({
  id: id('int'),
  name: z.string(),
  organizationId,
  role,
  expiresAt: z.nullable(timestamp),
  createdBy: userId,
  createdAt: timestamp,
  updatedAt: timestamp,
  rotatedAt: z.nullable(timestamp),
  /** Null unless a replaced token still works. */
  previousTokenUntil: z.nullable(timestamp),
});

/** The answer to creating or rotating. Only this answer contains the token; a replayed answer doesn't. */
export const IntegrationWithToken = z.extend(Integration, {
  token: z.optional(z.string().check(z.regex(/^msi_[A-Za-z0-9_-]{86}$/))),
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
  invitations: z.array(InvitationToMe),
  blockedOrganizations: z.array(z.strictObject({ organizationId, organizationName: z.string(), blockedAt: timestamp })),
  ownershipOffers: z.array(OwnershipOffer),
});

/** The envelope of lists: with `total` if it is counted, and `page` if the request has a page number. */
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
