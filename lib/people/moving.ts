import { configuration } from '../configuration.ts';
import type { AuditContext } from '../domain/audit.ts';
import type { User } from '../domain/member.ts';
import { listMemberships } from '../organizations/organizations.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { Missing, transact, type Write } from '../table/write.ts';
import { type AddressHolder, addressWrite, getCaller, getIdentity, type Identity, type SignIn } from './people.ts';

// A sign-in moves: to another issuer at the person's first sign-in there, or by the operator's command.

/** How many audit entries fit into one transaction besides the changes: more than a person's organizations. */
const ENTRIES = 90;

/**
 * Finds the user of a person who signs in with the new issuer for the first time, by their sign-in at the previous one.
 */
export async function fromEarlierIssuer(
  { earlierIdentity }: SignIn,
  holder: AddressHolder | undefined,
): Promise<User | undefined> {
  const { previousIssuer } = configuration();
  if (!previousIssuer) return undefined;
  if (earlierIdentity) {
    const identity = await getIdentity(earlierIdentity);
    return identity && getCaller(identity.userId);
  }
  const user = holder && (holder.claimed || holder.reserved !== undefined) ? await getCaller(holder.userId) : undefined;
  const present = user?.identity ?? user?.reserved;
  const identity = present === undefined ? undefined : await getIdentity(present);
  return identity?.issuer === previousIssuer.issuer ? user : undefined;
}

/** Lets a placeholder wait for the same person's subject at the new issuer. */
export async function moveReservation(
  user: User,
  from: string,
  { identity, issuer }: Pick<SignIn, 'identity' | 'issuer'>,
): Promise<void> {
  const { userId } = user;
  const stored = await getIdentity(from);
  if (!stored) throw new Missing(keys.identity(from));
  const when = [{ attribute: 'reserved', is: from }] as const;
  await transact([
    { type: 'put', key: keys.identity(identity), item: { ...stored, issuer }, when: [{ absent: 'pk' }] },
    removalOf(from, stored),
    { type: 'update', key: keys.user(userId), set: { reserved: identity }, when },
    addressWrite({ ...user, reserved: identity }, when),
  ]);
}

/**
 * Replaces the sign-in of a user. The previous sign-in is deleted, and the new one must be unused.
 */
export async function moveSignIn(
  auditContext: AuditContext,
  { userId, identity: from = '' }: User,
  { identity, issuer, issuedAt }: Pick<SignIn, 'identity' | 'issuer' | 'issuedAt'>,
): Promise<void> {
  const [stored, memberships] = await Promise.all([getIdentity(from), listMemberships(userId)]);
  if (!stored) throw new Missing(keys.identity(from));
  await transact([
    { type: 'put', key: keys.identity(identity), item: { ...stored, issuer, issuedAt }, when: [{ absent: 'pk' }] },
    removalOf(from, stored),
    { type: 'update', key: keys.user(userId), set: { identity }, when: [{ attribute: 'identity', is: from }] },
    ...memberships
      .slice(0, ENTRIES)
      .map(({ organizationId, memberId }) =>
        audit(auditContext, { action: 'member.rebind', organizationId, resource: { type: 'member', id: memberId } }),
      ),
  ]);
}

/** Returns the part that deletes a sign-in whose content moves: it must still be what was read, also its address. */
function removalOf(identity: string, { userId, email, issuedAt, named }: Identity): Write {
  const when = Object.entries({ userId, email, issuedAt, named }).map(([attribute, is]) => ({ attribute, is }));
  return { type: 'delete', key: keys.identity(identity), when };
}
