import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { User } from '../domain/member.ts';
import { organizationCountUpdate } from '../organizations/members.ts';
import { keys } from '../table/keys.ts';
import type { Write } from '../table/write.ts';
import { getAddressHolder, getUser, isPlaceholder, newUserWrites } from './people.ts';

// The operator vouches for people: they become members without having accepted or signed in. Until they sign in, they
// are placeholders that don't end.

/** A person whom the operator names: by the id of a user, or by an address that may be new. */
export type NamedPerson = { readonly userId: string } | NewPerson;

export interface NewPerson {
  /** Normalized. */
  readonly email: string;
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
}

/** A person for whom the operator vouches. */
export interface Vouched {
  readonly user: User;
  /** Whether nobody had the address. */
  readonly isNew: boolean;
}

/** Finds or prepares the user of a named person; undefined: there is no user with this id. */
export async function vouchFor(person: NamedPerson, now: Date): Promise<Vouched | undefined> {
  if ('userId' in person) {
    const user = await getUser(person.userId);
    return user && { user, isNew: false };
  }
  const { email, firstName = '', lastName = '' } = person;
  const holder = await getAddressHolder(email);
  const at = now.toISOString();
  const user: User = {
    ...{ userId: newId('user', now), firstName, lastName, claimed: false },
    // The names that a person has aren't replaced.
    ...holder,
    ...{ email, organizations: 0, createdAt: at, updatedAt: at },
    vouched: true,
  };
  return { user, isNew: holder === undefined };
}

/**
 * Returns the parts of a transaction that count one more organization of a person for whom the operator vouches. They
 * create the user of a new address, and keep a placeholder from ending.
 */
export function vouchWrites({ user, isNew }: Vouched, limits: Limits, now: Date): Write[] {
  if (isNew) return newUserWrites({ ...user, organizations: 1 }, now);
  const counting = organizationCountUpdate(user, limits, now);
  if (user.claimed) return [counting];
  return [
    counting,
    { type: 'update', key: keys.user(user.userId), set: { vouched: true }, remove: ['due', 'dueAt'] },
    {
      type: 'update',
      key: keys.address(user.email),
      set: { vouched: true },
      when: isPlaceholder(user),
    },
  ];
}
