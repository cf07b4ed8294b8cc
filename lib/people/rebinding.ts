import type { Occasion } from '../domain/audit.ts';
import { identityOf } from '../domain/identity.ts';
import type { User } from '../domain/member.ts';
import { profileOf } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { addressWrite, getAddressHolder, getCaller, getIdentity } from './people.ts';
import { PROFILES } from './profiles.ts';
import { moveSignIn } from './sign-in.ts';

// What an operator does for people who can't sign in any more (docs/operations.md). No function imports it.

/** Why it can't be done, as a sentence. */
export class CannotRebind extends Error {}

/** Who is concerned, and the organizations in which they are. */
export interface AccountHolder {
  readonly user: User;
  readonly organizationIds: readonly string[];
}

/**
 * Gives whoever has an address the sign-in of another account: that which their issuer made anew.
 *
 * @param dryRun that nothing is to be written
 * @throws CannotRebind
 */
export async function rebind(
  occasion: Occasion,
  email: string,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
  dryRun: boolean,
): Promise<AccountHolder> {
  const identity = identityOf(issuer, subject);
  const [concerned, other] = await Promise.all([holderOf(email), getIdentity(identity)]);
  const { user } = concerned;
  if (other?.userId === user.userId) throw new CannotRebind(`This subject signs in as ${user.userId} already.`);
  if (other) {
    throw new CannotRebind(
      `This subject signs in as ${other.userId}. If nobody needs that one, let them erase themselves first: DELETE /v1/me.`,
    );
  }
  if (!dryRun) await moveSignIn(occasion, user, { identity, issuer, issuedAt: secondsOf(occasion) });
  return concerned;
}

/**
 * Exchanges the addresses of two people, who have done so at their issuer: each would take what the other holds. What
 * was issued to them before changes it back no more.
 *
 * @throws CannotRebind
 */
export async function swapAddresses(
  occasion: Occasion,
  emails: readonly [string, string],
  dryRun: boolean,
): Promise<readonly [AccountHolder, AccountHolder]> {
  if (emails[0] === emails[1]) throw new CannotRebind('Both addresses are the same.');
  const both = await Promise.all([holderOf(emails[0]), holderOf(emails[1])]);
  if (dryRun) return both;
  const [one, other] = await Promise.all([
    addressWrites(occasion, both[0].user, both[1].user),
    addressWrites(occasion, both[1].user, both[0].user),
  ]);
  const members = [...one.members, ...other.members];
  // As with any change of a profile: first what doesn't fit, so that a next try does it again.
  for (let start = PROFILES; start < members.length; start += PROFILES) {
    await transact(members.slice(start, start + PROFILES).flat());
  }
  await transact([...one.person, ...other.person, ...members.slice(0, PROFILES).flat()]);
  return both;
}

/** The parts by which a person has the address of another. */
async function addressWrites(
  occasion: Occasion,
  user: User,
  { userId: from, email }: User,
): Promise<{ readonly person: readonly Write[]; readonly members: readonly (readonly Write[])[] }> {
  const { userId, identity = '' } = user;
  const updatedAt = occasion.now.toISOString();
  const memberships = await listMemberships(userId);
  const when = [{ attribute: 'email', is: user.email }];
  return {
    person: [
      {
        type: 'update',
        key: keys.user(userId),
        set: { email, updatedAt },
        when: [
          ...when,
          { attribute: 'identity', is: identity },
          { attribute: 'updatedAt', is: user.updatedAt },
          { attribute: 'organizations', is: memberships.length },
        ],
      },
      addressWrite({ ...user, email }, [{ attribute: 'userId', is: from }]),
      { type: 'update', key: keys.identity(identity), set: { email, issuedAt: secondsOf(occasion) }, when },
    ],
    members: memberships.map(({ organizationId, memberId }) => [
      {
        type: 'update',
        key: keys.member(organizationId, memberId),
        set: { profile: profileOf({ ...user, email }), updatedAt },
        when: [{ attribute: 'userId', is: userId }],
      },
      audit(occasion, { action: 'member.rebind', organizationId, resource: { type: 'member', id: memberId } }),
    ]),
  };
}

async function holderOf(email: string): Promise<AccountHolder> {
  const holder = await getAddressHolder(email);
  if (!holder?.claimed) throw new CannotRebind(`Nobody has signed in with ${email}: there is nothing to change.`);
  const [user, memberships] = await Promise.all([getCaller(holder.userId), listMemberships(holder.userId)]);
  if (user.email !== email) throw new Stale();
  return { user, organizationIds: memberships.map(({ organizationId }) => organizationId) };
}

function secondsOf({ now }: Occasion): number {
  return Math.floor(now.getTime() / 1000);
}
