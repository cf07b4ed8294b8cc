import { v1 } from '../../lib/dialects/v1/format.ts';
import { OF_MEMBERS } from '../../lib/http/declaration.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { deleteOrganization } from '../../lib/organizations/organizations.ts';

export const returns = { 204: null };

/**
 * Deletes an organization, with immediate effect: its links and access tokens become invalid.
 *
 * Access tokens and integrations can't delete an organization. The scheduled function deletes its data later. Audit entries remain
 * until their retention ends.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/organizations/{organizationId}',
  callers: OF_MEMBERS,
  permission: 'organization:delete',
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  refuses: ['token_not_allowed'],
  async handle({ actor, organization, auditContext }) {
    await deleteOrganization(auditContext, actor, organization);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
