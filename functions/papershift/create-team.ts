import { configuration } from '../../lib/configuration.ts';
import { NewTeamBody, refuseOrphan, refuseReadOnly, withPointers } from '../../lib/dialects/papershift/document.ts';
import { papershift } from '../../lib/dialects/papershift/format.ts';
import { readTeamQuery, TeamParameters } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { addressOf, newAttributes, showTeam, type View } from '../../lib/dialects/papershift/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { type Team, teamIdFromUuid } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { union } from '../../lib/table/access.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { asOwner, CREATE_TEAM_BELOW, createTeam } from '../../lib/teams/create-team.ts';
import { READ_ANCESTORS, requireTeam } from '../../lib/teams/permissions.ts';
import { READ_TEAM_DETAILS, readTeamDetails } from '../../lib/teams/team-details.ts';
import { findTeam, getTeam } from '../../lib/teams/teams.ts';

export const returns = { 201: PapershiftTeamDocument };
export const example = { data: { type: 'team', attributes: { name: 'Berlin' } } };

/**
 * Creates a team, with the caller as its owner.
 *
 * `parent_team_id` or the relationship `parent_team` names its parent; the default is the account's default team. Its
 * name is unique in the account, regardless of case.
 */
export const endpoint = forMember({
  format: papershift,
  route: 'POST /api/v1/teams',
  permission: 'team:create',
  table: union(READ_ANCESTORS, READ_TEAM_DETAILS, CREATE_TEAM_BELOW),
  depth: 2,
  creates: true,
  accepts: 'application/vnd.api+json',
  body: NewTeamBody,
  query: TeamParameters,
  refuses: [
    ...(['client_id_forbidden', 'client_id_taken', 'resource_conflict', 'field_read_only'] as const),
    ...(['team_not_found', 'team_name_taken', 'team_too_deep', 'team_limit_reached'] as const),
  ],
  async read({ body, request, organizationId, caller }) {
    refuseOrphan(body);
    const query = readTeamQuery(request.query);
    const parentTeamId = body.parent?.teamId ?? undefined;
    const sentId = teamIdFromUuid(body.id ?? '');
    const [counters, parent, existing] = await Promise.all([
      readCounters(organizationId),
      findTeam(organizationId, caller.userId, { id: parentTeamId }),
      sentId === undefined ? undefined : getTeam(organizationId, sentId),
    ]);
    return { query, counters, parentTeamId, parent, existing };
  },
  async handle({ body, actor, organization, auditContext, remember, read: { query, parentTeamId, parent, ...read } }) {
    if (body.id !== undefined) {
      const isSeen = read.existing && (actor.role === 'ADMIN' || !read.existing.isPrivate);
      const code = isSeen ? 'client_id_taken' : 'client_id_forbidden';
      throw new Refusal(code, { '/data/id': [code] });
    }
    refuseReadOnly(body, newAttributes(organization));
    const { limits } = configuration();
    const answer = (team: Team, details: Omit<View, 'organization'>) => ({
      status: 201,
      headers: { location: addressOf(team) },
      body: showTeam(team, query, { organization, ...details }),
    });
    const managesNew = actor.role === 'ADMIN' || !actor.program;
    const team = await withPointers(body, async () => {
      if (parentTeamId !== undefined) await requireTeam('team:read', actor, parent);
      return createTeam(
        auditContext,
        { actor, organization, joining: asOwner(actor), counters: read.counters, limits },
        { name: body.name, isPrivate: false, parentTeamId },
        (made) => remember(answer(made, { manages: () => managesNew })),
      );
    });
    const details = await readTeamDetails({ actor, team }, query.include);
    return answer(team, {
      ...details,
      manages: (shown) => (shown.id === team.id ? managesNew : details.manages(shown)),
    });
  },
});
export const { handler } = endpoint;
