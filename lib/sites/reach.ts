import type { Actor } from '../domain/member.ts';
import type { PathKey } from '../domain/path-key.ts';
import type { Reach } from '../domain/reach.ts';
import { isIn } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization, listMemberships, withOrganizations } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { readAncestors } from '../teams/ancestors.ts';
import { listTeamsOf } from '../teams/team-members.ts';
import { getTeam, locateTeam } from '../teams/teams.ts';
import { readSharedSite } from './sites.ts';

/** Table access of `readReach`. */
export const REACH: TableAccess = { BatchGetItem: ['ORG', 'USER'], Query: ['SITE', 'USER'] };

/** The teams of a user that are read before it is known whether they are above a team with access. */
const OWN_TEAMS = 25;

/**
 * Reads everything that decides a user's access to a site, in two round trips. Another one a level reads the teams above
 * those with access, only if the user may have access through one of them and isn't in the next one.
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
  const teamsOf = (organizationId: string) => accesses.filter((access) => access.organizationId === organizationId);
  const above = candidates.filter((actor) => mayBeAbove(actor, boundTo));
  const ownTeams = new Set(own.filter((row) => above.some((actor) => isIn(actor, row))).map(({ teamId }) => teamId));
  const [home, team, host, present, teams, places] = await Promise.all([
    getOrganization(site.organizationId),
    located && getTeam(located.organizationId, located.teamId),
    located && getOrganization(located.organizationId),
    withOrganizations(candidates),
    Promise.all(
      candidates
        .flatMap(({ organizationId }) => teamsOf(organizationId))
        .map(({ organizationId, teamId }) => getTeam(organizationId, teamId)),
    ),
    // Mostly the user is in the next team above, so it is read in the same step.
    Promise.all(
      own
        .filter(({ teamId }) => ownTeams.has(teamId))
        .slice(0, OWN_TEAMS)
        .map(({ organizationId, teamId }) => getTeam(organizationId, teamId)),
    ),
  ]);
  if (!home) return;
  const existing = teams.filter((one) => one !== undefined);
  const below = existing.filter(({ organizationId }) => above.some((actor) => actor.organizationId === organizationId));
  const known = [...existing, ...places.filter((one) => one !== undefined)];
  return {
    ...{ site, accesses, own, namedTeam: host && team },
    actors: present,
    teams: await readAncestors(below, ownTeams, known),
  };

  /** Tells whether the user may have access only through a parent of a team with access. */
  function mayBeAbove(actor: Actor, token: string | undefined): boolean {
    // An ADMIN's token may have a lower role.
    if (actor.role === 'ADMIN' && token === undefined) return false;
    const mine = new Set(own.filter((row) => isIn(actor, row)).map(({ teamId }) => teamId));
    return mine.size > 0 && teamsOf(actor.organizationId).some(({ teamId }) => !mine.has(teamId));
  }
}
