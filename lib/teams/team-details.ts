import type { Actor } from '../domain/member.ts';
import { mayManage, type Team, type TeamMembership } from '../domain/team.ts';
import type { TableAccess } from '../table/access.ts';
import { hasTeamPermission } from './permissions.ts';
import { getTeamMembership, membersOfTeams } from './team-members.ts';
import { getTeam } from './teams.ts';

/** Table access of `readTeamDetails`. */
export const READ_TEAM_DETAILS: TableAccess = { BatchGetItem: ['ORG', 'TEAM'], Query: ['ORG', 'TEAM', 'USER'] };

/** How many of those who are in a team are shown with it. */
const SHOWN_WITH_TEAM = 1000;

/**
 * What is shown with a team: what the actor may, the team above it if they see that, and who is in it.
 *
 * @param by.own what the actor is in the team
 * @param wanted which of it, by the request
 */
export async function readTeamDetails(
  { actor, team, own }: { readonly actor: Actor; readonly team: Team; readonly own?: TeamMembership | undefined },
  wanted: { readonly parent: boolean; readonly members: boolean } | undefined,
) {
  const { organizationId, parentTeamId } = team;
  const above = wanted?.parent ? parentTeamId : undefined;
  const [parent, ownOfParent, memberships] = await Promise.all([
    above === undefined ? undefined : getTeam(organizationId, above),
    above === undefined ? undefined : getTeamMembership(above, actor.userId),
    membersOfTeams(wanted?.members ? [team] : [], SHOWN_WITH_TEAM),
  ]);
  const shownParent = parent && (await hasTeamPermission('team:read', actor, parent, ownOfParent)) ? parent : undefined;
  return {
    manages: ({ id }: Team) => mayManage(actor, id === team.id ? own : ownOfParent),
    parentOf: () => shownParent,
    membershipsOf: () => memberships.get(team.id) ?? [],
  };
}
