import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OAuth2Server } from 'oauth2-mock-server';
import { expect, test } from 'vitest';
import { startStack } from '../../packages/local/stack.ts';

test('a local stack with an issuer of yours accepts its ID tokens for your application and for the console, and no others', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'own-issuer-'));
  const own = new OAuth2Server();
  await own.issuer.keys.generate('ES256');
  await own.start(0, '127.0.0.1');
  const url = own.issuer.url as string;
  const stack = await startStack({
    directory,
    issuer: { url, audience: 'application', jwksUri: `${url}/jwks` },
    environment: { CONSOLE_CLIENT_ID: 'console' },
  });
  try {
    const status = async (claims: object) => {
      const token = await own.issuer.buildToken({
        scopesOrTransform: (_, payload) => void Object.assign(payload, { sub: 'jane', aud: 'application', ...claims }),
      });
      return (await fetch(`${stack.api}/v1/me`, { headers: { authorization: `Bearer ${token}` } })).status;
    };
    expect(await status({ email: 'jane@example.com', email_verified: true })).toBe(200);
    expect(await status({ email: 'jane@example.com', email_verified: true, aud: 'console' })).toBe(200);
    expect(await status({ email: 'jane@example.com', email_verified: true, aud: 'muster' })).toBe(401);
    const page = await (await fetch(`${stack.api}/console`)).text();
    expect(page).toContain('"clientId":"console"');
    expect(await status({ email: 'jane@example.com', email_verified: true, iss: 'https://other.example' })).toBe(401);
  } finally {
    await stack.stop();
    await own.stop();
    rmSync(directory, { recursive: true });
  }
});
