import { v1 } from '../../lib/dialects/v1/format.ts';
import { Me } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation, showOffer, showProfile } from '../../lib/dialects/v1/show.ts';
import { localPart, showAddress } from '../../lib/domain/address.ts';
import { statusAt } from '../../lib/domain/invitation.ts';
import { openOffer } from '../../lib/domain/organization.ts';
import { isIn } from '../../lib/domain/team.ts';
import { forCaller, visibleTo } from '../../lib/http/for-caller.ts';
import { getInvitation, type InvitedRecord, listInvited } from '../../lib/invitations/invitations.ts';
import { inviterName } from '../../lib/invitations/links.ts';
import { listMemberships, withOrganizations } from '../../lib/organizations/organizations.ts';
import { getCaller } from '../../lib/people/people.ts';
import { listTeamsOf } from '../../lib/teams/team-members.ts';
import { getTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Me };

/** The team memberships that are read, at most. */
const MAX_TEAMS = 1000;

/**
 * Shows the caller's profile, organizations, teams, pending invitations and ownership offers. Blocked organizations are
 * listed separately, and their invitations aren't shown. `POST /v1/me/invitations/{id}/accept` accepts one of the others.
 *
 * An access token gets only its own organization. A person without a verified address gets only the claims of their
 * token: their address isn't looked up (GHSA-fmh4-wcc4-5jm3).
 */
export const endpoint = forCaller({
  format: v1,
  route: 'GET /v1/me',
  table: { BatchGetItem: ['ORG', 'USER', 'OPERATOR'], Query: ['USER', 'EMAIL'] },
  // One more if invitations wait, for the names of their inviters.
  depth: 3,
  async handle({ request, caller }) {
    const [user, all, invited, rows] = await Promise.all([
      getCaller(caller.userId),
      listMemberships(caller.userId),
      listInvited(caller.email),
      listTeamsOf(caller.userId, MAX_TEAMS),
    ]);
    const [memberships, shown] = [visibleTo(caller, all), visibleTo(caller, invited)];
    const own = rows.filter((row) => memberships.some((membership) => isIn(membership, row)));
    // One `Promise.all`, so that all reads are one batch.
    const [mine, blocked, waiting, teams] = await Promise.all([
      withOrganizations(memberships),
      withOrganizations(shown.filter(({ blockedAt }) => blockedAt)),
      withInvitations(shown.filter(({ invitationId, blockedAt }) => invitationId && !blockedAt)),
      Promise.all(own.map(({ organizationId, teamId }) => getTeam(organizationId, teamId))),
    ]);
    const pending = waiting.filter(({ invitation }) => statusAt(invitation, request.now) === 'PENDING');
    const inviters = await Promise.all(pending.map(inviterName));
    const isMine = new Set(mine.map(({ organizationId }) => organizationId));
    return {
      status: 200,
      body: {
        ...showProfile(user),
        memberships: mine.map(({ organizationId, organization, memberId, role, owner }) => ({
          id: memberId,
          role,
          organizationId,
          organizationName: organization.name,
          owner,
        })),
        teams: own.flatMap(({ organizationId, teamId, role }, index) => {
          const team = teams[index];
          return team && isMine.has(organizationId) ? [{ id: teamId, name: team.name, organizationId, role }] : [];
        }),
        invitations: pending.map((link, index) => ({
          ...showInvitation(link.invitation, link.organization, request.now),
          inviterName: inviters[index] ?? null,
        })),
        blockedOrganizations: blocked.map(({ organizationId, organization, blockedAt = '' }) => ({
          organizationId,
          organizationName: organization.name,
          blockedAt,
        })),
        ownershipOffers: mine.flatMap(({ organization, memberId }) => {
          const offer = openOffer(organization, request.now);
          return offer?.memberId === memberId ? [showOffer(organization, offer)] : [];
        }),
      },
    };
  },
  async handleUnverified({ email, firstName, lastName }) {
    return {
      status: 200,
      body: {
        id: null,
        email: showAddress(email),
        emailVerified: false,
        firstName,
        lastName,
        username: localPart(email),
        memberships: [],
        teams: [],
        invitations: [],
        blockedOrganizations: [],
        ownershipOffers: [],
      },
    };
  },
});
export const { handler } = endpoint;

async function withInvitations(invited: readonly InvitedRecord[]) {
  const [organized, invitations] = await Promise.all([
    withOrganizations(invited),
    Promise.all(invited.map(({ organizationId, invitationId = '' }) => getInvitation(organizationId, invitationId))),
  ]);
  const byId = new Map(invitations.map((invitation) => [invitation?.id, invitation]));
  return organized.flatMap(({ invitationId, organization }) => {
    const invitation = byId.get(invitationId);
    return invitation ? [{ invitation, organization }] : [];
  });
}
