import * as z from 'zod/mini';
import { applicationPermissions, configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Session } from '../../lib/dialects/v1/schemas.ts';
import { permissionsOf } from '../../lib/domain/roles.ts';
import { LONGEST_STATEMENT, SHORTEST_STATEMENT, signingKeyAt } from '../../lib/domain/signing-key.ts';
import { isIn } from '../../lib/domain/team.ts';
import { OF_MEMBERS } from '../../lib/http/declaration.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { signStatement } from '../../lib/http/statement.ts';
import { union } from '../../lib/table/access.ts';
import { createSigningKeys, getSigningKeys, SIGN } from '../../lib/table/signing-keys.ts';
import { listTeamsOf } from '../../lib/teams/team-members.ts';
import { getTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Session };
export const example = { audience: 'https://backend.example.com', expiresInSeconds: 300 };

/** The teams that a statement has, at most: its size must fit into a header. */
const STATED_TEAMS = 50;

/** The team memberships that are read, at most. */
const MAX_TEAMS = 1000;

/**
 * Signs a short-lived statement of the caller's membership: a JWT with role, teams and permissions.
 *
 * Any backend verifies it with `GET /.well-known/jwks.json`, without a call for each request. `iss` is the public URL
 * of the API. The statement has the role of its moment, and stays valid for at most five minutes after that role has
 * changed; `GET /v1/access/check` answers at once. An access token gets the lower of its own and its owner's role.
 * Nothing is stored, so the audit log has no entry.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/organizations/{organizationId}/session',
  permission: 'organization:read',
  // A statement is of a member: an operator's key with this permission would be stated as an ADMIN.
  callers: OF_MEMBERS,
  table: union(SIGN, { BatchGetItem: ['ORG'], Query: ['USER'] }),
  // Of a caller who is in no team; the teams are read by another call.
  depth: 1,
  body: z.strictObject({
    audience: z.optional(
      z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')),
    ),
    expiresInSeconds: z.optional(z.int().check(z.minimum(SHORTEST_STATEMENT), z.maximum(LONGEST_STATEMENT))),
  }),
  read: ({ caller }) => Promise.all([getSigningKeys(), listTeamsOf(caller.userId, MAX_TEAMS)]),
  async handle({ body, request: { now }, actor, read: [known, rows] }) {
    const { publicUrl: issuer, audience } = configuration();
    const own = rows.filter((row) => row.organizationId === actor.organizationId && isIn(actor, row));
    const stated = own.slice(0, STATED_TEAMS);
    const [keys, teams] = await Promise.all([
      known ?? createSigningKeys(now),
      Promise.all(stated.map(({ organizationId, teamId }) => getTeam(organizationId, teamId))),
    ]);
    const issuedAt = Math.floor(now.getTime() / 1000);
    const expiresAt = issuedAt + (body.expiresInSeconds ?? LONGEST_STATEMENT);
    const statement = {
      ...{ issuer, audience: body.audience ?? audience, actor, issuedAt, expiresAt },
      teams: stated.filter((_, index) => teams[index]),
      hasMoreTeams: own.length > stated.length,
      permissions: permissionsOf(actor.role, applicationPermissions()),
    };
    const token = await signStatement(statement, signingKeyAt(keys, now));
    return { status: 200, body: { token, expiresAt: new Date(expiresAt * 1000).toISOString() } };
  },
});
export const { handler } = endpoint;
