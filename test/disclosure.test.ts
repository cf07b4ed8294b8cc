import { expect, test } from 'vitest';
import { Disclosure } from './support/disclosure.ts';

// That the check of every answer notices each kind of leak, and nothing else.

const ORG = `org_${'0'.repeat(25)}1`;
const OTHER = `org_${'0'.repeat(25)}2`;
const ids = { ada: `usr_${'0'.repeat(25)}a`, bob: `usr_${'0'.repeat(25)}b`, eve: `usr_${'0'.repeat(25)}e` };
const START = Date.now() - 60_000;
const at = (seconds: number) => new Date(START + seconds * 1000).toISOString();

const user = (name: keyof typeof ids, lastName: string) => [
  { type: 'User', userId: ids[name], firstName: name, lastName, createdAt: at(-100) },
  { type: 'Address', pk: `EMAIL#${name}@example.org`, userId: ids[name] },
];
const entry = (id: number, action: string, organizationId: string, more: object) => ({
  ...{ type: 'AuditEntry', id: `aud_${id}`, action, organizationId, createdAt: at(id) },
  ...more,
});

/** Ada's organization, in which Bob was for a time; Eve has one of her own. */
const ITEMS = [
  ...[...user('ada', 'Owner'), ...user('bob', 'Guest'), ...user('eve', 'Else')],
  entry(1, 'organization.create', ORG, { actor: { id: ids.ada }, after: { ownerId: 'mem_ada' } }),
  entry(1, 'organization.create', OTHER, { actor: { id: ids.eve }, after: { ownerId: 'mem_eve' } }),
  entry(20, 'invitation.accept', ORG, { after: { memberId: 'mem_bob', userId: ids.bob } }),
  entry(40, 'member.remove', ORG, { resource: { id: 'mem_bob' } }),
];

const tokenOf = (name: string) =>
  `x.${Buffer.from(JSON.stringify({ email: `${name}@example.org` })).toString('base64url')}.x`;

/** What is found in an answer to Ada, so many seconds after the start. */
function told(seconds: number, text: string, sent = ''): string[] {
  const disclosure = new Disclosure();
  disclosure.moved(`${START + seconds * 1000 - Date.now()}ms`);
  const headers = { authorization: `Bearer ${tokenOf('ada')}` };
  disclosure.take({ route: 'GET /v1/members', headers, sent, text, startedAt: Date.now() });
  return disclosure.leaks(ITEMS);
}

test.each([
  ['an id before its owner is a member', 10, ids.bob],
  ['an address before', 10, 'bob@example.org'],
  ['a name before', 10, '"firstName":"bob","lastName":"Guest"'],
  ['an address of somebody who is none any more', 50, 'bob@example.org'],
  ['a name of somebody who is none any more', 50, '"firstName":"bob","lastName":"Guest"'],
  ['an id of somebody elsewhere', 30, ids.eve],
  ['an address of somebody elsewhere', 30, 'eve@example.org'],
])('%s is a leak', (_, seconds, text) => {
  expect(told(seconds as number, text as string)).toHaveLength(1);
});

test.each([
  ['one’s own id and address', 10, `${ids.ada} ada@example.org`],
  ['all of a member', 30, `${ids.bob} bob@example.org "firstName":"bob","lastName":"Guest"`],
  ['the id of somebody who was a member, in history', 50, ids.bob],
])('%s is none', (_, seconds, text) => {
  expect(told(seconds as number, text as string)).toEqual([]);
});

test('an address that the caller has typed is no news to them', () => {
  expect(told(10, 'bob@example.org', '{"email":"bob@example.org"}')).toEqual([]);
});
