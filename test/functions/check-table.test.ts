import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { transact, type Write } from '../../lib/table/write.ts';
import { operatorCommand } from '../support/command.ts';
import { everything } from '../support/everything.ts';
import { restore } from '../support/restore.ts';
import { newAddress, useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';

const service = useService();

type Item = Readonly<Record<string, unknown>> & { readonly pk: string; readonly sk: string };

let items: readonly Item[];

beforeAll(async () => {
  items = (await everything(service)) as Item[];
  useTableOf(service);
});

const keyOf = ({ pk, sk }: Item) => ({ pk, sk });
const put = (item: Item): Write => ({ type: 'put', key: keyOf(item), item });
const remove = (item: Item): Write => ({ type: 'delete', key: keyOf(item) });
const names = (all: readonly Item[]) => new Map(all.map((item) => [`${item.pk}|${item.sk}`, item]));

// Each test tears the table in another way.
afterEach(() => restore(service, items));

/** Returns the first item of a type that meets a condition. */
function first(type: string, is: (item: Item) => boolean = () => true): Item {
  const found = items.find((item) => item.type === type && is(item));
  if (!found) throw new Error(`There is no ${type}.`);
  return found;
}

interface Answer {
  readonly checked: number;
  readonly errors: readonly string[];
  readonly mended: readonly string[];
}

/** Checks the table by the deployed function, from the beginning to the end. */
async function check(repair = false, remove = false): Promise<Answer> {
  const all = { checked: 0, errors: [] as string[], mended: [] as string[] };
  let after: unknown;
  do {
    const body = { function: 'operator/check-table', event: { after, repair, remove } };
    const { status, body: part } = await service.call('POST /_local/invoke', { body });
    expect(status, JSON.stringify(part)).toBe(200);
    all.checked += part.checked;
    all.errors.push(...part.errors);
    all.mended.push(...part.mended);
    after = part.next;
  } while (after);
  return all;
}

/** Repairs until nothing more is mended, then also by removing. @returns what was mended, and the errors that remain */
async function repair(): Promise<{ mended: readonly string[]; errors: readonly string[] }> {
  const mended: string[] = [];
  for (const remove of [false, true]) {
    let found: Answer;
    do {
      found = await check(true, remove);
      mended.push(...found.mended);
    } while (found.mended.length > 0);
  }
  return { mended, errors: (await check()).errors };
}

const repairs = async () =>
  ((await service.items()) as Item[]).filter(({ action }) => action === 'organization.repair');

test('a table without errors is found to have none, and nothing is written', async () => {
  expect(await check()).toEqual({ checked: items.length, errors: [], mended: [] });
  expect((await check(true)).mended).toEqual([]);
  expect(names((await service.items()) as Item[])).toEqual(names(items));
});

describe('a wrong counter is told with both numbers, and set to what is there, with an audit entry', () => {
  const COUNTERS: readonly (readonly [type: string, names: readonly string[]])[] = [
    ['Counters', ['members', 'pending', 'seats', 'teams']],
    ['Team', ['members', 'owners', 'sites', 'sharedSites']],
    ['Site', ['chargers', 'teams']],
    ['Member', ['tokens', 'teams']],
    ['User', ['organizations']],
    ['AccessToken', ['made']],
  ];
  test.each([
    ['higher', 3],
    ['lower', -1],
  ])('%s', async (_, by) => {
    const torn = COUNTERS.map(([type, names]) => {
      const item = first(type, (one) => type !== 'Counters' || (one.members as number) > 0);
      const counts = names.map((name) => [name, Number(item[name] ?? 0)] as const);
      return { item, counts: counts.filter(([, present]) => present + by >= 0) };
    });
    const counters = torn.flatMap(({ item, counts }) =>
      counts.map(([name, present]) => ({ item, name, present, wrong: present + by })),
    );
    expect(counters.length).toBeGreaterThan(COUNTERS.length);
    for (const { item, counts } of torn) {
      const wrong = Object.fromEntries(counts.map(([name, present]) => [name, present + by]));
      await transact([put({ ...item, ...wrong })]);
    }
    const told = (await check()).errors;
    for (const { item, name, present, wrong } of counters) {
      expect(told).toContain(`${item.pk} ${item.sk} (${item.type}): ${name}: ${wrong} instead of ${present}.`);
    }
    expect((await repair()).errors).toEqual([]);
    const stored = names((await service.items()) as Item[]);
    const audited = (await repairs()).map(({ after }) => after);
    for (const { item, name, present } of counters) {
      expect(stored.get(`${item.pk}|${item.sk}`)?.[name] ?? 0, `${item.type}.${name}`).toBe(present);
      expect(audited).toContainEqual({ item: `${item.pk} ${item.sk}`, what: name, count: present });
    }
  });

  test('the invitations of all counter rows', async () => {
    const item = first('Counters', ({ invitations }) => invitations !== undefined);
    await transact([put({ ...item, invitations: Number(item.invitations) + 2 })]);
    expect((await repair()).errors).toEqual([]);
  });
});

describe('a lost row that another has in full is written again', () => {
  const TYPES = [
    ...['Address', 'Invited', 'TeamName', 'TeamHome', 'TeamNumber', 'TeamOfUser'],
    ...['SiteOfTeam', 'SiteNumber', 'ChargerHome', 'ChargerNumber', 'ChargerIdentity'],
  ];

  test(TYPES.join(', '), async () => {
    const lost = TYPES.map((type) =>
      first(type, ({ all, invitationId }) => type !== 'Invited' || (all !== undefined && !!invitationId)),
    );
    for (const item of lost) await transact([remove(item)]);
    expect((await check()).errors.length).toBeGreaterThanOrEqual(lost.length);
    const { mended, errors } = await repair();
    expect(errors).toEqual([]);
    expect(mended.length).toBeGreaterThanOrEqual(lost.length);
    const stored = names((await service.items()) as Item[]);
    for (const item of lost) expect(stored.get(`${item.pk}|${item.sk}`)).toEqual(item);
    expect(await repairs()).not.toEqual([]);
  });
});

describe('a row whose owner is gone is removed', () => {
  test.each([
    ['TeamOfUser', 'TeamMembership'],
    ['SiteOfTeam', 'SiteAccess'],
    ['ChargerHome', 'Charger'],
  ])('%s without its %s', async (orphan, owner) => {
    const row = first(owner, ({ isOwner, role }) => isOwner !== true && role !== 'OWNER');
    await transact([remove(row)]);
    await repair();
    const left = ((await service.items()) as Item[]).filter(({ type }) => type === orphan);
    expect(left).toHaveLength(items.filter(({ type }) => type === orphan).length - 1);
  });

  test('the rows of a person without any other row, who can then sign in anew', async () => {
    const address = newAddress('ghost');
    const person = await service.person(address);
    await person.call('GET /v1/me');
    const user = ((await service.items()) as Item[]).find(({ type, email }) => type === 'User' && email === address);
    await transact([remove(user as Item)]);
    expect((await check()).errors.length).toBeGreaterThan(0);
    expect((await repair()).errors).toEqual([]);
    expect((await person.call('GET /v1/me')).status).toBe(200);
  });

  test('an access token of an ended membership without its job', async () => {
    const job = first('Job', ({ memberId }) => memberId !== undefined);
    await transact([remove(job)]);
    expect((await repair()).errors).toEqual([]);
    const tokens = ((await service.items()) as Item[]).filter(({ memberId }) => memberId === job.memberId);
    expect(tokens.filter(({ type }) => type === 'AccessToken' || type === 'TeamMembership')).toEqual([]);
  });
});

describe('a copy that differs is set to what it copies', () => {
  test.each([
    ['Member', { role: 'VIEWER', owner: false }],
    ['Member', { profile: { firstName: 'Wrong', lastName: 'Name', email: 'wrong@example.com' } }],
    ['Address', { firstName: 'Wrong' }],
    ['TeamOfUser', { role: 'MODERATOR' }],
  ] as const)('%s %j', async (type, changes) => {
    const item = first(type, ({ owner }) => type !== 'Member' || owner === true);
    await transact([put({ ...item, ...changes })]);
    const found = await check();
    expect(found.errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toMatch(/Wrong|@/);
    expect((await repair()).errors).toEqual([]);
    const stored = ((await service.items()) as Item[]).find(({ pk, sk }) => pk === item.pk && sk === item.sk);
    expect(stored).toEqual(item);
  });
});

/** Items of members who own something, of teams that aren't the default team, and of people who have signed in. */
const isPlain = ({ type, owner, isDefault, claimed }: Item) =>
  !['Member', 'Membership', 'Team', 'User'].includes(String(type)) || owner || isDefault === false || claimed === true;

test.each(['Membership', 'Member', 'Organization', 'Team', 'Site', 'User'])(
  'a lost %s is told and never invented, and access isn’t given',
  async (type) => {
    const item = first(type, (one) => Boolean(isPlain(one)));
    await transact([remove(item)]);
    const { errors } = await repair();
    expect(errors.length).toBeGreaterThan(0);
    expect(names((await service.items()) as Item[]).has(`${item.pk}|${item.sk}`)).toBe(false);
  },
);

test.each([
  ['Membership', 'Member'],
  ['Member', 'Membership'],
])('after the other half of a lost %s is deleted by hand, repairing leaves no errors', async (lost, other) => {
  const { memberId } = first('TeamMembership', ({ role }) => role !== 'OWNER');
  const of = (type: string) => first(type, (item) => item.memberId === memberId);
  await transact([remove(of(lost)), remove(of(other))]);
  expect((await repair()).errors).toEqual([]);
});

test('an error in a row of any type is told, also in those that end by themselves', async () => {
  const types = [...new Set(items.map(({ type }) => String(type)))];
  // Rates end within minutes, so they may have ended by now.
  const kept = ({ ttl, ...item }: Item) => (ttl === undefined ? item : { ...item, ttl: Date.now() / 1000 + 3600 });
  const wrong = types.map((type) => ({ ...kept(first(type)), sk: `${first(type).sk}x` })) as Item[];
  const unfinished = { pk: `IMPORT#${'0'.repeat(64)}`, sk: 'IMPORT', type: 'Import', file: '0'.repeat(64) };
  await transact([...wrong, unfinished].map(put));
  const { errors } = await check();
  expect(errors).toContainEqual(expect.stringContaining('IMPORT (Import): whether the import has ended'));
  for (const { sk, type } of wrong) {
    expect(errors, String(type)).toContainEqual(
      expect.stringMatching(`${sk} \\(${type}\\): (its key differs|.* have their form)`),
    );
  }
  expect(JSON.stringify(errors)).not.toContain('@');
});

test('an item of an unknown type is told, and left', async () => {
  const item = { pk: 'ORG#org_1', sk: 'NEWER#1', type: 'Newer' };
  await transact([put(item)]);
  expect((await repair()).errors).toEqual([
    'ORG#org_1 NEWER#1 (Newer): whether its type is known: false instead of true.',
  ]);
  expect(names((await service.items()) as Item[]).has('ORG#org_1|NEWER#1')).toBe(true);
});

test('the command tells errors without names and addresses, exits with 1, and repairs', async () => {
  const { table } = service.stack;
  const run = (...options: string[]) =>
    operatorCommand(service, 'cdk/operator/check-table.ts', ['--table', table, ...options]);
  expect(await run()).toEqual({ code: 0, out: `Checked ${items.length} items: no errors.\n`, err: '' });
  const address = first('Address', ({ firstName }) => firstName !== '');
  const invited = first('Invited', ({ invitationId }) => !!invitationId);
  await transact([put({ ...address, firstName: 'Wrong' }), remove(invited)]);
  const told = await run();
  expect([told.code, told.err]).toEqual([1, '']);
  expect(told.out).toMatch(/USER#usr_\w{26} USER \(User\): EMAIL#\(sha256 [\da-f]{16}\) USER differs in firstName\./);
  expect(told.out).toMatch(
    /INVITATION#inv_\w{26} \(Invitation\): EMAIL#\(sha256 [\da-f]{16}\) INVITED#org_\w{26} is missing\./,
  );
  expect(told.out).not.toMatch(/@|Wrong|Ada/);
  const mended = await run('--repair');
  expect([mended.code, mended.err]).toEqual([0, '']);
  expect(mended.out).toMatch(/^mended: /m);
  const by = { actor: { type: 'operator', id: 'check-table' }, sourceAddress: null };
  const entries = await repairs();
  expect(entries).toMatchObject([by, by]);
  expect(JSON.stringify(entries)).not.toMatch(/@|sha256/);
  expect(await run()).toMatchObject({ code: 0 });
  expect(await run('--help')).toMatchObject({ code: 0, out: expect.stringContaining('--repair') });
  expect(await run('--mend')).toMatchObject({ code: 1, err: expect.stringContaining("Unknown option '--mend'") });
});

test('a function that is out of time returns where to go on, without an address', async () => {
  const body = { function: 'operator/check-table', event: { seconds: 0 } };
  const { body: first } = await service.call('POST /_local/invoke', { body });
  expect(first.checked).toBeLessThanOrEqual(200);
  let [checked, next] = [first.checked, first.next];
  while (next) {
    expect(next.pk).not.toContain('@');
    const event = { seconds: 0, after: next };
    const { body: part } = await service.call('POST /_local/invoke', { body: { ...body, event } });
    checked += part.checked;
    next = part.next;
  }
  expect(checked).toBe(items.length);
});

test('changes while it walks aren’t told as errors, and repairing then breaks nothing', async () => {
  const { owner } = await service.organization();
  const until = performance.now() + 3000;
  const busy = async () => {
    while (performance.now() < until) {
      const { body } = await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
      const { body: team } = await owner.call('POST /v1/teams', { body: { name: newAddress('team') } });
      await owner.call(`DELETE /v1/invitations/${body.id}`);
      await owner.call(`DELETE /v1/teams/${team.id}`);
    }
  };
  const found: string[] = [];
  const watching = async () => {
    while (performance.now() < until) {
      const { errors, mended } = await check(true);
      found.push(...errors, ...mended);
    }
  };
  await Promise.all([busy(), busy(), busy(), watching()]);
  expect(found).toEqual([]);
  expect((await check()).errors).toEqual([]);
});
