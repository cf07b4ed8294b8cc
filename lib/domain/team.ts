import { createHash } from 'node:crypto';
import { idBytes, idFromBytes, shortIdAsUuid, shortIdFromUuid, uuidOf } from './ids.ts';
import type { Actor } from './member.ts';
import type { Permission, ScopedPermission } from './roles.ts';

/** What a member may be in a team. Whoever makes a team is its OWNER. */
export const TEAM_ROLES = ['OWNER', 'MODERATOR', 'MEMBER'] as const;
export type TeamRole = (typeof TEAM_ROLES)[number];

/** A team of an organization. One team in every dialect: each shows of it what it knows. */
export interface Team {
  readonly id: string;
  /** Its other name, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  readonly organizationId: string;
  readonly name: string;
  readonly description?: string;
  /** Seen by its members, by those of the teams above it, and by ADMINs only. */
  readonly isPrivate: boolean;
  /** The team that is made with the organization: above all others, and never deleted. */
  readonly isDefault: boolean;
  /** The team above it; undefined for the default team alone. */
  readonly parentTeamId?: string;
  /** How many are in it, and how many of them own it. */
  readonly members: number;
  readonly owners: number;
  /** The user who made it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Set when it was deleted. */
  readonly discardedAt?: string;
  /** The counter row in which it is counted. */
  readonly seat: number;
  /** What Volt Time says of a team. */
  readonly kind?: TeamKind;
  readonly email?: string;
  /** How many sites it owns; undefined: none ever. */
  readonly sites?: number;
  /** How many sites of others it has access to; undefined: none ever. */
  readonly sharedSites?: number;
  /** Rocket.Chat's main room of the team. */
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

/** The type of this name; one that there is none of is `Other`. */
export function kindOf(name: string): TeamKind {
  return TEAM_KINDS.find((kind) => kind === name) ?? 'Other';
}

/** The room of a team, as far as there is one: rooms belong to another product. */
export interface TeamRoom {
  readonly readOnly: boolean;
  readonly topic?: string;
}

/** That somebody is in a team. It counts for as long as `memberId` is their present membership of the organization. */
export interface TeamMembership {
  readonly teamId: string;
  readonly organizationId: string;
  readonly userId: string;
  readonly memberId: string;
  readonly role: TeamRole;
  /** What Rocket.Chat's clients call it, as they set it; undefined: as `role` has it. */
  readonly roles?: readonly string[];
  /** The user who put them there. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** How deep teams may be below each other, the default team included. */
export const TREE_DEPTH = 10;

/** The id whose 12 bytes are these 24 hex digits: Rocket.Chat's form. */
export function teamIdFromHex(hex: string): string {
  return idFromBytes('team', Buffer.from(hex, 'hex'));
}

/** Rocket.Chat's form of an id: 24 hex digits. */
export function teamIdAsHex(id: string): string {
  return idBytes(id).toString('hex');
}

/** An id as a UUID of version 8: Papershift's and Volt Time's form. */
export const teamIdAsUuid = shortIdAsUuid;

/** The id behind a UUID, in whatever letter case; undefined when it isn't one of ours. */
export function teamIdFromUuid(uuid: string): string | undefined {
  return shortIdFromUuid('team', uuid);
}

/** What a place in a team is called where it is a thing of its own: a UUID of version 8, the hash of team and member. */
export function teamMembershipAsUuid({ teamId, memberId }: Pick<TeamMembership, 'teamId' | 'memberId'>): string {
  return uuidOf(createHash('sha256').update(`${teamId}\n${memberId}`).digest(), 8);
}

/** A short name of a folded name, for a key: names are longer than what a key should be. */
export function hashName(folded: string): string {
  return createHash('sha256').update(folded).digest('base64url');
}

/** Whether somebody may manage a team: an ADMIN every one, else its owners, unless they may only read. */
export function mayManage(actor: Pick<Actor, 'role' | 'memberId'>, own: TeamMembership | undefined): boolean {
  if (actor.role === 'ADMIN') return true;
  return actor.role !== 'VIEWER' && isIn(actor, own) && own?.role === 'OWNER';
}

/**
 * Whether somebody may say who is in a team, and as what: who manages it, and its moderators where no owner is concerned.
 *
 * @param roles what the member is or is to be in the team
 */
export function mayModerate(
  actor: Pick<Actor, 'role' | 'memberId'>,
  own: TeamMembership | undefined,
  ...roles: readonly (TeamRole | undefined)[]
): boolean {
  if (mayManage(actor, own)) return true;
  return actor.role !== 'VIEWER' && isIn(actor, own) && own?.role === 'MODERATOR' && !roles.includes('OWNER');
}

/** Whether a row of a team's membership counts: those of an earlier membership of the organization don't. */
export function isIn(actor: { readonly memberId: string }, own: TeamMembership | undefined): boolean {
  return own !== undefined && own.memberId === actor.memberId;
}

/** The teams above a team, the nearest first; as far as the depth of a tree goes. */
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

/** How many teams are below each other from this one on; 1 for a team without any below it. */
export function heightOf(id: string, teams: Iterable<Team>): number {
  const byParent = Map.groupBy(teams, ({ parentTeamId }) => parentTeamId);
  const height = (at: string, depth: number): number =>
    1 + (depth > TREE_DEPTH ? 0 : Math.max(0, ...(byParent.get(at) ?? []).map((child) => height(child.id, depth + 1))));
  return height(id, 1);
}

/** Who looks at teams, and which of them they are in. */
export interface Viewer {
  readonly actor: Pick<Actor, 'role' | 'memberId'>;
  readonly own: readonly TeamMembership[];
}

/**
 * What somebody may be asked for in a team. `team:read` is to see it: members, those of the teams above it and ADMINs, and
 * everybody where it isn't private. `site:read` is to see what it owns: the same, but for everybody. Others that a role
 * gives depend on the role alone.
 */
export type TeamPermission = Permission | Extract<ScopedPermission, 'team:manage' | 'team:moderate' | 'nobody'>;

/**
 * The teams of an organization in which somebody has a permission that a place in a team above gives, too. Members of a
 * team have none in those above it for that.
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
