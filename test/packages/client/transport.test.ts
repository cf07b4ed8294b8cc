import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isMusterError, Muster, type MusterOptions, type Page } from '../../../packages/client/src/index.ts';

// What the client does when answers are missing, late, busy or not the API's: a server that answers as told.

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

interface Seen {
  readonly route: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

let answers: Answer[];
let seen: Seen[];
let baseUrl: string;
let close: () => void;

beforeEach(async () => {
  answers = [];
  seen = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (text) => {
      body += text;
    });
    request.on('end', () => {
      seen.push({ route: `${request.method} ${request.url}`, headers: request.headers, body });
      const answer = answers.shift() ?? json(200, {});
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  close = () => {
    server.closeAllConnections();
    server.close();
  };
});

afterEach(() => close());

const json =
  (status: number, body?: unknown, headers: Readonly<Record<string, string>> = {}): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
const refusal = (status: number, error: string, headers?: Readonly<Record<string, string>>) =>
  json(status, { message: `It is ${error}.`, error }, headers);
const text =
  (status: number, body: string): Answer =>
  (_, response) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end(body);
const drop: Answer = (request) => request.socket.destroy();
const never: Answer = () => {};
const soon = { 'retry-after': '0' };
const busy = refusal(503, 'busy', soon);

const client = (options: Partial<MusterOptions> = {}) => new Muster({ baseUrl, token: 'one', ...options });
const failure = (call: PromiseLike<unknown>) =>
  Promise.resolve(call).then(
    () => {
      throw new Error('It did not fail.');
    },
    (error: unknown) => error,
  );
const routes = () => seen.map(({ route }) => route);

describe('a request', () => {
  test('has path, query, body, token and organization', async () => {
    const muster = client({ baseUrl: `${baseUrl}/teams/`, organization: 'org_1' });
    await muster.teams.putMember('team_1', 'mem/1', { role: 'OWNER' });
    await muster.in('org_2').invitations.list({ email: 'a+b@example.com', page: undefined, perPage: 5 });
    await muster.members.read('mem_1', { organization: 'org_3' });
    expect(seen).toMatchObject([
      {
        route: 'PUT /teams/v1/teams/team_1/members/mem%2F1',
        headers: { authorization: 'Bearer one', 'x-organization-id': 'org_1', 'content-type': 'application/json' },
        body: '{"role":"OWNER"}',
      },
      {
        route: 'GET /teams/v1/invitations?email=a%2Bb%40example.com&perPage=5',
        headers: { 'x-organization-id': 'org_2' },
        body: '',
      },
      { headers: { 'x-organization-id': 'org_3' } },
    ]);
    expect(seen[1]?.headers).not.toHaveProperty('content-type');
  });

  test('has no credential and no organization if there are none', async () => {
    await new Muster({ baseUrl }).invitations.accept({ token: 'link' });
    expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('authorization');
    expect(Object.keys(seen[0]?.headers ?? {})).not.toContain('x-organization-id');
  });

  test.each(['', '.', '..', undefined as never])('is not sent with %j as an id', async (id) => {
    expect(await failure(client().members.remove(id))).toBeInstanceOf(TypeError);
    expect(seen).toEqual([]);
  });

  test('follows no redirect, which would get the token', async () => {
    answers = [(_, response) => response.writeHead(302, { location: `${baseUrl}/elsewhere` }).end()];
    expect(await failure(client().me.read())).toMatchObject({ code: 'unexpected_answer', status: 302 });
    expect(routes()).toEqual(['GET /v1/me']);
  });
});

describe('a failed call', () => {
  test('has code, status, details, request id and the time after which to repeat it', async () => {
    answers = [
      json(400, { message: 'No.', error: 'validation_failed', details: { name: ['is required'] } }),
      json(500, { message: 'Oh.', error: 'internal_error', requestId: 'r-1' }),
      refusal(429, 'mail_rate_exceeded', { 'retry-after': '43200', 'apigw-requestid': 'r-2' }),
    ];
    const muster = client({ retries: 0 });
    const body = { name: '' };
    const error = await failure(muster.teams.create(body));
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({
      ...{ name: 'MusterError', message: 'No.', code: 'validation_failed', status: 400, retryAfter: undefined },
      details: { name: ['is required'] },
    });
    expect(await failure(muster.teams.create(body))).toMatchObject({ code: 'internal_error', requestId: 'r-1' });
    expect(await failure(muster.teams.create(body))).toMatchObject({
      ...{ code: 'mail_rate_exceeded', retryAfter: 43_200, requestId: 'r-2' },
    });
  });

  test('is recognized by its code', async () => {
    answers = [refusal(409, 'already_member')];
    const error = await failure(client().teams.read('team_1'));
    expect(isMusterError(error)).toBe(true);
    expect(isMusterError(error, 'already_member', 'already_invited')).toBe(true);
    expect(isMusterError(error, 'already_invited')).toBe(false);
    expect(isMusterError(new Error('already_member'))).toBe(false);
    expect(isMusterError(undefined)).toBe(false);
  });

  test.each([
    ['a page', text(200, '<html>'), 200, /200 with text\/html.*baseUrl/],
    ['nothing', json(200), 200, /status 200/],
    ['a proxy’s page', text(403, '<html>'), 403, /403 with text\/html/],
    ['the gateway', json(404, { message: 'Not Found' }), 404, /Not Found/],
  ])('is told from an answer of the API: %s', async (_, answer, status, message) => {
    answers = [answer];
    expect(await failure(client().me.read())).toMatchObject({
      ...{ code: 'unexpected_answer', status, message: expect.stringMatching(message) },
    });
    expect(seen).toHaveLength(1);
  });

  test('says why the API can not be reached', async () => {
    close();
    const error = await failure(client({ retries: 1 }).me.read());
    expect(error).toMatchObject({ code: 'network_error', status: 0, message: expect.stringContaining('ECONNREFUSED') });
    expect((error as Error).cause).toBeInstanceOf(TypeError);
  });
});

describe('a call is repeated', () => {
  test.each([
    ['a lost answer', drop],
    ['a defect', refusal(500, 'internal_error')],
    ['a bad gateway', text(502, '<html>')],
    ['an unavailable gateway', json(503, { message: 'Service Unavailable' })],
    ['a late gateway', text(504, '')],
    ['busy', busy],
    ['the gateway’s limit', json(429, { message: 'Too Many Requests' }, soon)],
  ])('after %s', async (_, answer) => {
    answers = [answer, json(200, { id: 'usr_1' })];
    expect(await client().me.read()).toEqual({ id: 'usr_1' });
    expect(routes()).toEqual(['GET /v1/me', 'GET /v1/me']);
  });

  test('with one idempotency key for all tries, and another one for the next call', async () => {
    answers = [drop, busy, json(201, {}), json(201, {})];
    const muster = client();
    await muster.organizations.create({ name: 'Acme' });
    await muster.organizations.create({ name: 'Acme' });
    const keys = seen.map(({ headers }) => headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect([keys[1], keys[2]]).toEqual([keys[0], keys[0]]);
    expect(keys[3]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[3]).not.toBe(keys[0]);
  });

  test('with the idempotency key of the application', async () => {
    answers = [drop, json(201, {})];
    await client().organizations.create({ name: 'Acme' }, { idempotencyKey: 'signup-4711' });
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual(['signup-4711', 'signup-4711']);
  });

  test('as often as the client may, and then fails', async () => {
    answers = [busy, busy, busy, busy, busy];
    expect(await failure(client({ retries: 2 }).me.read())).toMatchObject({ code: 'busy', status: 503 });
    expect(seen).toHaveLength(3);
  });

  test('after the time that the answer names, and longer each time without one', async () => {
    answers = [refusal(429, 'request_rate_exceeded', { 'retry-after': '1' }), json(200, {})];
    const started = performance.now();
    await client().me.read();
    expect(performance.now() - started).toBeGreaterThan(990);
    answers = [drop, drop, json(200, {})];
    const again = performance.now();
    await client().me.read();
    expect(performance.now() - again).toBeGreaterThan(740);
  });

  test('no sooner than it may be: a longer wait than allowed is a failure', async () => {
    answers = [refusal(429, 'mail_rate_exceeded', { 'retry-after': '31' })];
    expect(await failure(client().invitations.resend('inv_1'))).toMatchObject({ retryAfter: 31 });
    expect(seen).toHaveLength(1);
    answers = [refusal(429, 'mail_rate_exceeded', { 'retry-after': '1' })];
    await failure(client({ maxWait: 999 }).invitations.resend('inv_1'));
    expect(seen).toHaveLength(2);
  });
});

describe('a call that may have taken effect', () => {
  const MAYBE: readonly (readonly [string, Answer])[] = [
    ['a lost answer', drop],
    ['a defect', refusal(500, 'internal_error')],
    ['a gateway', text(504, '')],
  ];
  test.each(MAYBE)('and does more when repeated is not repeated after %s', async (_, answer) => {
    const muster = client();
    for (const call of [
      () => muster.invitations.resend('inv_1'),
      () => muster.invitations.accept({ token: 'link' }),
      () => muster.members.update('mem_1', { role: 'USER' }),
    ]) {
      seen = [];
      answers = [answer];
      expect(isMusterError(await failure(call()))).toBe(true);
      expect(seen).toHaveLength(1);
    }
  });

  test.each(MAYBE)('and does no more when repeated is repeated after %s', async (_, answer) => {
    const muster = client();
    for (const call of [
      () => muster.teams.putMember('team_1', 'mem_1', { role: 'MEMBER' }),
      () => muster.members.remove('mem_1'),
      () => muster.teams.create({ name: 'Berlin' }),
    ]) {
      seen = [];
      answers = [answer, json(200, {})];
      await call();
      expect(seen).toHaveLength(2);
    }
  });

  test('is repeated after an answer that says that nothing was done', async () => {
    answers = [busy, refusal(429, 'request_rate_exceeded', soon), json(200, {})];
    await client().members.update('mem_1', { role: 'USER' });
    expect(seen).toHaveLength(3);
  });

  test('has deleted what a repeated call no longer finds', async () => {
    answers = [drop, refusal(404, 'member_not_found')];
    expect(await client().members.remove('mem_1')).toBeUndefined();
    answers = [refusal(404, 'member_not_found')];
    expect(await failure(client().members.remove('mem_1'))).toMatchObject({ code: 'member_not_found' });
    answers = [busy, refusal(404, 'member_not_found')];
    expect(await failure(client().members.remove('mem_1'))).toMatchObject({ code: 'member_not_found' });
  });
});

describe('the token', () => {
  const refused = refusal(401, 'unauthenticated');

  test('of a function is asked for before each call, and once more if it is refused', async () => {
    const asked: (string | undefined)[] = [];
    const token = async (old?: string) => {
      asked.push(old);
      return old === undefined ? 'old' : 'new';
    };
    answers = [json(200, {}), refused, json(200, { id: 'usr_1' })];
    const muster = client({ token });
    await muster.me.read();
    expect(await muster.me.read()).toEqual({ id: 'usr_1' });
    expect(asked).toEqual([undefined, undefined, 'old']);
    expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer old', 'Bearer new']);
  });

  test('of a function is not sent again if it is the same, and not a third time', async () => {
    answers = [refused];
    expect(await failure(client({ token: () => 'same' }).me.read())).toMatchObject({ code: 'unauthenticated' });
    expect(seen).toHaveLength(1);
    answers = [refused, refused];
    let count = 0;
    const token = () => {
      count += 1;
      return `token ${count}`;
    };
    expect(await failure(client({ token }).me.read())).toMatchObject({ status: 401 });
    expect(seen).toHaveLength(3);
  });

  test('as a value is sent once', async () => {
    answers = [refused];
    expect(await failure(client().me.read())).toMatchObject({ code: 'unauthenticated', status: 401 });
    expect(seen).toHaveLength(1);
  });

  test('that can not be had is the failure of the call', async () => {
    const token = async () => {
      throw new Error('signed out');
    };
    expect(await failure(client({ token }).me.read())).toMatchObject({ message: 'signed out' });
    expect(seen).toEqual([]);
  });
});

describe('time', () => {
  test('is limited for each try', async () => {
    answers = [never, json(200, { id: 'usr_1' })];
    expect(await client({ timeout: 50 }).me.read()).toEqual({ id: 'usr_1' });
    answers = [never];
    const error = await failure(client({ timeout: 50, retries: 0 }).me.read());
    expect(error).toMatchObject({ code: 'timed_out', status: 0, message: expect.stringContaining('50 ms') });
  });

  test('is limited for the body of an answer too', async () => {
    answers = [(_, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"id":')];
    expect(await failure(client({ timeout: 50, retries: 0 }).me.read())).toMatchObject({ code: 'timed_out' });
  });

  test('is ended by a signal: before the call, during a request, and while it waits', async () => {
    const reason = new Error('closed');
    expect(await failure(client().me.read({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(seen).toEqual([]);
    for (const answer of [never, refusal(503, 'busy', { 'retry-after': '20' })]) {
      answers = [answer];
      const controller = new AbortController();
      const call = failure(client().me.read({ signal: controller.signal }));
      await sleep(100);
      controller.abort(reason);
      expect(await call).toBe(reason);
    }
    expect(seen).toHaveLength(2);
  });

  test('is ended by the signal of its client, beside its own', async () => {
    const reason = new Error('another organization');
    for (const own of [{}, { signal: new AbortController().signal }]) {
      answers = [never];
      const controller = new AbortController();
      const call = failure(client().in('org_1', { signal: controller.signal }).me.read(own));
      await sleep(100);
      controller.abort(reason);
      expect(await call).toBe(reason);
    }
  });
});

describe('a list', () => {
  const pages: Answer[] = [
    json(200, { data: [{ id: 'mem_1' }, { id: 'mem_2' }], meta: { perPage: 100, nextCursor: 'two' } }),
    json(200, { data: [], meta: { perPage: 100, nextCursor: 'three' } }),
    json(200, { data: [{ id: 'mem_3' }], meta: { perPage: 100, nextCursor: null } }),
  ];
  const ids = async (rows: AsyncIterable<{ readonly id: string }>) => {
    const found: string[] = [];
    for await (const { id } of rows) found.push(id);
    return found;
  };

  test('is one page when it is awaited', async () => {
    answers = pages.slice(0, 1);
    const { data, meta } = await client().members.list({ page: 2 });
    expect(data).toHaveLength(2);
    expect(meta.nextCursor).toBe('two');
    expect(routes()).toEqual(['GET /v1/members?page=2']);
  });

  test('is all rows when it is iterated, also after an empty page', async () => {
    answers = [...pages];
    expect(await ids(client().members.list({ role: 'USER', page: 1 }))).toEqual(['mem_1', 'mem_2', 'mem_3']);
    expect(routes()).toEqual([
      'GET /v1/members?perPage=100&role=USER&page=1',
      'GET /v1/members?perPage=100&role=USER&cursor=two',
      'GET /v1/members?perPage=100&role=USER&cursor=three',
    ]);
  });

  test('is read page by page, and no further than needed', async () => {
    answers = [...pages];
    const found: Page<unknown>[] = [];
    for await (const page of client().members.list({ perPage: 2 }).pages()) {
      found.push(page);
      if (found.length === 2) break;
    }
    expect(found.map(({ data }) => data.length)).toEqual([2, 0]);
    expect(routes()).toEqual(['GET /v1/members?perPage=2', 'GET /v1/members?perPage=2&cursor=two']);
  });

  test('reads nothing before, and fails as a promise does', async () => {
    const list = client().members.list();
    await sleep(20);
    expect(seen).toEqual([]);
    answers = [refusal(403, 'forbidden'), refusal(403, 'forbidden'), refusal(403, 'forbidden')];
    let isOver = false;
    expect(await list.catch(({ code }) => code)).toBe('forbidden');
    await expect(
      list.finally(() => {
        isOver = true;
      }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(isOver).toBe(true);
    expect(await failure(ids(list))).toMatchObject({ code: 'forbidden' });
  });

  test('repeats the page that failed, not those before', async () => {
    answers = [pages[0] as Answer, drop, pages[2] as Answer];
    expect(await ids(client().members.list())).toEqual(['mem_1', 'mem_2', 'mem_3']);
    expect(routes().slice(1)).toEqual([
      'GET /v1/members?perPage=100&cursor=two',
      'GET /v1/members?perPage=100&cursor=two',
    ]);
  });
});
