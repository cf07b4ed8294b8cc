import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { NewAccessToken } from '../../lib/dialects/v1/schemas.ts';
import { showAccessToken } from '../../lib/dialects/v1/show.ts';
import { ExpiryDays, Name, RoleName } from '../../lib/domain/input.ts';
import { periodEnd } from '../../lib/domain/invitation.ts';
import { OF_MEMBERS } from '../../lib/http/declaration.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { createAccessToken, getAccessToken } from '../../lib/people/access-tokens.ts';

export const returns = { 201: NewAccessToken };
export const example = { name: 'Deploy', role: 'VIEWER', expiresInDays: 30 };

/**
 * Creates an access token, with which a program acts for the caller in this organization.
 *
 * Only this answer contains `token`. At each request, the token has the lower of its own role and its owner's role. It
 * ends with the owner's membership. A token that was created with another token has no higher role, expires no later,
 * and is revoked with it.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/access-tokens',
  callers: OF_MEMBERS,
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG', 'USER'],
    PutItem: ['USER', 'AUDIT'],
  },
  depth: 2,
  creates: true,
  body: z.strictObject({
    name: Name,
    expiresInDays: z.optional(ExpiryDays),
    role: z.optional(RoleName),
  }),
  refuses: ['forbidden', 'access_token_limit_reached'],
  read: async ({ organizationId, caller: { userId, auditContext } }) =>
    auditContext.by.type === 'apiKey' ? getAccessToken(userId, organizationId, auditContext.by.id) : undefined,
  async handle({ body: { name, role, expiresInDays }, request, actor, auditContext, remember, read: maker }) {
    const input = {
      name,
      limits: configuration().limits,
      ...(role && { role }),
      ...(expiresInDays && { expiresAt: periodEnd(request.now, expiresInDays) }),
    };
    const { token, text } = await createAccessToken(auditContext, actor, maker, input, (made) =>
      remember({ status: 201, body: showAccessToken(made) }),
    );
    return { status: 201, body: { ...showAccessToken(token), token: text } };
  },
});
export const { handler } = endpoint;
