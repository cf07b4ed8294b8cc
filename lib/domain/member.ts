import { localPart, showAddress } from './address.ts';
import type { OperatorPermission } from './operator-key.ts';
import { Refusal } from './refusal.ts';
import type { Role } from './roles.ts';

/** A person's names and address as their organizations see them. Unknown names are empty strings. */
export interface Profile {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** Undefined until the person sets one. */
  readonly username?: string;
}

/** Returns a person's username: the part of their address before the `@` until they set one. */
export function usernameOf({ username, email }: Profile): string {
  return username ?? localPart(email);
}

/** Returns a person's name, or their address if the name is unknown. */
export function nameOf({ firstName, lastName, email }: Profile): string {
  return `${firstName} ${lastName}`.trim() || showAddress(email);
}

/** A person. They may be in several organizations. */
export interface User extends Profile {
  readonly userId: string;
  /** False for a placeholder: the invitation was accepted by link, and nobody has signed in with the address yet. */
  readonly claimed: boolean;
  /** Whether the operator vouches for a placeholder, which then doesn't end. */
  readonly vouched?: boolean;
  /** The sign-in that the operator named for a placeholder: only it can take over the placeholder. */
  readonly reserved?: string;
  /** Their sign-in: the hash of its issuer and subject; undefined for a placeholder. */
  readonly identity?: string;
  /** How many organizations the person is in. */
  readonly organizations: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Days after which an unclaimed placeholder is deleted, counted from its latest acceptance. */
export const PLACEHOLDER_DAYS = 30;

/**
 * Finds members by user id or username. Returns each once, in the order of the names. Unknown names and ambiguous
 * usernames are left out.
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

/** A person's membership of an organization, as authorization reads it. */
export interface Membership {
  readonly userId: string;
  readonly organizationId: string;
  readonly memberId: string;
  readonly role: Role;
  readonly owner: boolean;
}

/**
 * Who acts in an organization: a member, with their access token if they use one, or a program that is no member.
 * `role` is the effective role.
 */
export interface Actor extends Membership {
  readonly tokenId?: string;
  readonly program?: Program;
}

/** A program that acts as itself. Its id is in the places of the user's and the member's. */
export type Program =
  | {
      readonly kind: 'integration';
      /** Its `revision` when it was authenticated. */
      readonly revision: number;
    }
  | {
      /** An operator's key. It is in no organization, and acts with the role ADMIN within its permissions. */
      readonly kind: 'operatorKey';
      readonly revision: number;
      readonly permissions: readonly OperatorPermission[];
    };

/** Refuses a token that would end or change the membership of its own owner. */
export function refuseOwnToken({ tokenId, memberId }: Actor, member: Pick<Membership, 'memberId'>): void {
  if (tokenId && memberId === member.memberId) throw new Refusal('token_not_allowed');
}

/** A member as an organization lists it. */
export interface Member extends Membership {
  readonly profile: Profile;
  readonly claimed: boolean;
  /** Whether the operator vouches for the person, until they sign in. */
  readonly vouched?: boolean;
  /** The counter row that holds the member's seat. */
  readonly seat: number;
  /** How many access tokens the member has. */
  readonly tokens: number;
  /** How many teams the member is in. */
  readonly teams: number;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** What lists show of a member. */
export type ListedMember = Omit<Member, 'seat' | 'tokens' | 'teams' | 'vouched'>;

/**
 * Refuses to demote or remove the owner, or to let them leave. So there is always an ADMIN, without a count of ADMINs
 * (better-auth #3651).
 */
export function refuseOwner(member: Membership): void {
  if (member.owner) throw new Refusal('owner_must_transfer');
}
