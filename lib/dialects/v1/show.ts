import type { AccessToken } from '../../domain/access-token.ts';
import { showAddress } from '../../domain/address.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Explanation } from '../../domain/explanation.ts';
import { shortIdAsUuid } from '../../domain/ids.ts';
import type { Integration } from '../../domain/integration.ts';
import { type ListedInvitation, statusAt } from '../../domain/invitation.ts';
import { LANGUAGES, type Language } from '../../domain/language.ts';
import { type ListedMember, type Member, type Membership, type User, usernameOf } from '../../domain/member.ts';
import type { Organization, OwnershipOffer } from '../../domain/organization.ts';
import { type RoleLabels, type RoleWords, roleWords } from '../../domain/role-words.ts';
import type { Role } from '../../domain/roles.ts';
import { lastEnd } from '../../domain/site-access.ts';
import type { Team, TeamMembership } from '../../domain/team.ts';
import type { Webhook, WebhookDelivery } from '../../domain/webhook.ts';

/** Returns a member as the Management API shows it: its fields in the documented order, then our own. */
export function showMember(member: ListedMember) {
  const { memberId, role, organizationId, owner, userId, profile, createdAt, updatedAt, claimed } = member;
  return {
    id: memberId,
    role,
    organizationId,
    owner,
    userId,
    userProfile: {
      id: userId,
      firstName: profile.firstName,
      lastName: profile.lastName,
      email: showAddress(profile.email),
    },
    createdAt,
    updatedAt,
    claimed,
  };
}

/** Returns an invitation as the Management API shows it, with its current status and without secrets or hashes. */
export function showInvitation(invitation: ListedInvitation, organization: Organization, now: Date) {
  const { id, email, role, organizationId, sentAt, createdAt, updatedAt, expiresAt, inviterId, delivery } = invitation;
  const { language, message, teams = [], reminders, remindersStoppedAt, accepted, redirectUrl } = invitation;
  return {
    id,
    email: showAddress(email),
    status: statusAt(invitation, now),
    role,
    organizationId,
    organizationName: organization.name,
    sentAt: sentAt ?? null,
    createdAt,
    updatedAt,
    expiresAt,
    invitedBy: inviterId,
    delivery: delivery
      ? { state: delivery.state, attempts: delivery.attempts, at: delivery.at, reason: delivery.reason ?? null }
      : null,
    language: language ?? null,
    message: message ?? null,
    teams,
    joinedTeams: accepted?.joinedTeams ?? null,
    skippedTeams: accepted ? teams.filter((id) => !accepted.joinedTeams.includes(id)) : null,
    reminders,
    remindersStoppedAt: remindersStoppedAt ?? null,
    redirectUrl: redirectUrl ?? null,
  };
}

/** Returns a role with its words in each language. */
export function showRole(role: Role, labels: RoleLabels) {
  const inEach = (word: keyof RoleWords) =>
    Object.fromEntries(LANGUAGES.map((language) => [language, roleWords(role, language, labels)[word]])) as Record<
      Language,
      string
    >;
  return { role, label: inEach('name'), description: inEach('can') };
}

export function showOrganization({ id, name, createdAt, updatedAt, language }: Organization) {
  return { id, name, createdAt, updatedAt, language };
}

export function showOffer(
  { id: organizationId, name: organizationName }: Organization,
  { memberId, by, createdAt, expiresAt }: OwnershipOffer,
) {
  return { organizationId, organizationName, memberId, offeredBy: by.memberId, createdAt, expiresAt };
}

/** Returns an organization with a membership in it. */
export function showMembership({ memberId, role, owner, organization }: Membership & { organization: Organization }) {
  return { ...showOrganization(organization), memberId, role, owner };
}

/** Returns an accepted invitation with the membership, as the answer to whoever accepted it. */
export function showAcceptance(
  {
    member,
    invitation,
    organization,
  }: { readonly member: ListedMember; readonly invitation: ListedInvitation; readonly organization: Organization },
  now: Date,
) {
  return { member: showMember(member), invitation: showInvitation(invitation, organization, now) };
}

export function showTeam(team: Team) {
  const { id, name, description, organizationId, parentTeamId, isPrivate, isDefault, members } = team;
  return {
    ...{ id, name, description: description ?? null, organizationId, parentTeamId: parentTeamId ?? null },
    ...{ isPrivate, isDefault, memberCount: members },
    ...{ createdBy: team.createdBy, createdAt: team.createdAt, updatedAt: team.updatedAt },
  };
}

export function showTeamMember(
  { teamId, memberId, userId, role, createdAt, updatedAt }: TeamMembership,
  member: Member,
) {
  const { firstName, lastName, email } = member.profile;
  const userProfile = { id: userId, firstName, lastName, email: showAddress(email) };
  return { teamId, memberId, userId, role, userProfile, createdAt, updatedAt };
}

/** Returns an access token, without its secret, which isn't stored. */
export function showAccessToken({ tokenId, organizationId, userId, name, role, expiresAt, createdAt }: AccessToken) {
  return {
    id: tokenId,
    name,
    organizationId,
    userId,
    role: role ?? null,
    expiresAt: expiresAt ?? null,
    createdAt,
  };
}

/** Returns an integration, without its secrets, which aren't stored. */
export function showIntegration(
  { id, name, organizationId, role, expiresAt, createdBy, createdAt, updatedAt, rotatedAt, previous }: Integration,
  now: Date,
) {
  const until = previous && previous.until > now.toISOString() ? previous.until : null;
  return {
    ...{ id, name, organizationId, role, expiresAt: expiresAt ?? null },
    ...{ createdBy, createdAt, updatedAt, rotatedAt: rotatedAt ?? null, previousTokenUntil: until },
  };
}

/** Returns an explanation of a member's access to a site. */
export function showExplanation({ member, site, actions, visibility, reasons }: Explanation) {
  return {
    memberId: member.memberId,
    userId: member.userId,
    siteId: site.id,
    siteUuid: shortIdAsUuid(site.id),
    siteName: site.name,
    actions,
    chargerIds: showAssets(visibility.assets),
    sensitiveChargerIds: showAssets(visibility.sensitiveAssets),
    reasons: reasons.map(({ accessPath: { access, team, actor, teamMembership }, by, ...reason }) => ({
      by,
      role: actor.role,
      teamId: team.id,
      teamName: team.name,
      placeTeamId: teamMembership?.teamId ?? null,
      placeRole: teamMembership?.role ?? null,
      share: access.isOwner ? ('OWNER' as const) : ('SHARED' as const),
      chargerIds: access.assets ?? null,
      sensitive: reason.isSensitiveShown,
      sensitiveUntil: lastEnd(access) ?? null,
      grants: (access.grants ?? []).map(({ assets, expiresAt }) => ({
        chargerIds: assets ?? null,
        until: expiresAt ?? null,
      })),
      actions: reason.actions,
    })),
  };
}

/** Returns ids of chargers; null: all chargers of the site. */
function showAssets(assets: ReadonlySet<string> | undefined) {
  return assets ? [...assets].sort() : null;
}

export function showProfile(user: User) {
  const { userId, email, firstName, lastName } = user;
  return {
    id: userId,
    email: showAddress(email),
    emailVerified: true,
    firstName,
    lastName,
    username: usernameOf(user),
  };
}

/** Returns an audit entry with the Management API's field names. There are no workspaces, so `workspaceId` is null. */
export function showAuditEntry(entry: AuditEntry) {
  const { id, action, resource, actor, organizationId, before, after, requestId, sourceAddress, createdAt } = entry;
  return {
    id,
    action,
    resourceType: resource.type,
    resourceId: resource.id,
    actorType: actor.type,
    actorId: actor.id,
    organizationId,
    workspaceId: null,
    metadata: before || after ? { ...(before && { before }), ...(after && { after }) } : null,
    requestId,
    sourceAddress,
    createdAt,
  };
}

export function showWebhook({ id, organizationId, url, events, status, failingSince, createdAt, updatedAt }: Webhook) {
  return {
    ...{ id, organizationId, url, events: events ?? null, status },
    ...{ failingSince: failingSince ?? null, createdAt, updatedAt },
  };
}

const DELIVERY_STATUS = { QUEUED: 'PENDING', SENT: 'DELIVERED', FAILED: 'FAILED' } as const;

/** Returns a delivery without the event: the audit log has what it tells. */
export function showWebhookDelivery({
  id,
  webhookId,
  event,
  delivery,
  responseStatus,
  dueAt,
  createdAt,
}: WebhookDelivery) {
  return {
    ...{ id, webhookId, eventId: event.id, type: event.type, status: DELIVERY_STATUS[delivery.state] },
    attempts: delivery.attempts,
    lastAttemptAt: delivery.attempts > 0 ? delivery.at : null,
    nextAttemptAt: dueAt?.split('#')[0] ?? null,
    responseStatus: responseStatus ?? null,
    reason: delivery.reason ?? null,
    createdAt,
  };
}
