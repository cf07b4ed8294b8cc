import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { v1 } from '../../../lib/dialects/v1/format.ts';
import { showInvitation, showMembership } from '../../../lib/dialects/v1/show.ts';
import { formatAccessToken } from '../../../lib/domain/access-token.ts';
import { normalizeAddress } from '../../../lib/domain/address.ts';
import { newId } from '../../../lib/domain/ids.ts';
import { InvitationRow } from '../../../lib/domain/input.ts';
import type { Invitation } from '../../../lib/domain/invitation.ts';
import type { Organization } from '../../../lib/domain/organization.ts';
import { REFUSALS, Refusal, type RefusalCode } from '../../../lib/domain/refusal.ts';
import type { Role } from '../../../lib/domain/roles.ts';
import { validate } from '../../../lib/http/input.ts';
import { MESSAGES } from '../../../lib/http/messages.ts';
import { contractOf, expectDeclared } from '../../support/contract.ts';

/** An answer of the stub, before it is sent. */
export interface StubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** An organization of the stub, and the requests to it. */
export interface StubOrganization {
  readonly id: string;
  readonly name: string;
  /** The ID token of its owner. */
  readonly token: string;
  readonly invitations: Invitation[];
  /** The executed batches, in order: one for each idempotency key, and for each request without a key. */
  readonly batches: {
    readonly key: string | undefined;
    readonly dryRun: boolean;
    readonly emails: readonly string[];
  }[];
  /** The duration of each batch in milliseconds. */
  delay: number;
  /** By address: the remaining mails, and the seconds until the limit resets. Unlimited by default. */
  readonly mailsTo: Map<string, { left: number; readonly retryAfter: number }>;
  /** The remaining mails of the organization. */
  mails: number;
}

interface Caller {
  readonly userId: string;
  readonly email: string;
  readonly roles: Map<string, Role>;
}

interface BulkBody {
  readonly invitations: readonly { readonly email: string }[];
  readonly dryRun?: boolean;
}

interface StoredAnswer {
  readonly at: number;
  readonly rows: unknown;
  readonly answer: Promise<StubAnswer>;
}

const DAY = 86_400_000;

/**
 * An in-memory stub of the API for the command, since its tests of kills, refusals and waits need no table. The stub uses
 * the service's schema to validate rows, and checks each answer against the declaration of the endpoint. run.test.ts also
 * has runs against the service itself.
 */
export class StubApi {
  url = '';
  /** How far the stub's clock is ahead, in milliseconds. */
  clockOffset = 0;
  /** The errors of answers that don't match the declaration of their endpoint. Tests expect none. */
  readonly undeclaredAnswers: unknown[] = [];
  /** May replace the answer of an executed `POST`. Returns whether it did. */
  replaceAnswer: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  readonly #organizations = new Map<string, StubOrganization>();
  readonly #callers = new Map<string, Caller>();
  readonly #storedAnswers = new Map<string, StoredAnswer>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  async open(): Promise<void> {
    await once(this.#server.listen(0, '127.0.0.1'), 'listening');
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  get #now(): Date {
    return new Date(Date.now() + this.clockOffset);
  }

  /** Creates an organization, owned by the token's user, or by a new one. */
  organization(name = 'Acme Energy', token = this.#idToken(newId('user', this.#now))): StubOrganization {
    const id = newId('organization', this.#now);
    const made = { id, name, token, invitations: [], batches: [], delay: 0, mailsTo: new Map(), mails: 1e9 };
    this.#organizations.set(id, made);
    this.#callers.get(token)?.roles.set(id, 'ADMIN');
    return made;
  }

  /** Creates a member. Returns their ID token. */
  member({ id }: StubOrganization, role: Role): string {
    const token = this.#idToken(newId('user', this.#now));
    this.#callers.get(token)?.roles.set(id, role);
    return token;
  }

  /** Returns the address of a token's user. */
  emailOf(token: string): string {
    return (this.#callers.get(token) as Caller).email;
  }

  /** Creates an access token of an organization's owner. */
  accessToken({ id, token }: StubOrganization): string {
    const caller = this.#callers.get(token) as Caller;
    const tokenId = newId('accessToken', this.#now);
    const text = formatAccessToken({ organizationId: id, userId: caller.userId, tokenId, secret: randomBytes(32) });
    // The token's idempotency keys are its own: to the service it is another caller than its owner.
    this.#callers.set(text, { ...caller, userId: newId('user', this.#now), roles: new Map([[id, 'ADMIN']]) });
    return text;
  }

  /** Makes a token invalid. */
  revoke(token: string): void {
    this.#callers.delete(token);
  }

  #idToken(userId: string): string {
    const claims = { iss: 'https://issuer.example.com', sub: userId };
    const token = `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
    this.#callers.set(token, { userId, email: `${userId}@example.com`, roles: new Map() });
    return token;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    const text = Buffer.concat(await request.toArray()).toString();
    const answer = await this.#answer(request, new URL(url, this.url), text && JSON.parse(text));
    const body = answer.body === undefined ? undefined : JSON.parse(JSON.stringify(answer.body));
    try {
      expectDeclared(contractOf(method, url.split('?')[0] as string) as never, answer.status, body);
    } catch (error) {
      this.undeclaredAnswers.push(error);
    }
    if (method === 'POST' && this.replaceAnswer?.(request, response)) return;
    response.writeHead(answer.status, { ...v1.headers, ...answer.headers }).end(JSON.stringify(body));
  }

  async #answer(request: IncomingMessage, { pathname, searchParams }: URL, body: BulkBody): Promise<StubAnswer> {
    try {
      const { authorization = '', 'x-organization-id': header, 'idempotency-key': key } = request.headers;
      const token = authorization.replace(/^Bearer /, '');
      const caller = this.#callers.get(token);
      if (!caller) throw new Refusal('unauthenticated');
      const mine = [...caller.roles].map(([id, role]) => ({ organization: this.#organizations.get(id), role }));
      if (pathname === '/v1/organizations') {
        const data = mine.map(({ organization, role }) => this.#show(organization as StubOrganization, role));
        return { status: 200, body: { data, meta: { total: data.length, page: 1, perPage: 100, nextCursor: null } } };
      }
      const id = pathname.startsWith('/v1/organizations/') ? pathname.split('/')[3] : header;
      const found = mine.find(({ organization }) => organization?.id === id);
      const { organization, role = 'USER' } = found ?? {};
      if (!organization) throw new Refusal('organization_not_found');
      if (pathname.startsWith('/v1/organizations/')) {
        return { status: 200, body: { ...this.#asStored(organization), ownershipOffer: null } };
      }
      if (role === 'USER') throw new Refusal('forbidden');
      if (request.method === 'GET') return this.#list(organization, searchParams);
      return await this.#bulk(caller, organization, key as string | undefined, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return this.#problem(error);
    }
  }

  #problem({ code, details, headers }: Refusal): StubAnswer {
    return {
      status: REFUSALS[code],
      headers,
      body: { message: MESSAGES[code], error: code, ...(details && { details }) },
    };
  }

  #asStored({ id, name }: StubOrganization): Omit<Organization, 'defaultTeamId' | 'moves' | 'leaves'> {
    const at = new Date(0).toISOString();
    return { id, name, language: 'en', createdAt: at, updatedAt: at };
  }

  #show(organization: StubOrganization, role: Role) {
    const memberId = newId('member', this.#now);
    return showMembership({ memberId, role, owner: true, organization: this.#asStored(organization) } as never);
  }

  #list(organization: StubOrganization, query: URLSearchParams): StubAnswer {
    const email = query.get('email') ?? '';
    if (!email.includes('@')) throw new Refusal('validation_failed', { email: ['must be an e-mail address'] });
    const all = organization.invitations.filter((each) => each.email === normalizeAddress(email)).reverse();
    const data = all.slice(0, 1).map((each) => showInvitation(each, organization as never, this.#now));
    return { status: 200, body: { data, meta: { perPage: 1, nextCursor: null } } };
  }

  /** Like the service, stores the answer by caller and key for a day. A parallel repetition waits for the answer. */
  async #bulk(
    caller: Caller,
    organization: StubOrganization,
    key: string | undefined,
    body: BulkBody,
  ): Promise<StubAnswer> {
    const { invitations: rows, dryRun = false } = body;
    const name = `${caller.userId} ${organization.id} ${key}`;
    const stored = this.#storedAnswers.get(name);
    if (key && stored && this.#now.getTime() - stored.at < DAY) {
      if (!isDeepStrictEqual(stored.rows, rows)) throw new Refusal('idempotency_key_reused');
      return stored.answer;
    }
    organization.batches.push({ key, dryRun, emails: rows.map(({ email }) => email) });
    const answer = sleep(organization.delay).then(() => ({
      status: 200,
      body: { data: rows.map((row, index) => this.#row(caller, organization, row, index, dryRun)) },
    }));
    if (key) this.#storedAnswers.set(name, { at: this.#now.getTime(), rows, answer });
    return answer;
  }

  #row(caller: Caller, organization: StubOrganization, row: unknown, index: number, dryRun: boolean) {
    try {
      const invitation = this.#invite(caller, organization, row, dryRun);
      const shown = showInvitation(invitation, organization as never, this.#now);
      return { index, status: 201, invitation: { ...shown, ...(dryRun && { id: null }) } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { status, body } = this.#problem(error);
      const { 'retry-after': seconds } = error.headers;
      return { index, status, ...(body as object), ...(seconds !== undefined && { retryAfter: Number(seconds) }) };
    }
  }

  #invite(caller: Caller, organization: StubOrganization, row: unknown, dryRun: boolean): Invitation {
    const input = validate(InvitationRow, row, 'body');
    const { email, role, language, message, redirectUrl, expiresInDays: days = 14 } = input;
    const { id: organizationId, invitations, mailsTo } = organization;
    const refuse = (code: RefusalCode, seconds?: number) => {
      throw new Refusal(code, undefined, seconds === undefined ? {} : { 'retry-after': String(seconds) });
    };
    if (email === caller.email) refuse('already_member');
    if (invitations.some((each) => each.email === email && each.status === 'PENDING')) refuse('already_invited');
    const limit = mailsTo.get(email);
    if (!dryRun) {
      if (limit && limit.left-- <= 0) refuse('recipient_rate_exceeded', limit.retryAfter);
      if (organization.mails-- <= 0) refuse('mail_rate_exceeded', 43_200);
    }
    const at = this.#now.toISOString();
    const expiresAt = new Date(this.#now.getTime() + days * DAY).toISOString();
    const invitation: Invitation = {
      ...{ id: newId('invitation', this.#now), organizationId, email, role, status: 'PENDING' },
      ...{ inviterId: caller.userId, createdAt: at, updatedAt: at, expiresAt, days, reminders: 0, seat: 0 },
      ...{ secrets: [], stopSecrets: [], handedSecrets: [], replacedSecrets: [] },
      ...(language && { language }),
      ...(message && { message }),
      ...(redirectUrl && { redirectUrl }),
    };
    if (!dryRun) invitations.push(invitation);
    return invitation;
  }
}
