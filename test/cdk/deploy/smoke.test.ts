import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { smoke } from '../../../cdk/deploy/smoke.ts';
import { useService } from '../../support/service.ts';

const service = useService();

describe('the check after a deployment', () => {
  it('passes with a running service, which it doesn’t change', async () => {
    expect(await smoke(service.stack.api, 0)).toHaveLength(4);
    expect(await service.items()).toEqual([]);
  });

  it('fails at an address that answers everything alike, and says what it got', async () => {
    const server = createServer((_, response) => response.writeHead(200).end('{"status":"ok"}'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await expect(smoke(url, 0)).rejects.toThrow(
      `GET ${url}/v1/members: expected 401 (nobody gets in without a token), got 200 {"status":"ok"}`,
    );
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    await expect(smoke(url, 0)).rejects.toThrow(
      `GET ${url}/v1/health: expected 200 (the service is healthy), got no answer: `,
    );
  });
});
