import type { Limits } from '../domain/limits.ts';
import type { PathKey } from '../domain/path-key.ts';
import { hashName, type Team, type TeamMembership } from '../domain/team.ts';
import { foldName } from '../domain/user-text.ts';
import type { TableAccess } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query, type Slice } from '../table/read.ts';
import { getTeamMembership } from './team-members.ts';

export const TEAM = itemReader<Team>(['Team', 'DiscardedTeam'], {
  ...{ id: 'string', number: 'number', organizationId: 'string', name: 'string', isPrivate: 'boolean' },
  ...{ isDefault: 'boolean', members: 'number', owners: 'number', seat: 'number' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

const TEAM_HOME = itemReader<{ readonly organizationId: string }>('TeamHome', { organizationId: 'string' });

const TEAM_NUMBER = itemReader<TeamLocation>('TeamNumber', { organizationId: 'string', teamId: 'string' });

/** The key of a team. */
export interface TeamLocation {
  readonly organizationId: string;
  readonly teamId: string;
}

export async function getTeam(organizationId: string, teamId: string): Promise<Team | undefined> {
  return TEAM.one(await get(keys.team(organizationId, teamId)));
}

/** Reads a deleted team. */
export async function getDiscardedTeam(organizationId: string, teamId: string): Promise<Team | undefined> {
  return TEAM.one(await get(keys.discardedTeam(organizationId, teamId)));
}

/** The id or the name of a team. */
export interface TeamReference {
  readonly id?: string | undefined;
  readonly name?: string | undefined;
}

/**
 * Finds a team by its id, or by its name regardless of case, and a user's membership in it. A name costs one more round
 * trip.
 */
export async function findTeam(
  organizationId: string,
  userId: string,
  { id, name }: TeamReference,
): Promise<{ readonly team: Team | undefined; readonly own: TeamMembership | undefined }> {
  const teamId = id ?? (name === undefined ? undefined : await getTeamIdByName(organizationId, name));
  if (teamId === undefined) return { team: undefined, own: undefined };
  const [team, own] = await Promise.all([getTeam(organizationId, teamId), getTeamMembership(teamId, userId)]);
  return { team, own };
}

/** Finds a team by its name, regardless of case. */
export async function getTeamIdByName(organizationId: string, name: string): Promise<string | undefined> {
  return (await get(nameKey(organizationId, name)))?.teamId as string | undefined;
}

/** Finds the organization of a team. */
async function getTeamHome(teamId: string): Promise<{ readonly organizationId: string } | undefined> {
  return TEAM_HOME.one(await get(keys.teamHome(teamId)));
}

/** Finds a team by its number. */
async function getTeamByNumber(number: number): Promise<TeamLocation | undefined> {
  return TEAM_NUMBER.one(await get(keys.teamNumber(number)));
}

/** Table access of `locateTeam`. */
export const LOCATE_TEAM: TableAccess = { BatchGetItem: ['ORG', 'TEAM', 'TEAMNO'] };

/** Finds the key of a team by its id or its number. */
export async function locateTeam(by: PathKey | undefined): Promise<TeamLocation | undefined> {
  if (!by) return;
  if ('number' in by) return getTeamByNumber(by.number);
  const home = await getTeamHome(by.id);
  return home && { ...home, teamId: by.id };
}

/** Returns the teams of an organization, oldest first: a slice, or all. All fit into one or two reads. */
export async function listTeams(organizationId: string, slice: Partial<Slice> = {}): Promise<Team[]> {
  const { pk } = keys.organization(organizationId);
  return TEAM.all(await query({ pk, prefix: prefixes.team, ...slice }));
}

/** Returns a page of deleted teams, ordered by creation. */
export async function listDiscardedTeams(organizationId: string, slice: Slice): Promise<Team[]> {
  const { pk } = keys.organization(organizationId);
  return TEAM.all(await query({ pk, prefix: prefixes.discardedTeam, ...slice }));
}

export function nameKey(organizationId: string, name: string) {
  return keys.teamName(organizationId, hashName(foldName(name)));
}

/** Returns those teams of an invitation that exist and aren't full. */
export async function teamsToJoin(
  organizationId: string,
  teamIds: readonly string[],
  limits: Limits,
): Promise<readonly Team[]> {
  const teams = await Promise.all(teamIds.map((id) => getTeam(organizationId, id)));
  return teams.filter((team): team is Team => team !== undefined && team.members < limits.membersOfTeam);
}
