import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { operatorCommand } from '../../support/command.ts';
import { useService } from '../../support/service.ts';

const service = useService();

const rotate = () => operatorCommand(service, 'cdk/operator/rotate-key.ts', ['--table', service.stack.table]);
const published = async () => (await service.call('GET /.well-known/jwks.json')).body;

test('an operator replaces the key: what it signed is refused at once, and the next statement has the new key', async () => {
  const { id, owner } = await service.organization();
  const sign = async () => (await owner.call(`POST /v1/organizations/${id}/session`)).body.token as string;
  const old = await sign();
  const before = await published();
  expect(before.keys).toHaveLength(1);
  await jwtVerify(old, createLocalJWKSet(before));

  const { code, out, err } = await rotate();
  expect({ code, err }).toEqual({ code: 0, err: '' });
  const after = await published();
  expect(after.keys).toHaveLength(1);
  expect(out).toBe(`The key ${after.keys[0].kid} signs from now on. No longer valid: ${before.keys[0].kid}.\n`);
  await expect(jwtVerify(old, createLocalJWKSet(after))).rejects.toThrow('no applicable key');
  // A warm function that has signed with the old key doesn't do so again.
  await jwtVerify(await sign(), createLocalJWKSet(after));
});

test('concurrent replacements end with one key, which is published', async () => {
  const results = await Promise.all([rotate(), rotate()]);
  expect(results.map(({ code }) => code)).toEqual([0, 0]);
  const { keys } = await published();
  expect(keys).toHaveLength(1);
  expect(results.map(({ out }) => out).join()).toContain(`The key ${keys[0].kid} signs from now on.`);
});

test('a lost list of published keys is written again', async () => {
  const { id, owner } = await service.organization();
  const { code } = await rotate();
  expect(code).toBe(0);
  const { token } = (await owner.call(`POST /v1/organizations/${id}/session`)).body;
  await jwtVerify(token, createLocalJWKSet(await published()));
});
