import type { Profile, User } from '../domain/member.ts';
import { placeholderEnd } from '../organizations/members.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import { type Condition, existing, type Write } from '../table/write.ts';

/** A sign-in's binding to a user, as stored. */
export interface Identity {
  readonly userId: string;
  readonly issuer: string;
  readonly email: string;
  /** When that was said which is kept: what was said before changes nothing any more. */
  readonly issuedAt: number;
  /** Whether names have been taken over: they fill empty fields once, and never overwrite. */
  readonly named: boolean;
}

/** Who an address belongs to; the names stand here too, so that accepting needs no further read. */
export interface AddressHolder {
  readonly userId: string;
  readonly claimed: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly username?: string;
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

/** Reads the user who calls. @throws Missing when they were erased since they were recognized */
export async function getCaller(userId: string): Promise<User> {
  return existing(keys.user(userId), await getUser(userId));
}

export async function getIdentity(identity: string): Promise<Identity | undefined> {
  return IDENTITY.one(await get(keys.identity(identity)));
}

/** The items of a user whom nobody has heard of: a person who signs in, or a placeholder until somebody does. */
export function newUserWrites(user: User, now: Date): Write[] {
  const item = { type: 'User', ...user, ...placeholderEnd(user, now) };
  return [
    { type: 'put', key: keys.user(user.userId), item, when: [{ absent: 'pk' }] },
    addressWrite(user, [{ absent: 'pk' }]),
  ];
}

/** The condition that an address still belongs to a placeholder. */
export function isPlaceholder({ userId }: AddressHolder): Condition[] {
  return [
    { attribute: 'userId', is: userId },
    { attribute: 'claimed', is: false },
  ];
}

/** Makes an address a user's. */
export function addressWrite(
  { email, userId, claimed, firstName, lastName, username }: AddressHolder & Profile,
  when: readonly Condition[],
): Write {
  return {
    type: 'put',
    key: keys.address(email),
    item: { type: 'Address', userId, claimed, firstName, lastName, username },
    when,
  };
}
