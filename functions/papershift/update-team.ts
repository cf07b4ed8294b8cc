import {
  ChangedTeamBody,
  located,
  refuseOrphan,
  refuseOtherId,
  refuseReadOnly,
} from '../../lib/dialects/papershift/document.ts';
import { papershift } from '../../lib/dialects/papershift/format.ts';
import { readTeamQuery, TeamParameters } from '../../lib/dialects/papershift/query.ts';
import { PapershiftTeamDocument } from '../../lib/dialects/papershift/schemas.ts';
import { attributesOf, showTeam } from '../../lib/dialects/papershift/show.ts';
import { forMember, pathTeam } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamMembership } from '../../lib/teams/team-members.ts';
import {
  AROUND_TEAM,
  aroundTeam,
  getTeam,
  managed,
  SEE_TEAM,
  seen,
  UPDATE_TEAM,
  updateTeam,
} from '../../lib/teams/teams.ts';

export const returns = { 200: PapershiftTeamDocument };

/**
 * Changes a team, or moves it below another one with all that is below it. Owners of the team may, and ADMINs.
 *
 * What the document doesn't mention stays as it is. `account_id` and `discarded_at` may be sent as they were read.
 */
export const endpoint = forMember({
  format: papershift,
  route: 'PATCH /api/v1/teams/{id}',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(SEE_TEAM, AROUND_TEAM, UPDATE_TEAM),
  depth: 2,
  accepts: 'application/vnd.api+json',
  body: ChangedTeamBody,
  query: TeamParameters,
  refuses: [
    ...(['resource_conflict', 'field_read_only', 'team_not_found', 'forbidden'] as const),
    ...(['team_name_taken', 'default_team', 'team_cycle', 'team_too_deep'] as const),
  ],
  async read({ body, request, organizationId, caller }) {
    const query = readTeamQuery(request.query);
    const id = pathTeam(request);
    const parentTeamId = body.parent?.teamId ?? undefined;
    const [team, own, parent, ownOfParent] = await Promise.all([
      getTeam(organizationId, id),
      getTeamMembership(id, caller.userId),
      parentTeamId === undefined ? undefined : getTeam(organizationId, parentTeamId),
      parentTeamId === undefined ? undefined : getTeamMembership(parentTeamId, caller.userId),
    ]);
    return { query, parentTeamId, team, own, parent, ownOfParent };
  },
  async handle({ body, actor, organization, occasion, read: { query, parentTeamId, team, own, parent, ownOfParent } }) {
    const present = await managed(actor, team, own);
    refuseOtherId(body, present);
    refuseReadOnly(body, attributesOf(present, organization));
    if (!present.isDefault) refuseOrphan(body);
    const changed = await located(body, async () => {
      const moves = parentTeamId !== undefined && parentTeamId !== present.parentTeamId;
      if (moves) await seen(actor, parent, ownOfParent);
      return updateTeam(occasion, actor, own, organization, present, { name: body.name, parentTeamId });
    });
    const around = await aroundTeam(actor, changed, own, query.include);
    return { status: 200, body: showTeam(changed, query, { organization, ...around }) };
  },
});
export const { handler } = endpoint;
