import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getIntegration, REVOKE_INTEGRATION, revokeIntegration } from '../../lib/organizations/integrations.ts';

export const returns = { 204: null };

/**
 * Revokes an integration, with immediate effect: its next request is refused.
 *
 * Its pending invitations can't be accepted any more, until somebody resends them.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/integrations/{id}',
  permission: 'integration:manage',
  callers: ['person'],
  table: REVOKE_INTEGRATION,
  depth: 2,
  refuses: ['integration_not_found'],
  read: ({ request, organizationId }) => getIntegration(organizationId, pathId(request, 'integration')),
  async handle({ actor, auditContext, read: integration }) {
    if (!integration) throw new Refusal('integration_not_found');
    await revokeIntegration(auditContext, actor, integration);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
