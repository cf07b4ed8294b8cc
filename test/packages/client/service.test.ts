import { afterEach, describe, expect, test } from 'vitest';
import { isMusterError, Muster } from '../../../packages/client/src/index.ts';
import { contracts, tested } from '../../support/contract.ts';
import { exampleOf } from '../../support/requests.ts';
import { newAddress, useService } from '../../support/service.ts';

// The client on the running stack.

const service = useService();

afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
});

type Call = (...input: unknown[]) => Promise<unknown>;

const native = contracts.filter(({ declaration }) => declaration.route.includes(' /v1/'));

/** Returns a client that notes its requests. */
function noting(token: string | undefined, organization: string, requests: string[]): Muster {
  return new Muster({
    ...{ baseUrl: service.api, token, organization },
    fetch: (input, init) => {
      requests.push(`${init?.method} ${String(input).slice(service.api.length)}`);
      return fetch(input, init);
    },
  });
}

describe('each endpoint of the native API has a method', () => {
  test.each(tested(native))('$name', async (contract) => {
    const home = await service.organization();
    // An owner can't be erased.
    const caller = contract.name === 'me/erase' ? await service.member(home.owner, 'USER') : home.owner;
    const { route, body, by = caller } = await exampleOf(contract, service, home);
    const [, path = ''] = route.split(' ');
    const url = new URL(path, service.api);
    const pattern = contract.declaration.route.split(' ')[1]?.replace(/\{\w+\}/g, '([^/]+)') ?? '';
    const [, ...ids] = new RegExp(`^${pattern}$`).exec(url.pathname) ?? [];
    const query = Object.fromEntries(url.searchParams);
    const input = [...ids, ...(body === undefined ? [] : [body]), ...(url.search ? [query] : [])];

    const requests: string[] = [];
    const token = contract.declaration.caller.includes('link') ? undefined : by.token;
    const muster = noting(token, home.id, requests) as unknown as Record<string, Record<string, Call>>;
    const camelCase = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const [resource = '', verb = ''] = contract.name.split('/').map(camelCase);
    const answer = await muster[resource]?.[verb]?.(...input);
    expect(requests.map(decodeURIComponent)).toEqual([decodeURIComponent(route)]);
    const [schema] = Object.values(contract.returns);
    expect(schema === null ? answer === undefined : typeof answer === 'object').toBe(true);
  });

  test('and there are no other methods', () => {
    const muster = new Muster({ baseUrl: service.api });
    const count = Object.values(muster).flatMap((methods) => Object.keys(methods)).length;
    expect(count).toBe(native.length);
    expect(count).toBeGreaterThan(40);
  });
});

test('a refusal is an error with the code of the API', async () => {
  const { owner } = await service.organization();
  const { muster } = owner;
  const body = { email: newAddress('jane'), role: 'USER' } as const;
  await muster.invitations.create(body);
  const twice = await muster.invitations.create(body).catch((error: unknown) => error);
  expect(isMusterError(twice, 'already_invited')).toBe(true);
  expect(twice).toMatchObject({ status: 409, message: expect.stringMatching(/\w\.$/) });
  const invalid = await muster.teams.create({ name: ' ' }).catch((error: unknown) => error);
  expect(invalid).toMatchObject({
    code: 'validation_failed',
    details: { name: expect.arrayContaining([expect.any(String)]) },
  });
});

test('a call whose answer was lost on the way to the table creates one invitation', async () => {
  const { owner } = await service.organization();
  // The function may or may not know that its write succeeded; the call is repeated with the same key if it doesn't.
  await service.faults([
    { action: 'dynamodb:TransactWriteItems', function: 'invitations/create', fault: 'kill-worker-after' },
  ]);
  const invitation = await owner.muster.invitations.create({ email: newAddress(), role: 'USER' });
  const { data } = await owner.muster.invitations.list();
  expect(data.map(({ id }) => id)).toEqual([invitation.id]);
});

test('a service that is busy is asked again', async () => {
  const { owner } = await service.organization();
  await service.faults([
    { action: 'dynamodb:TransactWriteItems', function: 'teams/create', fault: 'kill-worker-before' },
  ]);
  const team = await owner.muster.teams.create({ name: 'Berlin' });
  expect((await owner.muster.teams.read(team.id)).name).toBe('Berlin');
});

test('all rows of a list are iterated', async () => {
  const { owner, id } = await service.organization();
  const invitations = Array.from({ length: 23 }, () => ({ email: newAddress(), role: 'USER' as const }));
  const { data: made } = await owner.muster.invitations.bulk({ invitations });
  expect(made.map(({ status }) => status)).toEqual(invitations.map(() => 201));
  const found: string[] = [];
  for await (const { email, organizationId } of owner.muster.invitations.list({ perPage: 10 })) {
    expect(organizationId).toBe(id);
    found.push(email);
  }
  expect(found.sort()).toEqual(invitations.map(({ email }) => email).sort());
  const page = await owner.muster.invitations.list();
  expect(page.meta).toMatchObject({ total: 23, page: 1, perPage: 20 });
});

test('a token that has expired is replaced', async () => {
  const { email } = (await service.organization()).owner;
  await service.clock('-400d');
  const { token: old } = await service.person(email);
  await service.clock(0);
  const { token: valid } = await service.person(email);
  const asked: unknown[] = [];
  const muster = new Muster({
    baseUrl: service.api,
    token: (refused) => {
      asked.push(refused);
      return refused === undefined ? old : valid;
    },
  });
  expect((await muster.me.read()).email).toBe(email);
  expect(asked).toEqual([undefined, old]);
});

test('an access token needs no organization, and a person in several names one', async () => {
  const { owner, id } = await service.organization('One');
  const person = await service.person(owner.email);
  const { id: second } = await person.muster.organizations.create({ name: 'Two' });
  const { token } = await owner.muster.accessTokens.create({ name: 'export', role: 'VIEWER' });
  const program = new Muster({ baseUrl: service.api, token });
  expect((await program.members.list()).data[0]?.organizationId).toBe(id);

  const nobody = await person.muster.members.list().catch((error: unknown) => error);
  expect(nobody).toMatchObject({ code: 'organization_required' });
  expect((await person.muster.in(second).members.list()).data[0]?.organizationId).toBe(second);
  const [member] = (await person.muster.members.list({}, { organization: id })).data;
  expect(member?.organizationId).toBe(id);
});
