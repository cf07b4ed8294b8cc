import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import { ancestorsOf, type Team, TREE_DEPTH } from '../domain/team.ts';
import { keys } from '../table/keys.ts';
import type { Condition, Write } from '../table/write.ts';
import { readAncestors } from './ancestors.ts';
import { getTeam } from './teams.ts';

/**
 * Validates a parent for a team, and returns the conditions that the team tree is as it was read.
 *
 * New leaves don't conflict with each other. A move conflicts with leaves and other moves, since together they could
 * make a cycle or exceed the depth. The organization counts both.
 *
 * @param height the levels of the team's subtree, itself included
 * @param moving the team that moves; undefined: a new team
 * @throws Refusal `team_not_found`, `team_cycle`, `team_too_deep`
 */
export async function placeBelow(
  organization: Organization,
  parentTeamId: string,
  height: number,
  moving?: { team: Team; teams: ReadonlyMap<string, Team> },
): Promise<Write[]> {
  const parent = moving ? moving.teams.get(parentTeamId) : await getTeam(organization.id, parentTeamId);
  if (!parent) throw new Refusal('team_not_found');
  const teams = moving?.teams ?? (await readAncestors([parent]));
  const chain = [parent, ...ancestorsOf(parent, teams)];
  if (moving && chain.some(({ id }) => id === moving.team.id)) throw new Refusal('team_cycle');
  if (chain.length + height > TREE_DEPTH) throw new Refusal('team_too_deep');
  return [
    { type: 'check', key: keys.team(organization.id, parentTeamId), when: [{ exists: 'pk' }] },
    treeWrite(organization, moving ? 'moves' : 'leaves'),
  ];
}

export function treeWrite({ id, moves, leaves }: Organization, what: 'moves' | 'leaves'): Write {
  const is = (attribute: string, value: number): Condition => ({ attribute, is: value });
  return {
    type: 'update',
    key: keys.organization(id),
    add: { [what]: 1 },
    when: what === 'leaves' ? [is('moves', moves)] : [is('moves', moves), is('leaves', leaves)],
  };
}

export function byId(teams: readonly Team[]): Map<string, Team> {
  return new Map(teams.map((team) => [team.id, team]));
}
