import { v1 } from '../../lib/dialects/v1/format.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { getAccessToken, revokeAccessToken } from '../../lib/table/access-tokens.ts';

export const returns = { 204: null };

/** Revokes one of the caller's own access tokens; its very next request is refused. */
export const endpoint = forMember({
  format: v1,
  route: 'DELETE /v1/access-tokens/{id}',
  table: {
    ConditionCheckItem: ['USER'],
    UpdateItem: ['ORG'],
    DeleteItem: ['USER'],
    PutItem: ['AUDIT'],
  },
  depth: 2,
  refuses: ['access_token_not_found'],
  read: ({ request, organizationId, caller }) =>
    getAccessToken(caller.userId, organizationId, pathId(request, 'accessToken')),
  async handle({ actor, occasion, read: token }) {
    if (token?.memberId !== actor.memberId) throw new Refusal('access_token_not_found');
    await revokeAccessToken(occasion, actor, token);
    return { status: 204 };
  },
});
export const { handler } = endpoint;
