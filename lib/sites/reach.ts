import type { Actor } from '../domain/member.ts';
import type { PathKey } from '../domain/path-key.ts';
import type { Reach } from '../domain/reach.ts';
import { isIn } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization, listMemberships, withOrganizations } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { listTeamsOf } from '../teams/team-members.ts';
import { getTeam, listTeams, locateTeam } from '../teams/teams.ts';
import { readSharedSite } from './sites.ts';

/** Table access of `readReach`. */
export const REACH: TableAccess = { BatchGetItem: ['ORG', 'USER'], Query: ['ORG', 'SITE', 'USER'] };

/**
 * Reads everything that decides a user's access to a site, in two round trips. Team trees are read only if the user may
 * have access through a parent team.
 *
 * @param by.boundTo the organization of the caller's access token, if any
 * @param by.namedTeam the id or number of a team that the request names
 * @returns undefined: no such site
 */
export async function readReach(
  siteId: string,
  userId: string,
  { boundTo, namedTeam }: { readonly boundTo?: string | undefined; readonly namedTeam?: PathKey | undefined },
): Promise<Reach | undefined> {
  const [shared, located, memberships, own] = await Promise.all([
    readSharedSite(siteId),
    locateTeam(namedTeam),
    boundTo === undefined ? listMemberships(userId) : getMembership(userId, boundTo).then((row) => (row ? [row] : [])),
    listTeamsOf(userId),
  ]);
  if (!shared) return;
  const { site, accesses } = shared;
  const organizations = new Set(accesses.map(({ organizationId }) => organizationId));
  const candidates: Actor[] = memberships.filter(({ organizationId }) => organizations.has(organizationId));
  const [home, team, host, present, teams, trees] = await Promise.all([
    getOrganization(site.organizationId),
    located && getTeam(located.organizationId, located.teamId),
    located && getOrganization(located.organizationId),
    withOrganizations(candidates),
    Promise.all(
      accesses
        .filter(({ organizationId }) => candidates.some((actor) => actor.organizationId === organizationId))
        .map(({ organizationId, teamId }) => getTeam(organizationId, teamId)),
    ),
    Promise.all(
      candidates.filter((actor) => mayBeAbove(actor, boundTo)).map(({ organizationId }) => listTeams(organizationId)),
    ),
  ]);
  if (!home) return;
  return {
    ...{ site, accesses, own, namedTeam: host && team },
    actors: present,
    teams: new Map([...trees.flat(), ...teams.filter((team) => team !== undefined)].map((team) => [team.id, team])),
  };

  /** Tells whether the user may have access only through a parent of a team with access. */
  function mayBeAbove(actor: Actor, token: string | undefined): boolean {
    // An ADMIN's token may have a lower role.
    if (actor.role === 'ADMIN' && token === undefined) return false;
    const ownTeams = new Set(own.filter((row) => isIn(actor, row)).map(({ teamId }) => teamId));
    const sameOrganization = accesses.filter(({ organizationId }) => organizationId === actor.organizationId);
    return ownTeams.size > 0 && sameOrganization.some(({ teamId }) => !ownTeams.has(teamId));
  }
}
