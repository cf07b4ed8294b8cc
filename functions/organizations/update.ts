import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Organization } from '../../lib/dialects/v1/schemas.ts';
import { showOrganization } from '../../lib/dialects/v1/show.ts';
import { LanguageName, Name } from '../../lib/domain/input.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { updateOrganization } from '../../lib/organizations/organizations.ts';

export const returns = { 200: Organization };
export const example = { name: 'Acme Energy' };

/** Changes an organization's name or the language of its mails. Later mails and pages use both. */
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
  body: z.strictObject({ name: z.optional(Name), language: z.optional(LanguageName) }),
  async handle({ body, actor, organization, auditContext }) {
    const { name = organization.name, language = organization.language } = body;
    if (name === organization.name && language === organization.language) {
      return { status: 200, body: showOrganization(organization) };
    }
    const updated = await updateOrganization(auditContext, actor, organization, { name, language });
    return { status: 200, body: showOrganization(updated) };
  },
});
export const { handler } = endpoint;
