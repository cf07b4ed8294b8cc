import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

// Tests the API against Papershift's documentation page about teams, from which the project was created.
const page = readFileSync(new URL('../fixtures/papershift-teams.txt', import.meta.url), 'utf8');

const HEADINGS = ['Create', 'Update', 'Show', 'List', 'Delete'] as const;
type Heading = (typeof HEADINGS)[number];

/** Returns the part of the page below a heading. */
function section(heading: Heading): string {
  const start = page.indexOf(`\n${heading}\n`);
  expect(start, `the page has a section "${heading}"`).toBeGreaterThan(0);
  const next = HEADINGS[HEADINGS.indexOf(heading) + 1];
  return page.slice(start, next && page.indexOf(`\n${next}\n`));
}

/** Returns the JSON after `Example request:` or `Example response:`; undefined without one. */
function example(heading: Heading, what: 'request' | 'response'): string | undefined {
  return new RegExp(`\nExample ${what}:\n\n(\\{\n.*?\n\\})\n\n`, 's').exec(section(heading))?.[1];
}

/** Returns the request line of a section, with an id in place of `:team_id`. */
function requestLine(heading: Heading, id = ''): string {
  const line = /^(GET|POST|PUT|PATCH|DELETE) \S+$/m.exec(section(heading))?.[0];
  expect(line, `the section "${heading}" has a request line`).toBeDefined();
  return (line as string).replace(':team_id', id);
}

/** Returns the names in the first column of a table. The page's text has no separators between cells. */
function names(from: string, to: string): string[] {
  const table = page.slice(page.indexOf(from) + from.length, page.indexOf(to));
  return [
    ...table.matchAll(/^([a-z]+(?:_[a-z]+)*?)(?=ID of|Null or|Name of|belongs_to|has_many|Contains|Returns)/gm),
  ].map(([, name]) => name as string);
}

const ATTRIBUTES = names('AttributeDescriptionSpecifics\n', 'The following relationships');
const RELATIONSHIPS = names('RelationshipType\n', 'Meta data');
const PERMISSIONS = names('GroupDescription\n', '\nCreate\n');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Expects the example's fields with their order and types, and the attributes of the table in place of `...`. */
function expectLike(resource: Record<string, unknown>, documented: Record<string, unknown>): void {
  expect(Object.keys(resource).slice(0, 3)).toEqual(Object.keys(documented));
  expect(documented.id).toMatch(UUID);
  expect(resource.id).toMatch(UUID);
  expect(resource.type).toBe(documented.type);
  const attributes = resource.attributes as Record<string, unknown>;
  expect(Object.keys(attributes)).toEqual(ATTRIBUTES);
  expect(attributes.account_id).toMatch(UUID);
  expect(attributes.parent_team_id === null || UUID.test(attributes.parent_team_id as string)).toBe(true);
  expect(typeof attributes.name).toBe('string');
  const { permissions } = resource.meta as { permissions: Record<string, Record<string, unknown>> };
  expect(Object.keys(permissions)).toEqual(PERMISSIONS);
  for (const value of Object.values(permissions).flatMap(Object.values)) expect(typeof value).toBe('boolean');
}

/** Returns the example of an answer as data, without the `...` lines. */
function answerOf(heading: Heading) {
  return JSON.parse((example(heading, 'response') as string).replaceAll(/^\s*\.\.\.\n/gm, ''));
}

const service = useService();
const headers = { 'content-type': 'application/vnd.api+json' };

test('the page has the tables and request lines that the tests read', () => {
  expect(ATTRIBUTES).toEqual(['account_id', 'discarded_at', 'name', 'parent_team_id']);
  expect(RELATIONSHIPS).toEqual(['parent_team', 'team_memberships']);
  expect(PERMISSIONS).toEqual(['actions', 'team_memberships']);
  expect(HEADINGS.map((heading) => requestLine(heading).split(' ')[0])).toEqual([
    'POST',
    'PUT',
    'GET',
    'GET',
    'DELETE',
  ]);
});

test('each request of the page, sent unchanged, gets the documented answer', async () => {
  const { owner } = await service.organization('Acme');
  const body = example('Create', 'request') as string;
  const created = await owner.call(requestLine('Create'), { body, headers });
  expect(created.status).toBe(201);
  expect(created.headers.get('content-type')).toBe(headers['content-type']);
  expect(Object.keys(created.body)).toEqual(Object.keys(answerOf('Create')));
  expectLike(created.body.data, answerOf('Create').data);
  expect(created.body.data.attributes).toMatchObject(JSON.parse(body).data.attributes);
  expect(created.body.data.attributes.discarded_at).toBeNull();
  const { id } = created.body.data;
  expect(created.headers.get('location')).toBe(`${service.api}${requestLine('Show', id).split(' ')[1]}`);

  const change = example('Update', 'request') as string;
  expect(JSON.parse(change).data).not.toHaveProperty('id');
  const updated = await owner.call(requestLine('Update', id), { body: change, headers });
  expect(updated.status).toBe(200);
  expect(Object.keys(updated.body)).toEqual(Object.keys(answerOf('Update')));
  expectLike(updated.body.data, answerOf('Update').data);
  const name = JSON.parse(change).data.attributes.name;
  expect(updated.body.data).toEqual({
    ...created.body.data,
    attributes: { ...created.body.data.attributes, name },
  });

  // The product requires the content type on every request.
  const shown = await owner.call(requestLine('Show', id), { headers });
  expect(shown.status).toBe(200);
  expect(example('Show', 'request')).toBeUndefined();
  expectLike(shown.body.data, answerOf('Show').data);
  expect(shown.body).toEqual(updated.body);

  const list = await owner.call(requestLine('List'), { headers });
  expect(list.status).toBe(200);
  expect(Object.keys(list.body)[0]).toBe(Object.keys(answerOf('List'))[0]);
  for (const team of list.body.data) expectLike(team, answerOf('List').data[0]);
  expect(list.body.data.map((team: { attributes: { name: string } }) => team.attributes.name)).toEqual(['Acme', name]);
  expect(list.body.data[1]).toEqual(shown.body.data);
  const [top] = list.body.data;
  expect(top.attributes.parent_team_id).toBeNull();
  expect(shown.body.data.attributes.parent_team_id).toBe(top.id);

  const deleted = await owner.call(requestLine('Delete', id), { headers });
  expect(deleted.status).toBe(200);
  expect(Object.keys(deleted.body)).toEqual(Object.keys(answerOf('Delete')));
  expectLike(deleted.body.data, answerOf('Delete').data);
  expect(deleted.body.data.attributes).toEqual({
    ...shown.body.data.attributes,
    discarded_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  });
  expect((await owner.call(requestLine('Show', id))).status).toBe(404);
  expect((await owner.call(requestLine('List'))).body.data).toHaveLength(1);
});

test.each(['account_id', 'discarded_at'])('%s can’t be set, as documented', async (attribute) => {
  expect(page).toMatch(new RegExp(`^${attribute}.*Cannot be set$`, 'm'));
  const { owner } = await service.organization();
  const document = JSON.parse(example('Create', 'request') as string);
  document.data.attributes[attribute] = '2026-01-01T00:00:00.000Z';
  const refused = await owner.call(requestLine('Create'), { body: document });
  expect(refused.status).toBe(403);
  expect(refused.body.errors[0].source).toEqual({ pointer: `/data/attributes/${attribute}` });
});

test('name is required and unique within the account, and parent_team_id is required except for the default team', async () => {
  expect(page).toContain('Must be set, Must be unique within account');
  expect(page).toContain('Must be set on all non-default teams');
  const { owner } = await service.organization('Acme');
  const body = example('Create', 'request') as string;
  const { id } = (await owner.call(requestLine('Create'), { body, headers })).body.data;
  for (const line of [requestLine('Create'), requestLine('Update', id)]) {
    const document = (attributes: object) => ({ data: { type: 'team', attributes } });
    for (const attributes of [{ name: null }, { name: '' }, { name: newAddress(), parent_team_id: null }]) {
      const refused = await owner.call(line, { body: document(attributes) });
      expect(refused, line).toMatchObject({ status: 422, body: { errors: [{ status: '422', code: 'blank' }] } });
    }
    const taken = await owner.call(line, { body: document({ name: 'ACME' }) });
    expect(taken).toMatchObject({ status: 422, body: { errors: [{ detail: 'Name has already been taken' }] } });
  }
});

test.each(RELATIONSHIPS)('%s can be included', async (relationship) => {
  const { owner } = await service.organization();
  const body = example('Create', 'request') as string;
  const { id } = (await owner.call(requestLine('Create'), { body, headers })).body.data;
  const shown = await owner.call(`${requestLine('Show', id)}?include=${relationship}`);
  expect(shown.status).toBe(200);
  expect(Object.keys(shown.body.data.relationships)).toEqual([relationship]);
  expect(shown.body.included).toHaveLength(1);
});
