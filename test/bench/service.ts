import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { adminAccessKeyId } from '../../cdk/local/aws.ts';
import { newId } from '../../lib/domain/ids.ts';
import { periodEnd } from '../../lib/domain/invitation.ts';
import { hashSecret, newSecret } from '../../lib/domain/link.ts';
import type { Member } from '../../lib/domain/member.ts';
import { type DueInvitation, queuedMail } from '../../lib/table/due.ts';
import { type Key, keys } from '../../lib/table/keys.ts';
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
  /** Gives an organization so many invitations more, past the API, whose mails are due in a minute. */
  addInvitations(organizationId: string, inviterId: string, count: number): Promise<void>;
  /** The memory of the process that holds gateway and functions, in bytes. */
  memory(): Promise<number>;
}

/** Runs the service in a process of its own for as long as `work` takes. */
export function withService<T>(work: (service: Service) => Promise<T>): Promise<T> {
  return inDirectory(async (directory) => {
    const child = fork(new URL('stack-process.ts', import.meta.url), [directory], { execArgv: ['--expose-gc'] });
    const ended = once(child, 'exit');
    const agent = new Agent({ keepAlive: true });
    try {
      const [stack] = (await Promise.race([
        once(child, 'message'),
        ended.then(() => Promise.reject(new Error('The stack did not start; why stands above.'))),
      ])) as [{ api: string; dynamodb: string; table: string }];
      const memory = async () => {
        const told = once(child, 'message');
        child.send('memory');
        return (await told)[0] as number;
      };
      return await work({ ...serviceOf(stack, agent), memory });
    } finally {
      agent.destroy();
      if (child.connected) child.disconnect();
      await ended;
    }
  });
}

function serviceOf(
  { api, dynamodb, table }: { api: string; dynamodb: string; table: string },
  agent: Agent,
): Omit<Service, 'memory'> {
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
    addMembers: (organizationId, count) =>
      writeTo(table, dynamodb, membersOf(organizationId, count), {
        key: keys.counter(organizationId, 0),
        add: { members: count, seats: count },
      }),
    addInvitations: (organizationId, inviterId, count) =>
      writeTo(table, dynamodb, invitationsOf(organizationId, inviterId, count), {
        key: keys.counter(organizationId, 0),
        add: { invitations: count, pending: count, seats: count },
      }),
  };
}

/** Puts items, and adds to a counter row what they count. */
async function writeTo(
  table: string,
  endpoint: string,
  items: readonly object[],
  counter: { key: Key; add: Readonly<Record<string, number>> },
): Promise<void> {
  const credentials = { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'eu-central-1', credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const puts = items.map((Item) => ({ PutRequest: { Item } }));
  for (let start = 0; start < puts.length; start += 25) {
    await documents.send(new BatchWriteCommand({ RequestItems: { [table]: puts.slice(start, start + 25) } }));
  }
  await documents.send(
    new UpdateCommand({
      TableName: table,
      Key: counter.key,
      UpdateExpression: `ADD ${Object.keys(counter.add).map((name) => `${name} :${name}`)}`,
      ExpressionAttributeValues: Object.fromEntries(Object.entries(counter.add).map(([name, by]) => [`:${name}`, by])),
    }),
  );
  client.destroy();
}

/** Members as lists show them, who joined one after the other. */
function membersOf(organizationId: string, count: number): object[] {
  const start = Date.now();
  return Array.from({ length: count }, (_, index) => {
    const now = new Date(start + index);
    const at = now.toISOString();
    const member: Member = {
      memberId: newId('member', now),
      userId: newId('user', now),
      organizationId,
      role: 'USER',
      owner: false,
      profile: { firstName: 'Jane', lastName: `Doe ${index}`, email: `jane.${index}@example.com` },
      claimed: true,
      seat: 0,
      tokens: 0,
      teams: 0,
      createdAt: at,
      updatedAt: at,
    };
    return { ...keys.member(organizationId, member.memberId), type: 'Member', v: 1, ...member };
  });
}

/** Invitations whose mails are still to be sent. */
function invitationsOf(organizationId: string, inviterId: string, count: number): object[] {
  const now = new Date();
  const at = now.toISOString();
  return Array.from({ length: count }, (_, index) => {
    const id = newId('invitation', now);
    const email = `jane.${index}.${organizationId}@example.com`;
    const invitation: DueInvitation = {
      ...{ id, organizationId, email, inviterId, role: 'USER', status: 'PENDING', createdAt: at, updatedAt: at },
      ...{
        expiresAt: periodEnd(now, 7),
        days: 7,
        reminders: 0,
        stopSecrets: [],
        secrets: [hashSecret(newSecret())],
        replacedSecrets: [],
        seat: 0,
      },
      ...queuedMail(id, 1, now),
    };
    return [
      { ...keys.invitation(organizationId, id), type: 'Invitation', v: 1, ...invitation },
      { ...keys.invited(email, organizationId), type: 'Invited', v: 1, organizationId, invitationId: id },
    ];
  }).flat();
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
