import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Integration } from '../../lib/dialects/v1/schemas.ts';
import { showIntegration } from '../../lib/dialects/v1/show.ts';
import { ExpiryDays, Name, RoleName } from '../../lib/domain/input.ts';
import { periodEnd } from '../../lib/domain/invitation.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { CHANGE_INTEGRATION, getIntegration, updateIntegration } from '../../lib/organizations/integrations.ts';

export const returns = { 200: Integration };
export const example = { name: 'CRM', role: 'USER', expiresInDays: 90 };

/**
 * Changes the name, role or expiry of an integration, with immediate effect. Omitted fields stay.
 *
 * An expiry is counted from now, and also renews an integration that has expired.
 */
export const endpoint = forMember({
  format: v1,
  route: 'PATCH /v1/integrations/{id}',
  permission: 'integration:manage',
  callers: ['person'],
  table: CHANGE_INTEGRATION,
  depth: 2,
  body: z.strictObject({
    name: z.optional(Name),
    role: z.optional(RoleName),
    expiresInDays: z.optional(z.nullable(ExpiryDays)),
  }),
  refuses: ['integration_not_found'],
  read: ({ request, organizationId }) => getIntegration(organizationId, pathId(request, 'integration')),
  async handle({ body: { name, role, expiresInDays: days }, request, actor, auditContext, read: integration }) {
    if (!integration) throw new Refusal('integration_not_found');
    const expiresAt = typeof days === 'number' ? periodEnd(request.now, days) : days;
    const updated = await updateIntegration(auditContext, actor, integration, { name, role, expiresAt });
    return { status: 200, body: showIntegration(updated, request.now) };
  },
});
export const { handler } = endpoint;
