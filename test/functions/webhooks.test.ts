import type { ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterEach, describe, expect, test } from 'vitest';
import { type Received, type Receiver, startReceiver } from '../support/receiver.ts';
import { type Client, newAddress, useService } from '../support/service.ts';
import { testWhole } from '../support/whole.ts';

const service = useService();

const open: Receiver[] = [];
afterEach(async () => {
  await service.faults([]);
  await service.clock(0);
  // What is on its way arrives while its receiver is there.
  await service.events();
  await Promise.all(open.splice(0).map((receiver) => receiver.close()));
});

async function receiver(answer?: (request: Received, response: ServerResponse) => void): Promise<Receiver> {
  const made = await startReceiver(answer);
  open.push(made);
  return made;
}

interface Made {
  readonly id: string;
  readonly secret: string;
}

async function webhook(owner: Client, url: string, more: object = {}): Promise<Made> {
  const { status, body } = await owner.call('POST /v1/webhooks', { body: { url, ...more } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
}

const invite = async (owner: Client, email = newAddress()) => {
  const { status, body } = await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
  expect(status).toBe(201);
  return body.id as string;
};

const typesOf = ({ received }: Receiver) => received.map(({ body }) => JSON.parse(body).type);
const deliveries = async (owner: Client, { id }: Made) =>
  (await owner.call(`GET /v1/webhooks/${id}/deliveries?perPage=100`)).body.data as Record<string, unknown>[];
const stateOf = async (owner: Client, { id }: Made) => (await owner.call(`GET /v1/webhooks/${id}`)).body;

/** Waits until the stream is read, then returns the newest deliveries. */
async function newestOf(owner: Client, made: Made) {
  await service.events();
  return deliveries(owner, made);
}

test('a receiver gets the events of its organization, and verifies them with the library of Standard Webhooks', async () => {
  const { id: organizationId, owner } = await service.organization();
  const other = await service.organization();
  const to = await receiver();
  const { secret } = await webhook(owner, to.url);
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  const invited = await invite(owner);
  await invite(other.owner);
  await expect.poll(() => typesOf(to)).toEqual(['webhook.created', 'invitation.created']);
  const verifier = new Webhook(secret);
  const events = (await service.events()).map(({ detail }) => detail);
  for (const { body, headers } of to.received) {
    const event = verifier.verify(body, headers as Record<string, string>) as { id: string };
    expect(events, 'the same as on the bus').toContainEqual(event);
    expect(headers['webhook-id']).toBe(event.id);
    expect(headers['content-type']).toBe('application/json');
    expect(() => verifier.verify(body.replace('muster', 'x').replace('version', 'w'), headers as never)).toThrow();
  }
  expect(JSON.parse(to.received[1]?.body ?? '')).toMatchObject({
    ...{ type: 'invitation.created', organizationId, resource: { type: 'invitation', id: invited } },
  });
  expect(to.received.map(({ body }) => body).join()).not.toContain('@');
});

test('only the chosen types are sent, and nothing while it is paused', async () => {
  const { owner } = await service.organization();
  const to = await receiver();
  const made = await webhook(owner, to.url, { events: ['invitation.revoked'] });
  const id = await invite(owner);
  await owner.call(`DELETE /v1/invitations/${id}`);
  await expect.poll(() => typesOf(to)).toEqual(['invitation.revoked']);
  const paused = await owner.call(`PATCH /v1/webhooks/${made.id}`, { body: { status: 'PAUSED', events: null } });
  expect(paused.body).toMatchObject({ status: 'PAUSED', events: null });
  await invite(owner);
  await service.events();
  const resumed = await owner.call(`PATCH /v1/webhooks/${made.id}`, { body: { status: 'ENABLED' } });
  expect(resumed.body.status).toBe('ENABLED');
  await invite(owner);
  await expect.poll(() => typesOf(to).at(-1)).toBe('invitation.created');
  expect(typesOf(to)).toEqual(['invitation.revoked', 'webhook.updated', 'invitation.created']);
});

test('a test reaches the tested webhook only, whatever types it wants, at once even while it fails', async () => {
  const { owner } = await service.organization();
  let status = 500;
  const to = await receiver((_, response) => response.writeHead(status).end());
  const other = await receiver();
  const made = await webhook(owner, to.url, { events: ['invitation.created'] });
  await webhook(owner, other.url);
  await invite(owner);
  await expect.poll(() => typesOf(to)).toEqual(['invitation.created']);
  await expect.poll(async () => (await stateOf(owner, made)).failingSince).not.toBeNull();
  status = 204;
  const tested = await owner.call(`POST /v1/webhooks/${made.id}/test`);
  expect(tested).toMatchObject({ status: 202, body: { type: 'webhook.tested', status: 'PENDING', attempts: 0 } });
  await expect.poll(() => typesOf(to)).toEqual(['invitation.created', 'webhook.tested']);
  const { body, headers } = to.received[1] as Received;
  expect(new Webhook(made.secret).verify(body, headers as never)).toMatchObject({
    ...{ id: tested.body.eventId, resource: { type: 'webhook', id: made.id } },
  });
  expect((await newestOf(owner, made))[0]).toMatchObject({ id: tested.body.id, status: 'DELIVERED', attempts: 1 });
  expect(typesOf(other)).not.toContain('webhook.tested');
});

test('what happened before it was created is not sent, although it is on its way still', async () => {
  const { owner } = await service.organization();
  const { id } = (await owner.call('POST /v1/webhooks', { body: { url: 'https://receiver.invalid/new' } })).body;
  await service.events();
  const { data } = (await owner.call(`GET /v1/webhooks/${id}/deliveries`)).body;
  expect(data.map(({ type }: { type: string }) => type)).toEqual(['webhook.created']);
});

test('a paused webhook is not tested', async () => {
  const { owner } = await service.organization();
  const made = await webhook(owner, (await receiver()).url);
  await owner.call(`PATCH /v1/webhooks/${made.id}`, { body: { status: 'PAUSED' } });
  const before = service.writes().length;
  const refused = await owner.call(`POST /v1/webhooks/${made.id}/test`);
  expect([refused.status, refused.body.error]).toEqual([409, 'webhook_not_enabled']);
  expect(service.writes().slice(before)).toEqual([]);
});

test('a secret is shown once, and after a rotation both sign for a day', async () => {
  const { owner } = await service.organization();
  const to = await receiver();
  const made = await webhook(owner, to.url, { events: ['invitation.created'] });
  const shown = [await stateOf(owner, made), ...(await owner.call('GET /v1/webhooks')).body.data];
  expect(JSON.stringify(shown)).not.toContain('whsec_');
  const rotated = (await owner.call(`POST /v1/webhooks/${made.id}/rotate-secret`)).body;
  expect(rotated.secret).not.toBe(made.secret);
  const last = async () => {
    const count = to.received.length;
    await invite((await service.person(owner.email)).in(rotated.organizationId));
    await expect.poll(() => to.received.length).toBe(count + 1);
    return to.received.at(-1) as Received;
  };
  const isSignedBy = (secret: string, { body, headers }: Received) => {
    const [, ...keys] = Object.keys(headers);
    expect(keys.length).toBeGreaterThan(0);
    const now = String(Math.floor(Date.now() / 1000));
    // The library compares the time; the clock of the service may be ahead.
    if (headers['webhook-timestamp'] !== now && Math.abs(Number(headers['webhook-timestamp']) - Number(now)) > 200) {
      const again = new Webhook(secret).sign(
        headers['webhook-id'] as string,
        new Date(Number(headers['webhook-timestamp']) * 1000),
        body,
      );
      return (headers['webhook-signature'] as string).split(' ').includes(again);
    }
    try {
      return Boolean(new Webhook(secret).verify(body, headers as never));
    } catch {
      return false;
    }
  };
  const during = await last();
  expect([isSignedBy(made.secret, during), isSignedBy(rotated.secret, during)]).toEqual([true, true]);
  await service.clock('25h');
  const later = await last();
  expect([isSignedBy(made.secret, later), isSignedBy(rotated.secret, later)]).toEqual([false, true]);
});

test('a second rotation ends the first secret at once', async () => {
  const { owner } = await service.organization();
  const made = await webhook(owner, (await receiver()).url, { events: ['member.left'] });
  for (let times = 0; times < 3; times += 1) {
    expect((await owner.call(`POST /v1/webhooks/${made.id}/rotate-secret`)).status).toBe(200);
  }
  const stored = (await service.items()).filter(
    ({ type, webhookId }) => type === 'WebhookSecret' && webhookId === made.id,
  );
  expect(stored.map(({ version }) => version).sort()).toEqual([3, 4]);
  expect(stored.map(({ secret }) => secret)).not.toContain(made.secret);
});

test('what waits for a webhook that was deleted is not sent, and is deleted', async () => {
  const { owner } = await service.organization();
  const to = await receiver((_, response) => response.writeHead(500).end());
  const made = await webhook(owner, to.url, { events: ['invitation.created'] });
  await invite(owner);
  await expect.poll(() => to.received.length).toBe(1);
  await service.events();
  expect((await owner.call(`DELETE /v1/webhooks/${made.id}`)).status).toBe(204);
  await service.clock('5m');
  await service.sweep();
  expect(to.received).toHaveLength(1);
  const left = (await service.items()).filter(({ webhookId }) => webhookId === made.id);
  expect(left).toEqual([]);
});

test('an idempotency key makes one webhook, and the repeated answer has no secret', async () => {
  const { owner } = await service.organization();
  const to = await receiver();
  const send = () => owner.call('POST /v1/webhooks', { body: { url: to.url }, headers: { 'idempotency-key': 'once' } });
  const [first, second] = [await send(), await send()];
  expect([first.status, second.status]).toEqual([201, 201]);
  const { secret: _secret, ...rest } = first.body;
  expect(second.body).toEqual(rest);
  expect((await owner.call('GET /v1/webhooks')).body.data).toHaveLength(1);
});

describe('URLs that aren’t public are refused', () => {
  test.each([
    'http://app.example.com/webhooks',
    'ftp://app.example.com/',
    'https://10.0.0.1/',
    'https://172.16.5.4/',
    'https://192.168.1.1/',
    'https://100.64.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://0.0.0.0/',
    'https://2852039166/',
    'https://0xa9fea9fe/',
    'https://224.0.0.1/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://[::ffff:169.254.169.254]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[2002:a00:1::]/',
    'https://metadata.google.internal/',
    'https://printer.local/',
    'https://intranet/',
    'https://user:password@app.example.com/',
    'https://app.example.com/#fragment',
    'not a url',
  ])('%s', async (url) => {
    const { owner } = await one();
    const { status, body } = await owner.call('POST /v1/webhooks', { body: { url } });
    expect([status, body.error, Object.keys(body.details ?? {})]).toEqual([400, 'validation_failed', ['url']]);
  });
});

let shared: ReturnType<typeof service.organization> | undefined;
const one = () => {
  shared ??= service.organization();
  return shared;
};

describe('a delivery', () => {
  testWhole.each<[string, string | null, number | null, (response: ServerResponse) => void]>([
    ['500', 'HTTP_500', 500, (response) => response.writeHead(500).end('no')],
    ['404', 'HTTP_404', 404, (response) => response.writeHead(404).end()],
    [
      'a redirect, which isn’t followed',
      'HTTP_302',
      302,
      (response) => response.writeHead(302, { location: '/other' }).end(),
    ],
    ['nothing', 'ETIMEDOUT', null, () => undefined],
    ['a broken connection', 'ECONNRESET', null, (response) => void response.socket?.destroy()],
  ])(
    'that is answered by %s is retried with growing pauses until it is received',
    async (_, reason, responseStatus, answer) => {
      const { owner } = await service.organization();
      let isBroken = true;
      const to = await receiver((_request, response) =>
        isBroken ? answer(response) : response.writeHead(200).end('ok'),
      );
      const made = await webhook(owner, to.url, { events: ['invitation.created'] });
      await invite(owner);
      await expect
        .poll(async () => (await newestOf(owner, made))[0], { timeout: 20_000 })
        .toMatchObject({ status: 'PENDING', attempts: 1, reason, responseStatus });
      expect((await stateOf(owner, made)).failingSince).toEqual(expect.any(String));
      await service.clock('70s');
      expect(await service.sweep()).toMatchObject({ delivered: 0, undelivered: 1 });
      await service.clock('100s');
      expect(await service.sweep(), 'the pause has doubled').toMatchObject({ delivered: 0, undelivered: 0 });
      isBroken = false;
      await service.clock('5m');
      expect(await service.sweep()).toMatchObject({ delivered: 1, undelivered: 0 });
      const me = (await service.person(owner.email)).in(await idOf(owner));
      expect((await deliveries(me, made))[0]).toMatchObject({ status: 'DELIVERED', attempts: 3, nextAttemptAt: null });
      expect((await stateOf(me, made)).failingSince).toBeNull();
      expect(to.received.every(({ path }) => path === '/webhooks')).toBe(true);
      const ids = to.received.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size, 'each attempt has the same id').toBe(1);
    },
  );

  test.each<[string, (response: ServerResponse) => void]>([
    [
      'a body without an end',
      (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'.repeat(65_536)), 1);
        response.on('close', () => clearInterval(timer));
      },
    ],
    [
      'a slow body',
      (response) => {
        response.writeHead(200);
        response.write('x');
      },
    ],
  ])('with %s counts as received, and nothing of the body is stored', async (_, answer) => {
    const { owner } = await service.organization();
    const to = await receiver((_request, response) => answer(response));
    const made = await webhook(owner, to.url, { events: ['invitation.created'] });
    const started = Date.now();
    await invite(owner);
    await expect.poll(async () => (await newestOf(owner, made))[0]?.status).toBe('DELIVERED');
    expect(Date.now() - started).toBeLessThan(5000);
    expect(JSON.stringify(await service.items())).not.toContain('xxxx');
  });

  test('that fails for a day is shown as failed, and can be sent again', async () => {
    const { owner } = await service.organization();
    let status = 503;
    const to = await receiver((_request, response) => response.writeHead(status).end());
    const made = await webhook(owner, to.url, { events: ['invitation.created'] });
    await invite(owner);
    await expect.poll(async () => (await newestOf(owner, made))[0]?.attempts).toBe(1);
    const [waiting] = await deliveries(owner, made);
    const path = `POST /v1/webhooks/${made.id}/deliveries/${waiting?.id}/resend`;
    expect((await owner.call(path)).body.error).toBe('webhook_delivery_waiting');
    const organization = await idOf(owner);
    for (const hours of [1, 8, 16, 25]) {
      await service.clock(`${hours}h`);
      await service.sweep();
    }
    const later = (await service.person(owner.email)).in(organization);
    expect((await deliveries(later, made))[0]).toMatchObject({
      status: 'FAILED',
      reason: 'HTTP_503',
      nextAttemptAt: null,
    });
    status = 204;
    expect(await later.call(path)).toMatchObject({ status: 202, body: { status: 'PENDING', id: waiting?.id } });
    await service.clock('26h');
    expect(await service.sweep()).toMatchObject({ delivered: 1 });
    expect((await deliveries(later, made))[0]).toMatchObject({ status: 'DELIVERED', responseStatus: 204 });
  });

  test('to a receiver that is gone for good disables the webhook', async () => {
    const { owner } = await service.organization();
    const to = await receiver((_request, response) => response.writeHead(410).end());
    const made = await webhook(owner, to.url, { events: ['invitation.created'] });
    await invite(owner);
    await expect.poll(async () => (await stateOf(owner, made)).status).toBe('DISABLED');
    const entries = (await owner.call('GET /v1/audit-logs?action=webhook.disable')).body.data;
    expect(entries).toEqual([expect.objectContaining({ actorType: 'system', resourceId: made.id })]);
  });

  test('of which none is received for five days disables the webhook, until an ADMIN enables it', async () => {
    const { owner } = await service.organization();
    const to = await receiver((_request, response) => response.writeHead(500).end());
    const made = await webhook(owner, to.url, { events: ['invitation.created'] });
    await invite(owner);
    await expect.poll(async () => (await newestOf(owner, made))[0]?.attempts).toBe(1);
    const organization = await idOf(owner);
    const later = async () => (await service.person(owner.email)).in(organization);
    await service.clock('5d');
    await service.sweep();
    expect((await stateOf(await later(), made)).status).toBe('DISABLED');
    await invite(await later());
    expect(await newestOf(await later(), made), 'nothing more is made').toHaveLength(1);
    const enabled = await (await later()).call(`PATCH /v1/webhooks/${made.id}`, { body: { status: 'ENABLED' } });
    expect(enabled.body).toMatchObject({ status: 'ENABLED', failingSince: null });
  });

  test('is made once for each event, although the stream brings it twice, and survives the death of its function', async () => {
    const { owner } = await service.organization();
    const to = await receiver();
    const made = await webhook(owner, to.url, { events: ['invitation.created'] });
    await service.events();
    await service.faults([{ function: 'webhooks/deliver', action: 'dynamodb:PutItem', fault: 'kill-worker-after' }]);
    await invite(owner);
    await expect.poll(async () => (await newestOf(owner, made)).length).toBe(1);
    expect(to.received).toEqual([]);
    await service.clock('2m');
    expect(await service.sweep()).toMatchObject({ delivered: 1 });
    expect(to.received).toHaveLength(1);
    expect(await deliveries((await service.person(owner.email)).in(await idOf(owner)), made)).toHaveLength(1);
  });

  testWhole('to a slow receiver doesn’t delay those of others', async () => {
    const [slow, quick] = [await service.organization(), await service.organization()];
    const [never, fast] = [await receiver(() => undefined), await receiver()];
    await webhook(slow.owner, never.url, { events: ['invitation.created'] });
    await webhook(quick.owner, fast.url, { events: ['invitation.created'] });
    await service.events();
    await invite(slow.owner);
    await expect.poll(() => never.received.length).toBe(1);
    for (let made = 0; made < 5; made += 1) {
      await invite(slow.owner);
      await invite(quick.owner);
    }
    await expect.poll(() => fast.received.length, { timeout: 15_000 }).toBe(5);
    expect(never.received.length, 'it is left to the retries').toBe(1);
  });
});

test('webhooks are limited, deleted with their secrets, and gone with the organization', async () => {
  const { id: organizationId, owner } = await service.organization();
  const to = await receiver();
  const made = await Promise.all(
    Array.from({ length: 20 }, () => webhook(owner, to.url, { events: ['site.created'] })),
  );
  const refused = await owner.call('POST /v1/webhooks', { body: { url: to.url } });
  expect([refused.status, refused.body.error]).toEqual([409, 'webhook_limit_reached']);
  const [first] = made as [Made];
  expect((await owner.call(`DELETE /v1/webhooks/${first.id}`)).status).toBe(204);
  expect((await owner.call(`GET /v1/webhooks/${first.id}`)).status).toBe(404);
  expect((await owner.call('GET /v1/webhooks')).body.meta.total).toBe(19);
  const own = async () => (await service.items()).filter((item) => item.organizationId === organizationId);
  expect((await own()).filter(({ type }) => type === 'WebhookSecret')).toHaveLength(19);
  expect((await owner.call(`DELETE /v1/organizations/${organizationId}`)).status).toBe(204);
  await service.clock('2m');
  await service.sweep();
  expect((await own()).map(({ type }) => type).filter((type) => /^Webhook/.test(type as string))).toEqual([]);
});

async function idOf(owner: Client): Promise<string> {
  return (await (await service.person(owner.email)).call('GET /v1/organizations')).body.data[0].id;
}
