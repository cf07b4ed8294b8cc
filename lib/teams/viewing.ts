import type { Actor } from '../domain/member.ts';
import { type Team, teamsWith } from '../domain/team.ts';
import { listMemberships, withOrganizations } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { listTeamsOf } from './team-members.ts';
import { listTeams } from './teams.ts';

/** Table access of the functions in this file. */
export const LIST_TEAMS: TableAccess = { BatchGetItem: ['ORG'], Query: ['ORG', 'USER'] };

/**
 * The teams that somebody sees in all organizations that they are in, the oldest first.
 *
 * @param bound what their access token acts as, if they come by one: it sees its own organization alone
 */
export async function listVisibleTeams(userId: string, bound?: Actor): Promise<Team[]> {
  return choose('team:read', userId, bound);
}

/** The teams whose property somebody sees: those that they are in, or in one above; all, where they are an ADMIN. */
export async function listTeamsWithin(userId: string, bound?: Actor): Promise<Team[]> {
  return choose('site:read', userId, bound);
}

async function choose(
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
