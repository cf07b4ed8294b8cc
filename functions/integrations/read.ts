import { v1 } from '../../lib/dialects/v1/format.ts';
import { Integration } from '../../lib/dialects/v1/schemas.ts';
import { showIntegration } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getIntegration } from '../../lib/organizations/integrations.ts';

export const returns = { 200: Integration };

/** Shows one integration of the organization. */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/integrations/{id}',
  permission: 'integration:read',
  depth: 1,
  refuses: ['integration_not_found'],
  read: ({ request, organizationId }) => getIntegration(organizationId, pathId(request, 'integration')),
  async handle({ request, read: integration }) {
    if (!integration) throw new Refusal('integration_not_found');
    return { status: 200, body: showIntegration(integration, request.now) };
  },
});
export const { handler } = endpoint;
