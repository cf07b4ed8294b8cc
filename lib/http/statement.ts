import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import type { Actor } from '../domain/member.ts';
import { SIGNING_ALGORITHM, type SigningKey } from '../domain/signing-key.ts';
import type { TeamMembership } from '../domain/team.ts';

/** What a statement says about a membership, as claims of a JWT. */
export interface Statement {
  /** Who states it: the public URL of the API. */
  readonly issuer: string;
  /** Whom it is for. */
  readonly audience: string;
  /** The role is the effective one: that of an access token may be lower than its owner's. */
  readonly actor: Actor;
  readonly teams: readonly Pick<TeamMembership, 'teamId' | 'role'>[];
  /** Whether there are more teams than `teams` has. */
  readonly hasMoreTeams: boolean;
  readonly permissions: readonly string[];
  /** Unix time in seconds. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

/** The parsed key that signed last. */
let parsed: { readonly kid: string; readonly key: KeyObject } | undefined;

/** Returns a statement as a signed JWT. */
export async function signStatement(statement: Statement, signingKey: SigningKey): Promise<string> {
  const { issuer, audience, actor, teams, hasMoreTeams, permissions, issuedAt, expiresAt } = statement;
  const { userId, organizationId, memberId, role } = actor;
  const { kid, x, y, d } = signingKey;
  if (parsed?.kid !== kid) {
    parsed = { kid, key: createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'P-256', x, y, d } }) };
  }
  return new SignJWT({
    ...{ iss: issuer, aud: audience, sub: userId, organization: organizationId, member: memberId, role },
    teams: teams.map(({ teamId, role: teamRole }) => ({ id: teamId, role: teamRole })),
    ...(hasMoreTeams && { moreTeams: true }),
    ...{ permissions, iat: issuedAt, exp: expiresAt },
  })
    .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'JWT', kid })
    .sign(parsed.key);
}
