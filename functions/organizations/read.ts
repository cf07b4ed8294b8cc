import { v1 } from '../../lib/dialects/v1/format.ts';
import { Organization } from '../../lib/dialects/v1/schemas.ts';
import { showOrganization } from '../../lib/dialects/v1/show.ts';
import { forMember } from '../../lib/http/endpoint.ts';

export const returns = { 200: Organization };

/** Shows one organization that the caller is in. */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/organizations/{organizationId}',
  permission: 'organization:read',
  depth: 1,
  async handle({ organization }) {
    return { status: 200, body: showOrganization(organization) };
  },
});
export const { handler } = endpoint;
