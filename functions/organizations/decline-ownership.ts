import { v1 } from '../../lib/dialects/v1/format.ts';
import { requireOffer } from '../../lib/domain/organization.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { END_OFFER, endOffer } from '../../lib/organizations/ownership.ts';

export const returns = { 204: null };

/** Declines an offer of ownership. The owner stays the owner. */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/organizations/{organizationId}/transfer-ownership/decline',
  permission: 'ownership:accept',
  table: END_OFFER,
  depth: 2,
  refuses: ['token_not_allowed', 'ownership_offer_not_found', 'ownership_offer_expired'],
  async handle({ request, actor, organization, auditContext }) {
    const offer = requireOffer(organization, actor, request.now);
    await endOffer(auditContext, { actor, organization, offer }, 'organization.decline-ownership');
    return { status: 204 };
  },
});
export const { handler } = endpoint;
