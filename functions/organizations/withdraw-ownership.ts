import { v1 } from '../../lib/dialects/v1/format.ts';
import { openOffer } from '../../lib/domain/organization.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { END_OFFER, endOffer } from '../../lib/organizations/ownership.ts';

export const returns = { 204: null };

/** Withdraws the offer of the organization's ownership. The owner alone may. */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/organizations/{organizationId}/transfer-ownership',
  rule: 'organization:own',
  table: END_OFFER,
  depth: 2,
  refuses: ['forbidden', 'token_not_allowed', 'ownership_offer_not_found'],
  async handle({ request, actor, organization, occasion }) {
    if (actor.tokenId) throw new Refusal('token_not_allowed');
    if (!actor.owner) throw new Refusal('forbidden');
    const offer = openOffer(organization, request.now);
    if (!offer) throw new Refusal('ownership_offer_not_found');
    await endOffer(occasion, actor, organization, offer, 'organization.withdraw-ownership');
    return { status: 204 };
  },
});
export const { handler } = endpoint;
