import { v1 } from '../../lib/dialects/v1/format.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { BLOCK_BY_ADDRESS, blockByAddress } from '../../lib/invitations/blocking.ts';

export const returns = { 204: null };

/**
 * Says that the caller wants no more invitations from an organization that has invited them.
 *
 * Invitations can still be made: they look as if they had been mailed, and nothing is. The organization isn't told.
 * `GET /v1/me` lists such organizations.
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
