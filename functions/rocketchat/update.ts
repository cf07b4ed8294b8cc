import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { UpdateBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { isRoomName } from '../../lib/dialects/rocketchat/names.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamMeant } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { mayManage } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { findTeam, RENAME_TEAM, updateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: Done };

/** Changes the name of a team, and of its main room, or whether it is private. Its owners may, and ADMINs. */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.update',
  permission: 'team:read',
  rule: 'team:manage',
  table: union(RENAME_TEAM, { BatchGetItem: ['ORG', 'TEAM'] }),
  depth: 2,
  body: UpdateBody,
  refuses: ['team_not_found', 'forbidden', 'team_not_creatable', 'team_name_taken'],
  read: ({ body, organizationId, caller }) => findTeam(organizationId, caller.userId, teamMeant(body)),
  async handle({ body: { data }, actor, organization, occasion, read: { team, own } }) {
    if (!team) throw new Refusal('team_not_found');
    if (!mayManage(actor, own)) throw new Refusal('forbidden', { team: ['unauthorized'] });
    const name = data.name?.trim() || undefined;
    if (name !== undefined && !isRoomName(name)) {
      throw new Refusal('team_not_creatable', {
        name: [`${name} is not a valid room name. [error-invalid-room-name]`],
      });
    }
    await updateTeam(occasion, actor, own, organization, team, {
      name,
      isPrivate: data.type === undefined ? undefined : data.type === 1,
    });
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
