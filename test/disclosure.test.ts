import { expect, test } from 'vitest';
import { Disclosure } from './support/disclosure.ts';

// Tests the disclosure check itself: it reports each kind of leak, and nothing else.

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

/** Ada's organization, which Bob joined and left; Eve has another organization. */
const ITEMS = [
  ...[...user('ada', 'Owner'), ...user('bob', 'Guest'), ...user('eve', 'Else')],
  entry(1, 'organization.create', ORG, { actor: { id: ids.ada }, after: { ownerId: 'mem_ada' } }),
  entry(1, 'organization.create', OTHER, { actor: { id: ids.eve }, after: { ownerId: 'mem_eve' } }),
  entry(20, 'invitation.accept', ORG, { after: { memberId: 'mem_bob', userId: ids.bob } }),
  entry(40, 'member.remove', ORG, { resource: { id: 'mem_bob' } }),
];

const tokenOf = (name: string) =>
  `x.${Buffer.from(JSON.stringify({ email: `${name}@example.org` })).toString('base64url')}.x`;

/** Returns the leaks in an answer to Ada, the given number of seconds after the start. */
function leaksAt(seconds: number, text: string, sent = ''): string[] {
  const disclosure = new Disclosure();
  disclosure.setClock(`${START + seconds * 1000 - Date.now()}ms`);
  const headers = { authorization: `Bearer ${tokenOf('ada')}` };
  disclosure.record({ route: 'GET /v1/members', headers, sent, text, startedAt: Date.now() });
  return disclosure.leaks(ITEMS);
}

test.each([
  ['the id of a person who is not a member yet', 10, ids.bob],
  ['the address of a person who is not a member yet', 10, 'bob@example.org'],
  ['the name of a person who is not a member yet', 10, '"firstName":"bob","lastName":"Guest"'],
  ['the address of a former member', 50, 'bob@example.org'],
  ['the name of a former member', 50, '"firstName":"bob","lastName":"Guest"'],
  ['the id of a person in another organization', 30, ids.eve],
  ['the address of a person in another organization', 30, 'eve@example.org'],
])('%s is a leak', (_, seconds, text) => {
  expect(leaksAt(seconds as number, text as string)).toHaveLength(1);
});

test.each([
  ['the caller’s own id and address', 10, `${ids.ada} ada@example.org`],
  ['id, address and name of a member', 30, `${ids.bob} bob@example.org "firstName":"bob","lastName":"Guest"`],
  ['the id of a former member', 50, ids.bob],
])('%s is not a leak', (_, seconds, text) => {
  expect(leaksAt(seconds as number, text as string)).toEqual([]);
});

test('an address that the caller has sent is not a leak', () => {
  expect(leaksAt(10, 'bob@example.org', '{"email":"bob@example.org"}')).toEqual([]);
});
