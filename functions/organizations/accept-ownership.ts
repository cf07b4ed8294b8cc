import { v1 } from '../../lib/dialects/v1/format.ts';
import { Member } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { requireOffer } from '../../lib/domain/organization.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { requireMember } from '../../lib/organizations/members.ts';
import { ACCEPT_OWNERSHIP, acceptOwnership } from '../../lib/organizations/ownership.ts';

export const returns = { 200: Member };

/**
 * Accepts an offer of ownership: the caller becomes the organization's owner and an ADMIN.
 *
 * The former owner stays an ADMIN. They can now be demoted, be removed, or leave.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/organizations/{organizationId}/transfer-ownership/accept',
  permission: 'ownership:accept',
  table: ACCEPT_OWNERSHIP,
  depth: 3,
  refuses: ['token_not_allowed', 'ownership_offer_not_found', 'ownership_offer_expired'],
  async handle({ request, actor, organization, auditContext }) {
    const offer = requireOffer(organization, actor, request.now);
    const by = { ...offer.by, organizationId: organization.id };
    const [owner, member] = await Promise.all([requireMember(by), requireMember(actor)]);
    const accepted = await acceptOwnership(auditContext, { organization, offer, owner, member });
    return { status: 200, body: showMember(accepted) };
  },
});
export const { handler } = endpoint;
