import { parseJson } from '../../domain/json.ts';
import { type Profile, type User, usernameOf } from '../../domain/member.ts';
import { type Team, type TeamMembership, type TeamRole, teamIdAsHex, teamIdFromHex } from '../../domain/team.ts';
import type { TeamReference } from './inputs.ts';

/** Returns a user as Rocket.Chat shows them. The username of a deleted user is their id. */
export function showUser(userId: string, user: Profile | undefined) {
  return { _id: userId, username: user ? usernameOf(user) : userId };
}

export function showTeam(team: Team, creator: User | undefined) {
  const { id, name, isPrivate, createdAt, createdBy, updatedAt } = team;
  return {
    _id: teamIdAsHex(id),
    name,
    type: isPrivate ? 1 : 0,
    createdAt,
    createdBy: showUser(createdBy, creator),
    _updatedAt: updatedAt,
    roomId: roomIdOf(id),
  };
}

/** Returns a team for a list. Its only room is its main room. */
export function showListedTeam(team: Team, creator: User | undefined) {
  return { ...showTeam(team, creator), rooms: 1, numberOfUsers: team.members };
}

/** Returns a team for a search result: by its main room, as Rocket.Chat does. */
export function showFoundTeam({ id, name, isPrivate }: Team) {
  return { _id: roomIdOf(id), name, fname: name, t: isPrivate ? 'p' : 'c', teamId: teamIdAsHex(id) };
}

/** Returns a member of a team. Their presence isn't known, so they are offline. */
export function showTeamMember(row: TeamMembership, user: Profile, adder: User | undefined) {
  const { userId, createdBy, createdAt } = row;
  const roles = rolesOf(row);
  const name = [user.firstName, user.lastName].filter(Boolean).join(' ') || usernameOf(user);
  return {
    user: { ...showUser(userId, user), name, status: 'offline', settings: {} },
    ...(roles && { roles }),
    createdBy: showUser(createdBy, adder),
    createdAt,
  };
}

/** Derives the id of a team's main room from the team's id, so that it needn't be stored. */
export function roomIdOf(teamId: string): string {
  return flipBit(teamIdAsHex(teamId));
}

/** Returns the id of the team with a main room; undefined for an invalid room id. */
export function teamIdOfRoom(roomId: string): string | undefined {
  return HEX.test(roomId) ? teamIdFromHex(flipBit(roomId)) : undefined;
}

/** Returns the id or name of a request's team; neither: no such team. */
export function teamReferenceOf({ teamId, teamName }: TeamReference): {
  id?: string | undefined;
  name?: string | undefined;
} {
  if (teamId) return { id: HEX.test(teamId) ? teamIdFromHex(teamId) : undefined };
  return { name: teamName || undefined };
}

/** Reads the presence states of a query. Some clients send the list as JSON in one parameter. */
export function statusesOf(asked: readonly string[] | null | undefined): readonly string[] {
  const [only = '', second] = asked ?? [];
  if (!asked?.length) return ['offline'];
  if (second === undefined && only.startsWith('[')) {
    try {
      return parseJson(only) as readonly string[];
    } catch {
      return asked;
    }
  }
  return asked;
}

/** Returns a member's roles in a team, as they were set; undefined for a MEMBER without set roles. */
export function rolesOf({ role, roles }: TeamMembership): readonly string[] | undefined {
  return roles ?? (role === 'MEMBER' ? undefined : [role.toLowerCase()]);
}

/** Returns the roles of a request without duplicates; undefined: not given. */
export function uniqueRoles(roles: readonly string[] | null | undefined): readonly string[] | undefined {
  return roles ? [...new Set(roles.map((role) => role.toWellFormed()))] : undefined;
}

/** Returns the team role of a list of roles. Unknown roles are ignored. */
export function teamRoleOf(roles: readonly string[] | undefined): TeamRole {
  return (['OWNER', 'MODERATOR'] as const).find((role) => roles?.includes(role.toLowerCase())) ?? 'MEMBER';
}

const HEX = /^[0-9a-f]{24}$/;

/** Flips one bit of the last byte. It is its own inverse, and team ids differ in more than this bit. */
function flipBit(hex: string): string {
  const last = Number.parseInt(hex.slice(-2), 16) ^ 2;
  return hex.slice(0, -2) + last.toString(16).padStart(2, '0');
}
