import { localPart, showAddress } from './address.ts';
import { Refusal } from './refusal.ts';
import type { Role } from './roles.ts';

/** A person's names and address as their organizations see them. Empty strings where nothing is known. */
export interface Profile {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** Undefined until the person sets one. */
  readonly username?: string;
}

/** The name that a person goes by: what stands before the `@` until they set one. */
export function usernameOf({ username, email }: Profile): string {
  return username ?? localPart(email);
}

/** The name by which somebody may know a person; their address where no name is known. */
export function nameOf({ firstName, lastName, email }: Profile): string {
  return `${firstName} ${lastName}`.trim() || showAddress(email);
}

/** A person, in whatever organizations. */
export interface User extends Profile {
  readonly userId: string;
  /** False for a placeholder: somebody accepted by link alone, and nobody has signed in with the address yet. */
  readonly claimed: boolean;
  /** By which sign-in they come: the hash of its issuer and subject; undefined for a placeholder. */
  readonly identity?: string;
  /** In how many organizations the person is. */
  readonly organizations: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Days after which a placeholder ends that nobody has claimed, from when it last accepted. */
export const PLACEHOLDER_DAYS = 30;

/**
 * Members by user id or username, each once, in the order of the names. Whoever isn't among them is left out, and so is
 * a username that several go by: nobody is meant by chance.
 */
export function membersNamed(names: readonly string[], members: readonly Member[]): Member[] {
  const byId = new Map(members.map((member) => [member.userId, member]));
  const byUsername = Map.groupBy(members, ({ profile }) => usernameOf(profile));
  const found = names.map((name) => {
    const [only, second] = byUsername.get(name) ?? [];
    return byId.get(name) ?? (second ? undefined : only);
  });
  return [...new Set(found)].filter((member) => member !== undefined);
}

/** What authorization reads of a person in an organization. */
export interface Membership {
  readonly userId: string;
  readonly organizationId: string;
  readonly memberId: string;
  readonly role: Role;
  readonly owner: boolean;
}

/** Who acts in an organization, and by which access token, if by one. `role` is what they may here and now. */
export interface Actor extends Membership {
  readonly tokenId?: string;
}

/** Refuses what a token would do to whom it belongs to: it never ends or changes what its owner is. */
export function refuseOwnToken({ tokenId, memberId }: Actor, member: Pick<Membership, 'memberId'>): void {
  if (tokenId && memberId === member.memberId) throw new Refusal('token_not_allowed');
}

/** A member as an organization lists it. */
export interface Member extends Membership {
  readonly profile: Profile;
  readonly claimed: boolean;
  /** The counter row that holds the member's seat. */
  readonly seat: number;
  /** How many access tokens the member has. */
  readonly tokens: number;
  /** In how many teams the member is. */
  readonly teams: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * Refuses what would leave an organization without its owner: the owner can't be demoted or removed and can't leave,
 * so that there is always an ADMIN, without counting them (better-auth #3651).
 */
export function refuseOwner(member: Membership): void {
  if (member.owner) throw new Refusal('owner_must_transfer');
}
