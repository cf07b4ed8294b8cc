import { accessWrites } from '../sites/sharing.ts';
import { type Key, keys } from '../table/keys.ts';
import {
  type Check,
  counted,
  dueChecks,
  exists,
  isLive,
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
import { siteTally } from './tallies.ts';

const SITE: Rule = {
  key: ({ id }) => keys.site(id),
  async check(row, table) {
    const { id, number, organizationId, teamId, sharing } = row;
    const { chargers, teams, owners } = await siteTally(table, id);
    const put = {
      type: 'put',
      key: keys.siteNumber(number),
      item: { type: 'SiteNumber', number, siteId: id },
    } as const;
    return [
      ...((await isLive(table, organizationId)) ? counted(row, [organizationId], { chargers }) : []),
      ...counted(row, [organizationId], { teams }),
      same('owners', 1, owners),
      same('whether its sharing counter is high enough', true, sharing >= teams - 1),
      ...(await Promise.all([
        related(table, keys.team(organizationId, teamId), { type: 'Team' }),
        related(table, keys.siteAccess(id, teamId), { type: 'SiteAccess', isOwner: true }),
        related(table, put.key, { type: 'SiteNumber', siteId: id }, (other) =>
          other ? undefined : rebuilding(organizationId, row, ['number'], put),
        ),
      ])),
    ];
  },
};

/** Checks that the site of a row exists, or that a job deletes what is under it. */
async function ofSite(
  { siteId }: Row,
  table: Reader,
  attributes: Readonly<Record<string, unknown>> = {},
): Promise<Check> {
  return (await exists(table, keys.site(siteId)))
    ? related(table, keys.site(siteId), { type: 'Site', ...attributes })
    : related(table, keys.job(siteId), { type: 'Job', siteId });
}

const SITE_NUMBER: Rule = {
  key: ({ number }) => keys.siteNumber(number),
  async check(row, table) {
    const key = keys.site(row.siteId);
    return [
      await related(table, key, { type: 'Site', number: row.number }, (site) =>
        site ? undefined : removing([], row, key, 'siteId'),
      ),
    ];
  },
};

const SITE_ACCESS: Rule = {
  key: ({ siteId, teamId }) => keys.siteAccess(siteId, teamId),
  async check(row, table) {
    const { siteId, teamId, organizationId, isOwner, createdAt, assets, grants = [] } = row;
    const [, copy] = accessWrites(row as unknown as Parameters<typeof accessWrites>[0]);
    const granted: string[] = grants.flatMap((grant: Row) => grant.assets ?? []);
    const named: string[] = [...(assets ?? []), ...granted];
    const discarded = keys.discardedTeam(organizationId, teamId);
    const home = (await table.get(keys.site(siteId)))?.organizationId;
    const missing = await missingOf(named, (id) => keys.charger(siteId, id), table);
    return [
      ...dueChecks(
        row,
        siteId,
        grants.some((grant: Row) => grant.expiresAt !== undefined),
      ),
      same(
        'whether an owner’s access is limited or has a grant',
        false,
        isOwner && (assets ?? row.grants) !== undefined,
      ),
      ...(home && (await isLive(table, home)) ? [same('named chargers that don’t exist', [], missing)] : []),
      same('named chargers without duplicates', new Set(assets).size, (assets ?? []).length),
      same('chargers of grants without duplicates', new Set(granted).size, granted.length),
      same(
        'chargers of grants without access',
        [],
        granted.filter((id) => assets && !assets.includes(id)),
      ),
      same(
        'whether a limited access has an unlimited grant',
        false,
        assets !== undefined && grants.some((grant: Row) => grant.assets === undefined),
      ),
      await ofSite(row, table, isOwner && { teamId, organizationId }),
      (await exists(table, discarded))
        ? await related(table, discarded)
        : await related(table, keys.team(organizationId, teamId), { type: 'Team' }),
      await related(
        table,
        keys.siteOfTeam(teamId, siteId),
        { type: 'SiteOfTeam', organizationId, isOwner, createdAt },
        (other) =>
          other || !copy ? undefined : rebuilding(organizationId, row, ['isOwner', 'organizationId'], withoutDue(copy)),
      ),
    ];
  },
};

/** Returns a write without the attributes of the index and the key of the row that it is made from. */
function withoutDue<T extends { readonly type: string }>(write: T): T {
  if (!('item' in write)) return write;
  const { pk: _pk, sk: _sk, due: _due, dueAt: _dueAt, ...item } = write.item as Record<string, unknown>;
  return { ...write, item: { ...item, type: 'SiteOfTeam' } };
}

async function missingOf(ids: readonly string[], keyOf: (id: string) => Key, table: Reader): Promise<string[]> {
  const found = await Promise.all(ids.map((id) => exists(table, keyOf(id))));
  return ids.filter((_, index) => !found[index]);
}

const SITE_OF_TEAM: Rule = {
  key: ({ siteId, teamId }) => keys.siteOfTeam(teamId, siteId),
  async check(row, table) {
    const { siteId, teamId, organizationId, isOwner } = row;
    const [key, siteKey] = [keys.siteAccess(siteId, teamId), keys.site(siteId)];
    const site = await table.get(siteKey);
    return [
      await related(table, key, { type: 'SiteAccess', organizationId, isOwner }, (other) => {
        // The site says who owns it, so the lost half is that of the owner.
        if (other || site?.teamId === teamId) return undefined;
        const { writes, ...removal } = removing([organizationId], row, key);
        const when = [site ? unchanged(site, 'teamId') : ({ absent: 'pk' } as const)];
        return { ...removal, writes: [...writes, { type: 'check', key: siteKey, when }] };
      }),
    ];
  },
};

const SITE_INVITE: Rule = {
  key: ({ siteId, id }) => keys.siteInvite(siteId, id),
  async check(row, table) {
    const { siteId, id, email, organizationId, status, accepted, secrets, mailSecrets, delivery } = row;
    const item = { type: 'SiteInvited', siteId, inviteId: id, organizationId };
    const put = { type: 'put', key: keys.siteInvited(email, id), item } as const;
    return [
      ...dueChecks(row, id, true),
      same('whether it has an accepting team', status === 'ACCEPTED', accepted !== undefined),
      same('secrets of the answer', 1, secrets.length),
      same('whether it has mailed secrets', true, mailSecrets.length > 0),
      same('whether it has transferOwnership', 'boolean', typeof row.transferOwnership),
      same('whether its state is known', true, ['QUEUED', 'SENT', 'FAILED'].includes(delivery.state)),
      await related(table, put.key, { type: 'SiteInvited', siteId, organizationId }, (other) =>
        other ? undefined : rebuilding(organizationId, row, ['email'], put),
      ),
      await ofSite(row, table),
    ];
  },
};

const SITE_INVITED: Rule = {
  key: ({ pk, inviteId }) => keys.siteInvited(matching(/(?<=^EMAIL#).+$/s, pk), inviteId),
  async check(row, table) {
    const { pk, siteId, inviteId, organizationId } = row;
    const key = keys.siteInvite(siteId, inviteId);
    const attributes = { type: 'SiteInvite', email: pk.slice('EMAIL#'.length), organizationId };
    return [
      await related(table, key, attributes, (other) => (other ? undefined : removing([organizationId], row, key))),
    ];
  },
};

const SITE_REQUEST: Rule = {
  key: ({ siteId, teamId }) => keys.siteRequest(siteId, teamId),
  async check({ siteId, teamId, organizationId, id, ttl }, table) {
    return [
      same('whether it has a TTL', true, Number.isInteger(ttl)),
      await related(table, keys.siteAccess(siteId, teamId), { type: 'SiteAccess', isOwner: false, organizationId }),
      ...((await exists(table, keys.site(siteId)))
        ? [
            await related(table, keys.siteRequestLinks(siteId, id), {
              type: 'SiteRequestLinks',
              teamId,
              organizationId,
            }),
          ]
        : []),
    ];
  },
};

const SITE_REQUEST_LINKS: Rule = {
  key: ({ siteId, id }) => keys.siteRequestLinks(siteId, id),
  async check(row, table) {
    const { siteId, teamId, id, decision, secrets, ttl } = row;
    const request = await table.get(keys.siteRequest(siteId, teamId));
    const malformed = [...(secrets as Set<string>)].filter((secret) => !/^usr_\w{26}#[\w-]{43}$/.test(secret));
    return [
      same('whether a decided request is closed', true, !decision || request?.id !== id),
      same('malformed secrets', 0, malformed.length),
      same('whether it has a TTL', true, Number.isInteger(ttl)),
      await ofSite(row, table),
    ];
  },
};

const SITE_REDUCTION: Rule = {
  key: ({ siteId, teamId }) => keys.siteReduction(siteId, teamId),
  check: async ({ ttl }) => [same('whether it has a TTL', true, Number.isInteger(ttl))],
};

export const SITES: Readonly<Record<string, Rule>> = {
  Site: SITE,
  SiteNumber: SITE_NUMBER,
  SiteAccess: SITE_ACCESS,
  SiteOfTeam: SITE_OF_TEAM,
  SiteInvite: SITE_INVITE,
  SiteInvited: SITE_INVITED,
  SiteRequest: SITE_REQUEST,
  SiteRequestLinks: SITE_REQUEST_LINKS,
  SiteReduction: SITE_REDUCTION,
};
