import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Team } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { Description, Name, TeamId } from '../../lib/domain/input.ts';
import { forMember, pathId } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';
import { getTeam, managed, SEE_TEAM, seen, UPDATE_TEAM, updateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Team };

/**
 * Changes a team, or moves it below another one with all that is below it. Owners of the team may, and ADMINs.
 *
 * No team comes to stand below itself, however many are moved at once.
 */
export const endpoint = forMember({
  format: v1,
  route: 'PATCH /v1/teams/{id}',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(SEE_TEAM, UPDATE_TEAM),
  depth: 2,
  body: z.strictObject({
    name: z.optional(Name),
    description: z.optional(Description),
    isPrivate: z.optional(z.boolean()),
    parentTeamId: z.optional(TeamId),
  }),
  refuses: ['team_not_found', 'forbidden', 'team_name_taken', 'default_team', 'team_cycle', 'team_too_deep'],
  async read({ body: { parentTeamId }, request, organizationId, caller }) {
    const id = pathId(request, 'team');
    const [team, own, parent, ownOfParent] = await Promise.all([
      getTeam(organizationId, id),
      getTeamMembership(id, caller.userId),
      parentTeamId && getTeam(organizationId, parentTeamId),
      parentTeamId && getTeamMembership(parentTeamId, caller.userId),
    ]);
    return { team, own, parent: parent || undefined, ownOfParent: ownOfParent || undefined };
  },
  async handle({ body, actor, organization, occasion, read: { team, own, parent, ownOfParent } }) {
    const present = await managed(actor, team, own);
    // What stays as it is needn't be seen.
    if (body.parentTeamId !== present.parentTeamId && body.parentTeamId) await seen(actor, parent, ownOfParent);
    return { status: 200, body: showTeam(await updateTeam(occasion, actor, own, organization, present, body)) };
  },
});
export const { handler } = endpoint;
