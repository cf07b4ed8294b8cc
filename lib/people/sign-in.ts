import { type AuditContext, withoutSourceAddress } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Profile, User } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { profileOf } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { fromEarlierIssuer, moveReservation, moveSignIn } from './moving.ts';
import {
  type AddressHolder,
  getAddressHolder,
  getCaller,
  getIdentity,
  type Identity,
  isPlaceholder,
  newUserWrites,
  type SignIn,
} from './people.ts';
import { writeProfile } from './profiles.ts';
import { takeOver, takeOverTeamMemberships } from './take-over.ts';

/**
 * The table access of `signIn`: it finds, creates or binds a user, takes over a placeholder's memberships, and moves
 * users from the previous issuer.
 */
export const SIGN_IN: TableAccess = {
  BatchGetItem: ['IDENTITY', 'EMAIL', 'USER', 'ORG', 'TEAM'],
  Query: ['USER'],
  PutItem: ['IDENTITY', 'EMAIL', 'USER', 'AUDIT', 'TEAM', 'JOB'],
  UpdateItem: ['IDENTITY', 'USER', 'ORG'],
  DeleteItem: ['EMAIL', 'IDENTITY', 'USER', 'ORG', 'TEAM'],
};

/** The user of a sign-in, with the address of their newest token, which may be newer than the present one. */
export interface SignedIn {
  readonly userId: string;
  readonly email: string;
}

/**
 * Finds the user of a verified sign-in. At their first sign-in it creates the user, or binds a placeholder.
 *
 * @throws Refusal `address_taken` if another identity holds the address
 */
export async function signIn(auditContext: Omit<AuditContext, 'by'>, person: SignIn): Promise<SignedIn> {
  const [identity, holder] = await Promise.all([getIdentity(person.identity), getAddressHolder(person.email)]);
  const { email } = person;
  const moving = identity ? undefined : await fromEarlierIssuer(person, holder);
  if (moving) {
    const by = { type: 'user', id: moving.userId } as const;
    if (moving.reserved !== undefined) await moveReservation(moving, moving.reserved, person);
    else await moveSignIn(withoutSourceAddress({ ...auditContext, by }), moving, person);
    // Now apply the new issuer's claims.
    return signIn(auditContext, person);
  }
  if (!identity)
    return { userId: await (holder ? bind(auditContext, person, holder) : register(auditContext, person)), email };
  if (identity.reserved) {
    await claimReserved(auditContext, person, identity);
    // Now apply the claims, such as another address.
    return signIn(auditContext, person);
  }
  if (!hasNews(identity, person)) return identity;
  if (identity.email === email) await fillNames(auditContext, person, identity);
  else await changeAddress(auditContext, person, identity, holder);
  return { userId: identity.userId, email };
}

/**
 * Confirms the cached user of a sign-in. Call it in parallel with the other reads of a request.
 *
 * @throws Stale if the sign-in belongs to another user, or has new claims
 */
export async function confirmSignIn(userId: string, person: SignIn): Promise<void> {
  const identity = await getIdentity(person.identity);
  if (identity?.userId !== userId || hasNews(identity, person)) throw new Stale();
}

/** Whether a sign-in has claims that aren't stored yet. A token that is older than the stored claims has none. */
function hasNews(identity: Identity, person: SignIn): boolean {
  if (person.issuedAt < identity.issuedAt) return false;
  return identity.email !== person.email || (!identity.named && isNamed(person));
}

function isNamed({ firstName, lastName }: Profile): boolean {
  return firstName !== '' || lastName !== '';
}

/** Creates the user of a first sign-in. */
async function register({ now }: Omit<AuditContext, 'by'>, person: SignIn): Promise<string> {
  const { identity, email, firstName, lastName } = person;
  const userId = newId('user', now);
  const createdAt = now.toISOString();
  await transact([
    ...newUserWrites(
      {
        userId,
        identity,
        email,
        firstName,
        lastName,
        claimed: true,
        organizations: 0,
        createdAt,
        updatedAt: createdAt,
      },
      now,
    ),
    identityWrite(userId, person),
  ]);
  return userId;
}

/** Binds a first sign-in to the placeholder of its address, which exists if an invitation was accepted by link. */
async function bind(auditContext: Omit<AuditContext, 'by'>, person: SignIn, holder: AddressHolder): Promise<string> {
  // A placeholder whose subject is known waits for that subject.
  if (holder.claimed || holder.reserved !== undefined) throw new Refusal('address_taken');
  const { userId } = holder;
  await writeProfile(auditContext, userId, withNamesOf(holder, person), {
    action: 'member.claim',
    user: [{ attribute: 'claimed', is: false }],
    address: isPlaceholder(holder),
    others: [
      { type: 'update', key: keys.user(userId), set: { identity: person.identity } },
      identityWrite(userId, person),
    ],
  });
  return userId;
}

/** Returns a person's profile, with the names that the operator gave their placeholder, if there are any. */
function withNamesOf(placeholder: Pick<Profile, 'firstName' | 'lastName'>, person: SignIn): Profile {
  const { firstName, lastName } = placeholder.firstName || placeholder.lastName ? placeholder : person;
  return { firstName, lastName, email: person.email };
}

/** Gives a placeholder to the person whose subject the operator named for it. It keeps its address for now. */
async function claimReserved(
  auditContext: Omit<AuditContext, 'by'>,
  person: SignIn,
  { userId, email }: Identity,
): Promise<void> {
  const user = await getCaller(userId);
  const profile = withNamesOf(user, { ...person, email });
  await writeProfile(auditContext, userId, profile, {
    action: 'member.claim',
    user: [{ attribute: 'claimed', is: false }],
    address: isPlaceholder(user),
    others: [
      { type: 'update', key: keys.user(userId), set: { identity: person.identity } },
      {
        type: 'update',
        key: keys.identity(person.identity),
        set: { named: isNamed(profile), ...(email === person.email && { issuedAt: person.issuedAt }) },
        remove: ['reserved'],
        when: [{ exists: 'reserved' }, { attribute: 'userId', is: userId }],
      },
    ],
  });
}

/** Returns the part of a transaction that assigns an unused sign-in to a user. */
function identityWrite(userId: string, person: SignIn): Write {
  const { identity, issuer, issuedAt, email } = person;
  return {
    type: 'put',
    key: keys.identity(identity),
    item: { type: 'Identity', userId, issuer, issuedAt, email, named: isNamed(person) },
    when: [{ absent: 'pk' }],
  };
}

/** Returns the part of a transaction that stores the newer claims of a sign-in. The stored ones must be unchanged. */
function identityUpdate({ identity, issuedAt, email }: SignIn, stored: Identity, named: boolean): Write {
  return {
    type: 'update',
    key: keys.identity(identity),
    set: { email, named, issuedAt },
    when: [
      { attribute: 'userId', is: stored.userId },
      { attribute: 'email', is: stored.email },
      { attribute: 'issuedAt', is: stored.issuedAt },
    ],
  };
}

/** Reads the user of a sign-in. @throws Stale if another request has changed them since the sign-in was read */
async function userOf({ userId, email }: Identity): Promise<User> {
  const user = await getCaller(userId);
  if (user.email !== email) throw new Stale();
  return user;
}

/** Fills the empty names of a person whose first token had none. */
async function fillNames(auditContext: Omit<AuditContext, 'by'>, person: SignIn, identity: Identity): Promise<void> {
  const { userId } = identity;
  const user = await userOf(identity);
  const { firstName, lastName } = isNamed(user) ? user : person;
  await writeProfile(auditContext, userId, profileOf({ ...user, firstName, lastName, email: person.email }), {
    action: 'member.update',
    user: [{ attribute: 'updatedAt', is: user.updatedAt }],
    address: [{ attribute: 'userId', is: userId }],
    others: [identityUpdate(person, identity, true)],
  });
}

/**
 * Changes the address of a person whose token has another verified one. They take over the memberships of the address's
 * placeholder, in one transaction for each organization. The earlier address becomes free.
 */
async function changeAddress(
  auditContext: Omit<AuditContext, 'by'>,
  person: SignIn,
  identity: Identity,
  holder: AddressHolder | undefined,
): Promise<void> {
  const { userId } = identity;
  if (holder?.claimed) throw holder.userId === userId ? new Stale() : new Refusal('address_taken');
  if (holder?.reserved !== undefined) throw new Refusal('address_taken');
  const user = await userOf(identity);
  const { firstName, lastName } = isNamed(user) ? user : person;
  const profile = profileOf({ ...user, firstName, lastName, email: person.email });
  if (holder) {
    for (const membership of await listMemberships(holder.userId)) {
      await takeOver(auditContext, membership, user);
    }
    await takeOverTeamMemberships(holder.userId, user);
  }
  await writeProfile(auditContext, userId, profile, {
    action: 'member.update',
    user: [{ attribute: 'updatedAt', is: user.updatedAt }],
    address: holder ? isPlaceholder(holder) : [{ absent: 'pk' }],
    others: [
      ...(holder
        ? [
            {
              type: 'delete',
              key: keys.user(holder.userId),
              when: [
                { attribute: 'claimed', is: false },
                { attribute: 'organizations', is: 0 },
              ],
            } as const,
          ]
        : []),
      { type: 'delete', key: keys.address(user.email), when: [{ attribute: 'userId', is: userId }] },
      identityUpdate(person, identity, isNamed(profile)),
    ],
  });
}
