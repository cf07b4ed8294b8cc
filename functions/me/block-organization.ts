import { v1 } from '../../lib/dialects/v1/format.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { BLOCK_BY_ADDRESS, blockByAddress } from '../../lib/invitations/blocking.ts';

export const returns = { 204: null };

/**
 * Blocks invitations to the caller from an organization that has invited them.
 *
 * Blocked invitations can still be created and look as if they were mailed, but no mail is sent. The organization isn't
 * notified. `GET /v1/me` lists blocked organizations.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'PUT /v1/me/blocked-organizations/{organizationId}',
  table: BLOCK_BY_ADDRESS,
  depth: 4,
  refuses: ['organization_not_found'],
  async handle({ request, person }) {
    await blockByAddress(person.email, request.params.organizationId ?? '', request);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
