import { describe, expect, test } from 'vitest';
import { statusesOf } from '../../docs/refusals.ts';
import { type Contract, codeOf, contracts, tested } from '../support/contract.ts';
import { once } from '../support/once.ts';
import { exampleOf, isForOperator } from '../support/requests.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';

const service = useService();

const creating = contracts.filter(({ declaration }) => declaration.creates);
const newKey = () => `key-${crypto.randomUUID()}`;
const isReplayed = ({ headers }: Answer) => headers.get('idempotent-replayed') === 'true';
function withoutSecrets({ body }: Answer) {
  const { token: _token, link: _link, invite_token: _invite, invite_links: _links, secret: _signing, ...kept } = body;
  if (!kept.invite) return kept;
  const { token: _secret, ...invite } = kept.invite;
  return { ...kept, invite };
}

/** Returns the keys of all items written after the first `count` writes, except those of keys and rates. */
const writtenSince = (count: number) =>
  service
    .writes()
    .slice(count)
    .flatMap(({ keys }) => keys)
    .filter((key) => !/^(IDEMPOTENCY|RATE)#/.test(key));

describe.each(
  tested(creating, ['dialect', 'accepts']).map((contract) => [contract.declaration.route, contract] as const),
)('%s', (_, contract) => {
  const invalid = contract.declaration.dialect === 'volttime' ? 422 : 400;
  const prepare = async () => {
    const home = await service.organization();
    await home.owner.call('GET /v1/me');
    const { route, body, by = home.owner } = await exampleOf(contract as Contract, service, home);
    const send = (key: string, other: { body?: unknown; caller?: Client } = {}) =>
      (other.caller ?? by).call(route, { body: other.body ?? body, headers: { 'idempotency-key': key } });
    /** Returns another caller who may do the same. */
    const another = async () =>
      isForOperator(contract.declaration)
        ? (await service.operatorKey()).in(home.id)
        : service.member(home.owner, 'ADMIN');
    /** Returns the caller at another time, with a new ID token. */
    const later = async () =>
      isForOperator(contract.declaration) ? by : (await service.person(home.owner.email)).in(home.id);
    return { by, another, later, home, route, body: body as Record<string, unknown>, send };
  };
  const prepareOnce = once(prepare);

  test('repeats the answer without secrets, and creates once', async () => {
    const { send } = await prepare();
    const key = newKey();
    const first = await send(key);
    expect([first.status < 300, isReplayed(first)]).toEqual([true, false]);
    const before = service.writes().length;
    const again = [await send(key), await send(key)];
    for (const answer of again) {
      expect(answer.status).toBe(first.status);
      expect(isReplayed(answer)).toBe(true);
      expect(answer.body).toEqual(withoutSecrets(first));
    }
    expect(writtenSince(before)).toEqual([]);
  });

  test('creates once also in parallel requests', async () => {
    const { send } = await prepare();
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 5 }, () => send(key)));
    expect(answers.filter((answer) => !isReplayed(answer))).toHaveLength(1);
    const [one] = answers as [Answer];
    for (const answer of answers) expect(withoutSecrets(answer)).toEqual(withoutSecrets(one));
  });

  test('refuses another body under the same key', async () => {
    const { home, body, send } = await prepare();
    const key = newKey();
    await send(key);
    const { body: other } = await exampleOf(contract as Contract, service, home);
    const before = service.writes().length;
    const changed = JSON.stringify(other) === JSON.stringify(body) ? { ...body, name: 'Another' } : other;
    const reused = await send(key, { body: changed });
    expect(statusesOf(contract.declaration.dialect, 'idempotency_key_reused')).toContain(reused.status);
    expect(codeOf(contract, reused.body) ?? reused.body.error).toBe('idempotency_key_reused');
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('treats the same key of another person or organization as another key', async () => {
    const { by, another, home, send } = await prepare();
    const key = newKey();
    await send(key);
    expect(isReplayed(await send(key, { caller: await another() }))).toBe(false);
    if (!contract.declaration.organization) return;
    const { id } = (await home.owner.call('POST /v1/organizations', { body: { name: 'Second' } })).body;
    const elsewhere = await send(key, { caller: by.in(id) });
    expect([elsewhere.status < 300, isReplayed(elsewhere)]).toEqual([true, false]);
  });

  test('forgets a key after a day, and a key whose request was refused', async () => {
    const { later, send } = await prepare();
    const key = newKey();
    const refused = await send(key, { body: {} });
    expect(refused.status).toBe(invalid);
    expect(isReplayed(await send(key))).toBe(false);
    await service.clock('23h');
    expect(isReplayed(await send(key, { caller: await later() }))).toBe(true);
    await service.clock('25h');
    expect(isReplayed(await send(key, { caller: await later() }))).toBe(false);
    await service.clock(0);
  });

  test.each(['', ' ', 'x'.repeat(256), 'two words', 'ключ'])('refuses %j as a key', async (key) => {
    const { by, route, body } = await prepareOnce();
    const before = service.writes().length;
    const answer = await raw(by, route, body, key);
    expect(answer.status).toBe(invalid);
    expect(service.writes().slice(before)).toEqual([]);
  });
});

/** Sends the key as raw bytes: `fetch` refuses some of these keys. */
async function raw(owner: Client, route: string, body: unknown, key: string): Promise<Answer> {
  return owner.call(route, { body, headers: { 'idempotency-key': Buffer.from(key).toString('latin1') || ' ' } });
}

test('a stored answer can’t be read without the key', async () => {
  const { owner } = await service.organization();
  const email = newAddress('secret');
  const headers = { 'idempotency-key': newKey() };
  await owner.call('POST /v1/invitations', { body: { email, role: 'USER' }, headers });
  const [item] = (await service.items()).filter(({ type }) => type === 'Idempotency').slice(-1);
  expect(item).toBeDefined();
  expect(JSON.stringify(item)).not.toContain(headers['idempotency-key']);
  for (const { pk, answer } of (await service.items()).filter(({ type }) => type === 'Idempotency')) {
    expect(pk).toMatch(/^IDEMPOTENCY#[\w-]{43}$/);
    expect(Buffer.from((answer ?? []) as Uint8Array).includes(email)).toBe(false);
  }
});
