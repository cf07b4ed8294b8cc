import { createHash } from 'node:crypto';

/** Returns the key of a sign-in: the hash of its issuer and subject. */
export function identityOf(issuer: string, subject: string): string {
  return createHash('sha256').update(`${issuer}\n${subject}`).digest('base64url');
}
