import { v1 } from '../../lib/dialects/v1/format.ts';
import { Member } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getMember } from '../../lib/organizations/members.ts';

export const returns = { 200: Member };

/** Shows one member of the organization. */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/members/{id}',
  permission: 'member:read',
  depth: 1,
  refuses: ['member_not_found'],
  read: ({ request, organizationId }) => getMember(organizationId, pathId(request, 'member')),
  async handle({ read: member }) {
    if (!member) throw new Refusal('member_not_found');
    return { status: 200, body: showMember(member) };
  },
});
export const { handler } = endpoint;
