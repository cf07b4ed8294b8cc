import type { AuditContext } from '../domain/audit.ts';
import { identityOf } from '../domain/identity.ts';
import type { User } from '../domain/member.ts';
import { memberItem, profileOf, requireMember } from '../organizations/members.ts';
import { listMemberships } from '../organizations/organizations.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { moveSignIn } from './moving.ts';
import { addressWrite, getAddressHolder, getCaller, getIdentity } from './people.ts';
import { PROFILES } from './profiles.ts';

// Operator commands for people who can no longer sign in (docs/operations.md). No function imports this file.

/** A rebinding that isn't possible. The message is a sentence for the operator. */
export class CannotRebind extends Error {}

/** The user whose account is changed, and their organizations. */
export interface AccountHolder {
  readonly user: User;
  readonly organizationIds: readonly string[];
}

/**
 * Moves the user of an address to a new account of their issuer.
 *
 * @param dryRun whether nothing is written
 * @throws CannotRebind
 */
export async function rebind(
  auditContext: AuditContext,
  email: string,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
  dryRun: boolean,
): Promise<AccountHolder> {
  const identity = identityOf(issuer, subject);
  const [holder, other] = await Promise.all([holderOf(email), getIdentity(identity)]);
  const { user } = holder;
  if (other?.userId === user.userId) throw new CannotRebind(`This subject already signs in as ${user.userId}.`);
  if (other) {
    throw new CannotRebind(
      `This subject signs in as ${other.userId}. If nobody needs that account, erase it first, signed in as this subject: DELETE /v1/me.`,
    );
  }
  if (!dryRun) await moveSignIn(auditContext, user, { identity, issuer, issuedAt: secondsOf(auditContext) });
  return holder;
}

/**
 * Swaps the addresses of two people who swapped them at their issuer, since neither can take an address that is in use.
 * Tokens that were issued earlier don't revert the swap.
 *
 * @throws CannotRebind
 */
export async function swapAddresses(
  auditContext: AuditContext,
  emails: readonly [string, string],
  dryRun: boolean,
): Promise<readonly [AccountHolder, AccountHolder]> {
  if (emails[0] === emails[1]) throw new CannotRebind('Both addresses are the same.');
  const both = await Promise.all([holderOf(emails[0]), holderOf(emails[1])]);
  if (dryRun) return both;
  const [one, other] = await Promise.all([
    addressWrites(auditContext, both[0].user, both[1].user),
    addressWrites(auditContext, both[1].user, both[0].user),
  ]);
  const members = [...one.members, ...other.members];
  // As in `writeProfile`: the surplus is written first, so that a retry repeats it.
  for (let start = PROFILES; start < members.length; start += PROFILES) {
    await transact(members.slice(start, start + PROFILES).flat());
  }
  await transact([...one.person, ...other.person, ...members.slice(0, PROFILES).flat()]);
  return both;
}

/** Returns the parts of transactions that assign the address of another person to a user. */
async function addressWrites(
  auditContext: AuditContext,
  user: User,
  { userId: otherUserId, email }: User,
): Promise<{ readonly person: readonly Write[]; readonly members: readonly (readonly Write[])[] }> {
  const { userId, identity = '' } = user;
  const updatedAt = auditContext.now.toISOString();
  const memberships = await listMemberships(userId);
  const members = await Promise.all(memberships.map(requireMember));
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
      addressWrite({ ...user, email }, [{ attribute: 'userId', is: otherUserId }]),
      { type: 'update', key: keys.identity(identity), set: { email, issuedAt: secondsOf(auditContext) }, when },
    ],
    members: members.map((member) => [
      {
        type: 'update',
        key: keys.member(member.organizationId, member.memberId),
        of: memberItem(member),
        set: { profile: profileOf({ ...user, email }), updatedAt },
        when: [{ attribute: 'userId', is: userId }],
      },
      audit(auditContext, {
        action: 'member.rebind',
        organizationId: member.organizationId,
        resource: { type: 'member', id: member.memberId },
      }),
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

function secondsOf({ now }: AuditContext): number {
  return Math.floor(now.getTime() / 1000);
}
