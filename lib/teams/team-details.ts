import type { Actor } from '../domain/member.ts';
import { mayManage, type Team, type TeamMembership } from '../domain/team.ts';
import type { TableAccess } from '../table/access.ts';
import { hasTeamPermission } from './permissions.ts';
import { getTeamMembership, membersOfTeams } from './team-members.ts';
import { getTeam } from './teams.ts';

/** Table access of `readTeamDetails`. */
export const READ_TEAM_DETAILS: TableAccess = { BatchGetItem: ['ORG', 'TEAM'], Query: ['TEAM', 'USER'] };

/** The members that are shown with a team, at most. */
const SHOWN_WITH_TEAM = 1000;

/**
 * Reads the details of a team: whether the actor manages it, its parent if visible to the actor, and its members.
 *
 * @param by.own the actor's membership in the team
 * @param wanted the details that the request asks for
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
