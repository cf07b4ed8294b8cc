import { type AccessToken, formatAccessToken, MOST_MADE, newTokenSecret } from '../domain/access-token.ts';
import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { lowerRole, type Role } from '../domain/roles.ts';
import { actorIs } from '../organizations/members.ts';
import { audit } from '../table/audit.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { type Condition, Stale, transact, type Update, type Write } from '../table/write.ts';

const ACCESS_TOKEN = itemReader<AccessToken>('AccessToken', {
  ...{ tokenId: 'string', organizationId: 'string', userId: 'string', memberId: 'string', name: 'string' },
  ...{ createdAt: 'string', hash: 'string' },
});

export async function getAccessToken(
  userId: string,
  organizationId: string,
  tokenId: string,
): Promise<AccessToken | undefined> {
  return ACCESS_TOKEN.one(await get(keys.accessToken(userId, organizationId, tokenId)));
}

/** The tokens of a person in an organization, oldest first, those of earlier memberships among them. */
export async function listAccessTokens(userId: string, organizationId: string, limit?: number): Promise<AccessToken[]> {
  const items = await query({
    pk: keys.user(userId).pk,
    prefix: `${prefixes.accessToken}${organizationId}#`,
    limit,
  });
  return ACCESS_TOKEN.all(items);
}

/**
 * Makes an access token for the actor, for at most what the actor is.
 *
 * @param maker the token by which the actor acts, if by one: what it makes has no higher role, ends no later, and is
 *   revoked with it
 * @param also what else is written with it
 * @returns the token, and its text, which is kept nowhere
 * @throws Refusal `forbidden` for a role above the actor's own, `access_token_limit_reached`
 */
export async function createAccessToken(
  occasion: Occasion,
  actor: Actor,
  maker: AccessToken | undefined,
  { name, role, expiresAt: wanted, limits }: { name: string; role?: Role; expiresAt?: string; limits: Limits },
  also: (token: AccessToken) => readonly Write[],
): Promise<{ token: AccessToken; text: string }> {
  if (role && lowerRole(role, actor.role) !== role) throw new Refusal('forbidden');
  const { organizationId, userId, memberId } = actor;
  const tokenId = newId('accessToken', occasion.now);
  const secret = newTokenSecret();
  const expiresAt = maker ? earlier(maker.expiresAt, wanted) : wanted;
  const makers = maker && [...(maker.makers ?? []), maker.tokenId];
  // What a token mints is bound to what that token may, also when its owner rises.
  const atMost = role ?? (actor.tokenId ? actor.role : undefined);
  const token: AccessToken = {
    tokenId,
    organizationId,
    userId,
    memberId,
    name,
    ...(atMost && { role: atMost }),
    ...(expiresAt && { expiresAt }),
    ...(makers && { makers }),
    createdAt: occasion.now.toISOString(),
    hash: hashSecret(secret),
  };
  await transact([
    ...actorIs(actor),
    ...(makers ? [madeFrom(token, makers, 1, { attribute: 'made', below: MOST_MADE })] : []),
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      add: { tokens: 1 },
      when: [
        { attribute: 'userId', is: userId },
        { attribute: 'tokens', below: limits.accessTokensOfMember },
      ],
      refuse: ({ tokens }) =>
        Number(tokens) >= limits.accessTokensOfMember ? 'access_token_limit_reached' : undefined,
    },
    {
      type: 'put',
      key: keys.accessToken(userId, organizationId, tokenId),
      item: { type: 'AccessToken', ...token },
      when: [{ absent: 'pk' }],
    },
    audit(occasion, {
      action: 'access-token.create',
      organizationId,
      resource: { type: 'accessToken', id: tokenId },
      after: { ...(atMost && { role: atMost }), ...(expiresAt && { expiresAt }) },
    }),
    ...also(token),
  ]);
  return { token, text: formatAccessToken({ organizationId, userId, tokenId, secret }) };
}

/**
 * Revokes one of the actor's own tokens, and whatever was made by it. A token may revoke itself and what it made, not
 * those beside it.
 *
 * @param all the tokens of the actor in the organization, as read
 * @throws Refusal `access_token_not_found`, `token_not_allowed`
 */
export async function revokeAccessToken(
  occasion: Occasion,
  actor: Actor,
  tokenId: string,
  all: readonly AccessToken[],
): Promise<void> {
  const mine = all.filter(({ memberId }) => memberId === actor.memberId);
  const token = mine.find((one) => one.tokenId === tokenId);
  if (!token) throw new Refusal('access_token_not_found');
  if (actor.tokenId && actor.tokenId !== tokenId && !token.makers?.includes(actor.tokenId)) {
    throw new Refusal('token_not_allowed');
  }
  const { organizationId, userId, memberId, makers } = token;
  const ended = [token, ...mine.filter((one) => one.makers?.includes(tokenId))];
  const root = makers ? mine.find((one) => one.tokenId === makers[0]) : token;
  if (!root) throw new Stale();
  // Whatever is made meanwhile, by any of them, is counted by the first of them: then this begins again.
  const unchanged = root.made ? { attribute: 'made', is: root.made } : { attribute: 'made', below: 1 };
  await transact([
    ...actorIs(actor),
    ...ended.map(tokenRemoval),
    makers
      ? madeFrom(token, makers, -ended.length, unchanged)
      : { type: 'check', key: keys.accessToken(userId, organizationId, tokenId), when: [unchanged] },
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      add: { tokens: -ended.length },
      when: [{ attribute: 'userId', is: userId }],
    },
    ...ended.map((one) =>
      audit(occasion, {
        action: 'access-token.revoke',
        organizationId,
        resource: { type: 'accessToken', id: one.tokenId },
      }),
    ),
  ]);
}

/** The part that counts how many tokens have come from the first of `makers`. */
function madeFrom(
  { userId, organizationId }: AccessToken,
  [first = '']: readonly string[],
  by: number,
  when: Condition,
): Update {
  return {
    type: 'update',
    key: keys.accessToken(userId, organizationId, first),
    add: { made: by },
    when: [{ exists: 'pk' }, when],
    refuse: ({ made }) => (Number(made) >= MOST_MADE && by > 0 ? 'access_token_limit_reached' : undefined),
  };
}

/** The earlier of two ends; undefined: none. */
function earlier(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}

/** The part that deletes a token. */
export function tokenRemoval({ userId, organizationId, tokenId, memberId }: AccessToken): Write {
  return {
    type: 'delete',
    key: keys.accessToken(userId, organizationId, tokenId),
    when: [{ attribute: 'memberId', is: memberId }],
  };
}
