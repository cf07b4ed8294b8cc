import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { newAddress, useService } from '../support/service.ts';

// Tests the API against the Management API's documentation page, from which the project was created.
const page = readFileSync(new URL('../fixtures/management-api.txt', import.meta.url), 'utf8');

/** Returns the part of the page below a heading. */
function section(heading: string): string {
  const start = page.indexOf(`\n${heading}#\n`);
  expect(start, `the page has a section "${heading}"`).toBeGreaterThan(0);
  const rest = page.slice(start + heading.length + 3);
  const end = rest.search(/\n[A-Z][A-Za-z ]+#\n/);
  return end < 0 ? rest : rest.slice(0, end);
}

/** Returns the JSON example of a section. */
function example(heading: string): Record<string, unknown> {
  const text = section(heading);
  return JSON.parse(text.slice(text.indexOf('\n{') + 1, text.lastIndexOf('\n}') + 2));
}

/** Returns the request line of a section, such as `GET /v1/members/:id`, with the id inserted. */
function requestLine(heading: string, id = ''): string {
  const line = /^(GET|POST|PATCH|DELETE) \S+$/m.exec(section(heading))?.[0];
  expect(line, `the section "${heading}" has a request line`).toBeDefined();
  return (line as string).replace(':id', id);
}

/** Returns the status that a section documents. */
function status(heading: string): number {
  return Number(/\b(20[0-9]) (OK|Created|No Content)/.exec(section(heading))?.[1]);
}

/** Expects the example's fields with their order, types and formats. More fields may follow. */
function expectLike(actual: Record<string, unknown>, documented: Record<string, unknown>): void {
  expect(Object.keys(actual).slice(0, Object.keys(documented).length)).toEqual(Object.keys(documented));
  for (const [field, value] of Object.entries(documented)) {
    const found = actual[field];
    if (typeof value === 'object' && value !== null) {
      expect(Object.keys(found as object)).toEqual(Object.keys(value));
      expectLike(found as Record<string, unknown>, value as Record<string, unknown>);
      continue;
    }
    expect(typeof found, field).toBe(typeof value);
    if (typeof value !== 'string') continue;
    const prefix = /^[a-z]{3}_/.exec(value)?.[0];
    if (prefix) expect(found).toMatch(new RegExp(`^${prefix}[0-9a-z]+$`));
    if (/^\d{4}-.*Z$/.test(value)) expect(found).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
}

const service = useService();

test('the member object, list, get, update and remove match the documentation page', async () => {
  const { owner } = await service.organization();
  const { memberId } = await service.member(owner, 'USER');
  const documented = example('Member object');

  const list = await owner.call(requestLine('List members'));
  expect(list.status).toBe(status('List members'));
  expect(Object.keys(list.body)).toEqual(['data', 'meta']);
  expect(list.body.meta).toMatchObject({ total: 2, page: 1, perPage: 20 });
  for (const member of list.body.data) expectLike(member, documented);

  const read = await owner.call(requestLine('Get member', memberId));
  expect(read.status).toBe(status('Get member'));
  expectLike(read.body, documented);

  const updated = await owner.call(requestLine('Update member role', memberId), {
    body: example('Update member role'),
  });
  expect(updated.status).toBe(status('Update member role'));
  expectLike(updated.body, documented);
  expect(updated.body.role).toBe(example('Update member role').role);
  expect((await owner.call(requestLine('Get member', memberId))).body).toEqual(updated.body);

  const removed = await owner.call(requestLine('Remove member', memberId));
  expect(removed.status).toBe(status('Remove member'));
  expect(removed.body).toBeUndefined();
  expect((await owner.call(requestLine('Get member', memberId))).status).toBe(404);
  const log = (await owner.call('GET /v1/audit-logs')).body.data;
  expect(log[0]).toMatchObject({ action: 'member.remove', resourceId: memberId });
});

test('the invitation object, list, create, resend and cancel match the documentation page', async () => {
  const { owner } = await service.organization('Acme Energy');
  const documented = example('Invitation object');

  const created = await owner.call(requestLine('Create invitation'), { body: example('Create invitation') });
  expect(created.status).toBe(status('Create invitation'));
  expectLike(created.body, documented);
  expect(created.body).toMatchObject({ ...example('Create invitation'), status: 'PENDING' });
  expect(created.body.organizationName).toBe(documented.organizationName);

  const list = await owner.call(requestLine('List invitations'));
  expect(list.status).toBe(status('List invitations'));
  expect(list.body.meta).toMatchObject({ total: 1, page: 1, perPage: 20 });
  for (const invitation of list.body.data) expectLike(invitation, documented);

  const resent = await owner.call(requestLine('Resend invitation', created.body.id));
  expect(resent.status).toBe(status('Resend invitation'));
  expect(resent.body).toEqual(example('Resend invitation'));

  const cancelled = await owner.call(requestLine('Cancel invitation', created.body.id));
  expect(cancelled.status).toBe(status('Cancel invitation'));
  expect(cancelled.body).toBeUndefined();
  expect((await owner.call(requestLine('List invitations'))).body.data[0].status).toBe('REVOKED');
});

test('every documented role can be assigned, and an invitation has the documented statuses', async () => {
  const { owner } = await service.organization();
  const { memberId } = await service.member(owner, 'USER');
  const roles = [...section('Member roles').matchAll(/^(ADMIN|USER|OPERATOR|VIEWER)/gm)].map(([role]) => role);
  expect(roles).toHaveLength(4);
  for (const role of roles) {
    const updated = await owner.call(requestLine('Update member role', memberId), { body: { role } });
    expect(updated.body.role).toBe(role);
    const invited = await owner.call('POST /v1/invitations', { body: { email: newAddress(), role } });
    expect(invited.body.role).toBe(role);
  }
  const statuses = [...section('Invitation statuses').matchAll(/^(PENDING|ACCEPTED|REVOKED)/gm)].map(([one]) => one);
  const list = (await owner.call('GET /v1/invitations')).body.data;
  expect(new Set(list.map((invitation: { status: string }) => invitation.status))).toEqual(
    new Set(statuses.filter((one) => one !== 'REVOKED')),
  );
});

test.each(['List members', 'List invitations'])(
  '%s accepts the documented query parameters, and no others',
  async (list) => {
    const { owner } = await service.organization();
    const [, pages] = /pageinteger(\d+)/.exec(section(list)) ?? [];
    const [, perPage] = /perPageinteger(\d+)/.exec(section(list)) ?? [];
    const line = requestLine(list);
    expect((await owner.call(line)).body.meta).toMatchObject({
      page: Number(pages),
      perPage: Number(perPage?.slice(0, 2)),
    });
    for (const query of ['page=1', 'page=1000', 'perPage=1', 'perPage=100', 'page=2&perPage=50']) {
      expect((await owner.call(`${line}?${query}`)).status, query).toBe(200);
    }
    for (const query of [
      'page=0',
      'page=1001',
      'page=-1',
      'page=1.5',
      'page=x',
      'page=',
      'perPage=0',
      'perPage=101',
      'perPage=1e1',
    ]) {
      const answer = await owner.call(`${line}?${query}`);
      expect(answer.status, query).toBe(400);
      expect(answer.body).toMatchObject({
        error: 'validation_failed',
        details: { [query.split('=')[0] as string]: [expect.any(String)] },
      });
    }
  },
);
