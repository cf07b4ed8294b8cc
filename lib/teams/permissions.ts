import type { Actor } from '../domain/member.ts';
import { type Details, Refusal } from '../domain/refusal.ts';
import { may } from '../domain/roles.ts';
import {
  isIn,
  mayManage,
  mayModerate,
  type Team,
  type TeamMembership,
  type TeamPermission,
  teamsWith,
} from '../domain/team.ts';
import type { TableAccess } from '../table/access.ts';
import { listTeamsOf } from './team-members.ts';
import { listTeams } from './teams.ts';

/** Table access of `hasTeamPermission`, where a place in a team above may give the permission. */
export const READ_ANCESTORS: TableAccess = { Query: ['ORG', 'USER'] };

/** A team as it was read, and what somebody is in it; undefined where there is none. */
export interface TeamAndPlace {
  readonly team: Team | undefined;
  readonly own: TeamMembership | undefined;
}

/** Whether somebody has a permission in a team. The tree of teams is read only where a place in one above may give it. */
export async function hasTeamPermission(
  permission: TeamPermission,
  actor: Actor,
  team: Team,
  own: TeamMembership | undefined,
): Promise<boolean> {
  switch (permission) {
    case 'nobody':
      return false;
    case 'team:manage':
      return mayManage(actor, own);
    case 'team:moderate':
      return mayModerate(actor, own);
    case 'team:read':
    case 'site:read': {
      if (actor.role === 'ADMIN' || isIn(actor, own) || (permission === 'team:read' && !team.isPrivate)) return true;
      const [teams, places] = await Promise.all([listTeams(team.organizationId), listTeamsOf(actor.userId)]);
      return teamsWith(permission, teams, { actor, own: places }).some(({ id }) => id === team.id);
    }
    default:
      return may(actor.role, permission);
  }
}

/** How a request about a team is refused. */
export interface TeamRefusals {
  /** Who hasn't this permission in the team is told that there is none: `team:read` unless it says otherwise. */
  readonly sight?: TeamPermission;
  /** What they are told; `team_not_found` unless it says otherwise. */
  missing?(): Refusal;
  /** The details of `forbidden`. */
  readonly forbidden?: Details;
}

/**
 * A team in which somebody has a permission.
 *
 * @param permission undefined: that they see it is enough
 * @throws Refusal `team_not_found`, `forbidden`
 */
export async function requireTeam(
  permission: TeamPermission | undefined,
  actor: Actor,
  { team, own }: TeamAndPlace,
  { sight = 'team:read', missing = () => new Refusal('team_not_found'), forbidden }: TeamRefusals = {},
): Promise<Team> {
  if (!team || !(await hasTeamPermission(sight, actor, team, own))) throw missing();
  if (permission === undefined || permission === sight) return team;
  if (!(await hasTeamPermission(permission, actor, team, own))) throw new Refusal('forbidden', forbidden);
  return team;
}
