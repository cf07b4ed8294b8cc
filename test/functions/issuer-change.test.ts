import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, expect, test } from 'vitest';
import { type Stack, startStack } from '../../packages/local/stack.ts';
import { expectConsistent } from '../support/consistency.ts';
import { newAddress, type Service, serviceOf } from '../support/service.ts';

// A deployment gets another issuer: the functions are reconfigured, and the table stays.

const [OLD, NEW] = ['https://old.example.com', 'https://new.example.com'];
const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = JSON.stringify({ keys: [await exportJWK(publicKey)] });
const server = createServer((_, response) => response.end(keys)).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
const TOKEN_JWKS_URI = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`;
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function token(issuer: string, subject: string, email: string, verified = true): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: issuer, sub: subject, aud: 'muster', iat: now, exp: now + 3600 };
  return new SignJWT({ ...claims, email, email_verified: verified })
    .setProtectedHeader({ alg: 'ES256' })
    .sign(privateKey);
}

/** Signs people in at the old issuer, changes the issuer, and calls `then` with the people. */
async function change(
  match: 'subject' | 'address',
  people: readonly (readonly [subject: string, email: string])[],
  then: (
    users: readonly { readonly id: string }[],
    me: (
      subject: string,
      email: string,
      verified?: boolean,
    ) => Promise<{ status: number; body: Record<string, unknown> }>,
    service: Pick<Service, 'faults'>,
  ) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'muster-'));
  const ask = async (stack: Stack, text: string) =>
    serviceOf(() => stack).call('GET /v1/me', { headers: { authorization: `Bearer ${text}` } });
  const run = async (environment: Record<string, string>, use: (stack: Stack) => Promise<void>) => {
    const stack = await startStack({ directory, environment: { ...environment, TOKEN_JWKS_URI } });
    try {
      await use(stack);
      await expectConsistent(await serviceOf(() => stack).items());
    } finally {
      await stack.stop();
    }
  };
  try {
    const users: { id: string }[] = [];
    await run({ TOKEN_ISSUER: OLD }, async (stack) => {
      for (const [subject, email] of people) users.push((await ask(stack, await token(OLD, subject, email))).body);
    });
    await run({ TOKEN_ISSUER: NEW, PREVIOUS_ISSUER: OLD, PREVIOUS_ISSUER_MATCH: match }, async (stack) => {
      expect((await ask(stack, await token(OLD, ...(people[0] as [string, string])))).status).toBe(401);
      await then(
        users,
        async (...at) => ask(stack, await token(NEW, ...at)),
        serviceOf(() => stack),
      );
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('people are matched by address once, if the new issuer has verified it', async () => {
  const [jane, john] = [newAddress('jane'), newAddress('john')];
  await change(
    'address',
    [
      ['old-jane', jane],
      ['old-john', john],
    ],
    async ([one, two], me, service) => {
      expect((await me('new-jane', jane, false)).body).toMatchObject({ id: null });
      // Parallel requests, also of a second account with the same address: all read before the first one writes.
      const late = { action: 'dynamodb:TransactWriteItems', fault: 'delay', ms: 300, times: -1 };
      await service.faults([{ function: 'me/read', ...late }]);
      const answers = await Promise.all([
        me('another-jane', jane),
        ...Array.from({ length: 6 }, () => me('new-jane', jane)),
      ]);
      await service.faults([]);
      const winners = answers.filter(({ status }) => status === 200);
      expect(new Set(winners.map(({ body }) => body.id))).toEqual(new Set([one?.id]));
      const [first, second] = [await me('new-jane', jane), await me('another-jane', jane)];
      expect([first.status, second.status].sort()).toEqual([200, 409]);
      // A subject of the old issuer proves nothing.
      expect((await me('old-john', newAddress())).body.id).not.toBe(two?.id);
      expect((await me('new-john', john)).body.id).toBe(two?.id);
      // New people are created, and a recreated account is refused as with any issuer.
      const fresh = newAddress('fresh');
      expect((await me('fresh', fresh)).status).toBe(200);
      expect((await me('fresh-again', fresh)).body.error).toBe('address_taken');
    },
  );
});

test('people are matched by subject, also with another address', async () => {
  const [jane, john] = [newAddress('jane'), newAddress('john')];
  await change(
    'subject',
    [
      ['jane', jane],
      ['john', john],
    ],
    async ([one, two], me) => {
      const moved = newAddress('moved');
      const answers = await Promise.all(Array.from({ length: 6 }, () => me('jane', moved)));
      for (const { status, body } of answers) expect([status, body.id, body.email]).toEqual([200, one?.id, moved]);
      // An address alone proves nothing here.
      expect((await me('somebody', john)).body.error).toBe('address_taken');
      expect((await me('john', john)).body.id).toBe(two?.id);
    },
  );
});

test.each(['subject', 'address'] as const)(
  'an imported person who never signed in at the old issuer is matched by %s at the new one',
  async (match) => {
    const email = newAddress('imported');
    const directory = mkdtempSync(join(tmpdir(), 'muster-'));
    const at = async (environment: Record<string, string>, use: (service: Service) => Promise<void>) => {
      const stack = await startStack({ directory, environment: { ...environment, TOKEN_JWKS_URI } });
      try {
        await use(serviceOf(() => stack));
        await expectConsistent(await serviceOf(() => stack).items());
      } finally {
        await stack.stop();
      }
    };
    try {
      let userId = '';
      await at({ TOKEN_ISSUER: OLD }, async (service) => {
        const key = await service.operatorKey();
        const made = await key.call('POST /v1/organizations', {
          body: { name: 'Acme', owner: { email: newAddress() } },
        });
        const imported = await key
          .in(made.body.id)
          .call('POST /v1/members', { body: { email, role: 'USER', subject: 'old|1' } });
        userId = imported.body.userId;
        expect(imported.status).toBe(201);
      });
      await at({ TOKEN_ISSUER: NEW, PREVIOUS_ISSUER: OLD, PREVIOUS_ISSUER_MATCH: match }, async (service) => {
        const me = async (subject: string) =>
          service.call('GET /v1/me', { headers: { authorization: `Bearer ${await token(NEW, subject, email)}` } });
        if (match === 'subject') expect((await me('new|1')).body.error).toBe('address_taken');
        const matched = await me(match === 'subject' ? 'old|1' : 'new|1');
        expect(matched.body).toMatchObject({ id: userId, memberships: [{ role: 'USER' }] });
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  },
);
