import { type Team, TREE_DEPTH } from '../domain/team.ts';
import { getTeam } from './teams.ts';

/**
 * Reads the teams above teams, one round trip a level, so that the cost depends on the depth and not on the number of
 * teams. Does not read above a team of `own`: whoever is in it needs no further team.
 *
 * @param known teams that were read already; the result has them too
 * @returns teams by id
 */
export async function readAncestors(
  teams: readonly Team[],
  own: ReadonlySet<string> = new Set(),
  known: readonly Team[] = [],
): Promise<ReadonlyMap<string, Team>> {
  const found = new Map([...known, ...teams].map((team) => [team.id, team]));
  let level = teams;
  for (let depth = 1; depth < TREE_DEPTH && level.length > 0; depth += 1) {
    const parents = new Map(
      level.flatMap(({ id, parentTeamId, organizationId }) =>
        parentTeamId === undefined || own.has(id) ? [] : [[parentTeamId, organizationId] as const],
      ),
    );
    const read = await Promise.all(
      [...parents].map(async ([id, organizationId]) => found.get(id) ?? getTeam(organizationId, id)),
    );
    level = read.filter((team) => team !== undefined);
    for (const team of level) found.set(team.id, team);
  }
  return found;
}
