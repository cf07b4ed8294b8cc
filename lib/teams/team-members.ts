import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import type { Team, TeamMembership, TeamRole } from '../domain/team.ts';
import { actorIs } from '../organizations/members.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query, type Slice } from '../table/read.ts';
import { type Condition, Stale, type Update, type Write } from '../table/write.ts';

/** A row exists under the team and under the user. */
const TEAM_MEMBERSHIP = itemReader<TeamMembership>(['TeamMembership', 'TeamOfUser'], {
  ...{ teamId: 'string', organizationId: 'string', userId: 'string', memberId: 'string', role: 'string' },
  ...{ createdBy: 'string', createdAt: 'string', updatedAt: 'string' },
});

/** Reads a user's row in a team. It may be stale: `isIn` decides. */
export async function getTeamMembership(teamId: string, userId: string): Promise<TeamMembership | undefined> {
  return TEAM_MEMBERSHIP.one(await get(keys.teamMember(teamId, userId)));
}

/** Returns a page of a team's rows, stale ones included, ordered by user id. */
export async function listTeamMembers(teamId: string, slice: Slice): Promise<TeamMembership[]> {
  const { pk } = keys.teamHome(teamId);
  return TEAM_MEMBERSHIP.all(await query({ pk, prefix: prefixes.member, ...slice }));
}

/** Returns the members of each team, without stale rows. Reads at most `limit` rows of a team. */
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

/** Returns a user's rows in teams of all organizations, stale ones included. */
export async function listTeamsOf(userId: string, limit?: number): Promise<TeamMembership[]> {
  const items = await query({ pk: keys.user(userId).pk, prefix: prefixes.team, limit });
  return TEAM_MEMBERSHIP.all(items);
}

/** The attributes of a new team membership. */
export interface NewTeamMembership {
  readonly role: TeamRole;
  /** Rocket.Chat's names of the role; undefined: derived from `role`. */
  readonly roles?: readonly string[] | undefined;
  /** The id of the user who creates it. */
  readonly by: string;
  readonly now: Date;
  /** The stale row that it replaces. */
  readonly stale?: TeamMembership | undefined;
}

/** Returns writes that add a member to a team, without the team's counters. */
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

/** Returns writes for the two rows of a team membership. */
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
 * Returns the write that updates a team's counters of members and owners.
 *
 * @param change what to add to each; removing the last owner is refused
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
 * Returns conditions that the actor may still manage a team: as an ADMIN, or with a role in the team.
 *
 * @param roles the roles in the team that are sufficient
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

/** Returns the team roles that may assign these roles: moderators may, unless one of the roles is OWNER. */
export function rolesToAssign(...roles: readonly (TeamRole | undefined)[]): TeamRole[] {
  return roles.includes('OWNER') ? ['OWNER'] : ['OWNER', 'MODERATOR'];
}

/** Returns writes that change a team's owner counter without the last-owner rule. Requires that the team exists. */
export function ownersCorrection(team: Team, owners: number): Write[] {
  if (owners === 0) return [teamExists(team)];
  const key = keys.team(team.organizationId, team.id);
  return [{ type: 'update', key, add: { owners }, when: [{ exists: 'pk' }] }];
}

/** Returns writes that delete both rows of a team membership. */
export function leaveWrites({ teamId, userId, memberId }: TeamMembership, more: readonly Condition[] = []): Write[] {
  const when: Condition[] = [{ attribute: 'memberId', is: memberId }, ...more];
  return [
    { type: 'delete', key: keys.teamMember(teamId, userId), when },
    { type: 'delete', key: keys.teamOf(userId, teamId), when },
  ];
}

/** A team that a new member joins, and the stale row that an earlier membership left behind. */
export interface NewMemberJoin {
  readonly team: Team;
  readonly stale: TeamMembership | undefined;
}

/** Returns writes for the rows of new members in a team, without the team's counters. */
export function newMemberRows(
  { team, stale }: NewMemberJoin,
  member: Member,
  { by, now }: Pick<NewTeamMembership, 'by' | 'now'>,
): Write[] {
  return rowWrites(team, member, { role: 'MEMBER', by, now, stale });
}

/**
 * Returns the writes that count new members of a transaction in their teams: one for each team. A team that is full or
 * deleted by now makes the request begin again.
 */
export function countNewMembers(joins: readonly NewMemberJoin[], limits: Limits): Write[] {
  return [...Map.groupBy(joins, ({ team }) => team.id).values()].map((some) => {
    const [{ team }] = some as [NewMemberJoin, ...NewMemberJoin[]];
    // The counters include stale rows.
    const members = some.filter(({ stale }) => !stale).length;
    const owners = -some.filter(({ stale }) => stale?.role === 'OWNER').length;
    if (members === 0) return ownersCorrection(team, owners)[0] as Write;
    return {
      type: 'update',
      key: keys.team(team.organizationId, team.id),
      add: { members, ...(owners !== 0 && { owners }) },
      when: [{ exists: 'pk' }, { attribute: 'members', below: limits.membersOfTeam - members + 1 }],
    };
  });
}

/** Returns writes that add a member to a team in the transaction that creates the member. */
export function newMemberJoinWrites(
  team: Team,
  member: Member,
  { limits, ...place }: Omit<NewTeamMembership, 'role' | 'roles'> & { readonly limits: Limits },
): Write[] {
  const { stale } = place;
  return [
    ...rowWrites(team, member, { role: 'MEMBER', ...place }),
    // If the team is full or deleted by now, the retry skips it.
    ...(stale
      ? ownersCorrection(team, stale.role === 'OWNER' ? -1 : 0)
      : [{ ...countInTeam(team, { members: 1 }, limits), refuse: () => undefined }]),
  ];
}

/**
 * Returns writes that transfer a team membership to another user.
 *
 * @param present the other user's stale row in the team, which the counters include
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

/** Returns the condition that a team exists. */
export function teamExists({ organizationId, id }: Team): Write {
  return { type: 'check', key: keys.team(organizationId, id), when: [{ exists: 'pk' }] };
}
