import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Team } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { Description, Name, TeamId } from '../../lib/domain/input.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { pathId } from '../../lib/http/path.ts';
import { requireTeam } from '../../lib/teams/permissions.ts';
import { findTeam } from '../../lib/teams/teams.ts';
import { UPDATE_TEAM, updateTeam } from '../../lib/teams/update-team.ts';

export const returns = { 200: Team };
export const example = { name: 'Berlin' };

/**
 * Changes a team, or moves it with its subtree below another team. For owners of the team and ADMINs.
 *
 * A move can't make a cycle, even with concurrent moves.
 */
export const endpoint = forTeam({
  format: v1,
  route: 'PATCH /v1/teams/{id}',
  permission: 'team:manage',
  table: UPDATE_TEAM,
  depth: 2,
  body: z.strictObject({
    name: z.optional(Name),
    description: z.optional(Description),
    isPrivate: z.optional(z.boolean()),
    parentTeamId: z.optional(TeamId),
  }),
  refuses: ['team_name_taken', 'default_team', 'team_cycle', 'team_too_deep'],
  team: ({ request }) => ({ id: pathId(request, 'team') }),
  read: ({ body: { parentTeamId }, organizationId, caller }) =>
    findTeam(organizationId, caller.userId, { id: parentTeamId }),
  async handle({ body, actor, organization, auditContext, team, own, read: parent }) {
    // The caller must see the parent only if it changes.
    const isMoved = body.parentTeamId !== undefined && body.parentTeamId !== team.parentTeamId;
    if (isMoved) await requireTeam('team:read', actor, parent);
    return { status: 200, body: showTeam(await updateTeam(auditContext, { actor, own, organization, team }, body)) };
  },
});
export const { handler } = endpoint;
