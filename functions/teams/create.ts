import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Team as TeamSchema } from '../../lib/dialects/v1/schemas.ts';
import { showTeam } from '../../lib/dialects/v1/show.ts';
import { Description, Name, TeamId } from '../../lib/domain/input.ts';
import type { Team } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { asOwner, CREATE_TEAM_BELOW, createTeam } from '../../lib/teams/create-team.ts';
import { requireTeam } from '../../lib/teams/permissions.ts';
import { findTeam } from '../../lib/teams/teams.ts';

export const returns = { 201: TeamSchema };
export const example = { name: 'Berlin' };

/**
 * Creates a team, with the caller as its owner. A team that an integration creates has no members: ADMINs manage it.
 *
 * Its parent is `parentTeamId`, by default the default team. Its name is unique in the organization, regardless of
 * case.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/teams',
  permission: 'team:create',
  table: CREATE_TEAM_BELOW,
  depth: 2,
  creates: true,
  body: z.strictObject({
    name: Name,
    description: z.optional(Description),
    isPrivate: z.optional(z.boolean()),
    parentTeamId: z.optional(TeamId),
  }),
  refuses: ['team_not_found', 'team_name_taken', 'team_too_deep', 'team_limit_reached'],
  async read({ body: { parentTeamId }, organizationId, caller }) {
    const [counters, parent] = await Promise.all([
      readCounters(organizationId),
      findTeam(organizationId, caller.userId, { id: parentTeamId }),
    ]);
    return { counters, parent };
  },
  async handle({ body, actor, organization, auditContext, remember, read: { counters, parent } }) {
    if (body.parentTeamId) await requireTeam('team:read', actor, parent);
    const { isPrivate = false, ...input } = body;
    const { limits } = configuration();
    const answer = (team: Team) => ({ status: 201, body: showTeam(team) });
    const team = await createTeam(
      auditContext,
      { actor, organization, joining: asOwner(actor), counters, limits },
      { ...input, isPrivate },
      (made) => remember(answer(made)),
    );
    return answer(team);
  },
});
export const { handler } = endpoint;
