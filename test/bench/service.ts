import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { adminAccessKeyId } from '../../cdk/local/aws.ts';
import { newId } from '../../lib/domain/ids.ts';
import type { Member } from '../../lib/domain/member.ts';
import { keys } from '../../lib/table/keys.ts';
import { inDirectory } from './directory.ts';

/** Calls the API as somebody; answers the body. @throws Error for any other status than the expected one */
// biome-ignore lint/suspicious/noExplicitAny: what an answer looks like is the tests' business
export type Call = (route: string, status: number, body?: unknown) => Promise<any>;

/** A running service with an empty table. */
export interface Service {
  readonly call: Call;
  /** Somebody who is in no organization. */
  person(email: string): Promise<Call>;
  /** A new organization, as its owner calls it. */
  organization(): Promise<{ id: string; call: Call }>;
  /** Gives an organization so many members more, past the API: as far as lists show them. */
  addMembers(organizationId: string, count: number): Promise<void>;
}

/** Runs the service in a process of its own for as long as `work` takes. */
export function withService<T>(work: (service: Service) => Promise<T>): Promise<T> {
  return inDirectory(async (directory) => {
    const child = fork(new URL('stack-process.ts', import.meta.url), [directory]);
    const ended = once(child, 'exit');
    const agent = new Agent({ keepAlive: true });
    try {
      const [stack] = (await Promise.race([
        once(child, 'message'),
        ended.then(() => Promise.reject(new Error('The stack did not start; why stands above.'))),
      ])) as [{ api: string; dynamodb: string; table: string }];
      return await work(serviceOf(stack, agent));
    } finally {
      agent.destroy();
      if (child.connected) child.disconnect();
      await ended;
    }
  });
}

function serviceOf({ api, dynamodb, table }: { api: string; dynamodb: string; table: string }, agent: Agent): Service {
  const caller =
    (headers: Readonly<Record<string, string>>): Call =>
    async (route, status, body) => {
      const [method = '', path = ''] = route.split(' ');
      const sent = body === undefined ? undefined : JSON.stringify(body);
      const answer = await send(`${api}${path}`, method, sent, headers, agent);
      if (answer.status !== status) throw new Error(`${route} answered ${answer.status} ${answer.text}`);
      return answer.text === '' ? undefined : JSON.parse(answer.text);
    };
  const call = caller({});
  const signIn = async (email: string) => {
    const { token } = await call('POST /_local/token', 200, { email, name: 'Ada Lovelace' });
    return { authorization: `Bearer ${token}` };
  };
  let organizations = 0;
  return {
    call,
    person: async (email) => caller(await signIn(email)),
    async organization() {
      organizations += 1;
      const headers = await signIn(`owner-${organizations}@example.com`);
      const { id } = await caller(headers)('POST /v1/organizations', 201, { name: 'Acme Energy' });
      return { id, call: caller({ ...headers, 'x-organization-id': id }) };
    },
    async addMembers(organizationId, count) {
      const client = new DynamoDBClient({
        endpoint: dynamodb,
        region: 'eu-central-1',
        credentials: { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' },
      });
      const documents = DynamoDBDocumentClient.from(client);
      const puts = membersOf(organizationId, count).map((member) => ({
        PutRequest: { Item: { ...keys.member(organizationId, member.memberId), type: 'Member', v: 1, ...member } },
      }));
      for (let start = 0; start < puts.length; start += 25) {
        await documents.send(new BatchWriteCommand({ RequestItems: { [table]: puts.slice(start, start + 25) } }));
      }
      await documents.send(
        new UpdateCommand({
          TableName: table,
          Key: keys.counter(organizationId, 0),
          UpdateExpression: 'ADD members :count, seats :count',
          ExpressionAttributeValues: { ':count': count },
        }),
      );
      client.destroy();
    },
  };
}

function membersOf(organizationId: string, count: number): Member[] {
  const start = Date.now();
  return Array.from({ length: count }, (_, index) => {
    // They joined one after the other, and are listed in that order.
    const now = new Date(start + index);
    const at = now.toISOString();
    return {
      memberId: newId('member', now),
      userId: newId('user', now),
      organizationId,
      role: 'USER',
      owner: false,
      profile: { firstName: 'Jane', lastName: `Doe ${index}`, email: `jane.${index}@example.com` },
      claimed: true,
      seat: 0,
      tokens: 0,
      createdAt: at,
      updatedAt: at,
    };
  });
}

function send(
  url: string,
  method: string,
  body: string | undefined,
  headers: Readonly<Record<string, string>>,
  agent: Agent,
): Promise<{ status: number; text: string }> {
  return new Promise((done, failed) => {
    const type = body !== undefined && { 'content-type': 'application/json' };
    const outgoing = request(url, { method, agent, headers: { ...headers, ...type } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => done({ status: response.statusCode ?? 0, text }));
      response.on('error', failed);
    });
    outgoing.on('error', failed);
    outgoing.end(body);
  });
}
