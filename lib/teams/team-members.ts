import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import type { Team, TeamMembership, TeamRole } from '../domain/team.ts';
import { actorIs } from '../organizations/members.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { type Condition, Stale, type Update, type Write } from '../table/write.ts';

/** Both ways: under the team, and under the user. */
const TEAM_MEMBERSHIP = itemReader<TeamMembership>(['TeamMembership', 'TeamOfUser'], {
  ...{ teamId: 'string', organizationId: 'string', userId: 'string', memberId: 'string', role: 'string' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

/** Whether somebody is in a team: what counts is `isIn`. */
export async function getTeamMembership(teamId: string, userId: string): Promise<TeamMembership | undefined> {
  return TEAM_MEMBERSHIP.one(await get(keys.teamMember(teamId, userId)));
}

/** Who is in a team, rows of memberships that have ended among them, in the order of their users' ids. */
export async function listTeamMembers(
  teamId: string,
  range: { after?: string | undefined; limit: number; skip?: number | undefined },
): Promise<TeamMembership[]> {
  const items = await query({
    pk: keys.teamHome(teamId).pk,
    prefix: prefixes.member,
    limit: range.limit,
    skip: range.skip,
    after: range.after && keys.teamMember(teamId, range.after).sk,
  });
  return TEAM_MEMBERSHIP.all(items);
}

/** Who is in each of some teams, at most so many: `listTeamMembers` without the rows of memberships that have ended. */
export async function membersOfTeams(
  teams: readonly Team[],
  limit: number,
): Promise<ReadonlyMap<string, readonly TeamMembership[]>> {
  const rows = await Promise.all(teams.map(({ id }) => listTeamMembers(id, { limit })));
  const present = await Promise.all(
    rows.map(async (some) => {
      const members = await Promise.all(
        some.map(({ organizationId, memberId }) => get(keys.member(organizationId, memberId))),
      );
      return some.filter((_, index) => members[index] !== undefined);
    }),
  );
  return new Map(teams.map(({ id }, index) => [id, present[index] ?? []]));
}

/** The teams that somebody is in, in all organizations, rows of memberships that have ended among them. */
export async function listTeamsOf(userId: string, limit?: number): Promise<TeamMembership[]> {
  const items = await query({ pk: keys.user(userId).pk, prefix: prefixes.team, limit });
  return TEAM_MEMBERSHIP.all(items);
}

/** A place in a team that somebody is given. */
export interface NewTeamMembership {
  readonly role: TeamRole;
  /** What Rocket.Chat's clients call the role; undefined: as it is itself. */
  readonly roles?: readonly string[] | undefined;
  /** The user who gives it. */
  readonly by: string;
  readonly now: Date;
  /** A row of an earlier membership that stands in its place. */
  readonly stale?: TeamMembership | undefined;
}

/** The parts that put a member into a team, but for what the team counts. */
export function joinWrites(
  team: Pick<Team, 'id' | 'organizationId'>,
  { userId, memberId }: Pick<Member, 'userId' | 'memberId'>,
  place: NewTeamMembership,
): Write[] {
  return [
    ...rowWrites(team, { userId, memberId }, place),
    {
      type: 'update',
      key: keys.member(team.organizationId, memberId),
      add: { teams: 1 },
      when: [{ attribute: 'userId', is: userId }],
    },
  ];
}

/** The two rows of a team's membership. */
function rowWrites(
  { id, organizationId }: Pick<Team, 'id' | 'organizationId'>,
  { userId, memberId }: Pick<Member, 'userId' | 'memberId'>,
  { role, roles, by: createdBy, now, stale }: NewTeamMembership,
): Write[] {
  const at = now.toISOString();
  const row: TeamMembership = {
    ...{ teamId: id, organizationId, userId, memberId, role, createdBy, createdAt: at, updatedAt: at },
    ...(roles && { roles }),
  };
  const item = { type: 'TeamMembership', ...row };
  const when: Condition[] = [stale ? { attribute: 'memberId', is: stale.memberId } : { absent: 'pk' }];
  return [
    { type: 'put', key: keys.teamMember(id, userId), item, when },
    { type: 'put', key: keys.teamOf(userId, id), item: { ...item, type: 'TeamOfUser' } },
  ];
}

/**
 * The part that counts who is in a team.
 *
 * @param more how many members more, and how many owners: -1 is refused where it is the last
 */
export function countInTeam(
  { organizationId, id }: Pick<Team, 'organizationId' | 'id'>,
  { members = 0, owners = 0 }: { readonly members?: number; readonly owners?: number },
  limits?: Limits,
): Update {
  const limit = limits?.membersOfTeam;
  return {
    type: 'update',
    key: keys.team(organizationId, id),
    add: { ...(members !== 0 && { members }), ...(owners !== 0 && { owners }) },
    when: [
      { exists: 'pk' },
      ...(limit === undefined ? [] : [{ attribute: 'members', below: limit } as const]),
      ...(owners < 0 ? [{ attribute: 'owners', above: 1 } as const] : []),
    ],
    refuse: (team) => {
      if (limit !== undefined && Number(team.members) >= limit) return 'team_member_limit_reached';
      return owners < 0 && Number(team.owners) <= 1 ? 'last_team_owner' : undefined;
    },
  };
}

/**
 * The conditions that the actor may still manage a team: as an ADMIN, or as its owner.
 *
 * @param roles what they may be in the team
 */
export function actorManages(
  actor: Actor,
  own: TeamMembership | undefined,
  { id }: Team,
  roles: readonly TeamRole[] = ['OWNER'],
): Write[] {
  if (actor.role === 'ADMIN') return actorIs(actor, { attribute: 'role', is: 'ADMIN' });
  if (!own) throw new Stale();
  return [
    ...actorIs(actor, { attribute: 'role', in: ['ADMIN', 'USER', 'OPERATOR'] }),
    {
      type: 'check',
      key: keys.teamMember(id, actor.userId),
      when: [
        { attribute: 'memberId', is: actor.memberId },
        { attribute: 'role', in: roles },
      ],
    },
  ];
}

/** What one may be in a team who says who is in it: where no owner is concerned, moderators may. */
export function rolesToAssign(...roles: readonly (TeamRole | undefined)[]): TeamRole[] {
  return roles.includes('OWNER') ? ['OWNER'] : ['OWNER', 'MODERATOR'];
}

/** The part that counts owners of a team more or fewer, whom no rule keeps. */
export function ownersCorrection(team: Team, owners: number): Write[] {
  if (owners === 0) return [teamExists(team)];
  const key = keys.team(team.organizationId, team.id);
  return [{ type: 'update', key, add: { owners }, when: [{ exists: 'pk' }] }];
}

/** The parts that delete both rows of a team's membership. */
export function leaveWrites({ teamId, userId, memberId }: TeamMembership, more: readonly Condition[] = []): Write[] {
  const when: Condition[] = [{ attribute: 'memberId', is: memberId }, ...more];
  return [
    { type: 'delete', key: keys.teamMember(teamId, userId), when },
    { type: 'delete', key: keys.teamOf(userId, teamId), when },
  ];
}

/** The parts by which a new member is in a team from the start. */
export function newMemberJoinWrites(
  team: Team,
  member: Member,
  { limits, ...place }: Omit<NewTeamMembership, 'role' | 'roles'> & { readonly limits: Limits },
): Write[] {
  const { stale } = place;
  return [
    ...rowWrites(team, member, { role: 'MEMBER', ...place }),
    // A team that has become full, or was deleted, is skipped when the request begins anew.
    ...(stale
      ? ownersCorrection(team, stale.role === 'OWNER' ? -1 : 0)
      : [{ ...countInTeam(team, { members: 1 }, limits), refuse: () => undefined }]),
  ];
}

/**
 * The parts that hand a place in a team to another user, with the membership that it belongs to.
 *
 * @param present the other user's row in the team, of an earlier membership, which counted as one more
 */
export function teamMembershipTransfer(
  row: TeamMembership,
  to: Pick<Member, 'userId' | 'memberId'>,
  present: TeamMembership | undefined,
): Write[] {
  const { teamId: id, organizationId, role, roles, createdBy, createdAt } = row;
  const less = { members: -1, ...(present?.role === 'OWNER' && { owners: -1 }) };
  return [
    ...leaveWrites(row),
    ...rowWrites({ id, organizationId }, to, { role, roles, by: createdBy, now: new Date(createdAt), stale: present }),
    ...(present
      ? [{ type: 'update', key: keys.team(organizationId, id), add: less, when: [{ exists: 'pk' }] } as const]
      : []),
  ];
}

/** The condition that a team hasn't been deleted. */
export function teamExists({ organizationId, id }: Team): Write {
  return { type: 'check', key: keys.team(organizationId, id), when: [{ exists: 'pk' }] };
}
