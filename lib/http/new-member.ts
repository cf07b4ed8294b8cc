import type * as z from 'zod/mini';
import { configuration } from '../configuration.ts';
import { identityOf } from '../domain/identity.ts';
import type { MemberRow } from '../domain/input.ts';
import { Refusal } from '../domain/refusal.ts';
import type { NewMember } from '../organizations/importing.ts';

/** Returns the person whom a row describes. @throws Refusal `validation_failed` for an issuer that nobody signs in by */
export function newMemberOf({ subject, issuer, sendEmail = false, ...input }: z.output<typeof MemberRow>): NewMember {
  const { issuer: ours } = configuration();
  if (issuer !== undefined && issuer !== ours) {
    throw new Refusal('validation_failed', { issuer: [`must be the issuer of this deployment, ${ours}`] });
  }
  if (issuer !== undefined && subject === undefined) {
    throw new Refusal('validation_failed', { issuer: ['must stand beside a subject'] });
  }
  return {
    ...input,
    sendEmail,
    ...(subject !== undefined && { signIn: { identity: identityOf(ours, subject), issuer: ours } }),
  };
}
