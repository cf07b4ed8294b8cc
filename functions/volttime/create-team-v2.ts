import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { NewTeam } from '../../lib/dialects/volttime/input.ts';
import { resource, Team as TeamSchema } from '../../lib/dialects/volttime/schemas.ts';
import { showTeam } from '../../lib/dialects/volttime/show.ts';
import { kindOf, type Team } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { CREATE_TEAM, createTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: resource(TeamSchema) };

/** Makes a team, as `POST /api/v3/teams` does, whose earlier form this is. */
export const endpoint = forMember({
  format: volttime,
  route: 'POST /api/v2/teams',
  permission: 'team:create',
  // Nothing says which team it is to be below.
  table: { ...CREATE_TEAM, ConditionCheckItem: ['USER'] },
  depth: 2,
  creates: true,
  body: NewTeam,
  refuses: ['team_name_taken', 'team_limit_reached'],
  read: ({ organizationId }) => readCounters(organizationId),
  async handle({ body: { name, email, type }, actor, organization, occasion, once, read: counters }) {
    const { limits } = configuration();
    const answer = (team: Team) => ({ status: 200, body: { data: showTeam(team) } });
    const team = await createTeam(
      occasion,
      actor,
      organization,
      { name, email, kind: kindOf(type), isPrivate: false },
      [{ member: actor, role: 'OWNER' }],
      { counters, limits },
      (made) => (once ? [once.remember(answer(made))] : []),
    );
    return answer(team);
  },
});
export const { handler } = endpoint;
