import { v1 } from '../../lib/dialects/v1/format.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { deleteOrganization } from '../../lib/organizations/organizations.ts';

export const returns = { 204: null };

/**
 * Deletes an organization: from the next request on it is found by nobody, and its links and access tokens are unknown.
 *
 * It ends everybody's membership, so that no access token does it. What it holds is cleared by the scheduled function; its audit entries stay for as long as they are kept.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/organizations/{organizationId}',
  permission: 'organization:delete',
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  refuses: ['token_not_allowed'],
  async handle({ actor, organization, occasion }) {
    await deleteOrganization(occasion, actor, organization);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
