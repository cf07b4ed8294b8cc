import { parseJson } from '../../domain/json.ts';
import { type Profile, type User, usernameOf } from '../../domain/member.ts';
import { type Team, type TeamMembership, type TeamRole, teamIdAsHex, teamIdFromHex } from '../../domain/team.ts';
import type { TeamReference } from './inputs.ts';

/** Somebody as Rocket.Chat shows them; the username of whom there is nobody any more is their id. */
export function showUser(userId: string, user: Profile | undefined) {
  return { _id: userId, username: user ? usernameOf(user) : userId };
}

/** A team. */
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

/** A team in a list. Its rooms are its main room. */
export function showListedTeam(team: Team, creator: User | undefined) {
  return { ...showTeam(team, creator), rooms: 1, numberOfUsers: team.members };
}

/** A team among those that a search finds: by its main room, as Rocket.Chat does. */
export function showFoundTeam({ id, name, isPrivate }: Team) {
  return { _id: roomIdOf(id), name, fname: name, t: isPrivate ? 'p' : 'c', teamId: teamIdAsHex(id) };
}

/** Somebody in a team. Who is there right now isn't known. */
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

/** The id of a team's main room, and of no other: a team in every dialect has one, which nothing has to store. */
export function roomIdOf(teamId: string): string {
  return otherHex(teamIdAsHex(teamId));
}

/** The team whose main room it is; undefined when it can't be one. */
export function teamIdOfRoom(roomId: string): string | undefined {
  return HEX.test(roomId) ? teamIdFromHex(otherHex(roomId)) : undefined;
}

/** Which team a request means; neither id nor name: none. */
export function teamReferenceOf({ teamId, teamName }: TeamReference): {
  id?: string | undefined;
  name?: string | undefined;
} {
  if (teamId) return { id: HEX.test(teamId) ? teamIdFromHex(teamId) : undefined };
  return { name: teamName || undefined };
}

/** The states of presence that a query asks for; some clients send the list as JSON in one parameter. */
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

/** The roles that somebody has in a team, as they were set; undefined for a plain member of whom none were. */
export function rolesOf({ role, roles }: TeamMembership): readonly string[] | undefined {
  return roles ?? (role === 'MEMBER' ? undefined : [role.toLowerCase()]);
}

/** The roles that a request sets, each once; undefined where it says nothing of them. */
export function uniqueRoles(roles: readonly string[] | null | undefined): readonly string[] | undefined {
  return roles ? [...new Set(roles.map((role) => role.toWellFormed()))] : undefined;
}

/** What somebody is to be in a team; roles that there are none of mean nothing. */
export function teamRoleOf(roles: readonly string[] | undefined): TeamRole {
  return (['OWNER', 'MODERATOR'] as const).find((role) => roles?.includes(role.toLowerCase())) ?? 'MEMBER';
}

const HEX = /^[0-9a-f]{24}$/;

/** The last byte, one bit of it turned: ids differ in more than that, and it is its own reverse. */
function otherHex(hex: string): string {
  const last = Number.parseInt(hex.slice(-2), 16) ^ 2;
  return hex.slice(0, -2) + last.toString(16).padStart(2, '0');
}
