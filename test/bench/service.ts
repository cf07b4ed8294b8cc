import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { synthesize } from '../../cdk/synthesize.ts';
import { newId } from '../../lib/domain/ids.ts';
import { periodEnd } from '../../lib/domain/invitation.ts';
import { hashSecret, newSecret } from '../../lib/domain/link.ts';
import type { Member } from '../../lib/domain/member.ts';
import { type DueInvitation, queuedMail } from '../../lib/invitations/mail.ts';
import { type Key, keys } from '../../lib/table/keys.ts';
import { pack } from '../../lib/table/packed.ts';
import { adminAccessKeyId } from '../../packages/local/aws.ts';
import type { StackFile } from '../../packages/local/stack-file.ts';
import { readTemplate } from '../../packages/local/template.ts';
import { inDirectory } from './directory.ts';

const REGION = 'eu-central-1';

/** Calls the API as one caller. Returns the body. @throws Error for an unexpected status */
// biome-ignore lint/suspicious/noExplicitAny: tests check the form of answers
export type Call = (route: string, status: number, body?: unknown) => Promise<any>;

/** A running service with an empty table. */
export interface Service {
  /** The address of the API. */
  readonly api: string;
  readonly call: Call;
  /** Signs in a person without an organization. */
  person(email: string): Promise<Call>;
  /** Creates an organization. Its `call` is the owner's. */
  organization(): Promise<{ id: string; call: Call }>;
  /** Writes members to the table directly, with the items that lists read. */
  addMembers(organizationId: string, count: number): Promise<void>;
  /** Writes invitations to the table directly. Their mails are due in a minute. */
  addInvitations(organizationId: string, inviterId: string, count: number): Promise<void>;
  /** Starts the scheduled function in its own process, which calls the engine and the local SES directly. */
  sweeper(): Promise<Sweeper>;
}

/** The result of a run, its CPU time in milliseconds, and the heap after it in bytes. */
export interface SweepRun {
  readonly result: Readonly<Record<string, number>>;
  readonly cpu: number;
  readonly heap: number;
}

export interface Sweeper {
  /** Runs the function once, with its clock ahead by `offset` milliseconds. */
  run(offset: number): Promise<SweepRun>;
  close(): Promise<void>;
}

/** Runs `work` with a service in its own process, and stops the service afterwards. */
export function withService<T>(work: (service: Service) => Promise<T>): Promise<T> {
  return inDirectory(async (directory) => {
    const child = fork(new URL('stack-process.ts', import.meta.url), [directory]);
    const ended = once(child, 'exit');
    const agent = new Agent({ keepAlive: true });
    try {
      const [stack] = (await Promise.race([
        once(child, 'message'),
        ended.then(() => Promise.reject(new Error('The stack did not start, see the error above.'))),
      ])) as [Running];
      return await work({ ...serviceOf(stack, agent), sweeper: () => startSweeper(stack) });
    } finally {
      agent.destroy();
      if (child.connected) child.disconnect();
      await ended;
    }
  });
}

/** The addresses of a stack in another process. */
type Running = Pick<StackFile, 'api' | 'dynamodb' | 'table' | 'inbox'>;

async function startSweeper({ api, dynamodb, table, inbox }: Running): Promise<Sweeper> {
  const assembly = await synthesize();
  const parameters = { Issuer: api, Audience: 'bench', PublicUrl: api };
  const template = readTemplate(assembly, { region: REGION, account: '000000000000', api, parameters });
  const found = template.functions.find(({ name }) => name === template.schedules[0]?.function);
  if (!found) throw new Error('The template has no scheduled function.');
  const env = {
    ...found.environment,
    TABLE_NAME: table,
    ...{ AWS_REGION: REGION, AWS_ACCESS_KEY_ID: adminAccessKeyId, AWS_SECRET_ACCESS_KEY: 'local' },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: dynamodb, AWS_ENDPOINT_URL_SES: inbox.replace(/\/$/, '') },
  };
  const args = [join(found.code, 'index.cjs'), String(found.timeout)];
  // The log isn't needed.
  const child = fork(new URL('function-process.ts', import.meta.url), args, {
    env,
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const nextMessage = () =>
    Promise.race([
      once(child, 'message').then(([message]) => message),
      ended.then(() => Promise.reject(new Error('The scheduled function ended, see the error above.'))),
    ]);
  await nextMessage();
  return {
    run(offset) {
      const run = nextMessage();
      child.send({ offset });
      return run;
    },
    async close() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function serviceOf({ api, dynamodb, table }: Running, agent: Agent): Omit<Service, 'sweeper'> {
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
    api,
    call,
    person: async (email) => caller(await signIn(email)),
    async organization() {
      organizations += 1;
      const headers = await signIn(`owner-${organizations}@example.com`);
      const { id } = await caller(headers)('POST /v1/organizations', 201, { name: 'Acme Energy' });
      return { id, call: caller({ ...headers, 'x-organization-id': id }) };
    },
    addMembers(organizationId, count) {
      const emails = Array.from({ length: count }, (_, index) => `jane.${index}@example.com`);
      const { items, counted } = memberItems(organizationId, emails);
      return writeTo(table, dynamodb, items, counted);
    },
    addInvitations: (organizationId, inviterId, count) =>
      writeTo(table, dynamodb, invitationsOf(organizationId, inviterId, count), {
        key: keys.counter(organizationId, 0),
        add: { invitations: count, pending: count, seats: count },
      }),
  };
}

/** Puts items, and adds to the counters of a row. */
export async function writeTo(
  table: string,
  endpoint: string,
  items: readonly object[],
  counter: { key: Key; add: Readonly<Record<string, number>> },
): Promise<void> {
  const credentials = { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
  const documents = DynamoDBDocumentClient.from(client);
  const puts = items.map((item) => ({ PutRequest: { Item: pack(item as Readonly<Record<string, unknown>>) } }));
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

/** Returns the items of new members, who joined in the order of the addresses, and the change of their counters. */
export function memberItems(organizationId: string, emails: readonly string[]) {
  const start = Date.now();
  const members = emails.map((email, index): Member => {
    const now = new Date(start + index);
    const at = now.toISOString();
    return {
      memberId: newId('member', now),
      userId: newId('user', now),
      organizationId,
      role: 'USER',
      owner: false,
      profile: { firstName: 'Jane', lastName: 'Doe', email },
      claimed: true,
      seat: 0,
      tokens: 0,
      teams: 0,
      createdAt: at,
      updatedAt: at,
    };
  });
  return {
    ids: members.map(({ memberId }) => memberId),
    items: members.flatMap((member) => [
      { ...keys.member(organizationId, member.memberId), type: 'Member', ...member },
      {
        ...keys.membership(member.userId, organizationId),
        ...{ type: 'Membership', userId: member.userId, organizationId, memberId: member.memberId },
        ...{ role: member.role, owner: false },
      },
      {
        ...keys.user(member.userId),
        ...{ type: 'User', userId: member.userId, ...member.profile, claimed: true, organizations: 1 },
        ...{ createdAt: member.createdAt, updatedAt: member.updatedAt },
      },
    ]),
    counted: { key: keys.counter(organizationId, 0), add: { members: members.length, seats: members.length } },
  };
}

/** Returns the items of invitations with unsent mails. */
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
        handedSecrets: [],
        replacedSecrets: [],
        seat: 0,
      },
      ...queuedMail(id, 1, now),
    };
    return [
      { ...keys.invitation(organizationId, id), type: 'Invitation', ...invitation },
      { ...keys.invited(email, organizationId), type: 'Invited', organizationId, invitationId: id },
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
