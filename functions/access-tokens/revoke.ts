import { v1 } from '../../lib/dialects/v1/format.ts';
import { OF_MEMBERS } from '../../lib/http/declaration.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { listAccessTokens, revokeAccessToken } from '../../lib/people/access-tokens.ts';

export const returns = { 204: null };

/**
 * Revokes one of the caller's own access tokens, and all tokens created with it, with immediate effect.
 *
 * An access token may revoke itself and the tokens created with it, but no others.
 */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/access-tokens/{id}',
  callers: OF_MEMBERS,
  table: {
    Query: ['USER'],
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG', 'USER'],
    DeleteItem: ['USER'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  refuses: ['access_token_not_found', 'token_not_allowed'],
  async read({ request, organizationId, caller }) {
    const id = pathId(request, 'accessToken');
    return { id, all: await listAccessTokens(caller.userId, organizationId) };
  },
  async handle({ actor, auditContext, read: { id, all } }) {
    await revokeAccessToken(auditContext, actor, id, all);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
