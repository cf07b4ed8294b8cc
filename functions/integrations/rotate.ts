import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { IntegrationWithToken } from '../../lib/dialects/v1/schemas.ts';
import { showIntegration } from '../../lib/dialects/v1/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { MAX_OVERLAP_HOURS } from '../../lib/domain/rotation.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { CHANGE_INTEGRATION, getIntegration, rotateIntegration } from '../../lib/organizations/integrations.ts';

export const returns = { 200: IntegrationWithToken };
export const example = { overlapHours: 1 };

const HOUR = 60 * 60_000;

/**
 * Replaces the token of an integration. Only this answer contains the new `token`.
 *
 * The present token works for `overlapHours` more, by default not at all. A token that was replaced earlier stops at
 * once, so at most two work at any time.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/integrations/{id}/rotate',
  permission: 'integration:manage',
  callers: ['person'],
  table: CHANGE_INTEGRATION,
  depth: 2,
  body: z.strictObject({ overlapHours: z.optional(z.int().check(z.minimum(0), z.maximum(MAX_OVERLAP_HOURS))) }),
  refuses: ['integration_not_found'],
  read: ({ request, organizationId }) => getIntegration(organizationId, pathId(request, 'integration')),
  async handle({ body: { overlapHours = 0 }, request: { now }, actor, auditContext, read: present }) {
    if (!present) throw new Refusal('integration_not_found');
    const until = overlapHours > 0 ? new Date(now.getTime() + overlapHours * HOUR).toISOString() : undefined;
    const { integration, token } = await rotateIntegration(auditContext, actor, present, until);
    return { status: 200, body: { ...showIntegration(integration, now), token } };
  },
});
export const { handler } = endpoint;
