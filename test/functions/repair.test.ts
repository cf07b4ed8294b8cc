import { afterEach, beforeAll, expect, test } from 'vitest';
import type { Item } from '../../lib/table/read.ts';
import { transact } from '../../lib/table/write.ts';
import { operatorCommand } from '../support/command.ts';
import { everything } from '../support/everything.ts';
import { restore } from '../support/restore.ts';
import { useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';
import { testWhole } from '../support/whole.ts';

// What `npm run check-table -- --repair` never takes away: rows that another row still needs.

const service = useService();
let items: readonly Item[];

const put = async (item: Item) => transact([{ type: 'put', key: { pk: item.pk, sk: item.sk }, item }]);
const remove = async ({ pk, sk }: Item) => transact([{ type: 'delete', key: { pk, sk } }]);
const present = async () => (await service.items()) as Item[];

beforeAll(async () => {
  items = (await everything(service)) as Item[];
  useTableOf(service);
});

afterEach(() => restore(service, items));

function all(type: string, is: (item: Item) => boolean = () => true): [Item, ...Item[]] {
  const [found, ...others] = items.filter((item) => item.type === type && is(item));
  if (!found) throw new Error(`There is no ${type}.`);
  return [found, ...others];
}

const repair = () =>
  operatorCommand(service, 'cdk/operator/check-table.ts', ['--table', service.stack.table, '--repair']);

test('a lost Member leaves the team memberships of its membership, and is all that has to be copied back', async () => {
  const memberships = all('TeamMembership', ({ memberId }) =>
    all('Membership').some((one) => one.memberId === memberId),
  );
  const [{ memberId }] = memberships;
  const [member] = all('Member', (item) => item.memberId === memberId);
  await remove(member);
  expect((await repair()).code).toBe(1);
  const rows = [...memberships, ...all('TeamOfUser')].filter((item) => item.memberId === memberId);
  expect(rows.length).toBeGreaterThan(1);
  expect(await present()).toEqual(expect.arrayContaining(rows));
  await put(member);
  expect((await repair()).code).toBe(0);
});

testWhole('the lost access of an owner leaves the site in the list of its team', async () => {
  const [access] = all('SiteAccess', ({ isOwner }) => isOwner === true);
  const [listed] = all('SiteOfTeam', ({ siteId, isOwner }) => siteId === access.siteId && isOwner === true);
  await remove(access);
  expect((await repair()).code).toBe(1);
  expect(await present()).toContainEqual(listed);
  await put(access);
  expect((await repair()).code).toBe(0);
});

test('a charger that lost its home never loses its identity and number, not for a moment', async () => {
  const [charger] = all('Charger');
  const [home] = all('ChargerHome', ({ chargerId }) => chargerId === charger.id);
  await remove(home);
  const { code, out } = await repair();
  expect(code).toBe(0);
  expect(out).toMatch(/^mended: .*\(Charger\): CHARGER#\w+ CHARGER is missing\.$/m);
  expect(out).not.toMatch(/^mended: .*\((ChargerIdentity|ChargerNumber)\)/m);
  expect(await present()).toEqual(expect.arrayContaining([...all('ChargerIdentity'), ...all('ChargerNumber'), home]));
  await remove(home);
  const body = { function: 'operator/check-table', event: { repair: true } };
  await service.call('POST /_local/invoke', { body });
  expect(await present()).toEqual(expect.arrayContaining([...all('ChargerIdentity'), ...all('ChargerNumber')]));
});

testWhole('what a lost charger leaves is removed, and the audit log of the organization tells it', async () => {
  const [charger] = all('Charger');
  await remove(charger);
  await repair();
  const left = (await present()).filter(({ type }) => /^Charger./.test(String(type)));
  expect(left.filter(({ chargerId }) => chargerId === charger.id)).toEqual([]);
  const entries = (await present()).filter(({ action }) => action === 'organization.repair');
  const told = entries.filter(({ pk }) => pk.startsWith(`AUDIT#${charger.identityIn}#`)).map(({ after }) => after);
  expect(told).toContainEqual({ item: 'CHARGERIDENTITY#... CHARGER', what: `CHARGER#${charger.id} CHARGER` });
  expect(told).toContainEqual({ item: `CHARGER#${charger.id} CHARGER`, what: expect.stringContaining('CHARGER#') });
});
