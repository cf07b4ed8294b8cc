import { isId } from '../domain/ids.ts';
import { profileOf } from '../organizations/members.ts';
import { addressWrite } from '../people/people.ts';
import { keys } from '../table/keys.ts';
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
  unchanged,
} from './rule.ts';
import { isGone, userTally } from './tallies.ts';

const USER: Rule = {
  key: ({ userId }) => keys.user(userId),
  async check(row, table) {
    const { userId, email, claimed, vouched, reserved, identity, firstName, lastName } = row;
    const { organizationIds } = await userTally(table, userId);
    return [
      // A placeholder that is not claimed ends. One for whom the operator vouches ends without memberships only.
      ...(vouched ? [] : dueChecks(row, userId, !claimed)),
      ...counted(row, organizationIds, { organizations: organizationIds.length }),
      await related(
        table,
        keys.address(email),
        { type: 'Address', userId, claimed, vouched, reserved, firstName, lastName },
        (other): Mend | undefined => {
          if (other && other.userId !== userId) return undefined;
          const when = other
            ? ['userId', 'claimed', 'vouched', 'firstName', 'lastName'].map((name) => unchanged(other, name))
            : [{ absent: 'pk' }];
          const same = ['email', 'claimed', 'vouched', 'firstName', 'lastName'].map((name) => unchanged(row, name));
          return {
            organizationIds,
            writes: [
              { type: 'check', key: keyOf(row), when: same },
              addressWrite(row as unknown as Parameters<typeof addressWrite>[0], when),
            ],
          };
        },
      ),
      ...(claimed ? [await related(table, keys.identity(identity), { type: 'Identity', userId, email })] : []),
      ...(reserved
        ? [await related(table, keys.identity(reserved), { type: 'Identity', userId, email, reserved: true })]
        : []),
    ];
  },
};

/** Checks the person of an address or a sign-in. A row of a person without any other row is removed. */
async function ofUser(row: Row, table: Reader, attributes: Readonly<Record<string, unknown>>): Promise<Check[]> {
  const key = keys.user(row.userId);
  const isOrphan = !(await exists(table, key)) && (await isGone(table, row));
  return [
    await related(table, key, attributes, (user) => (user || !isOrphan ? undefined : removing([], row, key, 'userId'))),
  ];
}

const ADDRESS: Rule = {
  key: ({ pk }) => keys.address(matching(/(?<=^EMAIL#).+$/s, pk)),
  check: (row, table) =>
    ofUser(row, table, { type: 'User', email: row.pk.slice('EMAIL#'.length), claimed: row.claimed }),
};

const IDENTITY: Rule = {
  key: ({ pk }) => keys.identity(matching(/[\w-]{43}$/, pk)),
  check: (row, table) =>
    ofUser(row, table, {
      type: 'User',
      email: row.email,
      claimed: !row.reserved,
      [row.reserved ? 'reserved' : 'identity']: row.pk.slice('IDENTITY#'.length),
    }),
};

const MEMBERSHIP: Rule = {
  key: ({ userId, organizationId }) => keys.membership(userId, organizationId),
  async check(row, table) {
    const { userId, organizationId, memberId, role, owner, revision } = row;
    if (isId('integration', userId)) {
      const key = keys.integration(organizationId, userId);
      return [
        await related(table, key, { type: 'Integration', role, revision }, (other) =>
          other ? undefined : removing([organizationId], row, key, 'revision'),
        ),
      ];
    }
    return Promise.all([
      related(table, keys.organization(organizationId)),
      related(table, keys.member(organizationId, memberId), { type: 'Member', userId, role, owner }),
      related(table, keys.user(userId), { type: 'User' }),
    ]);
  },
};

const INTEGRATION: Rule = {
  key: ({ organizationId, id }) => keys.integration(organizationId, id),
  async check(row, table) {
    const { organizationId, id, role, revision } = row;
    const membership = { type: 'Membership', userId: id, memberId: id, role, owner: false, revision };
    const key = keys.membership(id, organizationId);
    return Promise.all([
      related(table, keys.organization(organizationId), { type: 'Organization' }),
      related(table, key, membership, (other) =>
        // The membership decides what the integration may do.
        other
          ? copying(organizationId, other, row, ['role', 'revision'])
          : rebuilding(organizationId, row, ['role', 'revision'], {
              type: 'put',
              key,
              item: { ...membership, organizationId },
            }),
      ),
    ]);
  },
};

const MEMBER: Rule = {
  key: ({ organizationId, memberId }) => keys.member(organizationId, memberId),
  async check(row, table) {
    const { organizationId, memberId, userId, role, owner, claimed, profile, seat } = row;
    const { tokens, teams } = await userTally(table, userId);
    return [
      ...counted(row, [organizationId], { tokens: tokens.get(memberId) ?? 0, teams: teams.get(memberId) ?? 0 }),
      ...(await Promise.all([
        related(table, keys.organization(organizationId), { type: 'Organization' }),
        related(table, keys.counter(organizationId, seat), { type: 'Counters' }),
        related(
          table,
          keys.membership(userId, organizationId),
          { type: 'Membership', memberId, role, owner },
          (other) =>
            // The membership decides what a person may do; the member shows it.
            other && other.memberId === memberId ? copying(organizationId, other, row, ['role', 'owner']) : undefined,
        ),
        related(table, keys.user(userId), { type: 'User', claimed, ...profile }, (user) =>
          user?.type === 'User' && user.userId === userId ? showing(organizationId, user, row) : undefined,
        ),
      ])),
    ];
  },
};

/** Returns the mend that copies attributes from one row to another. */
function copying(organizationId: string, from: Row, to: Row, names: readonly string[]): Mend {
  const of = (row: Row) => names.map((name) => unchanged(row, name));
  return {
    organizationIds: [organizationId],
    writes: [
      { type: 'check', key: keyOf(from), when: [unchanged(from, 'memberId'), ...of(from)] },
      {
        type: 'update',
        key: keyOf(to),
        of: to,
        set: Object.fromEntries(names.map((name) => [name, from[name]])),
        when: [{ exists: 'pk' }, ...of(to)],
      },
    ],
  };
}

/** Returns the mend that copies a person's profile to a member. */
function showing(organizationId: string, user: Row, member: Row): Mend {
  const names = ['firstName', 'lastName', 'email', 'username', 'claimed'];
  return {
    organizationIds: [organizationId],
    writes: [
      { type: 'check', key: keyOf(user), when: names.map((name) => unchanged(user, name)) },
      {
        type: 'update',
        key: keyOf(member),
        of: member,
        set: { profile: profileOf(user as unknown as Parameters<typeof profileOf>[0]), claimed: user.claimed },
        when: [unchanged(member, 'profile'), unchanged(member, 'claimed')],
      },
    ],
  };
}

const ACCESS_TOKEN: Rule = {
  key: ({ userId, organizationId, tokenId }) => keys.accessToken(userId, organizationId, tokenId),
  async check(row, table) {
    const { userId, organizationId, memberId, tokenId } = row;
    const [{ made }, membership, hasMember] = await Promise.all([
      userTally(table, userId),
      table.get(keys.membership(userId, organizationId)),
      exists(table, keys.member(organizationId, memberId)),
    ]);
    return [
      ...counted(row, [organizationId], { made: made.get(tokenId) ?? 0 }),
      membership?.memberId === memberId
        ? await related(table, keys.member(organizationId, memberId), { type: 'Member', userId })
        : // A token of an ended membership is deleted by a job.
          await related(table, keys.job(memberId), { type: 'Job', userId, organizationId }, (job) =>
            job || hasMember ? undefined : removing([organizationId], row, keys.job(memberId), 'memberId'),
          ),
    ];
  },
};

export const PEOPLE: Readonly<Record<string, Rule>> = {
  User: USER,
  Address: ADDRESS,
  Identity: IDENTITY,
  Member: MEMBER,
  Membership: MEMBERSHIP,
  AccessToken: ACCESS_TOKEN,
  Integration: INTEGRATION,
};
