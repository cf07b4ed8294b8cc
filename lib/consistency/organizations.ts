import { ERASED, INVITATION_STATUSES } from '../domain/invitation.ts';
import { keys } from '../table/keys.ts';
import {
  type Check,
  counted,
  dueChecks,
  isLive,
  keyOf,
  type Mend,
  matching,
  type Row,
  type Rule,
  related,
  removing,
  same,
  unchanged,
} from './rule.ts';
import { organizationTally } from './tallies.ts';

const ORGANIZATION: Rule = {
  key: ({ id }) => keys.organization(id),
  async check(row, table) {
    const { id, deletedAt } = row;
    const due = dueChecks(row, id, deletedAt !== undefined);
    if (deletedAt !== undefined) return due;
    const { owners, invitations, countedInvitations, integrations, webhooks } = await organizationTally(table, id);
    const first = await table.get(keys.counter(id, 0));
    const mend: Mend | undefined = first && {
      organizationIds: [id],
      writes: [
        {
          type: 'update',
          key: keyOf(first),
          set: { invitations: (first.invitations ?? 0) + invitations - countedInvitations },
          when: [unchanged(first, 'invitations')],
        },
      ],
    };
    return [
      ...due,
      ...counted(row, [id], { integrations, webhooks }),
      same('roles of its owners', ['ADMIN'], owners),
      { what: 'counted invitations', expected: invitations, actual: countedInvitations, mend },
    ];
  },
};

const COUNTERS: Rule = {
  key: ({ pk, sk }) => ({ pk: matching(/^ORG#org_\w{26}$/, pk), sk: matching(/^COUNT#([0-9]|1[0-5])$/, sk) }),
  async check(row, table) {
    const id = row.pk.slice('ORG#'.length);
    const organization = await related(table, keys.organization(id));
    if (!(await isLive(table, id))) return [organization];
    const { rows } = await organizationTally(table, id);
    const { members, pending, teams } = rows[Number(row.sk.slice('COUNT#'.length))] as (typeof rows)[number];
    return [organization, ...counted(row, [id], { members, pending, seats: members + pending, teams })];
  },
};

const INVITATION: Rule = {
  key: ({ organizationId, id }) => keys.invitation(organizationId, id),
  async check(row, table) {
    const { id, organizationId, email, status, seat, accepted, dueAt, expiresAt, delivery, reminders } = row;
    const pending = status === 'PENDING';
    const checks: Check[] = [
      await related(table, keys.organization(organizationId), { type: 'Organization' }),
      ...dueChecks(row, id, pending),
      // A lease may end after the expiry.
      same(
        'whether its expiry is due in time',
        true,
        !dueAt || dueAt <= new Date(Date.parse(expiresAt) + 60_000).toJSON(),
      ),
      same('whether it has at most two reminders', true, [0, 1, 2].includes(reminders)),
      same(
        'whether it has a queued mail that is never sent',
        false,
        !pending && delivery?.state === 'QUEUED' && !accepted,
      ),
      same('whether it has a member', status === 'ACCEPTED', accepted !== undefined),
      same('whether its state is known', true, (INVITATION_STATUSES as readonly string[]).includes(status)),
    ];
    if (!(await isLive(table, organizationId))) return checks;
    if (pending) checks.push(await related(table, keys.counter(organizationId, seat)));
    if (email === ERASED) return checks;
    const invited = await table.get(keys.invited(email, organizationId));
    checks.push(
      await related(
        table,
        keys.invited(email, organizationId),
        { type: 'Invited', ...(pending && { invitationId: id }) },
        (other) => (other?.invitationId === undefined ? listing(row, other) : undefined),
      ),
    );
    if (invited) {
      const isListed = invited.all?.has(id) === true;
      checks.push({
        what: 'whether its address lists it',
        expected: true,
        actual: isListed,
        mend: listing(row, invited),
      });
    }
    return checks;
  },
};

/** Returns the mend that lists an invitation at its address. */
function listing(row: Row, invited: Row | undefined): Mend {
  const { email, organizationId, id, status } = row;
  const isClaimed = status === 'PENDING' && invited?.invitationId === undefined;
  return {
    organizationIds: [organizationId],
    writes: [
      { type: 'check', key: keyOf(row), when: [unchanged(row, 'status'), unchanged(row, 'email')] },
      {
        type: 'update',
        key: keys.invited(email, organizationId),
        set: { type: 'Invited', organizationId, ...(isClaimed && { invitationId: id }) },
        add: { all: new Set([id]) },
        when: [invited ? unchanged(invited, 'invitationId') : { absent: 'pk' }],
      },
    ],
  };
}

const INVITED: Rule = {
  key: ({ pk, organizationId }) => keys.invited(matching(/(?<=^EMAIL#).+$/s, pk), organizationId),
  async check(row, table) {
    const { pk, organizationId, invitationId, all } = row;
    const organization = await related(table, keys.organization(organizationId), {}, (other) =>
      other ? undefined : removing([], row, keys.organization(organizationId)),
    );
    if (!(await isLive(table, organizationId))) return [organization];
    // A person who was only invited to a site can block the organization too.
    const ids: string[] = [...(all ?? [])];
    const email = pk.slice('EMAIL#'.length);
    return Promise.all([
      ...ids.map((id) => related(table, keys.invitation(organizationId, id), { type: 'Invitation' })),
      ...(invitationId
        ? [
            related(table, keys.invitation(organizationId, invitationId), { status: 'PENDING', email }, (other) =>
              ending(row, keys.invitation(organizationId, invitationId), other),
            ),
          ]
        : []),
    ]);
  },
};

/** Returns the mend that ends the claim of an invitation that isn't pending any more. */
function ending(row: Row, key: ReturnType<typeof keyOf>, invitation: Row | undefined): Mend | undefined {
  if (invitation?.status === 'PENDING') return undefined;
  return {
    organizationIds: [row.organizationId],
    writes: [
      { type: 'update', key: keyOf(row), remove: ['invitationId'], when: [unchanged(row, 'invitationId')] },
      { type: 'check', key, when: [invitation ? unchanged(invitation, 'status') : { absent: 'pk' }] },
    ],
  };
}

export const ORGANIZATIONS: Readonly<Record<string, Rule>> = {
  Organization: ORGANIZATION,
  Counters: COUNTERS,
  Invitation: INVITATION,
  Invited: INVITED,
};
