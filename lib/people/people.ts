import type { Profile, User } from '../domain/member.ts';
import { placeholderEnd } from '../organizations/members.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import { type Condition, existing, type Write } from '../table/write.ts';

/** A verified sign-in of a person. */
export interface SignIn extends Profile {
  /** The hash of issuer and subject. */
  readonly identity: string;
  readonly issuer: string;
  /** When the token was issued, in seconds. */
  readonly issuedAt: number;
  /** The identity of the same subject at the previous issuer, if users are matched by subject. */
  readonly earlierIdentity?: string;
}

/** The stored binding of a sign-in to a user. */
export interface Identity {
  readonly userId: string;
  readonly issuer: string;
  readonly email: string;
  /** When the latest applied token was issued, in seconds. Older tokens change nothing. */
  readonly issuedAt: number;
  /** Whether the user's names are set. The names of a token fill empty names once, and never overwrite. */
  readonly named: boolean;
  /** Whether the operator named it for a placeholder, and nobody has signed in with it yet. */
  readonly reserved?: boolean;
}

/** The user of an address. It has the names too, so that accepting an invitation needs no further read. */
export interface AddressHolder {
  readonly userId: string;
  readonly claimed: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly username?: string;
  /** As of the user. */
  readonly vouched?: boolean;
  readonly reserved?: string;
}

const ADDRESS = itemReader<AddressHolder>('Address', {
  ...{ userId: 'string', claimed: 'boolean', firstName: 'string', lastName: 'string' },
});

export const USER = itemReader<User>('User', {
  ...{ userId: 'string', firstName: 'string', lastName: 'string', email: 'string', claimed: 'boolean' },
  ...{ organizations: 'number', createdAt: 'string', updatedAt: 'string' },
});

export const IDENTITY = itemReader<Identity>('Identity', {
  ...{ userId: 'string', issuer: 'string', email: 'string', issuedAt: 'number', named: 'boolean' },
});

export async function getAddressHolder(email: string): Promise<AddressHolder | undefined> {
  return ADDRESS.one(await get(keys.address(email)));
}

export async function getUser(userId: string): Promise<User | undefined> {
  return USER.one(await get(keys.user(userId)));
}

/** Reads the user who calls. @throws Missing if they were erased since they were identified */
export async function getCaller(userId: string): Promise<User> {
  return existing(keys.user(userId), await getUser(userId));
}

export async function getIdentity(identity: string): Promise<Identity | undefined> {
  return IDENTITY.one(await get(keys.identity(identity)));
}

/** Returns the parts of a transaction that create a user: a person who signs in, or a placeholder. */
export function newUserWrites(user: User, now: Date): Write[] {
  const item = { type: 'User', ...user, ...placeholderEnd(user, now) };
  return [
    { type: 'put', key: keys.user(user.userId), item, when: [{ absent: 'pk' }] },
    addressWrite(user, [{ absent: 'pk' }]),
  ];
}

/** Returns the conditions that an address still belongs to the placeholder. */
export function isPlaceholder({ userId }: AddressHolder): Condition[] {
  return [
    { attribute: 'userId', is: userId },
    { attribute: 'claimed', is: false },
  ];
}

/** Returns the part of a transaction that assigns an address to a user. */
export function addressWrite(
  { email, userId, claimed, firstName, lastName, username, vouched, reserved }: AddressHolder & Profile,
  when: readonly Condition[],
): Write {
  return {
    type: 'put',
    key: keys.address(email),
    item: { type: 'Address', userId, claimed, firstName, lastName, username, vouched, reserved },
    when,
  };
}
