import type { Organization } from '../domain/organization.ts';
import { isIn, mayManage, type Team } from '../domain/team.ts';
import type { TableAccess } from './access.ts';
import { listMemberships, withOrganizations } from './organizations.ts';
import { listTeamsOf } from './team-members.ts';
import { getTeam, listTeams } from './teams.ts';

/** What `listManaged` does to the table. */
export const LIST_MANAGED: TableAccess = { BatchGetItem: ['ORG'], Query: ['ORG', 'USER'] };

/** A team that somebody manages, and its organization. */
export interface ManagedTeam {
  readonly team: Team;
  readonly organization: Organization;
}

/** The teams that somebody manages, in whatever organizations: those that they own, and all where they are an ADMIN. */
export async function listManaged(userId: string, limit: number): Promise<ManagedTeam[]> {
  const [memberships, own] = await Promise.all([listMemberships(userId), listTeamsOf(userId)]);
  const [present, teams] = await Promise.all([
    withOrganizations(memberships),
    Promise.all(
      memberships.map((actor) => {
        if (actor.role === 'ADMIN') return listTeams(actor.organizationId, limit);
        const owned = own.filter((row) => isIn(actor, row) && mayManage(actor, row)).slice(0, limit);
        return Promise.all(owned.map(({ teamId }) => getTeam(actor.organizationId, teamId)));
      }),
    ),
  ]);
  const byId = new Map(present.map(({ organization }) => [organization.id, organization]));
  const managed = teams.flat().flatMap((team) => {
    const organization = team && byId.get(team.organizationId);
    return organization ? [{ team, organization }] : [];
  });
  return managed.slice(0, limit);
}
