import { createHash } from 'node:crypto';
import { idBytes, idFromBytes, shortIdAsUuid, shortIdFromUuid, uuidOf } from './ids.ts';
import type { Actor } from './member.ts';
import type { Permission, ScopedPermission } from './roles.ts';

/** The roles of a member in a team. The creator of a team is its OWNER. */
export const TEAM_ROLES = ['OWNER', 'MODERATOR', 'MEMBER'] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

/** A team of an organization. All dialects show the same team, each with its own fields. */
export interface Team {
  readonly id: string;
  /** Its numeric id, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  readonly organizationId: string;
  readonly name: string;
  readonly description?: string;
  /** Whether only its members, members of the teams above it, and ADMINs see it. */
  readonly isPrivate: boolean;
  /** Whether it was created with the organization. It is the root of the tree, and never deleted. */
  readonly isDefault: boolean;
  /** The team above it; undefined for the default team only. */
  readonly parentTeamId?: string;
  /** How many members it has, and how many of them are OWNERs. */
  readonly members: number;
  readonly owners: number;
  /** The user who created it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Set when it is deleted. */
  readonly discardedAt?: string;
  /** The counter row that counts it. */
  readonly seat: number;
  /** A field of Volt Time's API, as is `email`. */
  readonly kind?: TeamKind;
  readonly email?: string;
  /** How many sites it owns; undefined: it never owned one. */
  readonly sites?: number;
  /** How many sites are shared with it; undefined: none ever was. */
  readonly sharedSites?: number;
  /** The team's main room in Rocket.Chat. */
  readonly room?: TeamRoom;
}

/** Volt Time's types of teams. */
export const TEAM_KINDS = [
  'Personal',
  'HOA',
  'Retailer',
  'Installer',
  'Wholesaler',
  'Company',
  'OEM',
  'Other',
] as const;
export type TeamKind = (typeof TEAM_KINDS)[number];

/** Returns the type of this name; `Other` for an unknown name. */
export function kindOf(name: string): TeamKind {
  return TEAM_KINDS.find((kind) => kind === name) ?? 'Other';
}

/** The stored settings of a team's room. Rooms themselves belong to another product. */
export interface TeamRoom {
  readonly readOnly: boolean;
  readonly topic?: string;
}

/** A membership of a team. It is valid only while `memberId` is the user's membership of the organization. */
export interface TeamMembership {
  readonly teamId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly memberId: string;
  readonly role: TeamRole;
  /** The role names that Rocket.Chat's clients set; undefined: the name of `role`. */
  readonly roles?: readonly string[];
  /** The user who added them. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The maximum depth of the team tree, including the default team. */
export const TREE_DEPTH = 10;

/** Returns the id of 24 hex digits, Rocket.Chat's form. */
export function teamIdFromHex(hex: string): string {
  return idFromBytes('team', Buffer.from(hex, 'hex'));
}

/** Returns Rocket.Chat's form of an id: 24 hex digits. */
export function teamIdAsHex(id: string): string {
  return idBytes(id).toString('hex');
}

/** Returns an id as a UUID of version 8: the form of Papershift and Volt Time. */
export const teamIdAsUuid = shortIdAsUuid;

/** Returns the id of a UUID, case-insensitive; undefined when `teamIdAsUuid` didn't make it. */
export function teamIdFromUuid(uuid: string): string | undefined {
  return shortIdFromUuid('team', uuid);
}

/** Returns the id of a team membership, for dialects that need one: a UUID of version 8, a hash of team and member. */
export function teamMembershipAsUuid({ teamId, memberId }: Pick<TeamMembership, 'teamId' | 'memberId'>): string {
  return uuidOf(createHash('sha256').update(`${teamId}\n${memberId}`).digest(), 8);
}

/** Returns the hash of a folded name for a key: names are too long for keys. */
export function hashName(folded: string): string {
  return createHash('sha256').update(folded).digest('base64url');
}

/** Whether a person may manage a team: ADMINs may manage all teams, OWNERs their own unless they are VIEWERs. */
export function mayManage(actor: Pick<Actor, 'role' | 'memberId'>, own: TeamMembership | undefined): boolean {
  if (actor.role === 'ADMIN') return true;
  return actor.role !== 'VIEWER' && isIn(actor, own) && own?.role === 'OWNER';
}

/**
 * Whether a person may add, change and remove members of a team: its managers may, and its moderators if no OWNER is
 * concerned.
 *
 * @param roles the present and the new role of the member in the team
 */
export function mayModerate(
  actor: Pick<Actor, 'role' | 'memberId'>,
  own: TeamMembership | undefined,
  ...roles: readonly (TeamRole | undefined)[]
): boolean {
  if (mayManage(actor, own)) return true;
  return actor.role !== 'VIEWER' && isIn(actor, own) && own?.role === 'MODERATOR' && !roles.includes('OWNER');
}

/** Whether a team membership is valid: it must belong to the actor's present membership of the organization. */
export function isIn(actor: { readonly memberId: string }, own: TeamMembership | undefined): boolean {
  return own !== undefined && own.memberId === actor.memberId;
}

/** Returns the teams above a team, the nearest first, at most `TREE_DEPTH`. */
export function ancestorsOf(team: Pick<Team, 'parentTeamId'>, teams: ReadonlyMap<string, Team>): Team[] {
  const chain: Team[] = [];
  for (let at = team.parentTeamId; at !== undefined && chain.length < TREE_DEPTH; ) {
    const next = teams.get(at);
    if (!next) break;
    chain.push(next);
    at = next.parentTeamId;
  }
  return chain;
}

/** Returns the height of the subtree of a team; 1 for a team without children. */
export function heightOf(id: string, teams: Iterable<Team>): number {
  const byParent = Map.groupBy(teams, ({ parentTeamId }) => parentTeamId);
  const height = (at: string, depth: number): number =>
    1 + (depth > TREE_DEPTH ? 0 : Math.max(0, ...(byParent.get(at) ?? []).map((child) => height(child.id, depth + 1))));
  return height(id, 1);
}

/** A person who reads teams, and their team memberships. */
export interface Viewer {
  readonly actor: Pick<Actor, 'role' | 'memberId'>;
  readonly own: readonly TeamMembership[];
}

/**
 * The permissions in a team. `team:read` is to see the team: its members, members of the teams above it and ADMINs have
 * it, and everybody if the team isn't private. `site:read` is to see its sites: the same people, but never everybody.
 * All other permissions of the matrix depend on the role only.
 */
export type TeamPermission = Permission | Extract<ScopedPermission, 'team:manage' | 'team:moderate' | 'nobody'>;

/**
 * Returns the teams of an organization in which a person has a permission. Members of a team have it in the teams below
 * too, not in the teams above.
 */
export function teamsWith(
  permission: 'team:read' | 'site:read',
  teams: readonly Team[],
  { actor, own }: Viewer,
): Team[] {
  if (actor.role === 'ADMIN') return [...teams];
  const mine = new Set(own.filter((membership) => isIn(actor, membership)).map(({ teamId }) => teamId));
  const byId = new Map(teams.map((team) => [team.id, team]));
  return teams.filter(
    (team) =>
      (permission === 'team:read' && !team.isPrivate) ||
      [team, ...ancestorsOf(team, byId)].some(({ id }) => mine.has(id)),
  );
}
