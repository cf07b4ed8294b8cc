import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Item } from '../../lib/table/read.ts';
import { transact, type Write } from '../../lib/table/write.ts';
import { itemsOfOrganization } from '../../lib/transfer/export.ts';
import { contentsOf, linesOf, Unusable } from '../../lib/transfer/form.ts';
import { importItems } from '../../lib/transfer/import.ts';
import { operatorCommand } from '../support/command.ts';
import { expectConsistent } from '../support/consistency.ts';
import { restore } from '../support/restore.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { useTableOf } from '../support/sharing.ts';
import { testWhole } from '../support/whole.ts';

// A file of one organization comes from whoever was its customer. These tests import changed files, and files in a
// table that is used in between, beside another organization in the same table.

const service = useService();
const directory = mkdtempSync(join(tmpdir(), 'muster-'));
afterAll(() => rmSync(directory, { recursive: true }));

type Home = Readonly<{ id: string; owner: Client; team: string; site: string }>;

let [guest, host]: [Home, Home] = [undefined as never, undefined as never];
/** The items of the guest's export. They aren't in the table when a test begins. */
let own: readonly Item[];
let before: readonly Item[];

/** Returns items without the text that is kept to change them: a copy has no symbols. */
const plain = (items: readonly object[]) => items.map((item) => structuredClone(item) as Item);
const stored = async () => plain(await service.items());

const remove = ({ pk, sk }: Item): Write => ({ type: 'delete', key: { pk, sk } });
const put = (item: Item): Write => ({ type: 'put', key: { pk: item.pk, sk: item.sk }, item });

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

async function home(name: string): Promise<Home> {
  const { id, owner } = await service.organization(name);
  const body = { name: `${name} team`, email: newAddress(), type: 'Company' };
  const uuid = (await owner.call('POST /api/v3/teams', { body })).body.data.uuid;
  const site = { name, team_uuid: uuid, address: 'Quay 1', timezone: 'Europe/Amsterdam' };
  const made = (await owner.call('POST /api/v3/sites', { body: site })).body.data.uuid as string;
  await owner.call(`POST /api/v3/sites/${made}/chargers`, { body: { identity: `CP-${name}`, reference: 'Left' } });
  const found = await stored();
  const of = found.find(({ type, organizationId }) => type === 'Site' && organizationId === id) as Item;
  return { id, owner, team: String(of.teamId), site: String(of.id) };
}

beforeAll(async () => {
  [guest, host] = [await home('Guest'), await home('Host')];
  const member = await service.member(guest.owner, 'USER');
  await member.call('POST /v1/access-tokens', { body: { name: 'One' } });
  useTableOf(service);
  const reduced = { type: 'SiteReduction', at: new Date().toISOString(), ttl: 4_000_000_000, siteId: guest.site };
  for (const teamId of [guest.team, host.team]) {
    await transact([put({ ...reduced, teamId, pk: `SITE#${guest.site}`, sk: `REDUCED#${teamId}` })]);
  }
  own = plain(await all(itemsOfOrganization(guest.id, new Date())));
  for (const item of own) await transact([remove(item)]);
  before = await stored();
});

afterEach(() => restore(service, before));

/** Returns the lines of a file with these items. */
async function fileOf(items: readonly Item[], organizationId: string | null = guest.id): Promise<string[]> {
  const each = async function* () {
    yield* items;
  };
  return (await all(linesOf(organizationId ?? undefined, each(), new Date()))).map((line) => line.trimEnd());
}

/** Imports a file by the command. */
async function imported(lines: readonly string[]) {
  const file = join(directory, 'import.jsonl');
  writeFileSync(file, `${lines.join('\n')}\n`);
  return operatorCommand(service, 'cdk/operator/import.ts', [file, '--table', service.stack.table]);
}

const first = (type: string, items = own): Item => {
  const found = items.find((item) => item.type === type);
  if (!found) throw new Error(`There is no ${type}.`);
  return found;
};
const ofHost = (type: string) =>
  first(
    type,
    before.filter(({ organizationId, siteId, id }) => [organizationId, id].includes(host.id) || siteId === host.site),
  );

const CRAFTED: readonly (readonly [what: string, rows: () => readonly Item[], message: RegExp])[] = [
  [
    'a membership of another organization',
    () => [
      { ...first('Membership'), sk: `ORG#${host.id}`, organizationId: host.id, role: 'ADMIN' },
      { ...first('Member'), pk: `ORG#${host.id}`, organizationId: host.id, role: 'ADMIN' },
    ],
    /^Line \d+ belongs to another organization/,
  ],
  [
    'a membership whose key is of another organization',
    () => [{ ...first('Membership'), sk: `ORG#${host.id}` }],
    /^Line \d+ has a key that differs from its attributes/,
  ],
  [
    'a counter of another organization',
    () => [{ ...first('Counters'), pk: `ORG#${host.id}`, sk: 'COUNT#9' }],
    /^Line \d+ belongs to another organization/,
  ],
  [
    'a membership in a team of another organization',
    () => [
      { ...first('TeamMembership'), pk: `TEAM#${host.team}`, teamId: host.team },
      { ...first('TeamMembership'), pk: `USER#${first('User').userId}`, sk: `TEAM#${host.team}`, type: 'TeamOfUser' },
    ],
    /^Line \d+ (names a team that|has a key that)/,
  ],
  [
    'a team with the id of another organization’s',
    () => [
      { ...first('Team'), sk: `TEAM#${host.team}`, id: host.team },
      { ...first('TeamMembership'), pk: `TEAM#${host.team}`, teamId: host.team },
    ],
    /^Line \d+ names a team that isn’t in the export/,
  ],
  [
    'a deleted team with the id of another organization’s',
    () => [
      { ...first('Team'), sk: `DISCARDED#${host.team}`, id: host.team, type: 'DiscardedTeam', discardedAt: '2026' },
      { ...first('TeamMembership'), pk: `TEAM#${host.team}`, teamId: host.team },
    ],
    /^The table already has the item TEAM#/,
  ],
  [
    'an access token of another person',
    () => {
      const userId = ofHost('Member').userId as string;
      return [{ ...first('AccessToken'), pk: `USER#${userId}`, userId }];
    },
    /^Line \d+ names a person who isn’t in the export/,
  ],
  [
    'a sign-in of another person',
    () => [{ ...first('Identity'), pk: `IDENTITY#${'x'.repeat(43)}`, userId: ofHost('Member').userId }],
    /^Line \d+ names a person who isn’t in the export/,
  ],
  [
    'an address as another kind of row',
    () => [{ ...first('Address'), pk: `USER#${ofHost('Member').userId}x` }],
    /^Line \d+ has a key that differs from its attributes/,
  ],
  [
    'access to a site of another organization',
    () => [{ ...first('SiteAccess'), pk: `SITE#${host.site}`, siteId: host.site, isOwner: false }],
    /^Line \d+ names a site that isn’t in the export/,
  ],
  [
    'a job that deletes the site of another organization',
    () => [{ pk: `JOB#${host.site}`, sk: 'JOB', type: 'Job', siteId: host.site }],
    /^Line \d+ names a site that isn’t in the export/,
  ],
  [
    'the number of another organization’s charger',
    () => [{ pk: 'CHARGERNO#1', sk: 'CHARGER', type: 'ChargerNumber', number: 1, chargerId: ofHost('Charger').id }],
    /^Line \d+ names a charger that isn’t in the export/,
  ],
];

/** Imports a file by the code of the command. @returns why it is refused */
async function refusalOf(lines: readonly string[]): Promise<string> {
  const read = reading(lines);
  try {
    await importItems(await contentsOf(read()), read, new Date());
  } catch (error) {
    if (error instanceof Unusable) return error.message;
    throw error;
  }
  return 'It is imported.';
}

test.each(CRAFTED)('a file with %s is refused, and nothing is stored', async (_, rows, message) => {
  expect(await refusalOf(await fileOf([...own, ...rows()]))).toMatch(message);
  expect(await stored()).toEqual(before);
});

test('a file can’t give itself the id of a present organization, and nothing is stored', async () => {
  const rows = [
    { ...first('Membership'), sk: `ORG#${host.id}`, organizationId: host.id, role: 'ADMIN' },
    { ...first('Member'), pk: `ORG#${host.id}`, organizationId: host.id, role: 'ADMIN' },
    ...['User', 'Address', 'Identity'].map((type) => first(type)),
  ];
  expect(await imported(await fileOf(rows, host.id))).toMatchObject({ code: 1, err: expect.stringContaining('lacks') });
  const whole = await fileOf([...rows, ofHost('Organization')], host.id);
  expect(await imported(whole)).toMatchObject({ code: 1, err: expect.stringContaining('already has the item ORG#') });
  const lines = await fileOf(rows);
  const header = JSON.stringify({ ...JSON.parse(lines[0] as string), organizationId: undefined });
  expect(await imported(lines.with(0, header))).toMatchObject({
    code: 1,
    err: expect.stringContaining('The first line has no organization'),
  });
  expect(await stored()).toEqual(before);
});

/** Reads lines like the command, and does something before a line of the nth reading. */
function reading(lines: readonly string[], nth = 0, line = 0, act = async (): Promise<unknown> => undefined) {
  let readings = 0;
  return async function* () {
    readings += 1;
    for (const [index, each] of lines.entries()) {
      if (readings === nth && index === line) await act();
      yield each;
    }
  };
}

/** The readings of a first run: the contents, twice for its rows, the table's rows, and what is stored. */
const STORING = 5;

test('an import that was refused for a row of somebody else is refused again', async () => {
  const lines = await fileOf(own);
  const address = first('Address');
  const taken = { ...address, userId: ofHost('Member').userId };
  const read = reading(lines, STORING, 0, () => transact([put(taken)]));
  const contents = await contentsOf(read());
  const now = new Date();
  for (let run = 1; run <= 2; run += 1) {
    await expect(importItems(contents, read, now)).rejects.toThrow('was written by somebody else');
  }
  expect(await stored()).toContainEqual(taken);
});

testWhole('a continued import doesn’t bring back what was deleted since', async () => {
  const entry = first('AuditEntry');
  const entries = Array.from({ length: 300 }, (_, index) => {
    const id = `aud_${String(index).padStart(26, '0')}`;
    return { ...entry, sk: id, id };
  });
  // The rows of members are first, then so many others that the import is interrupted in between.
  const lines = await fileOf([...own, ...entries]);
  const died = async () => {
    // What is running finds its end.
    await new Promise((resolve) => setTimeout(resolve, 500));
    throw new Error('interrupted');
  };
  const read = reading(lines, STORING, own.length + 250, died);
  const contents = await contentsOf(read());
  await expect(importItems(contents, read, new Date())).rejects.toThrow('interrupted');
  const token = first('AccessToken');
  expect(await stored()).toContainEqual(token);
  // All of a batch, and one of another.
  const gone = [...own.slice(0, 25), token, first('Site')];
  for (const item of gone) await transact([remove(item)]);
  expect(await importItems(contents, read, new Date())).toEqual({ continued: true });
  const present = await stored();
  for (const item of gone) expect(present).not.toContainEqual(item);
  for (const item of entries) expect(present).toContainEqual(item);
});

testWhole('everything is imported where only the audit log and what ends by itself are left', async () => {
  const everything = await fileOf(own, null);
  expect(await imported(everything)).toMatchObject({ code: 1, err: expect.stringContaining('not empty') });
  for (const item of before) if (item.type !== 'AuditEntry') await transact([remove(item)]);
  const rate = { pk: `LIMIT#day#all#2026-11-21`, sk: '1', type: 'MailsOfDay', count: 1, ttl: 1795305600 };
  // The same deployment's own entry, too.
  await transact([put(rate), put(first('AuditEntry'))]);
  expect(await imported(everything)).toMatchObject({ code: 0, err: '' });
  expect(await stored()).toEqual(expect.arrayContaining([...own]));
});

test('an export of one organization names no team of another', () => {
  expect(own.filter(({ type }) => type === 'SiteReduction').map(({ teamId }) => teamId)).toEqual([guest.team]);
  for (const id of [host.id, host.team, host.site]) expect(JSON.stringify(own)).not.toContain(id);
});

test('an unchanged file is imported beside the other organization', async () => {
  expect(await imported(await fileOf(own))).toMatchObject({ code: 0, err: '' });
  await expectConsistent(await service.items());
  expect((await guest.owner.call('GET /v1/members')).body.data).toHaveLength(2);
});
