import { v1 } from '../../lib/dialects/v1/format.ts';
import { OrganizationWithOffer } from '../../lib/dialects/v1/schemas.ts';
import { showOffer, showOrganization } from '../../lib/dialects/v1/show.ts';
import { openOffer } from '../../lib/domain/organization.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { getMember } from '../../lib/organizations/members.ts';

export const returns = { 200: OrganizationWithOffer };

/**
 * Shows one of the caller's organizations. Its owner and the recipient of an open ownership offer also get that offer.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/organizations/{organizationId}',
  permission: 'organization:read',
  depth: 1,
  async handle({ request, actor, organization }) {
    const offer = openOffer(organization, request.now);
    const isTheirs = offer?.memberId === actor.memberId;
    // An offer to somebody who has left is over.
    const isShown = offer && (isTheirs || (actor.owner && (await getMember(organization.id, offer.memberId))));
    const ownershipOffer = isShown ? showOffer(organization, offer) : null;
    return { status: 200, body: { ...showOrganization(organization), ownershipOffer } };
  },
});
export const { handler } = endpoint;
