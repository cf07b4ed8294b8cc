import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { IntegrationWithToken } from '../../lib/dialects/v1/schemas.ts';
import { showIntegration } from '../../lib/dialects/v1/show.ts';
import { ExpiryDays, Name, RoleName } from '../../lib/domain/input.ts';
import { periodEnd } from '../../lib/domain/invitation.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { CREATE_INTEGRATION, createIntegration } from '../../lib/organizations/integrations.ts';

export const returns = { 201: IntegrationWithToken };
export const example = { name: 'CRM', role: 'ADMIN', expiresInDays: 365 };

/**
 * Creates an integration: a credential of the organization for a backend.
 *
 * Only this answer contains `token`. The integration acts as itself, with its own role, in this organization only. It
 * stays when the ADMIN who created it leaves, until it is revoked or expires, or the organization is deleted. Only a
 * signed-in ADMIN can create one.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/integrations',
  permission: 'integration:manage',
  callers: ['person'],
  table: CREATE_INTEGRATION,
  depth: 2,
  creates: true,
  body: z.strictObject({ name: Name, role: RoleName, expiresInDays: z.optional(ExpiryDays) }),
  refuses: ['integration_limit_reached'],
  async handle({ body: { name, role, expiresInDays }, request, actor, auditContext, remember }) {
    const input = {
      ...{ name, role, limits: configuration().limits },
      ...(expiresInDays !== undefined && { expiresAt: periodEnd(request.now, expiresInDays) }),
    };
    const { integration, token } = await createIntegration(auditContext, actor, input, (created) =>
      remember({ status: 201, body: showIntegration(created, request.now) }),
    );
    return { status: 201, body: { ...showIntegration(integration, request.now), token } };
  },
});
export const { handler } = endpoint;
