import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Member } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { isId } from '../../lib/domain/ids.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { getMember, transferOwnership } from '../../lib/table/members.ts';

export const returns = { 200: Member };

/**
 * Hands the organization to another member, who becomes its owner and an ADMIN. The owner alone may.
 *
 * The earlier owner stays an ADMIN, and can be demoted, be removed and leave from then on.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/organizations/{organizationId}/transfer-ownership',
  table: {
    UpdateItem: ['ORG', 'USER'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  body: z.strictObject({ memberId: z.string().check(z.maxLength(100)) }),
  refuses: ['forbidden', 'token_not_allowed', 'member_not_found', 'member_not_claimed'],
  read: async ({ body, organizationId }) =>
    isId('member', body.memberId) ? getMember(organizationId, body.memberId) : undefined,
  async handle({ actor, occasion, read: member }) {
    if (actor.tokenId) throw new Refusal('token_not_allowed');
    if (!actor.owner) throw new Refusal('forbidden');
    if (!member) throw new Refusal('member_not_found');
    if (member.owner) return { status: 200, body: showMember(member) };
    if (!member.claimed) throw new Refusal('member_not_claimed');
    return { status: 200, body: showMember(await transferOwnership(occasion, actor, member)) };
  },
});
export const { handler } = endpoint;
