import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { UpdateRoomBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { teamIdOfRoom } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { findTeam } from '../../lib/teams/teams.ts';

export const returns = {};

/** Refuses to change a room of a team, as Rocket.Chat refuses who may not: rooms belong to another product. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.updateRoom',
  permission: 'team:read',
  rule: 'nobody',
  table: { BatchGetItem: ['ORG', 'TEAM'] },
  depth: 1,
  body: UpdateRoomBody,
  refuses: ['team_not_found', 'forbidden'],
  read: ({ body, organizationId, caller }) =>
    findTeam(organizationId, caller.userId, { id: teamIdOfRoom(body.roomId) }),
  async handle({ read: { team } }) {
    if (!team) throw new Refusal('team_not_found', { room: ['invalid-room'] });
    throw new Refusal('forbidden', { team: ['unauthorized'] });
  },
});
export const { handler } = endpoint;
