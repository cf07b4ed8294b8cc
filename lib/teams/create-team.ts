import type { AuditContext } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import { type Counters, freeTeamRow, type Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Team, TeamRole } from '../domain/team.ts';
import { actorIs, getMember } from '../organizations/members.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { keys } from '../table/keys.ts';
import { retryWhileStale, transact, type Write } from '../table/write.ts';
import { getTeamMembership, joinWrites } from './team-members.ts';
import { placeBelow } from './team-tree.ts';
import { nameKey } from './teams.ts';

/** Table access of `createTeam`, for a team right below the default team. */
export const CREATE_TEAM: TableAccess = {
  Query: ['ORG'],
  ConditionCheckItem: ['USER'],
  PutItem: ['ORG', 'TEAM', 'TEAMNO', 'USER', 'AUDIT'],
  UpdateItem: ['ORG'],
};

/** Table access of `createTeam`. */
export const CREATE_TEAM_BELOW: TableAccess = union(CREATE_TEAM, {
  BatchGetItem: ['ORG'],
  ConditionCheckItem: ['ORG'],
});

/** The input for a new team. */
export type NewTeam = Pick<Team, 'name' | 'isPrivate'> &
  OrUndefined<Pick<Team, 'description' | 'kind' | 'email' | 'room' | 'parentTeamId'>>;

/** All fields of a type, optional and possibly undefined. */
export type OrUndefined<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** A member who is added to a team. */
export interface Joining {
  readonly member: Pick<Member, 'userId' | 'memberId'>;
  readonly role: TeamRole;
}

/** Returns the creator of a team as its first member. An integration isn't in teams: the ADMINs manage its teams. */
export function asOwner(actor: Actor): Joining[] {
  return actor.program ? [] : [{ member: actor, role: 'OWNER' }];
}

/** The members that one transaction adds, with three items each; the first one also creates the team. */
const JOINING_AT_ONCE = 29;

/** The creator of a team, and its first members. */
export interface TeamCreation {
  readonly actor: Actor;
  readonly organization: Organization;
  /**
   * The first members, owners first. The creator is an owner, unless a dialect decides otherwise. Members beyond
   * `JOINING_AT_ONCE` are added after the creation.
   */
  readonly joining: readonly Joining[];
  readonly counters: readonly Counters[];
  readonly limits: Limits;
}

/**
 * Creates a team, below the default team unless the input names a parent.
 *
 * @param also returns more writes for the transaction
 * @throws Refusal `team_name_taken`, `team_limit_reached`, `team_not_found` for the parent, `team_too_deep`,
 *   `team_member_limit_reached`
 */
export async function createTeam(
  auditContext: AuditContext,
  { actor, organization, joining, counters, limits }: TeamCreation,
  input: NewTeam,
  also: (team: Team) => readonly Write[] = () => [],
): Promise<Team> {
  const { defaultTeamId } = organization;
  if (joining.length > limits.membersOfTeam) throw new Refusal('team_member_limit_reached');
  const first = joining.slice(0, JOINING_AT_ONCE);
  const parentTeamId = input.parentTeamId ?? defaultTeamId;
  const tree = parentTeamId === defaultTeamId ? [] : await placeBelow(organization, parentTeamId, 1);
  const teamRow = freeTeamRow(counters, limits);
  if (!teamRow) throw new Refusal('team_limit_reached');
  const team = newTeam(auditContext.now, organization.id, actor.userId, { ...input, parentTeamId }, first, teamRow.row);
  await transact([
    ...actorIs(actor, { attribute: 'role', in: ['ADMIN', 'USER'] }),
    ...teamWrites(team),
    ...first.flatMap(({ member, role }) => joinWrites(team, member, { role, by: actor.userId, now: auditContext.now })),
    ...tree,
    {
      ...count(organization.id, teamRow.row, 'teamCreated'),
      when: [{ attribute: 'teams', below: teamRow.teams }],
    },
    audit(auditContext, {
      action: 'team.create',
      organizationId: organization.id,
      resource: { type: 'team', id: team.id },
      after: { parentTeamId, isPrivate: team.isPrivate },
    }),
    ...also(team),
  ]);
  for (let start = JOINING_AT_ONCE; start < joining.length; start += JOINING_AT_ONCE) {
    await addFirstMembers(auditContext, {
      actor,
      team,
      joining: joining.slice(start, start + JOINING_AT_ONCE),
      limits,
    });
  }
  return { ...team, members: joining.length, owners: joining.filter(({ role }) => role === 'OWNER').length };
}

/** Adds more first members to a new team. The creator needn't be an owner of it. */
async function addFirstMembers(
  { now }: AuditContext,
  { actor, team, joining, limits }: Pick<TeamCreation, 'actor' | 'joining' | 'limits'> & { readonly team: Team },
): Promise<void> {
  // The team exists already, so only this step is retried when a member has changed, not the whole request.
  await retryWhileStale(async () => {
    const found = await Promise.all(
      joining.map(async ({ member: { userId, memberId }, role }) => {
        const [member, row] = await Promise.all([
          getMember(team.organizationId, memberId),
          getTeamMembership(team.id, userId),
        ]);
        return member?.userId === userId && !row ? [{ member, role }] : [];
      }),
    );
    const some = found.flat();
    const owners = some.filter(({ role }) => role === 'OWNER').length;
    await transact([
      ...actorIs(actor),
      ...some.flatMap(({ member, role }) => joinWrites(team, member, { role, by: actor.userId, now })),
      {
        type: 'update',
        key: keys.team(team.organizationId, team.id),
        add: { members: some.length, ...(owners > 0 && { owners }) },
        when: [{ exists: 'pk' }, { attribute: 'members', below: limits.membersOfTeam - some.length + 1 }],
        refuse: 'team_member_limit_reached',
      },
    ]);
  });
}

/** Returns a new team with new ids, not yet written. */
function newTeam(
  now: Date,
  organizationId: string,
  createdBy: string,
  input: NewTeam,
  joining: readonly Joining[],
  seat: number,
): Team {
  const at = now.toISOString();
  return {
    id: newId('team', now),
    number: newNumber(),
    organizationId,
    ...(input as Pick<Team, 'name' | 'isPrivate'>),
    isDefault: false,
    members: joining.length,
    owners: joining.filter(({ role }) => role === 'OWNER').length,
    ...{ createdBy, createdAt: at, updatedAt: at, seat },
  };
}

/** Returns the default team of a new organization, without members. */
export function defaultTeam(now: Date, organizationId: string, createdBy: string, name: string, seat: number): Team {
  return { ...newTeam(now, organizationId, createdBy, { name, isPrivate: false }, [], seat), isDefault: true };
}

/** Returns writes for the items of a new team: the team, its name's uniqueness record, and lookups by id and number. */
export function teamWrites(team: Team): Write[] {
  const { id, organizationId, number } = team;
  return [
    {
      type: 'put',
      key: keys.team(organizationId, id),
      item: { type: 'Team', ...team },
      when: [{ absent: 'pk' }],
    },
    nameWrite(team, team.name),
    {
      type: 'put',
      key: keys.teamHome(id),
      item: { type: 'TeamHome', teamId: id, organizationId },
      when: [{ absent: 'pk' }],
    },
    {
      type: 'put',
      key: keys.teamNumber(number),
      item: { type: 'TeamNumber', number, teamId: id, organizationId },
      when: [{ absent: 'pk' }],
    },
  ];
}

/** Returns the write that claims a name for a team. */
export function nameWrite({ id, organizationId }: Team, name: string): Write {
  return {
    type: 'put',
    key: nameKey(organizationId, name),
    item: { type: 'TeamName', organizationId, teamId: id },
    when: [{ absent: 'pk' }],
    refuse: 'team_name_taken',
  };
}
