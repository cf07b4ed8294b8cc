import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Organization } from '../../lib/dialects/v1/schemas.ts';
import { showOrganization } from '../../lib/dialects/v1/show.ts';
import { Name } from '../../lib/domain/input.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { renameOrganization } from '../../lib/table/organizations.ts';

export const returns = { 200: Organization };

/** Gives an organization another name; mails and pages show it from then on. */
export const endpoint = forMember({
  format: v1,
  route: 'PATCH /v1/organizations/{organizationId}',
  permission: 'organization:update',
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  body: z.strictObject({ name: Name }),
  async handle({ body, actor, organization, occasion }) {
    if (organization.name === body.name) return { status: 200, body: showOrganization(organization) };
    const renamed = await renameOrganization(occasion, actor, organization, body.name);
    return { status: 200, body: showOrganization(renamed) };
  },
});
export const { handler } = endpoint;
