import { v1 } from '../../lib/dialects/v1/format.ts';
import { Me } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation, showProfile } from '../../lib/dialects/v1/show.ts';
import { localPart } from '../../lib/domain/address.ts';
import { statusAt } from '../../lib/domain/invitation.ts';
import { forCaller } from '../../lib/http/endpoint.ts';
import { getInvitation, type InvitedGuard, listInvited } from '../../lib/table/invitations.ts';
import { listMemberships, withOrganizations } from '../../lib/table/organizations.ts';
import { getCaller } from '../../lib/table/people.ts';

export const returns = { 200: Me };

/** In how many organizations invitations of an address are looked for: no list is without a bound. */
const INVITED = 500;

/**
 * Shows who the caller is, what organizations they are in, and what invitations wait for their verified address.
 *
 * Somebody whose address isn't verified gets what their token says and nothing else: no address is looked up for them
 * (GHSA-fmh4-wcc4-5jm3).
 */
export const endpoint = forCaller({
  format: v1,
  route: 'GET /v1/me',
  table: { BatchGetItem: ['ORG', 'USER'], Query: ['USER', 'EMAIL'] },
  depth: 2,
  async handle({ request, caller }) {
    const [user, memberships, invited] = await Promise.all([
      getCaller(caller.userId),
      listMemberships(caller.userId),
      listInvited(caller.email, INVITED),
    ]);
    // All of it is asked for in one turn, so that one call brings it.
    const [mine, waiting] = await Promise.all([
      withOrganizations(memberships),
      withInvitations(invited.filter(({ invitationId }) => invitationId)),
    ]);
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
        invitations: waiting
          .filter((invitation) => statusAt(invitation, request.now) === 'PENDING')
          .map((invitation) => showInvitation(invitation, invitation.organization, request.now)),
      },
    };
  },
  async handleUnverified({ email, firstName, lastName }) {
    return {
      status: 200,
      body: {
        id: null,
        email,
        emailVerified: false,
        firstName,
        lastName,
        username: localPart(email),
        memberships: [],
        invitations: [],
      },
    };
  },
});
export const { handler } = endpoint;

async function withInvitations(invited: readonly InvitedGuard[]) {
  const [organized, invitations] = await Promise.all([
    withOrganizations(invited),
    Promise.all(invited.map(({ organizationId, invitationId = '' }) => getInvitation(organizationId, invitationId))),
  ]);
  const byId = new Map(invitations.map((invitation) => [invitation?.id, invitation]));
  return organized.flatMap(({ invitationId, organization }) => {
    const invitation = byId.get(invitationId);
    return invitation ? [{ ...invitation, organization }] : [];
  });
}
