import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { AddRoomsBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { findTeam } from '../../lib/teams/teams.ts';

export const returns = {};

/** Refuses to add rooms to a team, as Rocket.Chat refuses who may not: rooms belong to another product. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.addRooms',
  permission: 'team:read',
  rule: 'nobody',
  table: { BatchGetItem: ['ORG', 'TEAM'] },
  depth: 1,
  body: AddRoomsBody,
  refuses: ['team_not_found', 'forbidden'],
  read: ({ body, organizationId, caller }) => findTeam(organizationId, caller.userId, teamMeant(body)),
  async handle({ read: { team } }) {
    if (!team) throw new Refusal('team_not_found');
    throw new Refusal('forbidden', { team: ['error-no-permission-team-channel'] });
  },
});
export const { handler } = endpoint;
