import type { Occasion } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import { type Counters, type Limits, teamPlace } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import {
  above,
  hashName,
  heightOf,
  isIn,
  mayManage,
  type Team,
  type TeamMembership,
  type TeamRole,
  TREE_DEPTH,
  visible,
} from '../domain/team.ts';
import { foldName } from '../domain/user-text.ts';
import { actorIs, getMember } from '../organizations/members.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { type Condition, transact, untilFresh, type Write } from '../table/write.ts';
import { actorManages, getTeamMembership, joinWrites, listTeamsOf, membersOfTeams } from './team-members.ts';

export async function getTeam(organizationId: string, teamId: string): Promise<Team | undefined> {
  return (await get(keys.team(organizationId, teamId))) as unknown as Team | undefined;
}

/** A team that was deleted. */
export async function getDiscardedTeam(organizationId: string, teamId: string): Promise<Team | undefined> {
  return (await get(keys.discardedTeam(organizationId, teamId))) as unknown as Team | undefined;
}

/**
 * The team of an organization that an id or a name means, whatever the letter case of the name, with what somebody is
 * in it. A name costs a round trip more.
 */
export async function findTeam(
  organizationId: string,
  userId: string,
  { id, name }: { readonly id?: string | undefined; readonly name?: string | undefined },
): Promise<{ readonly team: Team | undefined; readonly own: TeamMembership | undefined }> {
  const teamId = id ?? (name === undefined ? undefined : await getTeamIdByName(organizationId, name));
  if (teamId === undefined) return { team: undefined, own: undefined };
  const [team, own] = await Promise.all([getTeam(organizationId, teamId), getTeamMembership(teamId, userId)]);
  return { team, own };
}

/** The team that has a name, whatever its letter case. */
export async function getTeamIdByName(organizationId: string, name: string): Promise<string | undefined> {
  return (await get(nameKey(organizationId, name)))?.teamId as string | undefined;
}

/** Where a team lives: for who knows no organization. */
export async function getTeamHome(teamId: string): Promise<{ readonly organizationId: string } | undefined> {
  return (await get(keys.teamHome(teamId))) as unknown as { organizationId: string } | undefined;
}

/** Which team has an integer. */
export async function getTeamByNumber(
  number: number,
): Promise<{ readonly organizationId: string; readonly teamId: string } | undefined> {
  return (await get(keys.teamNumber(number))) as unknown as { organizationId: string; teamId: string } | undefined;
}

/** What `locateTeam` does to the table. */
export const LOCATE_TEAM: TableAccess = { BatchGetItem: ['ORG', 'TEAM', 'TEAMNO'] };

/** Where a team lives, by its id or its integer. */
export async function locateTeam(
  by: { readonly id: string } | { readonly number: number } | undefined,
): Promise<{ readonly organizationId: string; readonly teamId: string } | undefined> {
  if (!by) return;
  if ('number' in by) return getTeamByNumber(by.number);
  const home = await getTeamHome(by.id);
  return home && { ...home, teamId: by.id };
}

/** Every team of an organization, the oldest first: there are no more than fit into a read or two. */
export async function listTeams(organizationId: string, limit?: number): Promise<Team[]> {
  const { pk } = keys.organization(organizationId);
  return (await query({ pk, prefix: prefixes.team, ...(limit && { limit }) })) as unknown as Team[];
}

/** Teams that were deleted, in the order in which they were made. */
export async function listDiscardedTeams(
  organizationId: string,
  range: { after?: string | undefined; limit: number; newestFirst?: boolean },
): Promise<Team[]> {
  const items = await query({
    pk: keys.organization(organizationId).pk,
    prefix: prefixes.discardedTeam,
    limit: range.limit,
    ...(range.newestFirst && { newestFirst: true }),
    ...(range.after && { after: keys.discardedTeam(organizationId, range.after).sk }),
  });
  return items as unknown as Team[];
}

/** What `createTeam` does to the table, for a team right below the default team. */
export const CREATE_TEAM: TableAccess = {
  Query: ['ORG'],
  ConditionCheckItem: ['USER'],
  PutItem: ['ORG', 'TEAM', 'TEAMNO', 'USER', 'AUDIT'],
  UpdateItem: ['ORG'],
};

/** What `createTeam` does to the table. */
export const CREATE_TEAM_BELOW: TableAccess = union(CREATE_TEAM, { ConditionCheckItem: ['ORG'] });

/** What makes a team. */
export type NewTeam = Pick<Team, 'name' | 'isPrivate'> &
  Some<Pick<Team, 'description' | 'kind' | 'email' | 'room' | 'parentTeamId'>>;

/** Fields of which some may be undefined. */
type Some<T> = { readonly [Field in keyof T]?: T[Field] | undefined };

/** Somebody who is put into a team. */
export interface Joining {
  readonly member: Pick<Member, 'userId' | 'memberId'>;
  readonly role: TeamRole;
}

/** How many join a team in one transaction, three items each, beside what else is in the one that makes it. */
const JOINING_AT_ONCE = 29;

/**
 * Makes a team, below the default team unless it says otherwise.
 *
 * @param joining who is in it from the start: whoever makes a team owns it, unless a dialect says otherwise. More than
 *   `JOINING_AT_ONCE` join after it was made; owners come first
 * @param also what else is written with it
 * @throws Refusal `team_name_taken`, `team_limit_reached`, `team_not_found` for the parent, `team_too_deep`,
 *   `team_member_limit_reached`
 */
export async function createTeam(
  occasion: Occasion,
  actor: Actor,
  organization: Organization,
  input: NewTeam,
  joining: readonly Joining[],
  { counters, limits }: { counters: readonly Counters[]; limits: Limits },
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
    ...first.flatMap(({ member, role }) => joinWrites(team, member, role, actor.userId, occasion.now)),
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
    await joinNew(occasion.now, actor, team, joining.slice(start, start + JOINING_AT_ONCE), limits);
  }
  return { ...team, members: joining.length, owners: joining.filter(({ role }) => role === 'OWNER').length };
}

/** Puts more people into a team by who has just made it, whether or not they own it. */
async function joinNew(
  now: Date,
  actor: Actor,
  team: Team,
  joining: readonly Joining[],
  limits: Limits,
): Promise<void> {
  // The team is there: a member who is no longer who they were is looked at again, not the whole request.
  await untilFresh(async () => {
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
      ...some.flatMap(({ member, role }) => joinWrites(team, member, role, actor.userId, now)),
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

function nameKey(organizationId: string, name: string) {
  return keys.teamName(organizationId, hashName(foldName(name)));
}

/** The part that takes a name for a team. */
function nameWrite({ id, organizationId }: Team, name: string): Write {
  return {
    type: 'put',
    key: nameKey(organizationId, name),
    item: { type: 'TeamName', organizationId, teamId: id },
    when: [{ absent: 'pk' }],
    refuse: 'team_name_taken',
  };
}

/**
 * Finds a place in the tree for a team with so many levels, itself included.
 *
 * Leaves may come at once; a move must know of every leaf and of every other move, so that none makes a cycle or goes
 * too deep: the organization counts both.
 *
 * @param moving the team that moves there; undefined: a new one
 * @returns the parts that say that the tree is as it was read
 */
async function placeBelow(
  organization: Organization,
  parentTeamId: string,
  height: number,
  moving?: { team: Team; teams: ReadonlyMap<string, Team> },
): Promise<Write[]> {
  const teams = moving?.teams ?? byId(await listTeams(organization.id));
  const parent = teams.get(parentTeamId);
  if (!parent) throw new Refusal('team_not_found');
  const chain = [parent, ...above(parent, teams)];
  if (moving && chain.some(({ id }) => id === moving.team.id)) throw new Refusal('team_cycle');
  if (chain.length + height > TREE_DEPTH) throw new Refusal('team_too_deep');
  return [
    { type: 'check', key: keys.team(organization.id, parentTeamId), when: [{ exists: 'pk' }] },
    treeWrite(organization, moving ? 'moves' : 'leaves'),
  ];
}

function treeWrite({ id, moves, leaves }: Organization, what: 'moves' | 'leaves'): Write {
  const is = (attribute: string, value: number): Condition => ({ attribute, is: value });
  return {
    type: 'update',
    key: keys.organization(id),
    add: { [what]: 1 },
    when: what === 'leaves' ? [is('moves', moves)] : [is('moves', moves), is('leaves', leaves)],
  };
}

function byId(teams: readonly Team[]): Map<string, Team> {
  return new Map(teams.map((team) => [team.id, team]));
}

/** What `updateTeam` does to the table, for a team that stays where it is. */
export const RENAME_TEAM: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['ORG', 'AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['ORG'],
};

/** What `updateTeam` does to the table. */
export const UPDATE_TEAM: TableAccess = union(RENAME_TEAM, { Query: ['ORG'], ConditionCheckItem: ['ORG'] });

/** What may change about a team; undefined stays as it is. */
export type TeamChanges = Some<
  Pick<Team, 'name' | 'description' | 'isPrivate' | 'parentTeamId' | 'kind' | 'email' | 'room'>
>;

/**
 * Changes a team, or moves it with all that is below it.
 *
 * @param own what the actor is in the team
 * @throws Refusal `team_name_taken`, `default_team`, `team_not_found` for the parent, `team_cycle`, `team_too_deep`
 */
export async function updateTeam(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  organization: Organization,
  team: Team,
  changes: TeamChanges,
): Promise<Team> {
  const changed = Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => value !== undefined && value !== team[name as keyof Team]),
  ) as Partial<Team>;
  if (Object.keys(changed).length === 0) return team;
  const { name, parentTeamId } = changed;
  const isRenamed = name !== undefined && foldName(name) !== foldName(team.name);
  let tree: Write[] = [];
  if (parentTeamId !== undefined) {
    if (team.isDefault) throw new Refusal('default_team');
    const teams = byId(await listTeams(organization.id));
    tree = await placeBelow(organization, parentTeamId, heightOf(team.id, teams.values()), { team, teams });
  }
  const updatedAt = occasion.now.toISOString();
  await transact([
    ...actorManages(actor, own, team),
    {
      type: 'update',
      key: keys.team(organization.id, team.id),
      set: { ...changed, updatedAt },
      when: (['name', 'parentTeamId', ...Object.keys(changed)] as (keyof Team)[]).map((attribute) =>
        team[attribute] === undefined ? { absent: attribute } : { attribute, is: team[attribute] },
      ),
    },
    ...(isRenamed
      ? [
          nameWrite(team, name),
          {
            type: 'delete',
            key: nameKey(organization.id, team.name),
            when: [{ attribute: 'teamId', is: team.id }],
          } as const,
        ]
      : []),
    ...tree,
    audit(occasion, {
      action: 'team.update',
      organizationId: organization.id,
      resource: { type: 'team', id: team.id },
      ...(parentTeamId !== undefined && { before: { parentTeamId: team.parentTeamId }, after: { parentTeamId } }),
    }),
  ]);
  return { ...team, ...changed, updatedAt };
}

/** What `deleteTeam` does to the table. */
export const DELETE_TEAM: TableAccess = {
  Query: ['ORG'],
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['ORG', 'AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['ORG', 'TEAM', 'TEAMNO'],
};

/**
 * Deletes a team: its name is free, and nobody is in it from then on; rows of who was are cleared later.
 *
 * @throws Refusal `default_team`, `team_has_children`, `team_has_sites`
 */
export async function deleteTeam(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  organization: Organization,
  team: Team,
): Promise<Team> {
  if (team.isDefault) throw new Refusal('default_team');
  const teams = await listTeams(organization.id);
  if (teams.some(({ parentTeamId }) => parentTeamId === team.id)) throw new Refusal('team_has_children');
  if (team.sites) throw new Refusal('team_has_sites');
  const at = occasion.now.toISOString();
  const discarded: Team = { ...team, updatedAt: at, discardedAt: at };
  const item = { ...discarded, type: 'DiscardedTeam', ...dueAttributes(team.id, at) };
  await transact([
    ...actorManages(actor, own, team),
    ...teamRemoval(team),
    { type: 'check', key: keys.team(organization.id, team.id), when: [{ attribute: 'sites', below: 1 }] },
    { type: 'put', key: keys.discardedTeam(organization.id, team.id), item },
    treeWrite(organization, 'moves'),
    count(organization.id, team.seat, 'teamDeleted'),
    audit(occasion, {
      action: 'team.delete',
      organizationId: organization.id,
      resource: { type: 'team', id: team.id },
    }),
  ]);
  return discarded;
}

/** The parts that delete the items of a team, as it was read. */
export function teamRemoval({ id, organizationId, name, number, updatedAt }: Team): Write[] {
  return [
    {
      type: 'delete',
      key: keys.team(organizationId, id),
      when: [
        { attribute: 'name', is: name },
        { attribute: 'updatedAt', is: updatedAt },
      ],
    },
    { type: 'delete', key: nameKey(organizationId, name), when: [{ attribute: 'teamId', is: id }] },
    { type: 'delete', key: keys.teamHome(id) },
    { type: 'delete', key: keys.teamNumber(number) },
  ];
}

/** The teams that an invitation is for and that are still there with room. */
export async function teamsToJoin(
  organizationId: string,
  teamIds: readonly string[],
  limits: Limits,
): Promise<readonly Team[]> {
  const teams = await Promise.all(teamIds.map((id) => getTeam(organizationId, id)));
  return teams.filter((team): team is Team => team !== undefined && team.members < limits.membersOfTeam);
}

/** What `seen` and `managed` do to the table, and what is read for them. */
export const SEE_TEAM: TableAccess = { BatchGetItem: ['ORG', 'TEAM'], Query: ['ORG', 'USER'] };

/**
 * A team that somebody sees. A private one that they aren't in themselves may be below one of theirs, which takes a look
 * at the tree.
 *
 * @param own what they are in it
 * @throws Refusal `team_not_found`
 */
export async function seen(actor: Actor, team: Team | undefined, own: TeamMembership | undefined): Promise<Team> {
  if (!team || !(await isSeen(actor, team, own))) throw new Refusal('team_not_found');
  return team;
}

/** Whether somebody sees a team, as `seen` has it. */
export async function isSeen(actor: Actor, team: Team, own: TeamMembership | undefined): Promise<boolean> {
  if (actor.role === 'ADMIN' || !team.isPrivate || isIn(actor, own)) return true;
  const [teams, places] = await Promise.all([listTeams(team.organizationId), listTeamsOf(actor.userId)]);
  return visible(teams, { actor, own: places }).some(({ id }) => id === team.id);
}

/** A team that somebody may manage. @throws Refusal `team_not_found`, `forbidden` */
export async function managed(actor: Actor, team: Team | undefined, own: TeamMembership | undefined): Promise<Team> {
  const present = await seen(actor, team, own);
  if (!mayManage(actor, own)) throw new Refusal('forbidden');
  return present;
}

/** What `aroundTeam` does to the table. */
export const AROUND_TEAM: TableAccess = { BatchGetItem: ['ORG', 'TEAM'], Query: ['ORG', 'TEAM', 'USER'] };

/** How many of those who are in a team are shown with it. */
const SHOWN_WITH_TEAM = 1000;

/**
 * What is shown with a team: what the actor may, the team above it if they see that, and who is in it.
 *
 * @param own what the actor is in the team
 * @param asked what of it is wanted
 */
export async function aroundTeam(
  actor: Actor,
  team: Team,
  own: TeamMembership | undefined,
  asked: { readonly parent: boolean; readonly members: boolean } | undefined,
) {
  const { organizationId, parentTeamId } = team;
  const above = asked?.parent ? parentTeamId : undefined;
  const [parent, ownOfParent, memberships] = await Promise.all([
    above === undefined ? undefined : getTeam(organizationId, above),
    above === undefined ? undefined : getTeamMembership(above, actor.userId),
    membersOfTeams(asked?.members ? [team] : [], SHOWN_WITH_TEAM),
  ]);
  const shownParent = parent && (await isSeen(actor, parent, ownOfParent)) ? parent : undefined;
  return {
    manages: ({ id }: Team) => mayManage(actor, id === team.id ? own : ownOfParent),
    parentOf: () => shownParent,
    membershipsOf: () => memberships.get(team.id) ?? [],
  };
}
