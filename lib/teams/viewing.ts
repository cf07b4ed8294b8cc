import type { Actor } from '../domain/member.ts';
import { type Team, teamsWith } from '../domain/team.ts';
import { listMemberships, withOrganizations } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { listTeamsOf } from './team-members.ts';
import { listTeams } from './teams.ts';

/** Table access of the functions in this file. */
export const LIST_TEAMS: TableAccess = { BatchGetItem: ['ORG'], Query: ['ORG', 'USER'] };

/**
 * Returns the teams that a person sees in all of their organizations, oldest first.
 *
 * @param bound the actor of an access token: it sees its own organization only
 */
export async function listVisibleTeams(userId: string, bound?: Actor): Promise<Team[]> {
  return listTeamsWith('team:read', userId, bound);
}

/** Returns the teams whose sites a person sees: as a member of the team or a parent, or as an ADMIN. Oldest first. */
export async function listTeamsWithin(userId: string, bound?: Actor): Promise<Team[]> {
  return listTeamsWith('site:read', userId, bound);
}

async function listTeamsWith(
  permission: 'team:read' | 'site:read',
  userId: string,
  bound: Actor | undefined,
): Promise<Team[]> {
  const [actors, own] = await Promise.all([bound ? [bound] : listMemberships(userId), listTeamsOf(userId)]);
  const [present, teams] = await Promise.all([
    withOrganizations(actors),
    Promise.all(actors.map(({ organizationId }) => listTeams(organizationId))),
  ]);
  const byOrganization = Map.groupBy(teams.flat(), ({ organizationId }) => organizationId);
  return present
    .flatMap((actor) => teamsWith(permission, byOrganization.get(actor.organizationId) ?? [], { actor, own }))
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}
