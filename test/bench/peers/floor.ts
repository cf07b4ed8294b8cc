import { createHash, createHmac, randomUUID } from 'node:crypto';
import { Agent, createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { interleaved, type Row } from '../measure.ts';
import type { Functions } from './muster.ts';

/** A recorded call to DynamoDB. */
interface Call {
  readonly operation: string;
  readonly body: string;
}
type Send = (call: Call) => Promise<unknown>;

const ROUNDS = 15;
const REQUESTS = 60;
const WARM_UP = 1500;
/** The maximum ratio of the CPU time to that of the floor. */
const MAX_RATIO = 1.6;

/**
 * Measures the CPU time of a request in a warm instance, compared with the floor: the same calls to DynamoDB in
 * sequence, with `http.request`, `JSON.parse` and a handwritten signature only.
 */
export async function floor(muster: Functions): Promise<Row[]> {
  const { endpoint } = muster.engine;
  const send = bareSender(muster.engine);
  const recorder = await record(endpoint);
  muster.restart();
  muster.useEndpoint(recorder.url);
  try {
    const owner = await muster.person('owner@floor.example.com');
    const organization = await owner.createOrganization('Floor');
    await organization.addMembers(Array.from({ length: 99 }, (_, index) => `member-${index}@floor.example.com`));
    const kinds = [
      { what: 'list of 100', atMost: 3, work: () => organization.list() },
      { what: 'read of an organization', atMost: 1, work: () => organization.read() },
      { what: 'invite', atMost: 3, work: () => organization.invite(nextAddress()) },
    ];
    const rows: Row[] = [];
    for (const { what, atMost, work } of kinds) {
      // The first request reads the caller and fetches the issuer's keys, which are cached then.
      await work();
      const [before, calls] = [await recorder.during(work), await recorder.during(work)];
      const replay = replayOf(calls, before, send);
      muster.restart();
      muster.useEndpoint(endpoint);
      for (const warmed of [work, replay]) for (let index = 0; index < WARM_UP; index += 1) await warmed();
      const ms = await interleaved(ROUNDS, { ours: () => cpuOf(work), floor: () => cpuOf(replay) });
      muster.restart();
      muster.useEndpoint(recorder.url);
      rows.push(
        { what: `CPU: ${what}`, figure: ms.ours, unit: 'ms', goal: { atMost } },
        {
          ...{ what: `CPU: ${what}`, figure: ms.ours, unit: 'ms', goal: { atMost: MAX_RATIO } },
          reference: { what: 'floor', figure: ms.floor },
        },
      );
    }
    return rows;
  } finally {
    muster.useEndpoint(endpoint);
    await recorder.close();
  }
}

let addresses = 0;

/** Returns a new address. All have the same length, so that replacing one keeps the size of a request. */
function nextAddress(): string {
  addresses += 1;
  return `floor-${String(addresses).padStart(6, '0')}@example.com`;
}

/** Returns the mean CPU time of a request in milliseconds. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  for (let index = 0; index < REQUESTS; index += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000 / REQUESTS;
}

const ADDRESS = /floor-\d{6}@example\.com/g;
const ID = /\b[a-z]+_[\w-]{16,}/g;
const TOKEN = /"ClientRequestToken":"[^"]+"/;

/**
 * Returns a function that repeats the calls of a request with a new address. It replaces the ids that the request made.
 *
 * @param before the calls of the preceding request: ids that both have aren't replaced
 */
function replayOf(calls: readonly Call[], before: readonly Call[], send: Send): () => Promise<void> {
  const idsIn = (some: readonly Call[]) => some.flatMap(({ body }) => body.match(ID) ?? []);
  const known = new Set(idsIn(before));
  const made = idsIn(calls).filter((id) => !known.has(id));
  let count = 0;
  return async () => {
    count += 1;
    const suffix = count.toString(36).padStart(6, '0');
    const address = nextAddress();
    for (const { operation, body } of calls) {
      let text = body.replaceAll(ADDRESS, address).replace(TOKEN, `"ClientRequestToken":"${randomUUID()}"`);
      for (const id of made) text = text.replaceAll(id, `${id.slice(0, -6)}${suffix}`);
      await send({ operation, body: text });
    }
  };
}

/** Starts a proxy that forwards calls to the engine and records them. */
async function record(endpoint: string) {
  let calls: Call[] = [];
  const { port, hostname } = new URL(endpoint);
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const operation = String(incoming.headers['x-amz-target']).split('.')[1] as string;
      calls.push({ operation, body: body.toString() });
      const options = { hostname, port, method: 'POST', headers: incoming.headers };
      httpRequest(options, (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers))).end(
        body,
      );
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    /** Returns the calls that `work` makes. */
    async during(work: () => Promise<unknown>): Promise<readonly Call[]> {
      calls = [];
      await work();
      return calls;
    },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}

/** Returns a minimal client of DynamoDB. @throws Error when DynamoDB refuses a call */
function bareSender({ endpoint, region, credentials }: Functions['engine']): Send {
  const { hostname, port, host } = new URL(endpoint);
  const agent = new Agent({ keepAlive: true });
  const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  let day = '';
  let key = Buffer.alloc(0);
  return ({ operation, body }) => {
    const date = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const scope = `${date.slice(0, 8)}/${region}/dynamodb/aws4_request`;
    if (day !== date.slice(0, 8)) {
      day = date.slice(0, 8);
      key = [day, region, 'dynamodb', 'aws4_request'].reduce(hmac, Buffer.from(`AWS4${credentials.secretAccessKey}`));
    }
    const headers: Record<string, string> = {
      'content-type': 'application/x-amz-json-1.0',
      host,
      'x-amz-date': date,
      'x-amz-target': `DynamoDB_20120810.${operation}`,
    };
    const names = Object.keys(headers);
    const canonical = `POST\n/\n\n${names.map((name) => `${name}:${headers[name]}\n`).join('')}\n${names.join(';')}\n${hash(body)}`;
    const signature = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).toString('hex');
    headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
    headers['content-length'] = String(Buffer.byteLength(body));
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest({ hostname, port, method: 'POST', path: '/', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`The floor's ${operation} was refused: ${text}`));
        });
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  };
}
