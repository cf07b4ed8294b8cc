import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, expect, inject } from 'vitest';
import { contents } from '../../functions/index.ts';
import { OPERATOR_PERMISSIONS, type OperatorPermission } from '../../lib/domain/operator-key.ts';
import { unpack } from '../../lib/table/packed.ts';
import { Muster, type Role } from '../../packages/client/src/index.ts';
import type { Call } from '../../packages/local/aws.ts';
import { connect } from '../../packages/local/aws-service.ts';
import { type EngineName, startEngine } from '../../packages/local/engine.ts';
import type { BusEvent } from '../../packages/local/event-bus.ts';
import type { Person } from '../../packages/local/issuer.ts';
import { type Stack, type StackOptions, startStack } from '../../packages/local/stack.ts';
import { expectConsistent } from './consistency.ts';
import { contractOf, expectDeclared } from './contract.ts';
import { Disclosure } from './disclosure.ts';
import { expectEvents, type PublishedEvent } from './events.ts';
import { collectPersonalData, leaksIn } from './leaks.ts';
import { recorder } from './recording.ts';

/** A parsed response. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON; the raw text for other content types; undefined without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests check the form of these bodies
  readonly body: any;
}

/** The optional parts of a request. */
export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A signed-in caller of the API. */
export interface Client {
  readonly email: string;
  readonly token: string;
  /** @param route for example `GET /v1/members?page=2` */
  call(route: string, options?: RequestOptions): Promise<Answer>;
  /** The package `@muster/client` for this caller. Its answers are checked as those of `call`. */
  readonly muster: Muster;
  /** Returns a client of the same person that names the organization in the header. */
  in(organizationId: string): Client;
}

/** A mail in the local inbox. */
export interface ReceivedMail {
  /** The message id that SES assigns. */
  readonly messageId: string;
  readonly to: string;
  readonly from: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly sentAt: string;
}

/** A running stack, possibly in another process. */
export type RunningStack = Omit<Stack, 'reset'>;

/** The running service, called over HTTP. */
export interface Service {
  readonly api: string;
  readonly stack: RunningStack;
  /** The package `@muster/client` without a credential. */
  readonly muster: Muster;
  call(route: string, options?: RequestOptions): Promise<Answer>;
  person(email: string, options?: Omit<Person, 'email'>): Promise<Client>;
  /** Creates a person and an organization that they own. */
  organization(name?: string): Promise<{ id: string; owner: Client; memberId: string }>;
  /** Creates a member with a role: invites an address, accepts by link, and signs in. */
  member(owner: Client, role: string, email?: string): Promise<Client & { readonly memberId: string }>;
  /** Creates an operator's key. Its client names the organization by `in`. */
  operatorKey(permissions?: readonly OperatorPermission[]): Promise<Client & { readonly keyId: string }>;
  mails(to: string): Promise<ReceivedMail[]>;
  /** Returns a link's token from the newest mail to an address: the invitation's, or the one that stops reminders. */
  linkToken(to: string, of?: 'invitation' | 'stop'): Promise<string>;
  sweep(): Promise<Record<string, number>>;
  /** Publishes an SES event about a mail. @throws Error when the function that handles it fails */
  mailEvent(event: object): Promise<void>;
  /** Sets the clock offset of functions and issuer, for example `8d`. */
  clock(offset: string | number): Promise<void>;
  faults(faults: readonly unknown[]): Promise<void>;
  /** Returns the calls to AWS so far, one entry for each part of a call, of one function or of all. */
  calls(functionName?: string): Promise<Call[]>;
  /** Returns every item of the table. */
  items(): Promise<Record<string, unknown>[]>;
  /** Returns the last 1,000 events on the bus, once the stream of the table is read. */
  events(): Promise<PublishedEvent[]>;
}

/** The service that a test file uses. */
export interface FileService extends Service {
  /** Returns the parts of all table writes so far that succeeded or may have, including those that were undone. */
  writes(): readonly Call[];
}

let counter = 0;

/** Returns an unused address. */
export function newAddress(name = 'person'): string {
  counter += 1;
  return `${name}-${process.pid}-${counter}@example.com`;
}

/** The events of a stack that a test file can listen to. */
type Listeners = Pick<StackOptions, 'onCall' | 'onLog' | 'onEvent'>;

/** State that all test files of this process share: files run one after the other. */
const shared: { dynamodb?: Promise<string>; stack?: Promise<Stack>; listeners: Listeners } = { listeners: {} };

/** Starts the engine that all stacks of this process share. It ends with the process. */
function dynamodb(): Promise<string> {
  const engine = process.env.MUSTER_ENGINE as EngineName | undefined;
  shared.dynamodb ??= startEngine({ directory: directory(), inMemory: true, ...(engine && { engine }) }).then(
    ({ endpoint }) => endpoint,
  );
  return shared.dynamodb;
}

function directory(): string {
  return mkdtempSync(join(inject('stacks'), 'stack-'));
}

/** How long changes wait for others, so that fewer functions run: events and webhooks of each change are two. */
const STREAM_WINDOW = 100;

async function start(options: Omit<StackOptions, 'directory'>): Promise<Stack> {
  return startStack({ directory: directory(), dynamodb: await dynamodb(), streamWindow: STREAM_WINDOW, ...options });
}

/**
 * More workers than functions. Each of several files calls all functions; with fewer workers, each file would start all
 * functions again. The rest is for bursts.
 */
const WORKERS = Object.keys(contents).length + 16;

/** The permissions of the application's own in the stack that test files share. */
export const OWN_PERMISSIONS = { 'invoice:pay': ['ADMIN'], 'invoice:read': ['ADMIN', 'USER'] };

/** Starts the stack of all test files that don't reconfigure the functions. It ends with the process. */
function sharedStack(): Promise<Stack> {
  shared.stack ??= start({
    workers: WORKERS,
    environment: { APPLICATION_PERMISSIONS: JSON.stringify(OWN_PERMISSIONS) },
    onCall: (call) => shared.listeners.onCall?.(call),
    onLog: (name, line) => shared.listeners.onLog?.(name, line),
    onEvent: (event) => shared.listeners.onEvent?.(event),
  });
  return shared.stack;
}

const WRITES = /^dynamodb:(Put|Update|Delete|BatchWrite)Item$/;

/**
 * Returns the service for a test file, with an empty table. It runs on the stack of this process, or on a stack of its
 * own if the file configures the functions. Clock and faults are reset for each file.
 *
 * @param checksDisclosure whether answers are checked for personal data of strangers. The check reads memberships from
 *   the table at the end, so it fails for histories in which people are erased and the clock goes back.
 */
export function useService(
  options: Pick<StackOptions, 'environment' | 'policies' | 'onCall' | 'onLog'> = {},
  checksDisclosure = true,
): FileService {
  const isOwn = Boolean(options.environment || options.policies);
  let stack: Stack | undefined;
  const { record, writeTo } = recorder();
  const writes: Call[] = [];
  const onCall = (call: Call) => {
    record(call);
    // What follows from an earlier change, at any time, is no write of a request.
    const isRequest = call.function !== 'webhooks/deliver';
    if (isRequest && WRITES.test(call.action) && call.allowed && call.error === null) writes.push(call);
    options.onCall?.(call);
  };
  const lines: string[] = [];
  const events: PublishedEvent[] = [];
  const onEvent = (event: BusEvent) => void events.push(event as PublishedEvent);
  const personalData = new Set<string>();
  const onLog = (name: string, line: string) => {
    lines.push(line);
    options.onLog?.(name, line);
  };
  beforeAll(async () => {
    stack = await (isOwn ? start({ ...options, onCall, onLog, onEvent }) : sharedStack());
    await stack.reset();
    if (!isOwn) shared.listeners = { onCall, onLog, onEvent };
  });
  const disclosure = new Disclosure();
  const service = serviceOf(() => stack as Stack, personalData, disclosure);
  afterAll(async () => {
    try {
      // The table is consistent after every file. A table that others also write to is not checked.
      if (stack && !process.env.DYNAMODB_ENDPOINT) {
        await service.faults([]);
        await service.events();
        const items = await service.items();
        await expectConsistent(items);
        expectEvents(items, events, personalData);
        // No answer disclosed a person outside the caller's organization.
        if (checksDisclosure) expect(disclosure.leaks(items)).toEqual([]);
      }
      // No log line contains personal data.
      expect(leaksIn(lines, personalData)).toEqual([]);
    } finally {
      shared.listeners = {};
      // The process keeps this module for other files.
      writes.length = 0;
      lines.length = 0;
      events.length = 0;
      if (isOwn) await stack?.stop();
      // Policies that a test invents say nothing about the deployed ones.
      if (!options.policies) writeTo(inject('recording'));
    }
  });
  return Object.assign(service, { writes: () => writes });
}

/**
 * Returns the service of a running stack.
 *
 * @param personalData collects the personal data that requests send
 * @param disclosure records the personal data that answers disclose
 */
export function serviceOf(
  running: () => RunningStack,
  personalData = new Set<string>(),
  disclosure = new Disclosure(),
): Service {
  /** Sends a request like `fetch`, records it and checks its answer. */
  const checkedFetch = async (input: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { method = 'GET', headers, body } = init;
    const path = String(input).slice(running().api.length);
    const route = `${method} ${path}`;
    const sent = typeof body === 'string' ? body : '';
    collectPersonalData(parsed(sent), personalData);
    const startedAt = Date.now();
    const response = await fetch(input, init);
    const text = await response.text();
    disclosure.record({ route, headers: Object.fromEntries(new Headers(headers)), sent, text, startedAt });
    const contract = contractOf(method, path.split('?')[0] as string);
    if (contract) expectDeclared(contract, response.status, bodyOf(response, text));
    return new Response(text || null, response);
  };
  const call = async (route: string, { body, headers }: RequestOptions = {}): Promise<Answer> => {
    const [method, path] = route.split(' ') as [string, string];
    const isRaw = typeof body === 'string';
    const contentType = contractOf(method, path.split('?')[0] as string)?.declaration.accepts ?? 'application/json';
    const response = await checkedFetch(running().api + path, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && !isRaw && { 'content-type': contentType }), ...headers },
      ...(body !== undefined && { body: isRaw ? body : JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: bodyOf(response, await response.text()),
    };
  };
  const local = async (route: string, body?: unknown) => {
    const answer = await call(route, { body });
    if (answer.status !== 200) throw new Error(`${route} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const muster = (token?: string, organization?: string) =>
    new Muster({ baseUrl: running().api, token, organization, fetch: checkedFetch });
  const client = (email: string, token: string, organizationId?: string): Client => ({
    email,
    token,
    call: (route, options = {}) =>
      call(route, {
        ...options,
        headers: {
          authorization: `Bearer ${token}`,
          ...(organizationId && { 'x-organization-id': organizationId }),
          ...options.headers,
        },
      }),
    muster: muster(token, organizationId),
    in: (id) => client(email, token, id),
  });
  const service: Service = {
    get api() {
      return running().api;
    },
    get stack() {
      return running();
    },
    get muster() {
      return muster();
    },
    call,
    person: async (email, options = {}) => {
      if (options.name) personalData.add(options.name);
      return client(email, await running().token({ email, ...options }));
    },
    organization: async (name = 'Acme Energy') => {
      const person = await service.person(newAddress('owner'), { name: 'Ada Owner' });
      const { id, memberId } = await person.muster.organizations.create({ name });
      return { id, owner: person.in(id), memberId };
    },
    member: async (owner, role, email = newAddress(role.toLowerCase())) => {
      await owner.muster.invitations.create({ email, role: role as Role });
      const accepted = await muster().invitations.accept({ token: await service.linkToken(email) });
      const { id, organizationId } = accepted.member;
      return { ...(await service.person(email)).in(organizationId), memberId: id };
    },
    operatorKey: async (permissions = OPERATOR_PERMISSIONS) => {
      const event = { action: 'create', name: 'Key of the tests', permissions };
      const { key, token } = await local('POST /_local/invoke', { function: 'operator/keys', event });
      return { ...client('', token), keyId: key.id };
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
      disclosure.setClock(offset);
      return local('POST /_local/clock', { offset });
    },
    faults: (faults) => local('POST /_local/faults', faults),
    calls: (name) => local(`GET /_local/calls${name === undefined ? '' : `?function=${encodeURIComponent(name)}`}`),
    events: () => local('GET /_local/events'),
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
        if (status !== 200) throw new Error(`The engine refused the scan: ${body}`);
        items.push(...page.Items.map((item: Record<string, AttributeValue>) => unpack(unmarshall(item))));
        ExclusiveStartKey = page.LastEvaluatedKey;
      } while (ExclusiveStartKey);
      engine.close();
      return items;
    },
  };
  return service;
}

/** Returns the parsed body of an answer: JSON, or the text of another content type; undefined if there is none. */
function bodyOf({ headers }: Response, text: string): unknown {
  // The answer to HEAD has no body.
  return headers.get('content-type')?.includes('json') && text ? JSON.parse(text) : text || undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
