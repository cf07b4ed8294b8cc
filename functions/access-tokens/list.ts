import { v1 } from '../../lib/dialects/v1/format.ts';
import { AccessToken, list } from '../../lib/dialects/v1/schemas.ts';
import { showAccessToken } from '../../lib/dialects/v1/show.ts';
import { OF_MEMBERS } from '../../lib/http/declaration.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { cut, envelope, PageQuery, readPage } from '../../lib/http/paging.ts';
import { listAccessTokens } from '../../lib/people/access-tokens.ts';

export const returns = { 200: /* @__PURE__ */ list(AccessToken) };

/**
 * Lists the caller's own access tokens in this organization, oldest first.
 *
 * The number of a member's tokens is limited, so each request reads all of them.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/access-tokens',
  callers: OF_MEMBERS,
  table: { Query: ['USER'] },
  depth: 1,
  query: PageQuery,
  async read({ query, organizationId, caller }) {
    const page = readPage(`access-tokens ${organizationId} ${caller.userId}`, 'accessToken', query);
    return { page, tokens: await listAccessTokens(caller.userId, organizationId) };
  },
  async handle({ actor, read: { page, tokens } }) {
    const mine = tokens.filter(({ memberId }) => memberId === actor.memberId);
    const { after } = page;
    const rest = after === undefined ? mine.slice(page.skip) : mine.filter(({ tokenId }) => tokenId > after);
    const { rows, next } = cut(page, rest, ({ tokenId }) => tokenId);
    return { status: 200, body: envelope(page, rows, next, showAccessToken, mine.length) };
  },
});
export const { handler } = endpoint;
