import type { AccessToken } from '../../domain/access-token.ts';
import { showAddress } from '../../domain/address.ts';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Explanation } from '../../domain/explanation.ts';
import { shortIdAsUuid } from '../../domain/ids.ts';
import { type Invitation, statusAt } from '../../domain/invitation.ts';
import { type Member, type Membership, type User, usernameOf } from '../../domain/member.ts';
import type { Organization, OwnershipOffer } from '../../domain/organization.ts';
import { lastEnd } from '../../domain/site-access.ts';
import type { Team, TeamMembership } from '../../domain/team.ts';

/** A member as the Management API shows it, its fields in the documented order; what we add comes behind. */
export function showMember(member: Member) {
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

/** An invitation as the Management API shows it; its state is that of the moment. Secrets and their hashes stay here. */
export function showInvitation(invitation: Invitation, organization: Organization, now: Date) {
  const { id, email, role, organizationId, sentAt, createdAt, updatedAt, expiresAt, inviterId, delivery } = invitation;
  const { language, message, teams = [], reminders, remindersStoppedAt, accepted } = invitation;
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
  };
}

/** An organization. */
export function showOrganization({ id, name, createdAt, updatedAt, language }: Organization) {
  return { id, name, createdAt, updatedAt, language };
}

/** An offer of an organization's ownership. */
export function showOffer(
  { id: organizationId, name: organizationName }: Organization,
  { memberId, by, createdAt, expiresAt }: OwnershipOffer,
) {
  return { organizationId, organizationName, memberId, offeredBy: by.memberId, createdAt, expiresAt };
}

/** An organization as one of its members sees it: with what they are in it. */
export function showMembership({ memberId, role, owner, organization }: Membership & { organization: Organization }) {
  return { ...showOrganization(organization), memberId, role, owner };
}

/** A team. */
export function showTeam(team: Team) {
  const { id, name, description, organizationId, parentTeamId, isPrivate, isDefault, members } = team;
  return {
    ...{ id, name, description: description ?? null, organizationId, parentTeamId: parentTeamId ?? null },
    ...{ isPrivate, isDefault, memberCount: members },
    ...{ createdBy: team.createdBy, createdAt: team.createdAt, updatedAt: team.updatedAt },
  };
}

/** Somebody in a team. */
export function showTeamMember(
  { teamId, memberId, userId, role, createdAt, updatedAt }: TeamMembership,
  member: Member,
) {
  const { firstName, lastName, email } = member.profile;
  const userProfile = { id: userId, firstName, lastName, email: showAddress(email) };
  return { teamId, memberId, userId, role, userProfile, createdAt, updatedAt };
}

/** An access token; its secret was told to whoever made it, and is kept nowhere. */
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

/** What a member may do with a site, and why. */
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

/** Ids of chargers; null: all of the site. */
function showAssets(assets: ReadonlySet<string> | undefined) {
  return assets ? [...assets].sort() : null;
}

/** Who a person is. */
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

/** An audit entry, as the Management API's audit log names things; organizations have no workspaces here. */
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
