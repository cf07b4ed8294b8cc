import type { Actor } from '../domain/member.ts';
import { type Team, visible } from '../domain/team.ts';
import type { TableAccess } from './access.ts';
import { listMemberships, withOrganizations } from './organizations.ts';
import { listTeamsOf } from './team-members.ts';
import { listTeams } from './teams.ts';

/** What `listTeamsSeen` does to the table. */
export const LIST_TEAMS_SEEN: TableAccess = { BatchGetItem: ['ORG'], Query: ['ORG', 'USER'] };

/**
 * The teams that somebody sees in all organizations that they are in, the oldest first.
 *
 * @param bound what their access token acts as, if they come by one: it sees its own organization alone
 */
export async function listTeamsSeen(userId: string, bound?: Actor): Promise<Team[]> {
  const [actors, own] = await Promise.all([bound ? [bound] : listMemberships(userId), listTeamsOf(userId)]);
  const [present, teams] = await Promise.all([
    withOrganizations(actors),
    Promise.all(actors.map(({ organizationId }) => listTeams(organizationId))),
  ]);
  const all = teams.flat();
  return present
    .flatMap((actor) =>
      visible(
        all.filter(({ organizationId }) => organizationId === actor.organizationId),
        { actor, own },
      ),
    )
    .sort((one, other) => (one.id < other.id ? -1 : 1));
}
