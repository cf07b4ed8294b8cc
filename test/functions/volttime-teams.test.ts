import { describe, expect, test } from 'vitest';
import { TEAM_KINDS } from '../../lib/domain/team.ts';
import { newAddress, useService } from '../support/service.ts';
import { someOf } from '../support/whole.ts';

const service = useService();

const team = (more: object = {}) => ({ name: newAddress('team'), email: newAddress(), type: 'Company', ...more });
const names = (body: { data: { name: string }[] }) => body.data.map(({ name }) => name);

interface Refused {
  readonly sent: object;
  readonly errors: Readonly<Record<string, readonly string[]>>;
  /** The expected message; by default the first error. */
  readonly message?: string;
}

/** Each of Laravel's rules, with its text. */
const REFUSED: readonly Refused[] = [
  ...[undefined, null, '', '  ', [], {}].map((name) => ({
    sent: { name },
    errors: { name: ['The name field is required.'] },
  })),
  {
    sent: { name: undefined, email: undefined },
    errors: { name: ['The name field is required.'], email: ['The email field is required.'] },
    message: 'The name field is required. (and 1 more error)',
  },
  {
    sent: { name: undefined, email: undefined, type: undefined },
    errors: {
      name: ['The name field is required.'],
      email: ['The email field is required.'],
      type: ['The type field is required.'],
    },
    message: 'The name field is required. (and 2 more errors)',
  },
  { sent: { name: 42 }, errors: { name: ['The name field must be a string.'] } },
  { sent: { name: ['x'] }, errors: { name: ['The name field must be a string.'] } },
  {
    sent: { name: 'x'.repeat(256) },
    errors: { name: ['The name field must not be greater than 255 characters.'] },
  },
  { sent: { name: 'x\u0007y' }, errors: { name: ['The name field must not have control characters.'] } },
  { sent: { email: 'ada' }, errors: { email: ['The email field must be a valid email address.'] } },
  {
    sent: { email: `${'x'.repeat(250)}@example.com` },
    errors: {
      email: [
        'The email field must not be greater than 255 characters.',
        'The email field must be a valid email address.',
      ],
    },
    message: 'The email field must not be greater than 255 characters. (and 1 more error)',
  },
  { sent: { type: null }, errors: { type: ['The type field is required.'] } },
  { sent: { type: true }, errors: { type: ['The type field must be a string.'] } },
];

describe.each(someOf(1, ['v3', 'v2']))('/api/%s/teams', (version) => {
  const route = `/api/${version}/teams`;

  test.each(REFUSED)('refuses $sent as Laravel does, and stores nothing', async ({ sent, errors, message }) => {
    const { owner } = await service.organization();
    await owner.call('GET /v1/me');
    const before = service.writes().length;
    const answer = await owner.call(`POST ${route}`, { body: { ...team(), ...sent } });
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.body).toEqual({ message: message ?? Object.values(errors)[0]?.[0], errors });
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('accepts the known types, and stores an unknown one as Other', async () => {
    const { owner } = await service.organization();
    for (const type of [...TEAM_KINDS, 'personal', 'x'.repeat(255)]) {
      const { status, body } = await owner.call(`POST ${route}`, { body: team({ type, unknown: 1 }) });
      const kind = (TEAM_KINDS as readonly string[]).includes(type) ? type : 'Other';
      expect([status, body.data.type, body.data.is_personal_team]).toEqual([200, kind, type === 'Personal']);
    }
  });

  test('refuses a name that any team of the organization has, in any letter case', async () => {
    const { owner } = await service.organization();
    await owner.call('POST /v1/teams', { body: { name: 'Fleet' } });
    const answer = await owner.call(`POST ${route}`, { body: team({ name: 'FLEET' }) });
    const message = 'The name has already been taken.';
    expect(answer).toMatchObject({ status: 422 });
    expect(answer.body).toEqual({ message, errors: { name: [message] }, error: 'team_name_taken' });
  });

  test('lists the teams of all organizations of the caller, and no others', async () => {
    const [one, two, foreign] = [
      await service.organization('One'),
      await service.organization('Two'),
      await service.organization('Foreign'),
    ];
    await foreign.owner.call(`POST ${route}`, { body: team({ name: 'Elsewhere' }) });
    await one.owner.call(`POST ${route}`, { body: team({ name: 'First' }) });
    await two.owner.call(`POST ${route}`, { body: team({ name: 'Second' }) });
    await two.owner.call('POST /v1/teams', { body: { name: 'Hidden', isPrivate: true } });
    const member = await service.member(one.owner, 'VIEWER');
    await service.member(two.owner, 'USER', member.email);
    const person = await service.person(member.email);
    expect(names((await person.call(`GET ${route}`)).body)).toEqual(['One', 'Two', 'First', 'Second']);
    expect(names((await person.in(one.id).call(`GET ${route}`)).body)).toEqual(['One', 'Two', 'First', 'Second']);
    expect(names((await two.owner.call(`GET ${route}`)).body)).toEqual(['Two', 'Second', 'Hidden']);
    const stranger = await service.person(newAddress());
    expect((await stranger.call(`GET ${route}`)).body).toEqual({ data: [] });
    await two.owner.call(`DELETE /v1/organizations/${two.id}`);
    expect(names((await person.call(`GET ${route}`)).body)).toEqual(['One', 'First']);
  });

  test('creates a team in the organization of the header, in the only one, or in the token’s', async () => {
    const { id, owner } = await service.organization('Here');
    const person = await service.person(owner.email);
    expect((await person.call(`POST ${route}`, { body: team({ name: 'Only' }) })).status).toBe(200);
    const { body } = await person.call('POST /v1/organizations', { body: { name: 'There' } });
    await person.in(body.id).call(`POST ${route}`, { body: team({ name: 'Named' }) });
    const made = await person.in(id).call('POST /v1/access-tokens', { body: { name: 'Program', role: 'USER' } });
    const byToken = (sent: string, sending = {}) =>
      service.call(sent, { headers: { authorization: `Bearer ${made.body.token}` }, ...sending });
    expect((await byToken(`POST ${route}`, { body: team({ name: 'By token' }) })).status).toBe(200);
    const names1 = names((await person.in(id).call('GET /v1/teams')).body);
    expect([names1, names((await person.in(body.id).call('GET /v1/teams')).body)]).toEqual([
      ['Here', 'Only', 'By token'],
      ['There', 'Named'],
    ]);
    await person.in(id).call('POST /v1/teams', { body: { name: 'Hidden', isPrivate: true } });
    // A token sees its own organization as its owner does: Hidden is the owner's team.
    expect(names((await byToken(`GET ${route}`)).body)).toEqual(['Here', 'Only', 'By token', 'Hidden']);
    await owner.call(`DELETE /v1/access-tokens/${made.body.id}`);
    expect((await byToken(`GET ${route}`)).status).toBe(401);
  });

  test('shares its teams with the other dialects', async () => {
    const { owner } = await service.organization();
    const native = (await owner.call('POST /v1/teams', { body: { name: 'Native' } })).body;
    const { data } = (await owner.call(`POST ${route}`, { body: team({ name: 'Ours' }) })).body;
    const rows = (await owner.call(`GET ${route}`)).body.data;
    expect(rows[1]).toMatchObject({ name: 'Native', type: 'Other', is_personal_team: false, email: null });
    expect(rows[1].created_at).toBe(native.createdAt.replace('Z', '000Z'));
    expect(rows[2]).toEqual(data);
    const shown = (await owner.call('GET /v1/teams')).body.data.at(-1);
    const { data: log } = (await owner.call('GET /v1/audit-logs')).body;
    expect(log[0]).toMatchObject({ action: 'team.create', resourceId: shown.id });
    const members = (await owner.call(`GET /v1/teams/${shown.id}/members`)).body.data;
    expect(members.map(({ role }: { role: string }) => role)).toEqual(['OWNER']);
  });

  test('returns pages on request, and refuses invalid page numbers', async () => {
    const { owner } = await service.organization('Acme');
    for (let index = 0; index < 26; index += 1) await owner.call('POST /v1/teams', { body: { name: `T${index}` } });
    const all = (await owner.call(`GET ${route}`)).body;
    expect([Object.keys(all), all.data.length]).toEqual([['data'], 27]);
    const url = (page: number) => expect.stringMatching(new RegExp(`^http://.*${route}\\?page=${page}$`));
    const first = (await owner.call(`GET ${route}?page=1`)).body;
    expect(first.data).toEqual(all.data.slice(0, 25));
    expect(first.links).toEqual({ first: url(1), last: null, prev: null, next: url(2) });
    expect(first.meta).toMatchObject({ current_page: 1, from: 1, per_page: 25, to: 25 });
    const second = (await owner.call(`GET ${route}?page=2`)).body;
    expect(second.data).toEqual(all.data.slice(25));
    expect(second.links).toEqual({ first: url(1), last: null, prev: url(1), next: null });
    expect(second.meta).toMatchObject({ current_page: 2, from: 26, per_page: 25, to: 27 });
    const beyond = (await owner.call(`GET ${route}?page=3`)).body;
    expect([beyond.data, beyond.meta.from, beyond.meta.to]).toEqual([[], null, null]);
    for (const [page, reason] of [
      ['x', 'must be an integer'],
      ['0', 'must be at least 1'],
      ['1001', 'must not be greater than 1000'],
    ]) {
      const answer = await owner.call(`GET ${route}?page=${page}`);
      expect([answer.status, answer.body.errors]).toEqual([422, { page: [`The page field ${reason}.`] }]);
    }
  });
});
