import { beforeAll, expect, test } from 'vitest';
import { newId, newNumber, shortIdFromUuid } from '../../lib/domain/ids.ts';
import { DEFAULT_LIMITS } from '../../lib/domain/limits.ts';
import { accessWrites } from '../../lib/sites/sharing.ts';
import { audit } from '../../lib/table/audit.ts';
import { type Key, keys } from '../../lib/table/keys.ts';
import { transact, type Write } from '../../lib/table/write.ts';
import type { Call } from '../../packages/local/aws.ts';
import { writeMany } from '../support/engine.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { share, useTableOf } from '../support/sharing.ts';

// Tests teams at their limit of shared sites, and sites with 2,500 chargers: what a page costs grows with its offset, and a
// page that costs too much does so with fewer than the 10,000 of `npm run test:long`. The items are those that the service
// writes, in larger batches.

const calls: Call[] = [];
const service = useService({ onCall: (call) => calls.push(call) });
const CHARGERS = process.env.MUSTER_LONG ? DEFAULT_LIMITS.chargersOfSite : 2500;
const SITES = DEFAULT_LIMITS.sitesOfTeam;

interface Resource {
  readonly uuid: string;
  readonly id: number;
}

interface Side {
  readonly id: string;
  readonly owner: Client;
  readonly ownerId: string;
  readonly team: Resource;
}

let home: Side;
let away: Side;
let depot: Resource;
let numbers: readonly number[];

/** Writes the items that writes put. Their other parts, conditions and counts, don't apply to new items. */
async function writeAll(writes: readonly Write[]): Promise<void> {
  await writeMany(
    service.stack,
    writes.flatMap((write) => (write.type === 'put' ? [write] : [])),
  );
}

const put = (key: Key, type: string, item: object): Write => ({ type: 'put', key, item: { type, ...item } });
const teamIdOf = ({ team }: Side) => shortIdFromUuid('team', team.uuid) as string;
const occasionOf = ({ ownerId }: Side) =>
  ({
    now: new Date(),
    by: { type: 'user', id: ownerId },
    origin: { requestId: 'test', sourceAddress: null },
  }) as const;

async function addChargers(side: Side, siteId: string, count: number): Promise<number[]> {
  const auditContext = occasionOf(side);
  const at = auditContext.now.toISOString();
  const made = Array.from({ length: count }, (_, index) => ({
    ...{
      id: newId('charger', auditContext.now),
      number: newNumber(),
      siteId,
      identity: `cp-${index}`,
      identityIn: side.id,
    },
    ...{ connectionStatus: 'never_seen', createdBy: side.ownerId, createdAt: at, updatedAt: at },
  }));
  await writeAll(
    made.flatMap((charger) => [
      put(keys.charger(siteId, charger.id), 'Charger', charger),
      put(keys.chargerHome(charger.id), 'ChargerHome', { chargerId: charger.id, siteId }),
      put(keys.chargerNumber(charger.number), 'ChargerNumber', { number: charger.number, chargerId: charger.id }),
      put(keys.chargerIdentity(charger.identityIn, charger.identity), 'ChargerIdentity', { chargerId: charger.id }),
      audit(auditContext, {
        action: 'charger.create',
        organizationId: side.id,
        resource: { type: 'charger', id: charger.id },
        after: { siteId },
      }),
    ]),
  );
  await transact([{ type: 'update', key: keys.site(siteId), add: { chargers: count } }]);
  return made.sort((one, other) => (one.id < other.id ? -1 : 1)).map(({ number }) => number);
}

/** Creates sites of one team that are shared with another team. */
async function addSites(from: Side, to: Side, count: number): Promise<void> {
  const auditContext = occasionOf(from);
  const at = auditContext.now.toISOString();
  const [teamId, other] = [teamIdOf(from), teamIdOf(to)];
  const times = { createdAt: at, updatedAt: at };
  const made = Array.from({ length: count }, (_, index) => ({
    ...{
      id: newId('site', auditContext.now),
      number: newNumber(),
      teamId,
      organizationId: from.id,
      name: `Site ${index}`,
    },
    ...{ chargers: 0, teams: 2, sharing: 1, transfers: 0, createdBy: from.ownerId, ...times },
  }));
  await writeAll(
    made.flatMap((site) => {
      const resource = { type: 'site', id: site.id } as const;
      const entry = (action: 'site.create' | 'site-access.create', organizationId: string, after: object) =>
        audit(auditContext, { action, organizationId, resource, after: { ...after } });
      return [
        put(keys.site(site.id), 'Site', site),
        put(keys.siteNumber(site.number), 'SiteNumber', { number: site.number, siteId: site.id }),
        ...accessWrites({ siteId: site.id, teamId, organizationId: from.id, isOwner: true, ...times }),
        ...accessWrites({ siteId: site.id, teamId: other, organizationId: to.id, isOwner: false, ...times }),
        entry('site.create', from.id, { teamId }),
        entry('site-access.create', to.id, { teamId: other }),
      ];
    }),
  );
  await transact([
    { type: 'update', key: keys.team(from.id, teamId), add: { sites: count } },
    { type: 'update', key: keys.team(to.id, other), add: { sharedSites: count } },
  ]);
}

beforeAll(async () => {
  useTableOf(service);
  const sideOf = async (name: string): Promise<Side> => {
    const made = await service.organization(name);
    const body = { name: newAddress('team'), email: newAddress(), type: 'Company' };
    const { body: me } = await made.owner.call('GET /v1/me');
    return { ...made, ownerId: me.id, team: (await made.owner.call('POST /api/v3/teams', { body })).body.data };
  };
  [home, away] = [await sideOf('Home'), await sideOf('Away')];
  const body = { name: 'Depot', team_uuid: home.team.uuid };
  depot = (await home.owner.call('POST /api/v3/sites', { body })).body.data;
  await share(service, depot.uuid, away.team.uuid);
  numbers = await addChargers(home, shortIdFromUuid('site', depot.uuid) as string, CHARGERS);
  await addSites(home, away, SITES - 1);
}, 120_000);

/** Reads a path. Returns the answer with the read capacity units that it took. */
async function measured(by: Client, path: string) {
  const before = calls.length;
  const { body } = await by.call(`GET ${path}`);
  const units = calls
    .slice(before)
    .filter(({ operation }) => ['BatchGetItem', 'Query'].includes(operation))
    .reduce(
      (sum, { consumedCapacity }) => sum + ((consumedCapacity as { CapacityUnits?: number })?.CapacityUnits ?? 0),
      0,
    );
  return { body, units, ids: body.data.map(({ id }: Resource) => id) as number[] };
}

test('a page of a site with thousands of chargers costs its size and its offset', async () => {
  const { owner } = away;
  const path = `/api/v3/sites/${depot.uuid}/chargers`;
  const first = await measured(owner, `${path}?page=1`);
  expect(first.ids).toEqual(numbers.slice(0, 25));
  expect(first.units).toBeLessThan(25);
  const whole = await measured(owner, path);
  expect(whole.ids).toEqual(numbers.slice(0, 1000));
  expect(whole.body.links.next).toMatch(/\?page=41$/);
  expect(whole.units).toBeLessThan(200);
  const pages = CHARGERS / 25;
  const last = await measured(owner, `${path}?page=${pages}`);
  expect(last.ids).toEqual(numbers.slice(-25));
  expect(last.body.links.next).toBe(null);
  expect(last.units).toBeLessThan(CHARGERS / 5);
  expect((await measured(owner, `${path}?page=${pages + 1}`)).ids).toEqual([]);
  // The list over all sites has the same last page.
  const one = await measured(owner, `/api/v3/chargers?page=${pages}`);
  expect(one.ids).toEqual(numbers.slice(-25));
});

test('a list of 500 chargers limits an access, and a longer list is refused', async () => {
  const [us, them] = [home.owner, away.owner];
  const body = (count: number) => ({
    access_of_assets: 'limited_access',
    accessible_assets: numbers.slice(7, 7 + count).map((asset_id) => ({ asset_type: 'charger', asset_id })),
  });
  const at = `/api/v3/sites/${depot.uuid}/teams/${away.team.uuid}`;
  expect((await us.call(`PUT ${at}/asset-access`, { body: body(501) })).body.message).toBe(
    'The accessible assets field must not have more than 500 items.',
  );
  expect((await us.call(`PUT ${at}/asset-access`, { body: body(500) })).status).toBe(200);
  const path = `/api/v3/sites/${depot.uuid}/chargers`;
  expect((await measured(them, path)).ids).toEqual(numbers.slice(7, 507));
  const page = await measured(them, `${path}?page=20`);
  expect(page.ids).toEqual(numbers.slice(482, 507));
  expect(page.units).toBeLessThan(60);
  expect((await measured(them, '/api/v3/chargers')).ids).toEqual(numbers.slice(7, 507));
  expect((await them.call(`GET /api/v3/chargers/${numbers[6]}`)).status).toBe(404);
  expect((await us.call(`PUT ${at}/asset-access`, { body: { access_of_assets: 'full_access' } })).status).toBe(200);
});

test('a team with 1,000 shared sites sees each once in pages, and can’t get another one', async () => {
  const { owner, team } = away;
  const whole = await measured(owner, '/api/v3/sites');
  expect([new Set(whole.ids).size, whole.ids.length, Object.keys(whole.body)]).toEqual([SITES, SITES, ['data']]);
  const last = SITES / 25;
  for (const page of [1, 2, 3, last / 2, last - 1, last]) {
    const { ids, units, body } = await measured(owner, `/api/v3/sites?page=${page}`);
    expect(ids).toEqual(whole.ids.slice((page - 1) * 25, page * 25));
    expect(units).toBeLessThan(250);
    expect(Boolean(body.links.next)).toBe(page < last);
  }
  const more = await home.owner.call('POST /api/v3/teams', {
    body: { name: newAddress('team'), email: newAddress(), type: 'Company' },
  });
  const body = { name: 'One more', team_uuid: more.body.data.uuid };
  const site = (await home.owner.call('POST /api/v3/sites', { body })).body.data;
  await expect(share(service, site.uuid, team.uuid)).rejects.toThrow('site_limit_reached');
});
