import type { Occasion } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { isIn, type Team, type TeamMembership, type TeamRole } from '../domain/team.ts';
import { actorIs, getMember } from '../organizations/members.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { type Condition, Stale, transact, type Update, untilFresh, type Write } from '../table/write.ts';

/** Whether somebody is in a team: what counts is `isIn`. */
export async function getTeamMembership(teamId: string, userId: string): Promise<TeamMembership | undefined> {
  return (await get(keys.teamMember(teamId, userId))) as unknown as TeamMembership | undefined;
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
    ...(range.skip && { skip: range.skip }),
    ...(range.after && { after: keys.teamMember(teamId, range.after).sk }),
  });
  return items as unknown as TeamMembership[];
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
  const items = await query({ pk: keys.user(userId).pk, prefix: prefixes.team, ...(limit && { limit }) });
  return items as unknown as TeamMembership[];
}

/**
 * The parts that put a member into a team, but for what the team counts.
 *
 * @param by the user who does
 * @param stale a row of an earlier membership that stands in its place
 */
export function joinWrites(
  team: Pick<Team, 'id' | 'organizationId'>,
  { userId, memberId }: Pick<Member, 'userId' | 'memberId'>,
  role: TeamRole,
  by: string,
  now: Date,
  stale?: TeamMembership,
  roles?: readonly string[],
): Write[] {
  return [
    ...rowWrites(team, { userId, memberId }, role, by, now, stale, roles),
    {
      type: 'update',
      key: keys.member(team.organizationId, memberId),
      add: { teams: 1 },
      when: [{ attribute: 'userId', is: userId }],
    },
  ];
}

/** The two rows of a team's membership. */
export function rowWrites(
  { id, organizationId }: Pick<Team, 'id' | 'organizationId'>,
  { userId, memberId }: Pick<Member, 'userId' | 'memberId'>,
  role: TeamRole,
  createdBy: string,
  now: Date,
  stale?: TeamMembership,
  roles?: readonly string[],
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
 * @param owners how many owners more: -1 is refused where it is the last
 */
export function countInTeam(
  { organizationId, id }: Pick<Team, 'organizationId' | 'id'>,
  members: number,
  owners: number,
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
function moderating(...roles: readonly (TeamRole | undefined)[]): TeamRole[] {
  return roles.includes('OWNER') ? ['OWNER'] : ['OWNER', 'MODERATOR'];
}

/** What `putTeamMember` does to the table for somebody who is in the team. */
export const CHANGE_TEAM_MEMBER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'ORG'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'TEAM', 'USER'],
};

/** What `putTeamMember` does to the table. */
export const PUT_TEAM_MEMBER: TableAccess = union(CHANGE_TEAM_MEMBER, { PutItem: ['TEAM', 'USER'] });

/** How many teams somebody may be in who hasn't signed in yet: what whoever claims them takes over at once. */
export const TEAMS_OF_PLACEHOLDER = 20;

/** Refuses to put somebody into one more team who hasn't signed in. @throws Refusal `member_not_claimed` */
export function refuseUnclaimed({ claimed, teams }: Member): void {
  if (!claimed && teams >= TEAMS_OF_PLACEHOLDER) throw new Refusal('member_not_claimed');
}

/**
 * Puts several members into a team, one after another, each a change of its own: what came before one that is refused
 * stays.
 *
 * @param placeOf what a member is to be who is in the team as something, or not yet; refuses what the actor may not, by
 *   what the actor is in the team
 */
export async function putTeamMembers(
  occasion: Occasion,
  actor: Actor,
  team: Team,
  members: readonly Member[],
  placeOf: (
    member: Member,
    present: TeamMembership | undefined,
    own: TeamMembership | undefined,
  ) => Pick<TeamMembership, 'role' | 'roles'>,
  limits: Limits,
): Promise<void> {
  for (const each of members) {
    // What the request did before is not undone when this one is overtaken: only this one begins again.
    await untilFresh(async () => {
      const [own, row, member] = await Promise.all([
        getTeamMembership(team.id, actor.userId),
        getTeamMembership(team.id, each.userId),
        getMember(team.organizationId, each.memberId),
      ]);
      if (!member) return;
      const { role, roles } = placeOf(member, isIn(member, row) ? row : undefined, own);
      await putTeamMember(occasion, actor, own, team, member, role, row, limits, roles);
    });
  }
}

/**
 * Puts a member into a team, or gives them another role in it.
 *
 * @param own what the actor is in the team
 * @param present the member's row in the team, of whatever membership
 * @param roles what Rocket.Chat's clients call the role; undefined: as it is itself
 * @throws Refusal `team_member_limit_reached`, `last_team_owner`, `member_not_claimed`
 */
export async function putTeamMember(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  member: Member,
  role: TeamRole,
  present: TeamMembership | undefined,
  limits: Limits,
  roles?: readonly string[],
): Promise<TeamMembership> {
  const { now } = occasion;
  const at = now.toISOString();
  const { userId, memberId } = member;
  const isThere = isIn(member, present);
  const isCalledSo = roles === undefined || roles.join('\n') === present?.roles?.join('\n');
  if (isThere && present?.role === role && isCalledSo) return present;
  const entry = (before?: TeamRole) =>
    audit(occasion, {
      action: before ? 'team-member.update' : 'team-member.add',
      organizationId: team.organizationId,
      resource: { type: 'team', id: team.id },
      ...(before && { before: { memberId, role: before } }),
      after: { memberId, role },
    });
  if (isThere && present) {
    const owners = (role === 'OWNER' ? 1 : 0) - (present.role === 'OWNER' ? 1 : 0);
    const change = {
      type: 'update',
      set: { role, updatedAt: at, ...(roles && { roles }) },
      ...(roles === undefined && { remove: ['roles'] }),
      when: [
        { attribute: 'memberId', is: memberId },
        { attribute: 'role', is: present.role },
        // Roles are added to those that somebody has.
        ...(roles === undefined
          ? []
          : [present.roles ? { attribute: 'roles', is: present.roles } : { absent: 'roles' }]),
      ],
    } as const;
    await transact([
      ...actorManages(actor, own, team, moderating(role, present.role)),
      { ...change, key: keys.teamMember(team.id, userId) },
      { ...change, key: keys.teamOf(userId, team.id) },
      owners === 0 ? isLive(team) : countInTeam(team, 0, owners),
      entry(present.role),
    ]);
    const { roles: _before, ...kept } = present;
    return { ...kept, role, ...(roles && { roles }), updatedAt: at };
  }
  refuseUnclaimed(member);
  // A row of an earlier membership is counted already, as what it was.
  const owners = (role === 'OWNER' ? 1 : 0) - (present?.role === 'OWNER' ? 1 : 0);
  await transact([
    ...actorManages(actor, own, team, moderating(role)),
    ...joinWrites(team, member, role, actor.userId, now, present, roles),
    ...(present ? corrected(team, owners) : [countInTeam(team, 1, owners, limits)]),
    entry(),
  ]);
  const { id: teamId, organizationId } = team;
  const createdBy = actor.userId;
  return { teamId, organizationId, userId, memberId, role, createdBy, createdAt: at, updatedAt: at };
}

/** The part that counts owners of a team more or fewer, whom no rule keeps. */
function corrected(team: Team, owners: number): Write[] {
  if (owners === 0) return [isLive(team)];
  const key = keys.team(team.organizationId, team.id);
  return [{ type: 'update', key, add: { owners }, when: [{ exists: 'pk' }] }];
}

/** The condition that a team hasn't been deleted. */
function isLive({ organizationId, id }: Team): Write {
  return { type: 'check', key: keys.team(organizationId, id), when: [{ exists: 'pk' }] };
}

/** What `removeTeamMember` does to the table for whoever leaves by themselves. */
export const LEAVE_TEAM: TableAccess = {
  ConditionCheckItem: ['USER'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['TEAM', 'USER'],
};

/** What `removeTeamMember` does to the table. */
export const REMOVE_TEAM_MEMBER: TableAccess = union(LEAVE_TEAM, { ConditionCheckItem: ['TEAM'] });

/**
 * Takes a member out of a team, or lets them leave.
 *
 * @param row the member's row, of the present membership
 * @throws Refusal `last_team_owner`
 */
export async function removeTeamMember(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  row: TeamMembership,
): Promise<void> {
  const leaving = row.memberId === actor.memberId;
  await transact([
    ...(leaving ? actorIs(actor) : actorManages(actor, own, team, moderating(row.role))),
    ...leaveWrites(row, [{ attribute: 'role', is: row.role }]),
    {
      type: 'update',
      key: keys.member(team.organizationId, row.memberId),
      add: { teams: -1 },
      when: [{ exists: 'pk' }],
    },
    countInTeam(team, -1, row.role === 'OWNER' ? -1 : 0),
    audit(occasion, {
      action: 'team-member.remove',
      organizationId: team.organizationId,
      resource: { type: 'team', id: team.id },
      before: { memberId: row.memberId, role: row.role },
    }),
  ]);
}

/** The parts that delete both rows of a team's membership. */
export function leaveWrites({ teamId, userId, memberId }: TeamMembership, more: readonly Condition[] = []): Write[] {
  const when: Condition[] = [{ attribute: 'memberId', is: memberId }, ...more];
  return [
    { type: 'delete', key: keys.teamMember(teamId, userId), when },
    { type: 'delete', key: keys.teamOf(userId, teamId), when },
  ];
}

/**
 * The parts by which a new member is in a team from the start.
 *
 * @param by the user who wanted it so
 * @param present the user's row in the team, of an earlier membership
 */
export function joiningWrites(
  team: Team,
  member: Member,
  by: string,
  now: Date,
  limits: Limits,
  present: TeamMembership | undefined,
): Write[] {
  return [
    ...rowWrites(team, member, 'MEMBER', by, now, present),
    // A team that has become full, or was deleted, is skipped when the request begins anew.
    ...(present
      ? corrected(team, present.role === 'OWNER' ? -1 : 0)
      : [{ ...countInTeam(team, 1, 0, limits), refuse: () => undefined }]),
  ];
}

/**
 * The parts that hand a place in a team to another user, with the membership that it belongs to.
 *
 * @param present the other user's row in the team, of an earlier membership, which counted as one more
 */
export function handedOver(
  row: TeamMembership,
  to: Pick<Member, 'userId' | 'memberId'>,
  present: TeamMembership | undefined,
): Write[] {
  const { teamId: id, organizationId, role, roles, createdBy, createdAt } = row;
  const less = { members: -1, ...(present?.role === 'OWNER' && { owners: -1 }) };
  return [
    ...leaveWrites(row),
    ...rowWrites({ id, organizationId }, to, role, createdBy, new Date(createdAt), present, roles),
    ...(present
      ? [{ type: 'update', key: keys.team(organizationId, id), add: less, when: [{ exists: 'pk' }] } as const]
      : []),
  ];
}
