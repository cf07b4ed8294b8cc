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
import { readAncestors } from './ancestors.ts';
import { listTeamsOf } from './team-members.ts';
import { getTeam } from './teams.ts';

/** Table access of `hasTeamPermission`, for permissions that a membership in a parent team may grant. */
export const READ_ANCESTORS: TableAccess = { BatchGetItem: ['ORG'], Query: ['USER'] };

/** A team as it was read, and the actor's membership in it; undefined: none. */
export interface TeamAndPlace {
  readonly team: Team | undefined;
  readonly own: TeamMembership | undefined;
}

/** Tells whether an actor has a permission in a team. Reads the teams above it only if one of them may grant it. */
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
      const [places, parent] = await Promise.all([
        listTeamsOf(actor.userId),
        team.parentTeamId === undefined ? undefined : getTeam(team.organizationId, team.parentTeamId),
      ]);
      const mine = new Set(places.filter((place) => isIn(actor, place)).map(({ teamId }) => teamId));
      const above = await readAncestors([team], mine, parent && [parent]);
      return teamsWith(permission, [...above.values()], { actor, own: places }).some(({ id }) => id === team.id);
    }
    default:
      return may(actor.role, permission);
  }
}

/** How a request for a team is refused. */
export interface TeamRefusals {
  /** Actors without this permission get `missing`; default `team:read`. */
  readonly viewPermission?: TeamPermission;
  /** The refusal that hides the team; default `team_not_found`. */
  missing?(): Refusal;
  /** The details of `forbidden`. */
  readonly forbidden?: Details;
}

/**
 * Returns a team in which an actor has a permission.
 *
 * @param permission undefined: `sight` is enough
 * @throws Refusal `team_not_found`, `forbidden`
 */
export async function requireTeam(
  permission: TeamPermission | undefined,
  actor: Actor,
  { team, own }: TeamAndPlace,
  { viewPermission = 'team:read', missing = () => new Refusal('team_not_found'), forbidden }: TeamRefusals = {},
): Promise<Team> {
  if (!team || !(await hasTeamPermission(viewPermission, actor, team, own))) throw missing();
  if (permission === undefined || permission === viewPermission) return team;
  if (!(await hasTeamPermission(permission, actor, team, own))) throw new Refusal('forbidden', forbidden);
  return team;
}
