import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { UpdateBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { isRoomName } from '../../lib/dialects/rocketchat/names.ts';
import { Done } from '../../lib/dialects/rocketchat/schemas.ts';
import { teamReferenceOf } from '../../lib/dialects/rocketchat/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forTeam } from '../../lib/http/for-team.ts';
import { RENAME_TEAM, updateTeam } from '../../lib/teams/update-team.ts';

export const returns = { 200: Done };

/** Changes the name of a team and of its main room, or whether it is private. For its owners and ADMINs. */
export const endpoint = forTeam({
  format: rocketchat,
  route: 'POST /api/v1/teams.update',
  permission: 'team:manage',
  table: RENAME_TEAM,
  depth: 2,
  body: UpdateBody,
  refuses: ['team_not_creatable', 'team_name_taken'],
  team: ({ body }) => teamReferenceOf(body),
  async handle({ body: { data }, actor, organization, auditContext, team, own }) {
    const name = data.name?.trim() || undefined;
    if (name !== undefined && !isRoomName(name)) {
      throw new Refusal('team_not_creatable', {
        name: [`${name} is not a valid room name. [error-invalid-room-name]`],
      });
    }
    await updateTeam(
      auditContext,
      { actor, own, organization, team },
      {
        name,
        isPrivate: data.type === undefined ? undefined : data.type === 1,
      },
    );
    return { status: 200, body: { success: true } };
  },
});
export const { handler } = endpoint;
