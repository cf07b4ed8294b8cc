import { type AccessToken, DESCENDANT_LIMIT, formatAccessToken, newTokenSecret } from '../domain/access-token.ts';
import type { AuditContext } from '../domain/audit.ts';
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

/** Lists the tokens of a person in an organization, oldest first, including those of earlier memberships. */
export async function listAccessTokens(userId: string, organizationId: string, limit?: number): Promise<AccessToken[]> {
  const items = await query({
    pk: keys.user(userId).pk,
    prefix: `${prefixes.accessToken}${organizationId}#`,
    limit,
  });
  return ACCESS_TOKEN.all(items);
}

/**
 * Creates an access token for the actor, with at most the actor's role.
 *
 * @param maker the access token that the actor uses, if any: the new token has no higher role and no later expiry, and
 *   is revoked with it
 * @param also returns further parts of the transaction
 * @returns the token, and its text, which is not stored
 * @throws Refusal `forbidden` for a role above the actor's own, `access_token_limit_reached`
 */
export async function createAccessToken(
  auditContext: AuditContext,
  actor: Actor,
  maker: AccessToken | undefined,
  { name, role, expiresAt: wanted, limits }: { name: string; role?: Role; expiresAt?: string; limits: Limits },
  also: (token: AccessToken) => readonly Write[],
): Promise<{ token: AccessToken; text: string }> {
  if (role && lowerRole(role, actor.role) !== role) throw new Refusal('forbidden');
  const { organizationId, userId, memberId } = actor;
  const tokenId = newId('accessToken', auditContext.now);
  const secret = newTokenSecret();
  const expiresAt = maker ? earlier(maker.expiresAt, wanted) : wanted;
  const makers = maker && [...(maker.makers ?? []), maker.tokenId];
  // A token that a token creates keeps the role of its creator, also when the owner is promoted.
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
    createdAt: auditContext.now.toISOString(),
    hash: hashSecret(secret),
  };
  await transact([
    ...actorIs(actor),
    ...(makers ? [descendantCountUpdate(token, makers, 1, { attribute: 'made', below: DESCENDANT_LIMIT })] : []),
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
    audit(auditContext, {
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
 * Revokes one of the actor's own tokens, and its descendants. A token may revoke itself and its descendants only.
 *
 * @param all the tokens of the actor in the organization, as read
 * @throws Refusal `access_token_not_found`, `token_not_allowed`
 */
export async function revokeAccessToken(
  auditContext: AuditContext,
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
  const revoked = [token, ...mine.filter((one) => one.makers?.includes(tokenId))];
  const root = makers ? mine.find((one) => one.tokenId === makers[0]) : token;
  if (!root) throw new Stale();
  // The root counts all descendants: if one was created meanwhile, the condition fails and the request starts again.
  const unchanged = root.made ? { attribute: 'made', is: root.made } : { attribute: 'made', below: 1 };
  await transact([
    ...actorIs(actor),
    ...revoked.map(tokenRemoval),
    makers
      ? descendantCountUpdate(token, makers, -revoked.length, unchanged)
      : { type: 'check', key: keys.accessToken(userId, organizationId, tokenId), when: [unchanged] },
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      add: { tokens: -revoked.length },
      when: [{ attribute: 'userId', is: userId }],
    },
    ...revoked.map((one) =>
      audit(auditContext, {
        action: 'access-token.revoke',
        organizationId,
        resource: { type: 'accessToken', id: one.tokenId },
      }),
    ),
  ]);
}

/** Returns the part of a transaction that updates the number of descendants of the root, the first of `makers`. */
function descendantCountUpdate(
  { userId, organizationId }: AccessToken,
  [root = '']: readonly string[],
  by: number,
  when: Condition,
): Update {
  return {
    type: 'update',
    key: keys.accessToken(userId, organizationId, root),
    add: { made: by },
    when: [{ exists: 'pk' }, when],
    refuse: ({ made }) => (Number(made) >= DESCENDANT_LIMIT && by > 0 ? 'access_token_limit_reached' : undefined),
  };
}

/** Returns the earlier of two expiries; undefined means none. */
function earlier(one: string | undefined, other: string | undefined): string | undefined {
  return one === undefined || (other !== undefined && other < one) ? other : one;
}

/** Returns the part of a transaction that deletes a token. */
export function tokenRemoval({ userId, organizationId, tokenId, memberId }: AccessToken): Write {
  return {
    type: 'delete',
    key: keys.accessToken(userId, organizationId, tokenId),
    when: [{ attribute: 'memberId', is: memberId }],
  };
}
