import { request } from 'node:http';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { useService } from '../support/service.ts';

// How the files of the console are served, and how large they are.

const service = useService();

/** Requests a file without decompressing the answer. */
function read(path: string, encodings: string) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
    request(service.api + path, { headers: { 'accept-encoding': encodings } }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part);
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts) });
    })
      .on('error', reject)
      .end();
  });
}

const document = async () => String((await service.call('GET /console')).body);

/** Returns the paths of the scripts that a document or script loads at once. */
async function firstScripts(): Promise<string[]> {
  const found = new Set<string>(
    [...(await document()).matchAll(/(?:src|href)="([^"]+\.js)"/g)].map(([, path]) => path as string),
  );
  for (const path of found) {
    const text = (await read(path, 'identity')).body.toString();
    for (const [, name] of text.matchAll(/(?:from|import)\s*"\.\/([\w-]+\.js)"/g)) found.add(`/console/${name}`);
  }
  return [...found];
}

describe('a file', () => {
  test('is compressed as the browser takes it, and kept for a year', async () => {
    const [path] = await firstScripts();
    const plain = await read(path as string, 'identity');
    const brotli = await read(path as string, 'gzip, deflate, br');
    const gzip = await read(path as string, 'gzip, br;q=0');
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect([plain, brotli, gzip].map(({ headers }) => headers['content-encoding'])).toEqual([undefined, 'br', 'gzip']);
    for (const { status, headers } of [plain, brotli, gzip]) {
      expect([
        status,
        headers['cache-control'],
        headers.vary,
        headers['content-type'],
        headers['x-content-type-options'],
      ]).toEqual([
        ...[200, 'public, max-age=31536000, immutable', 'accept-encoding'],
        ...['text/javascript; charset=utf-8', 'nosniff'],
      ]);
    }
  });

  test.each([
    'index.html',
    'index.html.br',
    '..%2findex.cjs',
    '%2e%2e%2findex.cjs',
    'console',
    'constructor',
    'x.js',
    'x',
  ])('%s isn’t one', async (name) => {
    expect((await read(`/console/${name}`, 'br')).status).toBe(404);
  });
});

test('the first page has less than 100 KB of script, compressed with gzip', async () => {
  const scripts = await firstScripts();
  let size = 0;
  for (const path of scripts) size += gzipSync((await read(path, 'identity')).body).length;
  expect(size).toBeGreaterThan(10_000);
  expect(size).toBeLessThan(100_000);
});

test('the document has no secret, and no inline script that runs', async () => {
  const text = await document();
  expect([...text.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes)).toEqual([
    ' type="application/json" id="configuration"',
    expect.stringMatching(/^ type="module" crossorigin src="\/console\/index-[\w-]+\.js"$/),
  ]);
  const configuration = JSON.parse(/id="configuration">([^<]*)/.exec(text)?.[1] ?? '');
  expect(Object.keys(configuration)).toEqual(['product', 'hasSites', 'signIn']);
  expect(Object.keys(configuration.signIn).sort()).toEqual(['authorization', 'clientId', 'endSession', 'token']);
});

describe('the path with a slash', () => {
  test.each(['', '?code=1&state=a%20b'])('leads to the console, with %j', async (query) => {
    const { status, headers } = await service.call(`GET /console/${query}`);
    expect([status, headers.get('location')]).toEqual([308, `/console${query}`]);
  });

  test('is no path of other methods', async () => {
    expect((await service.call('POST /console/')).status).toBe(404);
  });
});

test('an unknown page below it is said to be unknown', async () => {
  const { status, headers, body } = await service.call('GET /console/members');
  expect([status, headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  expect(body).toContain('<h1>');
});
