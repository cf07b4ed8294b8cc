import { papershift } from '../../lib/dialects/papershift/format.ts';
import { FieldsParameters, readTeamQuery } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { showTeam } from '../../lib/dialects/papershift/show.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathTeam } from '../../lib/http/path.ts';
import { DELETE_TEAM, deleteTeam } from '../../lib/teams/delete-team.ts';

export const returns = { 200: PapershiftTeamDocument };

/**
 * Deletes a team, releases its name, and shows it with its `discarded_at`. For owners of the team and ADMINs.
 *
 * The default team and teams with child teams can't be deleted. A body is ignored.
 */
export const endpoint = forTeam({
  format: papershift,
  route: 'DELETE /api/v1/teams/{id}',
  permission: 'team:manage',
  table: DELETE_TEAM,
  depth: 3,
  query: FieldsParameters,
  refuses: ['default_team', 'team_has_children', 'team_has_sites'],
  team: ({ request }) => ({ id: pathTeam(request) }),
  read: async ({ request }) => readTeamQuery(request.query, false),
  async handle({ actor, organization, auditContext, team, own, read: query }) {
    const discarded = await deleteTeam(auditContext, { actor, own, organization, team });
    return { status: 200, body: showTeam(discarded, query, { organization, manages: () => false }) };
  },
});
export const { handler } = endpoint;
