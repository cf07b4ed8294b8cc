import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { NewTeam } from '../../lib/dialects/volttime/input.ts';
import { resource, Team as TeamSchema } from '../../lib/dialects/volttime/schemas.ts';
import { showTeam } from '../../lib/dialects/volttime/show.ts';
import { kindOf, type Team } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { asOwner, CREATE_TEAM, createTeam } from '../../lib/teams/create-team.ts';

export const returns = { 200: /* @__PURE__ */ resource(TeamSchema) };
export const example = { name: 'Berlin', email: 'berlin@example.com', type: 'Company' };

/**
 * Creates a team below the default team, with the caller as its owner.
 *
 * An unknown `type` becomes `Other`. The team's name is unique in the organization, regardless of case.
 */
export const endpoint = forMember({
  format: volttime,
  route: 'POST /api/v3/teams',
  permission: 'team:create',
  table: CREATE_TEAM,
  depth: 2,
  creates: true,
  body: NewTeam,
  refuses: ['team_name_taken', 'team_limit_reached'],
  read: ({ organizationId }) => readCounters(organizationId),
  async handle({ body: { name, email, type }, actor, organization, auditContext, remember, read: counters }) {
    const { limits } = configuration();
    const answer = (team: Team) => ({ status: 200, body: { data: showTeam(team) } });
    const team = await createTeam(
      auditContext,
      { actor, organization, joining: asOwner(actor), counters, limits },
      { name, email, kind: kindOf(type), isPrivate: false },
      (made) => remember(answer(made)),
    );
    return answer(team);
  },
});
export const { handler } = endpoint;
