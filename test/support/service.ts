import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { contents } from '../../functions/index.ts';
import type { Call } from '../../packages/local/aws.ts';
import { connect } from '../../packages/local/aws-service.ts';
import { type EngineName, startEngine } from '../../packages/local/engine.ts';
import type { Person } from '../../packages/local/issuer.ts';
import { type Stack, type StackOptions, startStack } from '../../packages/local/stack.ts';
import { contractOf, expectDeclared } from './contract.ts';
import { Disclosure } from './disclosure.ts';
import { leaksIn, tellOf } from './leaks.ts';
import { recorder } from './recording.ts';
import { expectConsistent } from './walk.ts';

/** An answer, as read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the text itself for other types; undefined without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose form they are there to check
  readonly body: any;
}

/** What a request may carry. */
export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Somebody who calls the API. */
export interface Client {
  readonly email: string;
  readonly token: string;
  /** @param route for example `GET /v1/members?page=2` */
  call(route: string, sending?: Sending): Promise<Answer>;
  /** The same person, with the organization named in the header. */
  in(organizationId: string): Client;
}

/** A mail in the local inbox. */
export interface ReceivedMail {
  /** SES's. */
  readonly messageId: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly sentAt: string;
}

/** A stack that runs, perhaps in another process. */
export type RunningStack = Omit<Stack, 'reset'>;

/** The running service, as its users meet it: over HTTP. */
export interface Service {
  readonly api: string;
  readonly stack: RunningStack;
  call(route: string, sending?: Sending): Promise<Answer>;
  person(email: string, options?: Omit<Person, 'email'>): Promise<Client>;
  /** An owner with an organization of their own. */
  organization(name?: string): Promise<{ id: string; owner: Client; member: { id: string; userId: string } }>;
  /** Invites and accepts by link, then signs in: a member with a role. */
  member(owner: Client, role: string, email?: string): Promise<Client & { readonly memberId: string }>;
  mails(to: string): Promise<ReceivedMail[]>;
  /** The token of a link in the newest mail to somebody: that of the invitation, or that for stopping reminders. */
  linkToken(to: string, of?: 'invitation' | 'stop'): Promise<string>;
  sweep(): Promise<Record<string, number>>;
  /** SES tells of a mail. @throws Error when the function that is told fails */
  mailEvent(event: object): Promise<void>;
  /** Moves the clock of functions and issuer: `8d`. */
  clock(offset: string | number): Promise<void>;
  faults(faults: readonly unknown[]): Promise<void>;
  /** The calls to AWS so far, each part of each, of one function or of all. */
  calls(functionName?: string): Promise<Call[]>;
  /** Every item of the table. */
  items(): Promise<Record<string, unknown>[]>;
}

/** The service of a test file. */
export interface FileService extends Service {
  /** The parts of all writes to the table so far that happened, or may have: what functions undid is among them. */
  writes(): readonly Call[];
}

let counter = 0;

/** An address nobody has yet. */
export function newAddress(name = 'person'): string {
  counter += 1;
  return `${name}-${process.pid}-${counter}@example.com`;
}

/** What a file may hear of a stack while it runs on it. */
type Listeners = Pick<StackOptions, 'onCall' | 'onLog'>;

/** What all files of this process share: one file runs after the other. */
const ours: { dynamodb?: Promise<string>; stack?: Promise<Stack>; listeners: Listeners } = { listeners: {} };

/** The engine of all stacks of this process. It ends with the process. */
function dynamodb(): Promise<string> {
  const engine = process.env.MUSTER_ENGINE as EngineName | undefined;
  ours.dynamodb ??= startEngine({ directory: directory(), ...(engine && { engine }) }).then(({ endpoint }) => endpoint);
  return ours.dynamodb;
}

function directory(): string {
  return mkdtempSync(join(inject('stacks'), 'stack-'));
}

async function start(options: Omit<StackOptions, 'directory'>): Promise<Stack> {
  return startStack({ directory: directory(), dynamodb: await dynamodb(), ...options });
}

/**
 * More than there are functions: file after file goes through all of them, and with fewer workers than that each would
 * start them all anew. Those of a burst are put to sleep for others.
 */
const WORKERS = Object.keys(contents).length + 16;

/** The stack that files have whose functions are as they are deployed. It ends with the process. */
function sharedStack(): Promise<Stack> {
  ours.stack ??= start({
    workers: WORKERS,
    onCall: (call) => ours.listeners.onCall?.(call),
    onLog: (name, line) => ours.listeners.onLog?.(name, line),
  });
  return ours.stack;
}

const WRITES = /^dynamodb:(Put|Update|Delete|BatchWrite)Item$/;

/**
 * The service for a test file, with an empty table: the stack of this process, or one of the file's own where its
 * functions are configured otherwise. Files may set the clock and faults: the next one begins without.
 *
 * @param judgesAnswers whether answers are held against who was where: by the table at the end, which can't tell of
 *   histories in which people are erased and the clock goes back
 */
export function useService(
  options: Pick<StackOptions, 'environment' | 'policies' | 'onCall' | 'onLog'> = {},
  judgesAnswers = true,
): FileService {
  const isOwn = Boolean(options.environment || options.policies);
  let stack: Stack | undefined;
  const { record, leaveIn } = recorder();
  const writes: Call[] = [];
  const onCall = (call: Call) => {
    record(call);
    if (WRITES.test(call.action) && call.allowed && call.error === null) writes.push(call);
    options.onCall?.(call);
  };
  const lines: string[] = [];
  const told = new Set<string>();
  const onLog = (name: string, line: string) => {
    lines.push(line);
    options.onLog?.(name, line);
  };
  beforeAll(async () => {
    stack = await (isOwn ? start({ ...options, onCall, onLog }) : sharedStack());
    await stack.reset();
    if (!isOwn) ours.listeners = { onCall, onLog };
  });
  const disclosure = new Disclosure();
  const service = serviceOf(() => stack as Stack, told, disclosure);
  afterAll(async () => {
    try {
      // Whatever the tests of a file did, the table holds together; one that others write too is none to judge.
      if (stack && !process.env.DYNAMODB_ENDPOINT) {
        const items = await service.items();
        expectConsistent(items);
        // No answer told of anybody who is none of the caller's organization.
        if (judgesAnswers) expect(disclosure.leaks(items)).toEqual([]);
      }
      // Whatever went wrong, no log tells of whom.
      expect(leaksIn(lines, told)).toEqual([]);
    } finally {
      ours.listeners = {};
      // The process goes on with other files, and keeps the modules of this one.
      writes.length = 0;
      lines.length = 0;
      if (isOwn) await stack?.stop();
      // Roles that a test made up are no measure of the real ones.
      if (!options.policies) leaveIn(inject('recording'));
    }
  });
  return Object.assign(service, { writes: () => writes });
}

/**
 * The service behind a running stack.
 *
 * @param told gets what it is told of people
 * @param disclosure gets what it tells of people
 */
export function serviceOf(
  running: () => RunningStack,
  told = new Set<string>(),
  disclosure = new Disclosure(),
): Service {
  const call = async (route: string, { body, headers }: Sending = {}): Promise<Answer> => {
    const [method, path] = route.split(' ') as [string, string];
    const isRaw = typeof body === 'string';
    const contract = contractOf(method, path.split('?')[0] as string);
    tellOf(body, told);
    const contentType = contract?.declaration.accepts ?? 'application/json';
    const startedAt = Date.now();
    const response = await fetch(running().api + path, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && !isRaw && { 'content-type': contentType }), ...headers },
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const sent = body === undefined ? '' : isRaw ? body : JSON.stringify(body);
    disclosure.take({ route, headers: headers ?? {}, sent, text, startedAt });
    const isJson = response.headers.get('content-type')?.includes('json');
    const answer = {
      status: response.status,
      headers: response.headers,
      // The answer to HEAD has none.
      body: isJson && text ? JSON.parse(text) : text || undefined,
    };
    if (contract) expectDeclared(contract, answer.status, answer.body);
    return answer;
  };
  const local = async (route: string, body?: unknown) => {
    const answer = await call(route, { body });
    if (answer.status !== 200) throw new Error(`${route} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const client = (email: string, token: string, organizationId?: string): Client => ({
    email,
    token,
    call: (route, sending = {}) =>
      call(route, {
        ...sending,
        headers: {
          authorization: `Bearer ${token}`,
          ...(organizationId && { 'x-organization-id': organizationId }),
          ...sending.headers,
        },
      }),
    in: (id) => client(email, token, id),
  });
  const service: Service = {
    get api() {
      return running().api;
    },
    get stack() {
      return running();
    },
    call,
    person: async (email, options = {}) => {
      if (options.name) told.add(options.name);
      return client(email, await running().token({ email, ...options }));
    },
    organization: async (name = 'Acme Energy') => {
      const person = await service.person(newAddress('owner'), { name: 'Ada Owner' });
      const created = await person.call('POST /v1/organizations', { body: { name } });
      expect(created.status).toBe(201);
      const owner = person.in(created.body.id);
      const [member] = (await owner.call('GET /v1/members')).body.data;
      return { id: created.body.id, owner, member };
    },
    member: async (owner, role, email = newAddress(role.toLowerCase())) => {
      const invited = await owner.call('POST /v1/invitations', { body: { email, role } });
      expect(invited.status).toBe(201);
      const accepted = await call('POST /v1/invitations/accept', { body: { token: await service.linkToken(email) } });
      expect(accepted.status).toBe(200);
      const { id, organizationId } = accepted.body.member;
      return { ...(await service.person(email)).in(organizationId), memberId: id };
    },
    mails: (to) => local(`GET /_local/mail?to=${encodeURIComponent(to)}`),
    linkToken: async (to, of = 'invitation') => {
      const mail = (await service.mails(to)).at(-1);
      const tokens = [...(mail?.text ?? '').matchAll(/[?&]token=([A-Za-z0-9_-]{64})(?![A-Za-z0-9_-])/g)];
      const token = tokens[of === 'stop' ? 1 : 0]?.[1];
      if (!token) throw new Error(`No link was mailed to ${to}.`);
      return token;
    },
    sweep: () => local('POST /_local/sweep'),
    mailEvent: (event) => local('POST /_local/ses-events', event),
    clock: (offset) => {
      disclosure.moved(offset);
      return local('POST /_local/clock', { offset });
    },
    faults: (faults) => local('POST /_local/faults', faults),
    calls: (name) => local(`GET /_local/calls${name === undefined ? '' : `?function=${encodeURIComponent(name)}`}`),
    items: async () => {
      const { dynamodb: endpoint, table: TableName } = running();
      const engine = connect(endpoint, 'dynamodb', 'eu-central-1');
      const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.Scan' };
      const items: Record<string, unknown>[] = [];
      let ExclusiveStartKey: unknown;
      do {
        const { status, body } = await engine.post(
          Buffer.from(JSON.stringify({ TableName, ExclusiveStartKey })),
          headers,
        );
        const page = JSON.parse(body.toString());
        if (status !== 200) throw new Error(`The engine refused to be read: ${body}`);
        items.push(...page.Items.map((item: Record<string, AttributeValue>) => unmarshall(item)));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      engine.close();
      return items;
    },
  };
  return service;
}
