import { configuration } from '../configuration.ts';
import { elsewhere, type Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Membership, Profile, User } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import type { TeamMembership } from '../domain/team.ts';
import {
  getMember,
  getMembership,
  membershipWrite,
  placeholderEnd,
  profileOf,
  removalWrites,
} from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import { type Condition, Stale, transact, type Write } from '../table/write.ts';
import { getTeamMembership, handedOver, listTeamsOf } from '../teams/team-members.ts';

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

export async function getAddressHolder(email: string): Promise<AddressHolder | undefined> {
  return (await get(keys.address(email))) as unknown as AddressHolder | undefined;
}

export async function getUser(userId: string): Promise<User | undefined> {
  return (await get(keys.user(userId))) as unknown as User | undefined;
}

/** Reads the user who calls. @throws Stale when they were erased since they were recognized */
export async function getCaller(userId: string): Promise<User> {
  const user = await getUser(userId);
  if (!user) throw new Stale();
  return user;
}

export async function getIdentity(identity: string): Promise<Identity | undefined> {
  return (await get(keys.identity(identity))) as unknown as Identity | undefined;
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
    await moveSignIn(elsewhere({ ...occasion, by }), moving, person);
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
  if (!kept) throw new Stale();
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

/** The items of a user whom nobody has heard of: a person who signs in, or a placeholder until somebody does. */
export function newUserWrites(user: User, now: Date): Write[] {
  const item = { type: 'User', ...user, ...placeholderEnd(user, now) };
  return [
    { type: 'put', key: keys.user(user.userId), item, when: [{ absent: 'pk' }] },
    addressWrite(user, [{ absent: 'pk' }]),
  ];
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

/**
 * Sets what a person says of themselves; no later sign-in overwrites it.
 *
 * @param identity the hash of issuer and subject of the sign-in by which they do
 */
export async function updateProfile(
  occasion: Omit<Occasion, 'by'>,
  identity: string,
  user: User,
  {
    firstName = user.firstName,
    lastName = user.lastName,
    username = user.username,
  }: { firstName?: string | undefined; lastName?: string | undefined; username?: string | undefined },
): Promise<User> {
  const profile = { firstName, lastName, email: user.email, ...(username !== undefined && { username }) };
  await writeProfile(occasion, user.userId, profile, {
    action: 'member.update',
    user: [{ attribute: 'updatedAt', is: user.updatedAt }],
    address: [{ attribute: 'userId', is: user.userId }],
    others: [{ type: 'update', key: keys.identity(identity), set: { named: true }, when: [{ exists: 'pk' }] }],
  });
  return { ...user, ...profile };
}

/** Places in teams that fit into one transaction beside a membership: 100 items, five for each. */
const PLACES = 15;

/**
 * Moves what places in teams a placeholder has left whose memberships are the person's by now, where they didn't fit
 * beside these: so many a transaction, each of which may be the last that an earlier try has made.
 */
async function takeOverPlaces(placeholder: string, user: User): Promise<void> {
  const places = await listTeamsOf(placeholder);
  const members = await Promise.all(places.map(({ organizationId, memberId }) => getMember(organizationId, memberId)));
  const { userId } = user;
  const moved = places.filter((_, index) => members[index]?.userId === userId);
  for (const [memberId, rows] of Map.groupBy(moved, (row) => row.memberId)) {
    for (let start = 0; start < rows.length; start += PLACES) {
      const some = rows.slice(start, start + PLACES);
      const stale = await Promise.all(some.map(({ teamId }) => getTeamMembership(teamId, userId)));
      const [{ organizationId }] = some as [TeamMembership, ...TeamMembership[]];
      const when = [{ attribute: 'userId', is: userId }];
      await transact([
        // Changes nothing: the membership is theirs still.
        { type: 'update', key: keys.member(organizationId, memberId), set: { userId }, when },
        ...some.flatMap((row, index) => handedOver(row, { userId, memberId }, stale[index])),
      ]);
    }
  }
}

/**
 * Moves one membership from a placeholder to the person whose address it stood for, with its places in teams as far as
 * they fit into the transaction; a second one in the same organization ends.
 */
async function takeOver(occasion: Omit<Occasion, 'by'>, held: Membership, user: User): Promise<void> {
  const { organizationId, memberId } = held;
  const [member, own, places] = await Promise.all([
    getMember(organizationId, memberId),
    getMembership(user.userId, organizationId),
    listTeamsOf(held.userId),
  ]);
  // Another request has taken it over already; what is read together isn't of one moment.
  if (member?.userId !== held.userId) throw new Stale();
  const teams = places.filter((row) => row.memberId === memberId).slice(0, PLACES);
  const stale = own ? [] : await Promise.all(teams.map(({ teamId }) => getTeamMembership(teamId, user.userId)));
  const entry = audit(elsewhere({ ...occasion, by: { type: 'user', id: user.userId } }), {
    action: own ? 'member.remove' : 'member.claim',
    organizationId,
    resource: { type: 'member', id: memberId },
    before: { userId: member.userId },
    after: { userId: user.userId },
  });
  // Nobody else has claimed the placeholder meanwhile.
  const isUnclaimed: Write = {
    type: 'check',
    key: keys.user(member.userId),
    when: [{ attribute: 'claimed', is: false }],
  };
  if (own) {
    await transact([isUnclaimed, ...removalWrites(member, occasion.now), entry]);
    return;
  }
  await transact([
    isUnclaimed,
    {
      type: 'delete',
      key: keys.membership(member.userId, organizationId),
      when: [{ attribute: 'memberId', is: memberId }],
    },
    membershipWrite({ ...member, userId: user.userId }),
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      set: { userId: user.userId, claimed: true, profile: profileOf(user), updatedAt: occasion.now.toISOString() },
      when: [{ attribute: 'userId', is: member.userId }],
    },
    { type: 'update', key: keys.user(member.userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
    { type: 'update', key: keys.user(user.userId), add: { organizations: 1 }, when: [{ exists: 'pk' }] },
    ...teams.flatMap((row, index) => handedOver(row, { userId: user.userId, memberId }, stale[index])),
    entry,
  ]);
}

/** The condition that an address still belongs to a placeholder. */
function isPlaceholder({ userId }: AddressHolder): Condition[] {
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

/** Organizations whose members fit into one transaction beside what else changes: 100 items, two for each. */
export const PROFILES = 45;

/**
 * Writes who a person is wherever it is kept: with the user, with the address, and with each of their members, so that
 * lists show it without a further read. An organization joined meanwhile makes it begin again.
 *
 * @param change what has to be so of user and address, and what else changes with them
 */
async function writeProfile(
  occasion: Omit<Occasion, 'by'>,
  userId: string,
  profile: Profile,
  change: {
    readonly action: 'member.claim' | 'member.update';
    readonly user: readonly Condition[];
    readonly address: readonly Condition[];
    readonly others: readonly Write[];
  },
): Promise<void> {
  const updatedAt = occasion.now.toISOString();
  const memberships = await listMemberships(userId);
  const memberWrites = memberships.map(({ organizationId, memberId }) => [
    {
      type: 'update',
      key: keys.member(organizationId, memberId),
      set: { profile: profileOf(profile), claimed: true, updatedAt },
      when: [{ attribute: 'userId', is: userId }],
    } as const,
    audit(elsewhere({ ...occasion, by: { type: 'user', id: userId } }), {
      action: change.action,
      organizationId,
      resource: { type: 'member', id: memberId },
      ...(change.action === 'member.claim' && { after: { claimed: true } }),
    }),
  ]);
  // More than anybody may be in, but for what a placeholder handed over: first, so that a next try does them again.
  for (let start = PROFILES; start < memberWrites.length; start += PROFILES) {
    await transact(memberWrites.slice(start, start + PROFILES).flat());
  }
  await transact([
    {
      type: 'update',
      key: keys.user(userId),
      set: { ...profileOf(profile), claimed: true, updatedAt },
      remove: ['due', 'dueAt'],
      when: [...change.user, { attribute: 'organizations', is: memberships.length }],
    },
    addressWrite({ ...profile, userId, claimed: true }, change.address),
    ...change.others,
    ...memberWrites.slice(0, PROFILES).flat(),
  ]);
}
