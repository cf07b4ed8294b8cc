import type { Occasion } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import { type Counters, type Limits, teamPlace } from '../domain/limits.ts';
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
export const CREATE_TEAM_BELOW: TableAccess = union(CREATE_TEAM, { ConditionCheckItem: ['ORG'] });

/** What makes a team. */
export type NewTeam = Pick<Team, 'name' | 'isPrivate'> &
  OrUndefined<Pick<Team, 'description' | 'kind' | 'email' | 'room' | 'parentTeamId'>>;

/** Fields of which some may be undefined. */
export type OrUndefined<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** Somebody who is put into a team. */
export interface Joining {
  readonly member: Pick<Member, 'userId' | 'memberId'>;
  readonly role: TeamRole;
}

/** How many join a team in one transaction, three items each, beside what else is in the one that makes it. */
const JOINING_AT_ONCE = 29;

/** Who makes a team, for whom. */
export interface TeamCreation {
  readonly actor: Actor;
  readonly organization: Organization;
  /**
   * Who is in it from the start, owners first: whoever makes a team owns it, unless a dialect says otherwise. More than
   * `JOINING_AT_ONCE` join after it was made.
   */
  readonly joining: readonly Joining[];
  readonly counters: readonly Counters[];
  readonly limits: Limits;
}

/**
 * Makes a team, below the default team unless it says otherwise.
 *
 * @param also what else is written with it
 * @throws Refusal `team_name_taken`, `team_limit_reached`, `team_not_found` for the parent, `team_too_deep`,
 *   `team_member_limit_reached`
 */
export async function createTeam(
  occasion: Occasion,
  { actor, organization, joining, counters, limits }: TeamCreation,
  input: NewTeam,
  also: (team: Team) => readonly Write[] = () => [],
): Promise<Team> {
  const { defaultTeamId } = organization;
  if (joining.length > limits.membersOfTeam) throw new Refusal('team_member_limit_reached');
  const first = joining.slice(0, JOINING_AT_ONCE);
  const parentTeamId = input.parentTeamId ?? defaultTeamId;
  const tree = parentTeamId === defaultTeamId ? [] : await placeBelow(organization, parentTeamId, 1);
  const place = teamPlace(counters, limits);
  if (!place) throw new Refusal('team_limit_reached');
  const team = newTeam(occasion.now, organization.id, actor.userId, { ...input, parentTeamId }, first, place.row);
  await transact([
    ...actorIs(actor, { attribute: 'role', in: ['ADMIN', 'USER'] }),
    ...teamWrites(team),
    ...first.flatMap(({ member, role }) => joinWrites(team, member, { role, by: actor.userId, now: occasion.now })),
    ...tree,
    {
      ...count(organization.id, place.row, 'teamCreated'),
      when: [{ attribute: 'teams', below: place.teams }],
    },
    audit(occasion, {
      action: 'team.create',
      organizationId: organization.id,
      resource: { type: 'team', id: team.id },
      after: { parentTeamId, isPrivate: team.isPrivate },
    }),
    ...also(team),
  ]);
  for (let start = JOINING_AT_ONCE; start < joining.length; start += JOINING_AT_ONCE) {
    await joinNew(occasion, { actor, team, joining: joining.slice(start, start + JOINING_AT_ONCE), limits });
  }
  return { ...team, members: joining.length, owners: joining.filter(({ role }) => role === 'OWNER').length };
}

/** Puts more people into a team by who has just made it, whether or not they own it. */
async function joinNew(
  { now }: Occasion,
  { actor, team, joining, limits }: Pick<TeamCreation, 'actor' | 'joining' | 'limits'> & { readonly team: Team },
): Promise<void> {
  // The team is there: a member who is no longer who they were is looked at again, not the whole request.
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

/** A team that nobody has heard of. */
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

/** The team that is made with an organization. Nobody is in it until somebody is put there. */
export function defaultTeam(now: Date, organizationId: string, createdBy: string, name: string, seat: number): Team {
  return { ...newTeam(now, organizationId, createdBy, { name, isPrivate: false }, [], seat), isDefault: true };
}

/** The items of a new team: itself, its name's guard, and by what it is found without its organization. */
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

/** The part that takes a name for a team. */
export function nameWrite({ id, organizationId }: Team, name: string): Write {
  return {
    type: 'put',
    key: nameKey(organizationId, name),
    item: { type: 'TeamName', organizationId, teamId: id },
    when: [{ absent: 'pk' }],
    refuse: 'team_name_taken',
  };
}
