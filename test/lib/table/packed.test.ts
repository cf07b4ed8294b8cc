import { expect, test } from 'vitest';
import { changedText, FIELDS, pack, packedText, unpack } from '../../../lib/table/packed.ts';

const MEMBER = {
  type: 'Member',
  memberId: 'mem_1',
  organizationId: 'org_1',
  userId: 'usr_1',
  role: 'USER',
  owner: false,
  profile: { firstName: 'Ada', lastName: 'Lovelace', email: 'ada@example.com' },
  claimed: true,
  seat: 3,
  tokens: 0,
  teams: 0,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
};

test('a member is stored with one attribute for the fields that no condition needs, and read as it was', () => {
  const { [FIELDS]: text, ...others } = pack(MEMBER);
  expect(others).toEqual({ type: 'Member', userId: 'usr_1', seat: 3, tokens: 0, teams: 0 });
  expect({ ...JSON.parse(text as string), ...others }).toEqual(MEMBER);
  expect(JSON.parse(JSON.stringify(unpack(pack(MEMBER))))).toEqual(MEMBER);
});

test('items of other types are stored as they are', () => {
  const team = { type: 'Team', name: 'Field service', role: 'USER' };
  expect(pack(team)).toBe(team);
  expect(unpack(team)).toEqual(team);
});

test('a change compares with the stored text, and keeps fields that only a later version knows', () => {
  const text = JSON.stringify({ later: [1], role: 'USER', memberId: 'mem_1' });
  const read = { ...unpack({ ...MEMBER, [FIELDS]: text }), seat: 4 };
  expect(packedText(read)).toBe(text);
  expect(JSON.parse(changedText(read, { role: 'ADMIN' }))).toEqual({ later: [1], role: 'ADMIN', memberId: 'mem_1' });
});

test('an item that was not read can not be compared', () => {
  expect(() => packedText(MEMBER)).toThrow('not read from the table');
});

test('fields that can not be parsed are missing, for the reader to name the item', () => {
  expect(unpack({ type: 'Member', userId: 'usr_1', [FIELDS]: '{"memberId":' })).not.toHaveProperty('memberId');
});
