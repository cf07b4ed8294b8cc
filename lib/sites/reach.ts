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
 * Reads what decides whether somebody reaches a site, and as what, in two round trips. The teams above those with access
 * are read only where somebody may be in one of them.
 *
 * @param by.boundTo the organization of their access token, if they come by one
 * @param by.namedTeam a team that the request is about, by its id or its integer
 * @returns undefined where there is no such site
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

  /** Whether somebody may see the site by a team above one that has access, and by none of these itself. */
  function mayBeAbove(actor: Actor, token: string | undefined): boolean {
    // By a token an ADMIN may act as less.
    if (actor.role === 'ADMIN' && token === undefined) return false;
    const mine = new Set(own.filter((row) => isIn(actor, row)).map(({ teamId }) => teamId));
    const here = accesses.filter(({ organizationId }) => organizationId === actor.organizationId);
    return mine.size > 0 && here.some(({ teamId }) => !mine.has(teamId));
  }
}
