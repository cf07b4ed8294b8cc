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
import { adminAccessKeyId } from '../../packages/local/aws.ts';
import type { StackFile } from '../../packages/local/stack-file.ts';
import { readTemplate } from '../../packages/local/template.ts';
import { inDirectory } from './directory.ts';

const REGION = 'eu-central-1';

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
  /** The scheduled function, in a process of its own that calls the engine and the local SES themselves. */
  sweeper(): Promise<Sweeper>;
}

/** What a run did, the milliseconds of a core that it took, and the heap that the function has after it, in bytes. */
export interface Ran {
  readonly result: Readonly<Record<string, number>>;
  readonly core: number;
  readonly heap: number;
}

export interface Sweeper {
  /** Runs it once, at so many milliseconds from now. */
  run(offset: number): Promise<Ran>;
  close(): Promise<void>;
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
      ])) as [Running];
      return await work({ ...serviceOf(stack, agent), sweeper: () => startSweeper(stack) });
    } finally {
      agent.destroy();
      if (child.connected) child.disconnect();
      await ended;
    }
  });
}

/** A stack that runs in another process. */
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
  // Its log lines are nobody's here.
  const child = fork(new URL('function-process.ts', import.meta.url), args, {
    env,
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const message = () =>
    Promise.race([
      once(child, 'message').then(([told]) => told),
      ended.then(() => Promise.reject(new Error('The scheduled function ended; why stands above.'))),
    ]);
  await message();
  return {
    run(offset) {
      const told = message();
      child.send({ offset });
      return told;
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

/** Puts items, and adds to a counter row what they count. */
export async function writeTo(
  table: string,
  endpoint: string,
  items: readonly object[],
  counter: { key: Key; add: Readonly<Record<string, number>> },
): Promise<void> {
  const credentials = { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: REGION, credentials });
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

/** Members as lists show them, who joined one after the other, by their addresses; and what counts them. */
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
