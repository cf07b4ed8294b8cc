import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { OwnershipOffer } from '../../lib/dialects/v1/schemas.ts';
import { showOffer } from '../../lib/dialects/v1/show.ts';
import { isId } from '../../lib/domain/ids.ts';
import { openOffer } from '../../lib/domain/organization.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { getMember } from '../../lib/organizations/members.ts';
import { OFFER_OWNERSHIP, offerOwnership } from '../../lib/organizations/ownership.ts';
import { getCaller } from '../../lib/people/people.ts';

export const returns = { 202: OwnershipOffer };

/**
 * Offers the organization to another member, who becomes its owner and an ADMIN by accepting. Only the owner may.
 *
 * The member gets a mail, and sees the offer in `GET /v1/me`. Until they accept, the owner stays the owner. The offer
 * is open for seven days. An offer to another member replaces it; repeating it changes nothing.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/organizations/{organizationId}/transfer-ownership',
  permission: 'organization:own',
  table: OFFER_OWNERSHIP,
  depth: 3,
  email: true,
  body: z.strictObject({ memberId: z.string().check(z.maxLength(100)) }),
  refuses: ['token_not_allowed', 'member_not_found', 'member_not_claimed', 'already_owner', 'recipient_rate_exceeded'],
  async read({ body, organizationId, caller }) {
    const [member, owner] = await Promise.all([
      isId('member', body.memberId) ? getMember(organizationId, body.memberId) : undefined,
      getCaller(caller.userId),
    ]);
    return { member, owner };
  },
  async handle({ request, actor, organization, auditContext, read: { member, owner } }) {
    if (!member) throw new Refusal('member_not_found');
    if (member.owner) throw new Refusal('already_owner');
    if (!member.claimed) throw new Refusal('member_not_claimed');
    const present = openOffer(organization, request.now);
    if (present && present.memberId === member.memberId) return { status: 202, body: showOffer(organization, present) };
    const { limits } = configuration();
    const offer = await offerOwnership(auditContext, { actor, organization, member, owner, limits });
    return { status: 202, body: showOffer(organization, offer) };
  },
});
export const { handler } = endpoint;
