import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { CreateBody } from '../../lib/dialects/rocketchat/inputs.ts';
import { isRoomName, refuseReserved } from '../../lib/dialects/rocketchat/names.ts';
import { Created } from '../../lib/dialects/rocketchat/schemas.ts';
import { showTeam } from '../../lib/dialects/rocketchat/show.ts';
import { isId } from '../../lib/domain/ids.ts';
import { Description } from '../../lib/domain/input.ts';
import { membersNamed, usernameOf } from '../../lib/domain/member.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import type { Team, TeamRoom } from '../../lib/domain/team.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { getMembersOf, listMembers, USERNAMES } from '../../lib/organizations/members.ts';
import { getUser } from '../../lib/people/people.ts';
import { union } from '../../lib/table/access.ts';
import { readCounters } from '../../lib/table/counters.ts';
import { asOwner, CREATE_TEAM, createTeam } from '../../lib/teams/create-team.ts';
import { refuseUnclaimed } from '../../lib/teams/put-team-member.ts';
import { getTeamIdByName } from '../../lib/teams/teams.ts';

export const returns = { 200: Created };
export const example = { name: 'berlin', type: 0 };

/**
 * Creates a team below the default team. Its owner is `owner`, by default the caller.
 *
 * `members` are user ids or usernames. Unknown ones, and usernames that several members share, are skipped. The team
 * gets a main room of the same name. An existing room can't become the main room: `room.id` is refused.
 */
export const endpoint = forMember({
  format: rocketchat,
  route: 'POST /api/v1/teams.create',
  permission: 'team:create',
  table: union(CREATE_TEAM, { BatchGetItem: ['USER', 'ORG', 'TEAM'] }),
  depth: 2,
  creates: true,
  body: CreateBody,
  refuses: [
    'team_name_reserved',
    'team_not_creatable',
    'team_name_taken',
    'team_limit_reached',
    'team_member_limit_reached',
    'member_not_claimed',
  ],
  async read({ body, organizationId, caller }) {
    const [counters, first, creator, taken] = await Promise.all([
      readCounters(organizationId),
      listMembers(organizationId, { limit: USERNAMES }),
      getUser(caller.userId),
      getTeamIdByName(organizationId, body.name),
    ]);
    const wanted = [...(body.members ?? []), ...(body.owner ? [body.owner] : [])];
    const known = new Set(first.map(({ userId }) => userId));
    const unknown = first.length < USERNAMES ? [] : wanted.filter((name) => isId('user', name) && !known.has(name));
    return { counters, creator, taken, members: [...first, ...(await getMembersOf(organizationId, unknown))] };
  },
  async handle({ body, actor, organization, auditContext, remember, read: { counters, creator, taken, members } }) {
    const { name, type, room: given = {}, owner: ownerId } = body;
    if (given.id && actor.role !== 'ADMIN') throw new Refusal('forbidden', { room: ['unauthorized'] });
    refuseReserved(name);
    const trimmed = name.trim();
    const isUsername = members.some(({ profile }) => usernameOf(profile).toLowerCase() === trimmed.toLowerCase());
    if (taken !== undefined || isUsername) throw new Refusal('team_name_taken');
    if (!isRoomName(trimmed)) throw new Refusal('team_not_creatable');
    const input = { name: trimmed, isPrivate: type === 1, room: roomOf(given) };
    const owner = members.find(({ userId }) => userId === (ownerId || actor.userId));
    if (!owner && ownerId) throw new Refusal('team_not_creatable');
    const owners = owner ? [{ member: owner, role: 'OWNER' as const }] : asOwner(actor);
    const isOwner = ({ userId }: { userId: string }) => owners.some(({ member }) => member.userId === userId);
    const others = membersNamed(body.members ?? [], members).filter((member) => !isOwner(member));
    if (owner) refuseUnclaimed(owner);
    for (const member of others) refuseUnclaimed(member);
    const answer = (team: Team) => ({ status: 200, body: { team: showTeam(team, creator), success: true } });
    const joining = [...owners, ...others.map((member) => ({ member, role: 'MEMBER' as const }))];
    const team = await createTeam(
      auditContext,
      { actor, organization, joining, counters, limits: configuration().limits },
      input,
      (made) => remember(answer(made)),
    );
    return answer(team);
  },
});
export const { handler } = endpoint;

/** Reads the main room of a request. @throws Refusal `team_not_creatable` */
function roomOf({ id, readOnly, extraData }: Readonly<Record<string, unknown>>): TeamRoom {
  if (id) throw new Refusal('team_not_creatable');
  const { broadcast, topic } = (typeof extraData === 'object' && extraData !== null ? extraData : {}) as Readonly<
    Record<string, unknown>
  >;
  const read = z.safeParse(z.optional(Description), topic ?? undefined);
  if (!read.success) throw new Refusal('team_not_creatable');
  return { readOnly: readOnly === true || broadcast === true, ...(read.data && { topic: read.data }) };
}
