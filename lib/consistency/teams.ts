import { TREE_DEPTH } from '../domain/team.ts';
import { keys } from '../table/keys.ts';
import { teamWrites } from '../teams/create-team.ts';
import { nameKey } from '../teams/teams.ts';
import {
  type Check,
  counted,
  dueChecks,
  exists,
  keyOf,
  type Mend,
  matching,
  type Reader,
  type Row,
  type Rule,
  rebuilding,
  related,
  removing,
  same,
  unchanged,
} from './rule.ts';
import { teamTally } from './tallies.ts';

const TEAM: Rule = {
  key: ({ organizationId, id }) => keys.team(organizationId, id),
  async check(row, table) {
    const { organizationId, id, number, parentTeamId, isDefault, name } = row;
    const { left: _left, ...counts } = await teamTally(table, id);
    const key = { name: nameKey(organizationId, name), home: keys.teamHome(id), number: keys.teamNumber(number) };
    /** Returns the mend that writes a row of the team again, as its creation does. */
    const rebuilt = (other: Row | undefined, lost: ReturnType<typeof keyOf>): Mend | undefined => {
      const write = teamWrites(row as unknown as Parameters<typeof teamWrites>[0]).find(
        ({ key: { pk, sk } }) => pk === lost.pk && sk === lost.sk,
      );
      return other || !write ? undefined : rebuilding(organizationId, row, ['name', 'number'], write);
    };
    return [
      ...counted(row, [organizationId], counts),
      same('whether it has a team above', !isDefault, parentTeamId !== undefined),
      same('whether its chain ends at the default team', true, await endsAtDefault(row, table)),
      ...(await Promise.all([
        related(table, keys.organization(organizationId), {
          type: 'Organization',
          ...(isDefault && { defaultTeamId: id }),
        }),
        related(table, key.name, { type: 'TeamName', teamId: id }, (other) => rebuilt(other, key.name)),
        related(table, key.home, { type: 'TeamHome', organizationId }, (other) => rebuilt(other, key.home)),
        related(table, key.number, { type: 'TeamNumber', teamId: id, organizationId }, (other) =>
          rebuilt(other, key.number),
        ),
        ...(isDefault ? [] : [related(table, keys.team(organizationId, parentTeamId), { type: 'Team' })]),
      ])),
    ];
  },
};

async function endsAtDefault(team: Row, table: Reader): Promise<boolean> {
  const { organizationId } = team;
  const chain = new Set<string>();
  for (let at: Row | undefined = team; at && !chain.has(at.id); ) {
    chain.add(at.id);
    if (chain.size > TREE_DEPTH) return false;
    at = await table.get(keys.team(organizationId, at.parentTeamId));
  }
  const organization = await table.get(keys.organization(organizationId));
  return chain.has(organization?.defaultTeamId);
}

const DISCARDED_TEAM: Rule = {
  key: ({ organizationId, id }) => keys.discardedTeam(organizationId, id),
  async check(row, table) {
    const { organizationId, id, discardedAt, dueAt } = row;
    const { left } = await teamTally(table, id);
    return [
      ...(left > 0 || dueAt ? dueChecks(row, id, true) : []),
      same('whether it has a deletion time', true, discardedAt !== undefined),
      same('whether its former item is gone', false, await exists(table, keys.team(organizationId, id))),
    ];
  },
};

/** Checks the team of a row that leads to it. A row of a team that is gone is removed. */
function ofTeam(row: Row, table: Reader, attributes: Readonly<Record<string, unknown>>): Promise<Check> {
  const key = keys.team(row.organizationId, row.teamId);
  return related(table, key, { type: 'Team', ...attributes }, (team) =>
    team ? undefined : removing([row.organizationId], row, key, 'teamId'),
  );
}

const TEAM_NAME: Rule = {
  key: ({ organizationId, sk }) => ({ ...keys.organization(organizationId), sk: matching(/^TEAMNAME#[\w-]{43}$/, sk) }),
  async check(row, table) {
    const { organizationId, teamId } = row;
    const team = await table.get(keys.team(organizationId, teamId));
    return [
      await ofTeam(row, table, {}),
      ...(team ? [same('its name', nameKey(organizationId, team.name).sk, row.sk)] : []),
    ];
  },
};

const TEAM_HOME: Rule = {
  key: ({ teamId }) => keys.teamHome(teamId),
  check: async (row, table) => [await ofTeam(row, table, {})],
};

const TEAM_NUMBER: Rule = {
  key: ({ number }) => keys.teamNumber(number),
  check: async (row, table) => [await ofTeam(row, table, { number: row.number })],
};

/**
 * Returns the mend that deletes the team membership of a person who is no member any more: both halves of the membership
 * are gone, or the person has joined again, with another member id.
 */
function leaving(row: Row, membership: Row | undefined): Mend {
  const { organizationId, userId, memberId } = row;
  const { writes, ...removal } = removing([organizationId], row, keys.member(organizationId, memberId), 'memberId');
  const when = [membership ? unchanged(membership, 'memberId') : ({ absent: 'pk' } as const)];
  return { ...removal, writes: [...writes, { type: 'check', key: keys.membership(userId, organizationId), when }] };
}

const TEAM_MEMBERSHIP: Rule = {
  key: ({ teamId, userId }) => keys.teamMember(teamId, userId),
  async check(row, table) {
    const { organizationId, userId, memberId, teamId, role } = row;
    const [member, team, job, discarded, membership] = await Promise.all([
      exists(table, keys.member(organizationId, memberId)),
      exists(table, keys.team(organizationId, teamId)),
      exists(table, keys.job(memberId)),
      table.get(keys.discardedTeam(organizationId, teamId)),
      table.get(keys.membership(userId, organizationId)),
    ]);
    const isValid = (member && team) || job || discarded?.due !== undefined;
    const copy = keys.teamOf(userId, teamId);
    const { pk: _pk, sk: _sk, ...attributes } = row;
    return [
      {
        what: 'whether it is valid or will be deleted',
        expected: true,
        actual: isValid,
        mend: member || membership?.memberId === memberId ? undefined : leaving(row, membership),
      },
      same('whether its member is the person’s membership', true, !member || membership?.memberId === memberId),
      await related(table, copy, { type: 'TeamOfUser', memberId, role }, (other) =>
        isValid && (!other || other.memberId === memberId)
          ? {
              organizationIds: [organizationId],
              writes: [
                {
                  type: 'check',
                  key: keyOf(row),
                  when: [
                    { attribute: 'memberId', is: memberId },
                    { attribute: 'role', is: role },
                  ],
                },
                {
                  type: 'put',
                  key: copy,
                  item: { ...attributes, type: 'TeamOfUser' },
                  when: [other ? { attribute: 'role', is: other.role } : { absent: 'pk' }],
                },
              ],
            }
          : undefined,
      ),
    ];
  },
};

const TEAM_OF_USER: Rule = {
  key: ({ teamId, userId }) => keys.teamOf(userId, teamId),
  async check(row, table) {
    const { teamId, userId, memberId, role, organizationId } = row;
    const key = keys.teamMember(teamId, userId);
    return [
      await related(table, key, { type: 'TeamMembership', memberId, role }, (other) =>
        other ? undefined : removing([organizationId], row, key, 'memberId'),
      ),
    ];
  },
};

export const TEAMS: Readonly<Record<string, Rule>> = {
  Team: TEAM,
  DiscardedTeam: DISCARDED_TEAM,
  TeamName: TEAM_NAME,
  TeamHome: TEAM_HOME,
  TeamNumber: TEAM_NUMBER,
  TeamMembership: TEAM_MEMBERSHIP,
  TeamOfUser: TEAM_OF_USER,
};
