import type { Role } from '../generated/types.ts';
import type { PublishedKeys } from './keys.ts';
import { AccessError, type Session } from './session.ts';

/** The accepted difference of clocks, in seconds. */
const TOLERANCE = 5;

const ROLES: readonly unknown[] = ['ADMIN', 'USER', 'OPERATOR', 'VIEWER'] satisfies Role[];

/** What is expected of a statement. */
export interface Expected {
  readonly issuer: string;
  readonly audience: string;
}

/** Verifies a statement. @throws AccessError */
export async function verifyStatement(token: string, expected: Expected, keys: PublishedKeys): Promise<Session> {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = parsed(head);
  if (more.length > 0 || !header) throw invalid('The statement is no JWT.');
  // The algorithm is ours, not the token's: `none` and HMAC with a public key are refused here.
  if (header.alg !== 'ES256' || typeof header.kid !== 'string' || header.crit !== undefined) {
    throw invalid('The statement isn’t signed with ES256.');
  }
  const key = await keys.find(header.kid);
  const bytes = decoded(signature);
  const text = new TextEncoder().encode(`${head}.${body}`);
  const isSigned = bytes && (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes, text));
  if (!isSigned) throw invalid('The signature of the statement isn’t valid.');
  return sessionOf(parsed(body), expected);
}

function sessionOf(claims: Readonly<Record<string, unknown>> | undefined, { issuer, audience }: Expected): Session {
  const { iss, aud, sub, organization, member, role, teams, moreTeams, permissions, iat, exp } = claims ?? {};
  if (iss !== issuer) throw invalid('The statement is of another issuer.');
  if (aud !== audience) throw invalid('The statement is for another audience.');
  const now = Date.now() / 1000;
  if (typeof exp !== 'number' || now > exp + TOLERANCE) throw invalid('The statement has ended.');
  if (typeof iat !== 'number' || iat > now + TOLERANCE) throw invalid('The statement is from the future.');
  const isWhole =
    [sub, organization, member].every((id) => typeof id === 'string') &&
    ROLES.includes(role) &&
    Array.isArray(teams) &&
    Array.isArray(permissions);
  if (!isWhole) throw invalid('The statement lacks claims.');
  return {
    ...{ user: sub as string, organization: organization as string, member: member as string, role: role as Role },
    ...{ teams, moreTeams: moreTeams === true, permissions, expiresAt: new Date(exp * 1000) },
  };
}

function invalid(message: string): AccessError {
  return new AccessError('unauthenticated', message);
}

/** Decodes a part of a JWT as a JSON object. */
function parsed(part: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = decoded(part);
  try {
    const value: unknown = bytes && JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Decodes base64url. */
function decoded(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[\w-]+$/.test(text)) return undefined;
  try {
    return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (each) => each.charCodeAt(0));
  } catch {
    return undefined;
  }
}
