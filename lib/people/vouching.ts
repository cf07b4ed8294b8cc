import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { User } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { organizationCountUpdate } from '../organizations/members.ts';
import { keys } from '../table/keys.ts';
import { Stale, type Write } from '../table/write.ts';
import { type AddressHolder, getAddressHolder, getIdentity, getUser, isPlaceholder, newUserWrites } from './people.ts';

// The operator vouches for people: they become members without having accepted or signed in. Until they sign in, they
// are placeholders that don't end.

/** A person whom the operator names: by the id of a user, or by an address that may be new. */
export type NamedPerson = { readonly userId: string } | NewPerson;

export interface NewPerson {
  /** Normalized. */
  readonly email: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  /** Their future sign-in, if it is known: only it can take over the placeholder. */
  readonly signIn?: KnownSignIn | undefined;
}

/** A sign-in that the operator knows: the hash of issuer and subject, and the issuer. */
export interface KnownSignIn {
  readonly identity: string;
  readonly issuer: string;
}

/** A person for whom the operator vouches. */
export interface Vouched {
  readonly user: User;
  /** Whether nobody had the address. */
  readonly isNew: boolean;
  /** The sign-in to reserve for the placeholder. */
  readonly reserving?: KnownSignIn | undefined;
}

/**
 * Finds or prepares the user of a named person; undefined: there is no user with this id.
 *
 * @throws Refusal `address_taken` if the address belongs to somebody else than the sign-in
 */
export async function vouchFor(person: NamedPerson, now: Date): Promise<Vouched | undefined> {
  if ('userId' in person) {
    const user = await getUser(person.userId);
    return user && { user, isNew: false };
  }
  const { email, signIn } = person;
  const [holder, identity] = await Promise.all([getAddressHolder(email), signIn && getIdentity(signIn.identity)]);
  if (identity) {
    // Whoever the subject belongs to is that person, also under a newer address.
    if (holder && holder.userId !== identity.userId) throw new Refusal('address_taken');
    const user = await getUser(identity.userId);
    if (!user) throw new Stale();
    return { user, isNew: false };
  }
  if (signIn && holder && (holder.claimed || holder.reserved !== undefined)) throw new Refusal('address_taken');
  return { user: placeholderOf(person, holder, now), isNew: holder === undefined, reserving: signIn };
}

function placeholderOf(
  { email, firstName = '', lastName = '', signIn }: NewPerson,
  holder: AddressHolder | undefined,
  now: Date,
): User {
  const at = now.toISOString();
  const { userId = newId('user', now), claimed = false, username, reserved = signIn?.identity } = holder ?? {};
  return {
    // The names that a person has aren't replaced.
    ...{ userId, firstName: holder?.firstName ?? firstName, lastName: holder?.lastName ?? lastName, email, claimed },
    ...(username !== undefined && { username }),
    ...(!claimed && { vouched: true }),
    ...(!claimed && reserved !== undefined && { reserved }),
    ...{ organizations: 0, createdAt: at, updatedAt: at },
  };
}

/**
 * Returns the parts of a transaction that count one more organization of a person for whom the operator vouches. They
 * create the user of a new address, keep a placeholder from ending, and reserve their sign-in.
 */
export function vouchWrites({ user, isNew, reserving }: Vouched, limits: Limits, now: Date): Write[] {
  const { userId, email, claimed, reserved } = user;
  const reservation: Write[] = reserving
    ? [
        {
          type: 'put',
          key: keys.identity(reserving.identity),
          // Any token is newer.
          item: {
            type: 'Identity',
            userId,
            issuer: reserving.issuer,
            issuedAt: 0,
            email,
            named: false,
            reserved: true,
          },
          when: [{ absent: 'pk' }],
        },
      ]
    : [];
  if (isNew) return [...newUserWrites({ ...user, organizations: 1 }, now), ...reservation];
  const counting = organizationCountUpdate(user, limits, now);
  if (claimed) return [counting];
  const set = { vouched: true, ...(reserved !== undefined && { reserved }) };
  return [
    counting,
    { type: 'update', key: keys.user(userId), set, remove: ['due', 'dueAt'] },
    { type: 'update', key: keys.address(email), set, when: isPlaceholder(user) },
    ...reservation,
  ];
}
