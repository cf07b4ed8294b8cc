import { configuration } from '../configuration.ts';
import { type Occasion, withoutSourceAddress } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Profile, User } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { profileOf } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { Missing, Stale, transact, type Write } from '../table/write.ts';
import {
  type AddressHolder,
  getAddressHolder,
  getCaller,
  getIdentity,
  type Identity,
  isPlaceholder,
  newUserWrites,
} from './people.ts';
import { writeProfile } from './profiles.ts';
import { takeOver, takeOverPlaces } from './take-over.ts';

/**
 * What `signIn` does to the table: find, make or bind a user, take over a placeholder's memberships, and move people who
 * come from an earlier issuer.
 */
export const SIGN_IN: TableAccess = {
  BatchGetItem: ['IDENTITY', 'EMAIL', 'USER', 'ORG', 'TEAM'],
  Query: ['USER'],
  PutItem: ['IDENTITY', 'EMAIL', 'USER', 'AUDIT', 'TEAM', 'JOB'],
  UpdateItem: ['IDENTITY', 'USER', 'ORG'],
  DeleteItem: ['EMAIL', 'IDENTITY', 'USER', 'ORG', 'TEAM'],
};

/** What a verified sign-in says of a person. */
export interface SignIn extends Profile {
  /** The hash of issuer and subject. */
  readonly identity: string;
  readonly issuer: string;
  /** When the issuer said so, in seconds. */
  readonly issuedAt: number;
  /** The identity that the same subject had at the issuer before this one, where that is how people are found again. */
  readonly earlierIdentity?: string;
}

/** Who somebody is to the service: by the newest that their issuer said of them, which the present token may not be. */
export interface SignedIn {
  readonly userId: string;
  readonly email: string;
}

/**
 * Finds the user behind a verified sign-in; at the first one makes or binds it.
 *
 * @throws Refusal `address_taken` when another identity holds the address
 */
export async function signIn(occasion: Omit<Occasion, 'by'>, person: SignIn): Promise<SignedIn> {
  const [identity, holder] = await Promise.all([getIdentity(person.identity), getAddressHolder(person.email)]);
  const { email } = person;
  const moving = identity ? undefined : await fromEarlierIssuer(person, holder);
  if (moving) {
    const by = { type: 'user', id: moving.userId } as const;
    await moveSignIn(withoutSourceAddress({ ...occasion, by }), moving, person);
    // What the new issuer says of them is news like any other.
    return signIn(occasion, person);
  }
  if (!identity) return { userId: await (holder ? bind(occasion, person, holder) : register(occasion, person)), email };
  if (!tellsNews(identity, person)) return identity;
  if (identity.email === email) await takeNames(occasion, person, identity);
  else await changeAddress(occasion, person, identity, holder);
  return { userId: identity.userId, email };
}

/** The user whom somebody was who signs in for the first time since the deployment has another issuer. */
async function fromEarlierIssuer(
  { earlierIdentity }: SignIn,
  holder: AddressHolder | undefined,
): Promise<User | undefined> {
  const { previousIssuer } = configuration();
  if (!previousIssuer) return undefined;
  if (earlierIdentity) {
    const identity = await getIdentity(earlierIdentity);
    return identity && getCaller(identity.userId);
  }
  const user = holder?.claimed ? await getCaller(holder.userId) : undefined;
  const identity = user?.identity ? await getIdentity(user.identity) : undefined;
  return identity?.issuer === previousIssuer.issuer ? user : undefined;
}

/**
 * Gives a user another sign-in in place of theirs, which is nobody's from then on.
 *
 * @param to must not be anybody's
 */
export async function moveSignIn(
  occasion: Occasion,
  { userId, identity: from = '' }: User,
  { identity, issuer, issuedAt }: Pick<SignIn, 'identity' | 'issuer' | 'issuedAt'>,
): Promise<void> {
  const [kept, memberships] = await Promise.all([getIdentity(from), listMemberships(userId)]);
  if (!kept) throw new Missing(keys.identity(from));
  await transact([
    { type: 'put', key: keys.identity(identity), item: { ...kept, issuer, issuedAt }, when: [{ absent: 'pk' }] },
    { type: 'delete', key: keys.identity(from), when: [{ attribute: 'userId', is: userId }] },
    { type: 'update', key: keys.user(userId), set: { identity }, when: [{ attribute: 'identity', is: from }] },
    ...memberships
      .slice(0, ENTRIES)
      .map(({ organizationId, memberId }) =>
        audit(occasion, { action: 'member.rebind', organizationId, resource: { type: 'member', id: memberId } }),
      ),
  ]);
}

/** Audit entries that fit into one transaction with what they tell of: more than the organizations that one is in. */
const ENTRIES = 90;

/**
 * Makes sure that somebody still is whom they were found to be at an earlier sign-in; to be read beside what else a
 * request needs.
 *
 * @throws Stale when they aren't, or the present sign-in changes something
 */
export async function confirmSignIn(userId: string, person: SignIn): Promise<void> {
  const identity = await getIdentity(person.identity);
  if (identity?.userId !== userId || tellsNews(identity, person)) throw new Stale();
}

/** Whether a sign-in says what isn't kept yet. One that is older than what is kept has nothing to say. */
function tellsNews(identity: Identity, person: SignIn): boolean {
  if (person.issuedAt < identity.issuedAt) return false;
  return identity.email !== person.email || (!identity.named && isNamed(person));
}

function isNamed({ firstName, lastName }: Profile): boolean {
  return firstName !== '' || lastName !== '';
}

/** The first sign-in of somebody nobody has heard of. */
async function register({ now }: Omit<Occasion, 'by'>, person: SignIn): Promise<string> {
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

/** The first sign-in with an address that accepted by link alone: the placeholder becomes the person's own. */
async function bind(occasion: Omit<Occasion, 'by'>, person: SignIn, holder: AddressHolder): Promise<string> {
  if (holder.claimed) throw new Refusal('address_taken');
  const { userId } = holder;
  await writeProfile(occasion, userId, person, {
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

/** Makes a sign-in a user's, which must not be anybody's. */
function identityWrite(userId: string, person: SignIn): Write {
  const { identity, issuer, issuedAt, email } = person;
  return {
    type: 'put',
    key: keys.identity(identity),
    item: { type: 'Identity', userId, issuer, issuedAt, email, named: isNamed(person) },
    when: [{ absent: 'pk' }],
  };
}

/** Notes what a sign-in said that was newer than what was kept, which nothing has changed meanwhile. */
function identityUpdate({ identity, issuedAt, email }: SignIn, kept: Identity, named: boolean): Write {
  return {
    type: 'update',
    key: keys.identity(identity),
    set: { email, named, issuedAt },
    when: [
      { attribute: 'userId', is: kept.userId },
      { attribute: 'email', is: kept.email },
      { attribute: 'issuedAt', is: kept.issuedAt },
    ],
  };
}

/** The user of a sign-in. @throws Stale when another request has changed them since the sign-in was read */
async function userOf({ userId, email }: Identity): Promise<User> {
  const user = await getCaller(userId);
  if (user.email !== email) throw new Stale();
  return user;
}

/** Fills the empty names of somebody whose first token had none. */
async function takeNames(occasion: Omit<Occasion, 'by'>, person: SignIn, identity: Identity): Promise<void> {
  const { userId } = identity;
  const user = await userOf(identity);
  const { firstName, lastName } = isNamed(user) ? user : person;
  await writeProfile(occasion, userId, profileOf({ ...user, firstName, lastName, email: person.email }), {
    action: 'member.update',
    user: [{ attribute: 'updatedAt', is: user.updatedAt }],
    address: [{ attribute: 'userId', is: userId }],
    others: [identityUpdate(person, identity, true)],
  });
}

/**
 * A bound person shows another verified address: it becomes theirs, with the memberships that a placeholder holds for
 * it, one transaction an organization. The earlier address is free for whoever has it now.
 */
async function changeAddress(
  occasion: Omit<Occasion, 'by'>,
  person: SignIn,
  identity: Identity,
  holder: AddressHolder | undefined,
): Promise<void> {
  const { userId } = identity;
  if (holder?.claimed) throw holder.userId === userId ? new Stale() : new Refusal('address_taken');
  const user = await userOf(identity);
  const { firstName, lastName } = isNamed(user) ? user : person;
  const profile = profileOf({ ...user, firstName, lastName, email: person.email });
  if (holder) {
    for (const membership of await listMemberships(holder.userId)) {
      await takeOver(occasion, membership, user);
    }
    await takeOverPlaces(holder.userId, user);
  }
  await writeProfile(occasion, userId, profile, {
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
