import {
  ChangedTeamBody,
  refuseOrphan,
  refuseOtherId,
  refuseReadOnly,
  withPointers,
} from '../../lib/dialects/papershift/document.ts';
import { papershift } from '../../lib/dialects/papershift/format.ts';
import { readTeamQuery, TeamParameters } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { attributesOf, showTeam } from '../../lib/dialects/papershift/show.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathTeam } from '../../lib/http/path.ts';
import { union } from '../../lib/table/access.ts';
import { requireTeam } from '../../lib/teams/permissions.ts';
import { READ_TEAM_DETAILS, readTeamDetails } from '../../lib/teams/team-details.ts';
import { findTeam } from '../../lib/teams/teams.ts';
import { UPDATE_TEAM, updateTeam } from '../../lib/teams/update-team.ts';

export const returns = { 200: PapershiftTeamDocument };

/**
 * Changes a team, or moves it with its subtree below another team. For owners of the team and ADMINs.
 *
 * Attributes that the document omits stay unchanged. `account_id` and `discarded_at` may be sent as they were read.
 */
export const endpoint = forTeam({
  format: papershift,
  route: 'PATCH /api/v1/teams/{id}',
  permission: 'team:manage',
  table: union(READ_TEAM_DETAILS, UPDATE_TEAM),
  depth: 2,
  accepts: 'application/vnd.api+json',
  body: ChangedTeamBody,
  query: TeamParameters,
  refuses: [
    ...(['resource_conflict', 'field_read_only'] as const),
    ...(['team_name_taken', 'default_team', 'team_cycle', 'team_too_deep'] as const),
  ],
  team: ({ request }) => ({ id: pathTeam(request) }),
  async read({ body: { parent }, request, organizationId, caller }) {
    const query = readTeamQuery(request.query);
    const parentTeamId = parent?.teamId ?? undefined;
    return { query, parentTeamId, parent: await findTeam(organizationId, caller.userId, { id: parentTeamId }) };
  },
  async handle({ body, actor, organization, auditContext, team, own, read: { query, parentTeamId, parent } }) {
    refuseOtherId(body, team);
    refuseReadOnly(body, attributesOf(team, organization));
    if (!team.isDefault) refuseOrphan(body);
    const changed = await withPointers(body, async () => {
      const isMoved = parentTeamId !== undefined && parentTeamId !== team.parentTeamId;
      if (isMoved) await requireTeam('team:read', actor, parent);
      return updateTeam(auditContext, { actor, own, organization, team }, { name: body.name, parentTeamId });
    });
    const details = await readTeamDetails({ actor, team: changed, own }, query.include);
    return { status: 200, body: showTeam(changed, query, { organization, ...details }) };
  },
});
export const { handler } = endpoint;
