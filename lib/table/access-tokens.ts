import { type AccessToken, formatAccessToken, newTokenSecret } from '../domain/access-token.ts';
import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { lowerRole, type Role } from '../domain/roles.ts';
import { audit } from './audit.ts';
import { keys, prefixes } from './keys.ts';
import { actorIs } from './members.ts';
import { get, query } from './read.ts';
import { transact, type Write } from './write.ts';

export async function getAccessToken(
  userId: string,
  organizationId: string,
  tokenId: string,
): Promise<AccessToken | undefined> {
  return (await get(keys.accessToken(userId, organizationId, tokenId))) as unknown as AccessToken | undefined;
}

/** The tokens of a person in an organization, oldest first, those of earlier memberships among them. */
export async function listAccessTokens(userId: string, organizationId: string, limit?: number): Promise<AccessToken[]> {
  const items = await query({
    pk: keys.user(userId).pk,
    prefix: `${prefixes.accessToken}${organizationId}#`,
    ...(limit !== undefined && { limit }),
  });
  return items as unknown as AccessToken[];
}

/**
 * Makes an access token for the actor, for at most what the actor is.
 *
 * @param also what else is written with it
 * @returns the token, and its text, which is kept nowhere
 * @throws Refusal `forbidden` for a role above the actor's own, `access_token_limit_reached`
 */
export async function createAccessToken(
  occasion: Occasion,
  actor: Actor,
  { name, role, expiresAt, limits }: { name: string; role?: Role; expiresAt?: string; limits: Limits },
  also: (token: AccessToken) => readonly Write[],
): Promise<{ token: AccessToken; text: string }> {
  if (role && lowerRole(role, actor.role) !== role) throw new Refusal('forbidden');
  const { organizationId, userId, memberId } = actor;
  const tokenId = newId('accessToken', occasion.now);
  const secret = newTokenSecret();
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
    createdAt: occasion.now.toISOString(),
    hash: hashSecret(secret),
  };
  await transact([
    ...actorIs(actor),
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
      item: { type: 'AccessToken', v: 1, ...token },
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

/** Revokes one of the actor's own tokens; the token may revoke itself. */
export async function revokeAccessToken(occasion: Occasion, actor: Actor, token: AccessToken): Promise<void> {
  const { organizationId, userId, memberId, tokenId } = token;
  await transact([
    ...actorIs(actor),
    tokenRemoval(token),
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      add: { tokens: -1 },
      when: [{ attribute: 'userId', is: userId }],
    },
    audit(occasion, {
      action: 'access-token.revoke',
      organizationId,
      resource: { type: 'accessToken', id: tokenId },
    }),
  ]);
}

/** The part that deletes a token. */
export function tokenRemoval({ userId, organizationId, tokenId, memberId }: AccessToken): Write {
  return {
    type: 'delete',
    key: keys.accessToken(userId, organizationId, tokenId),
    when: [{ attribute: 'memberId', is: memberId }],
  };
}
