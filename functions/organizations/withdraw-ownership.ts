import { v1 } from '../../lib/dialects/v1/format.ts';
import { openOffer } from '../../lib/domain/organization.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { END_OFFER, endOffer } from '../../lib/organizations/ownership.ts';

export const returns = { 204: null };

/** Withdraws the offer of the organization's ownership. Only the owner may. */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/organizations/{organizationId}/transfer-ownership',
  permission: 'organization:own',
  table: END_OFFER,
  depth: 2,
  refuses: ['token_not_allowed', 'ownership_offer_not_found'],
  async handle({ request, actor, organization, auditContext }) {
    const offer = openOffer(organization, request.now);
    if (!offer) throw new Refusal('ownership_offer_not_found');
    await endOffer(auditContext, { actor, organization, offer }, 'organization.withdraw-ownership');
    return { status: 204 };
  },
});
export const { handler } = endpoint;
