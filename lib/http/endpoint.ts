import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Format, Reply } from '../dialects/format.ts';
import type { AccessToken, TokenText } from '../domain/access-token.ts';
import type { Occasion } from '../domain/audit.ts';
import { isId } from '../domain/ids.ts';
import { knowsSecret } from '../domain/link.ts';
import { loggable } from '../domain/log.ts';
import type { Actor, Membership } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { REFUSALS, Refusal, type RefusalCode } from '../domain/refusal.ts';
import { lowerRole, may, type Permission } from '../domain/roles.ts';
import { type Insight, insightBy, type Reach, type Way, waysOf } from '../domain/site.ts';
import { teamIdFromUuid } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization, listMemberships, withOrganizations } from '../organizations/organizations.ts';
import { getAccessToken } from '../people/access-tokens.ts';
import { confirmSignIn, getUser, SIGN_IN, signIn } from '../people/people.ts';
import { REACH, readReach } from '../sites/reach.ts';
import { type TableAccess, union } from '../table/access.ts';
import { ONCE, Once } from '../table/idempotency.ts';
import { busy, isThrottling } from '../table/read.ts';
import { Stale, untilFresh } from '../table/write.ts';
import type { CallerKind, HttpDeclaration, Route, Rule } from './declaration.ts';
import { isEncoded, parseBody, validate } from './input.ts';
import { MESSAGES } from './messages.ts';
import { keyOf, withoutSecrets } from './once.ts';
import { type Request, readEvent } from './request.ts';
import { type Claims, credentialOf, unauthenticated, verifyToken } from './token.ts';

type Schema = z.core.$ZodType | undefined;
type Parsed<S extends Schema> = S extends z.core.$ZodType ? z.output<S> : undefined;

/** What every endpoint declares. */
interface Spec<B extends Schema, Q extends Schema> {
  /** How it answers; for `$default`, how it answers at a path. */
  readonly format: Format | ((path: string) => Format);
  readonly route: Route;
  /** The endpoint's own access to the table; that of its authentication is added. */
  readonly table?: TableAccess;
  readonly depth: number;
  readonly email?: boolean;
  /** That it creates something, and once only for each `Idempotency-Key`: then `handle` gets `once`. */
  readonly creates?: boolean;
  /** Milliseconds after which it is done, or was broken off, where it creates a lot. */
  readonly patience?: number;
  readonly body?: B;
  readonly query?: Q;
  readonly accepts?: HttpDeclaration['accepts'];
  readonly refuses?: readonly RefusalCode[];
  /** What it takes beside the permission, where `handle` or a write decides that. */
  readonly rule?: Rule;
}

/** What every handler gets: the request, and its input as validated. */
export interface Incoming<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly body: Parsed<B>;
  readonly query: Parsed<Q>;
}

/** What a handler that creates gets, for a request that carries a key. */
export interface Creating {
  readonly once: Once | undefined;
}

/** Who calls: a person who is signed in, or the owner of an access token. */
export interface Caller {
  readonly userId: string;
  /** The occasion of whatever they change. */
  readonly occasion: Occasion;
}

/** A person with a verified address who is signed in. */
export interface Person extends Caller {
  readonly email: string;
  readonly claims: Claims;
}

/** Somebody who acts in the organization that the request is about. */
export interface Acting {
  readonly actor: Actor;
  readonly organization: Organization;
  readonly occasion: Occasion;
}

export type Endpoint = HttpDeclaration & {
  readonly handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
};

/** Milliseconds after which a request that creates is done, or was broken off. */
const PATIENCE = 6000;

/** Seconds that an endpoint may take: within API Gateway's 30, and with room for the retries of `transact`. */
const TIMEOUT = 20;

/** Declares an endpoint that anybody may call, without a credential. */
export function forAnybody<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & { handle(incoming: Incoming<B, Q>): Promise<Reply> },
): Endpoint {
  return declare(spec, { caller: ['anybody'] }, ({ input }) => spec.handle(input()));
}

/** Declares an endpoint for whoever holds a link's secret; they may be signed in too. */
export function forLinkHolder<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & { handle(incoming: Incoming<B, Q> & { person: Person | undefined }): Promise<Reply> },
): Endpoint {
  return declare(spec, { caller: ['link', 'person'] }, async ({ request, input }) => {
    const credential = credentialOf(request);
    const claims = credential === undefined ? undefined : await verifyToken(requireJwt(credential));
    return spec.handle({ ...input(), person: claims && (await identify(request, claims)) });
  });
}

/** Declares an endpoint for what only a signed-in person may do, whatever organizations they are in. */
export function forPerson<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & { handle(incoming: Incoming<B, Q> & Creating & { person: Person }): Promise<Reply> },
): Endpoint {
  return declare(spec, { caller: ['person'] }, async ({ request, input }) => {
    const claims = await verifyToken(requireJwt(requireCredential(request)));
    const incoming = input();
    const person = await identify(request, claims);
    const once = onceOf(spec, incoming, person, '');
    return answeredOnce(once, await once?.earlier(), () => spec.handle({ ...incoming, person, once }));
  });
}

/** Whoever calls about themselves, in person or by an access token. */
interface Owner extends Caller {
  readonly email: string;
  /** What their access token acts as, in its only organization; undefined for a person. */
  readonly bound?: Actor;
}

/** What of somebody's may be shown to whoever calls: to an access token what is of its organization, and no more. */
export function shownTo<T extends { readonly organizationId: string }>({ bound }: Owner, rows: readonly T[]): T[] {
  return rows.filter(({ organizationId }) => !bound || organizationId === bound.organizationId);
}

/**
 * Declares an endpoint about whoever calls, for persons and for access tokens, which show their owner, and of their
 * owner's organizations their own: `shownTo`.
 */
export function forCaller<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & {
    handle(incoming: Incoming<B, Q> & { caller: Owner }): Promise<Reply>;
    /** Answers somebody whose address isn't verified, who is refused otherwise. Creates and binds nothing. */
    handleUnverified?(claims: Claims): Promise<Reply>;
  },
): Endpoint {
  return declare(spec, { caller: ['person', 'token'] }, async ({ request, input }) => {
    const credential = requireCredential(request);
    if (typeof credential !== 'string') {
      const caller = await verifiedOwner(request, credential);
      return spec.handle({ ...input(), caller });
    }
    const claims = await verifyToken(credential);
    const incoming = input();
    if (!claims.emailVerified && spec.handleUnverified) return spec.handleUnverified(claims);
    return spec.handle({ ...incoming, caller: await identify(request, claims) });
  });
}

/** The owner of a good access token, where no organization is asked for. */
async function verifiedOwner(request: Request, credential: TokenText): Promise<Owner> {
  const [bound, user] = await Promise.all([actingBy(request, credential), getUser(credential.userId)]);
  if (!bound || !user) throw unauthenticated();
  return { ...ownerOf(request, credential), email: user.email, bound };
}

/** What a good access token acts as; undefined when its organization is no more. */
async function actingBy({ now }: Request, credential: TokenText): Promise<Actor | undefined> {
  const { userId, organizationId, tokenId } = credential;
  const [membership, organization, token] = await Promise.all([
    getMembership(userId, organizationId),
    getOrganization(organizationId),
    getAccessToken(userId, organizationId, tokenId),
  ]);
  refuseUnlessGood(token, credential, membership, now);
  return token && membership && organization && boundBy(token, membership);
}

/**
 * Declares an endpoint of an organization, for its members and their access tokens.
 *
 * What `read` fetches travels beside the membership, in one round trip; it is thrown away when the caller turns out to
 * be nobody here.
 */
export function forMember<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: Spec<B, Q> & {
    /** What the role must allow; undefined: every member may. */
    readonly permission?: Permission;
    read?(incoming: Incoming<B, Q> & { organizationId: string; caller: Caller }): Promise<R>;
    handle(incoming: Incoming<B, Q> & Acting & Creating & { read: R }): Promise<Reply>;
  },
): Endpoint {
  return declare(
    spec,
    { caller: ['person', 'token'], organization: true, permission: spec.permission },
    async (call) => {
      const who = await whoCalls(spec, call);
      const { request, caller, credential, incoming } = who;
      const organizationId = await selectOrganization(request, caller, credential, call.fresh);
      const absent = () => new Refusal(isNamed(request, credential) ? 'organization_not_found' : 'no_organization');
      return actIn(spec, who, organizationId, absent, {
        read: async () => incoming && (spec.read?.({ ...incoming, organizationId, caller }) as Promise<R>),
        handle: (acting) => spec.handle({ ...(incoming as Incoming<B, Q>), ...acting }),
      });
    },
  );
}

/**
 * Declares an endpoint about something that tells itself whose it is, for the members of that organization and their
 * access tokens: no header names it.
 */
export function forFound<
  F extends { readonly organizationId: string },
  B extends Schema = undefined,
  Q extends Schema = undefined,
  R = undefined,
>(
  spec: Spec<B, Q> & {
    readonly permission?: Permission;
    /** Finds what the request is about, one round trip before all else. */
    find(incoming: Incoming<B, Q>): Promise<F | undefined>;
    /** What is told to whoever isn't in its organization, as if there were none. */
    missing(): Refusal;
    read?(incoming: Incoming<B, Q> & { found: F; caller: Caller }): Promise<R>;
    handle(incoming: Incoming<B, Q> & Acting & Creating & { found: F; read: R }): Promise<Reply>;
  },
): Endpoint {
  return declare(spec, { caller: ['person', 'token'], found: true, permission: spec.permission }, async (call) => {
    const who = await whoCalls(spec, call);
    const { caller, credential, incoming } = who;
    const found = incoming && (await spec.find(incoming));
    const organizationId = typeof credential === 'string' ? found?.organizationId : credential.organizationId;
    if (organizationId === undefined) throw spec.missing();
    // A token of another organization has to be a good one before it is told that there is nothing.
    const isThere = found?.organizationId === organizationId;
    return actIn(spec, who, organizationId, spec.missing, {
      read: async () => (isThere ? (spec.read?.({ ...incoming, found, caller } as never) as Promise<R>) : undefined),
      handle: (acting) => {
        if (!isThere) throw spec.missing();
        return spec.handle({ ...(incoming as Incoming<B, Q>), ...acting, found });
      },
    });
  });
}

/**
 * Declares an endpoint about a site or what stands on it, for whoever reaches it by a team: that team may be of another
 * organization than the site.
 */
export function forSite<
  F extends { readonly siteId: string },
  B extends Schema = undefined,
  Q extends Schema = undefined,
  R = undefined,
>(
  spec: Spec<B, Q> & {
    /** What the role must allow in the organization of the team by which they reach the site. */
    readonly permission: Permission;
    /** Finds out which site it is, before all else. */
    locate(incoming: Incoming<B, Q>): Promise<F | undefined>;
    /** A team that it is about too, by its id or its integer; `reach.asked` then. Its table access: `LOCATE_TEAM`. */
    team?(incoming: Incoming<B, Q>): { readonly id: string } | { readonly number: number } | undefined;
    /** What is told to whoever doesn't reach the site, as if there were none. */
    readonly missing: RefusalCode;
    read?(incoming: Incoming<B, Q> & { located: F }): Promise<R>;
    /** Whether what was read is there for somebody: whose role doesn't allow it is told so only of what they see. */
    sees?(read: R, insight: Insight): boolean;
    handle(
      incoming: Incoming<B, Q> &
        Creating & {
          readonly located: F;
          readonly reach: Reach;
          /** Those by which they may do it, at least one. */
          readonly ways: readonly Way[];
          readonly occasion: Occasion;
          readonly read: R;
        },
    ): Promise<Reply>;
  },
): Endpoint {
  const { permission, missing } = spec;
  const declared = { ...spec, table: union(REACH, spec.table ?? {}), refuses: [missing, ...(spec.refuses ?? [])] };
  return declare(declared, { caller: ['person', 'token'], found: true, permission }, async (call) => {
    const { request, caller, credential, confirm, incoming, mistake } = await whoCalls(spec, call);
    const located = incoming && (await spec.locate(incoming));
    const token = typeof credential === 'string' ? undefined : credential;
    const once = incoming && onceOf(spec, incoming, caller, located?.siteId ?? '');
    const [bound, reach, read, earlier] = await Promise.all([
      token && actingBy(request, token),
      located && readReach(located.siteId, caller.userId, token?.organizationId, spec.team?.(incoming)),
      located && (spec.read?.({ ...incoming, located } as never) as Promise<R> | undefined),
      once?.earlier(),
      confirm(),
    ]);
    if (mistake) throw mistake;
    const ways = reach && (bound || !token) ? waysOf(reach, bound) : [];
    if (!incoming || !located || !reach || ways.length === 0) throw new Refusal(missing);
    const permitted = ways.filter(({ actor }) => may(actor.role, permission));
    if (permitted.length === 0) {
      throw new Refusal(spec.sees?.(read as R, insightBy(ways, request.now)) === false ? missing : 'forbidden');
    }
    const { occasion } = caller;
    return answeredOnce(once, earlier, () =>
      spec.handle({ ...incoming, located, reach, ways: permitted, occasion, read: read as R, once }),
    );
  });
}

/** Who calls an endpoint of an organization, and with what. */
interface Coming<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly credential: string | TokenText;
  readonly caller: Caller;
  /** Makes sure that the caller is who they were; to be read beside what else the request needs. */
  confirm(): Promise<unknown>;
  /** Undefined for what is refused, once it is known that the caller is somebody. */
  readonly incoming?: Incoming<B, Q>;
  readonly mistake?: Refusal;
}

async function whoCalls<B extends Schema, Q extends Schema>(
  { format }: Spec<B, Q>,
  { request, input, fresh }: Parameters<Run<B, Q>>[0],
): Promise<Coming<B, Q>> {
  const credential = requireCredential(request);
  const claims = typeof credential === 'string' ? await verifyToken(credential) : undefined;
  // Whether an access token is a good one takes a read; whose isn't learns nothing of the request.
  const incoming = claims && !isPermissionFirst(format) ? input() : held(input);
  const remembered = claims && !fresh ? known.get(verifiedOnly(claims).identity) : undefined;
  const caller = !claims
    ? ownerOf(request, credential as TokenText)
    : remembered === undefined
      ? await identify(request, claims)
      : callerOf(request, remembered);
  return {
    request,
    credential,
    caller,
    confirm: async () => claims && remembered && confirmSignIn(remembered, claims),
    ...(incoming instanceof Refusal ? { mistake: incoming } : { incoming }),
  };
}

function isPermissionFirst(format: Spec<Schema, Schema>['format']): boolean {
  return typeof format !== 'function' && format.permissionFirst === true;
}

/** What an input is, or the refusal that it means. */
function held<T>(input: () => T): T | Refusal {
  try {
    return input();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

/**
 * Lets the caller act in an organization, if they may.
 *
 * @param absent what is told to whoever isn't in the organization
 * @param work what travels beside the membership, and what is done when the caller may
 */
async function actIn<B extends Schema, Q extends Schema, R>(
  spec: Spec<B, Q> & { readonly permission?: Permission },
  { request, credential, caller, confirm, incoming, mistake }: Coming<B, Q>,
  organizationId: string,
  absent: () => Refusal,
  work: {
    read(): Promise<R | undefined>;
    handle(acting: Acting & Creating & { readonly read: R }): Promise<Reply>;
  },
): Promise<Reply> {
  const isToken = typeof credential !== 'string';
  const format = typeof spec.format === 'function' ? undefined : spec.format;
  const once = incoming && onceOf(spec, incoming, caller, organizationId);
  const [membership, organization, token, read, earlier] = await Promise.all([
    getMembership(caller.userId, organizationId),
    getOrganization(organizationId),
    isToken ? getAccessToken(caller.userId, organizationId, credential.tokenId) : undefined,
    // A refusal must not leave the reads beside it without anybody who waits for them.
    work.read().catch((error) => {
      // The owner of a token who was erased isn't found by trying again.
      throw error instanceof Stale && isToken ? unauthenticated() : error;
    }),
    once?.earlier(),
    confirm(),
  ]);
  if (isToken) refuseUnlessGood(token, credential, membership, request.now);
  if (mistake && !format?.permissionFirst) throw mistake;
  if (!membership || !organization) throw absent();
  const actor = token ? boundBy(token, membership) : membership;
  if (spec.permission && !may(actor.role, spec.permission)) throw new Refusal('forbidden');
  if (mistake) throw mistake;
  return withHeaders(format?.admit?.(spec.route, caller.userId, request.now), () =>
    answeredOnce(once, earlier, () =>
      work.handle({ actor, organization, occasion: caller.occasion, read: read as R, once }),
    ),
  );
}

/** Adds headers to an answer or a refusal. */
async function withHeaders(
  headers: Readonly<Record<string, string>> = {},
  answer: () => Promise<Reply>,
): Promise<Reply> {
  try {
    const reply = await answer();
    return { ...reply, headers: { ...headers, ...reply.headers } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.code, error.details, { ...headers, ...error.headers });
  }
}

/** What a request is known by that creates something, if it carries a key. */
function onceOf(
  { creates, route, patience = PATIENCE }: Spec<Schema, Schema>,
  { request, body }: Incoming<Schema, Schema>,
  { occasion }: Caller,
  organizationId: string,
): Once | undefined {
  const key = creates ? keyOf(request) : undefined;
  return key === undefined
    ? undefined
    : new Once([occasion.by.id, route, organizationId], key, body, request.now, patience);
}

/** Answers a request as it was answered before; the first time, remembers the answer. */
async function answeredOnce(
  once: Once | undefined,
  earlier: Awaited<ReturnType<Once['earlier']>>,
  handle: () => Promise<Reply>,
): Promise<Reply> {
  if (earlier === 'reused') throw new Refusal('idempotency_key_reused');
  if (earlier) return { ...earlier, headers: { ...earlier.headers, 'idempotent-replayed': 'true' } };
  const reply = await handle();
  await once?.finish(withoutSecrets(reply)).catch((error: unknown) => {
    // It was done, and what is remembered says so.
    console.error({ message: 'Answer not remembered', ...loggable(error) });
  });
  return reply;
}

/** Refuses a token that isn't the one that was given out, is over, or was made under a membership that has ended. */
function refuseUnlessGood(
  token: AccessToken | undefined,
  { secret }: TokenText,
  membership: Membership | undefined,
  now: Date,
): void {
  const isGood =
    token !== undefined &&
    knowsSecret([token.hash], secret) &&
    (token.expiresAt === undefined || token.expiresAt > now.toISOString()) &&
    token.memberId === membership?.memberId;
  if (!isGood) throw unauthenticated();
}

/** What a token's owner may by it: the lower of its role and theirs, at each request. */
function boundBy({ tokenId, role }: AccessToken, membership: Membership): Actor {
  return { ...membership, role: lowerRole(role ?? membership.role, membership.role), tokenId };
}

function ownerOf({ now, origin }: Request, { userId, tokenId }: TokenText): Caller {
  return { userId, occasion: { now, origin, by: { type: 'apiKey', id: tokenId } } };
}

/** One request's work: who calls is found out before `input` validates, so that a stranger's mistakes are a 401. */
type Run<B extends Schema, Q extends Schema> = (call: {
  readonly request: Request;
  input(): Incoming<B, Q>;
  /** Whether to go by nothing that was remembered: an earlier attempt was overtaken. */
  readonly fresh: boolean;
}) => Promise<Reply>;

function declare<B extends Schema, Q extends Schema>(
  spec: Spec<B, Q>,
  who: {
    caller: readonly CallerKind[];
    organization?: boolean;
    found?: boolean;
    permission?: Permission | undefined;
  },
  run: Run<B, Q>,
): Endpoint {
  const { format } = spec;
  const formatAt = typeof format === 'function' ? format : () => format;
  const accepts = spec.accepts ?? formatAt('').accepts ?? 'application/json';
  const { dialect, query: readQuery = firstOf } = formatAt('');
  // Whoever asks for something that there isn't must not take the answer for what they asked for.
  const query = dialect === 'v1' ? z.catchall((spec.query ?? z.object({})) as z.ZodMiniObject, z.never()) : spec.query;
  return {
    kind: 'http',
    route: spec.route,
    dialect,
    caller: who.caller,
    permission: who.permission,
    rule: spec.rule,
    organization: who.organization ?? false,
    found: who.found ?? false,
    table: union(who.caller.includes('person') ? SIGN_IN : {}, spec.creates ? ONCE : {}, spec.table ?? {}),
    due: false,
    email: spec.email ?? false,
    timeout: TIMEOUT,
    depth: spec.depth,
    creates: spec.creates ?? false,
    refuses: spec.refuses ?? [],
    query,
    body: spec.body,
    accepts,
    handler: middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      .use(answering(formatAt))
      .handler(async (event, context) => {
        const request = readEvent(event, context);
        const { negotiate, sentence } = formatAt(request.path);
        const input = () => {
          const { accept, 'content-type': contentType } = request.headers;
          const hasBody = spec.body !== undefined && request.body.length > 0;
          negotiate?.({ accept, contentType: hasBody ? contentType : undefined });
          // What a mail's sender or a browser adds to a link is none of a page's business.
          if (query && dialect !== 'page' && !isEncoded(request.queryText)) throw new Refusal('malformed_query');
          return {
            request,
            body: (spec.body && validate(spec.body, parseBody(request, accepts), 'body', sentence)) as Parsed<B>,
            query: (query && validate(query, readQuery(request.query), 'query', sentence)) as Parsed<Q>,
          };
        };
        return (await untilFresh((attempt) => run({ request, input, fresh: attempt > 1 }))) as never;
      }) as unknown as Endpoint['handler'],
  };
}

/** Writes replies and refusals in the dialect's bytes; whatever else is thrown is a defect, logged once and told to nobody. */
function answering(formatAt: (path: string) => Format): middy.MiddlewareObj<APIGatewayProxyEventV2> {
  return {
    after: (call) => {
      call.response = rendered(formatAt(call.event.rawPath), call.response as unknown as Reply, call.event);
    },
    onError: (call) => {
      const { event } = call;
      const format = formatAt(event.rawPath);
      const refusal = refusalOf(call.error);
      const requestId = call.context.awsRequestId;
      if (refusal.code === 'internal_error')
        console.error({ message: 'Defect', requestId, route: event.routeKey, ...loggable(call.error) });
      const { code, details, headers } = refusal;
      const reply = format.problem({
        code,
        status: REFUSALS[code],
        message: MESSAGES[code],
        details,
        requestId,
        method: event.requestContext.http.method,
        path: event.rawPath,
        headers,
        acceptLanguage: event.headers['accept-language'],
      });
      call.response = rendered(format, { ...reply, headers: { ...reply.headers, ...headers } }, event);
    },
  };
}

/** Whatever isn't refused on purpose is our defect, but for a table that has too much to do. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  return isThrottling(error) ? busy() : new Refusal('internal_error');
}

/** An answer in the dialect's bytes; to HEAD the same without its body. */
function rendered(
  format: Format,
  { status, headers, body }: Reply,
  { requestContext }: APIGatewayProxyEventV2,
): APIGatewayProxyStructuredResultV2 {
  const { 'content-type': contentType, ...others } = format.headers;
  if (body === undefined) return { statusCode: status, headers: { ...others, ...headers } };
  return {
    statusCode: status,
    headers: { ...others, ...(contentType && { 'content-type': contentType }), ...headers },
    ...(requestContext.http.method !== 'HEAD' && { body: format.serialize(body, status) }),
  };
}

/** Repeated parameters count once: the first. */
function firstOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}

function requireCredential(request: Request): string | TokenText {
  const credential = credentialOf(request);
  if (credential === undefined) throw unauthenticated();
  return credential;
}

/** What only a person may do who is signed in. */
function requireJwt(credential: string | TokenText): string {
  if (typeof credential !== 'string') throw new Refusal('token_not_allowed');
  return credential;
}

/** Who was found behind an identity: an organization's endpoint begins by it, and confirms it beside its own reads. */
const known = new Map<string, string>();
const KNOWN_LIMIT = 10_000;

/** @throws Refusal `email_not_verified`, `address_taken` */
async function identify(request: Request, claims: Claims): Promise<Person> {
  const { userId, email } = await signIn(request, verifiedOnly(claims));
  if (known.size >= KNOWN_LIMIT) known.clear();
  known.set(claims.identity, userId);
  return { ...callerOf(request, userId), email, claims };
}

function callerOf({ now, origin }: Request, userId: string): Caller {
  return { userId, occasion: { now, origin, by: { type: 'user', id: userId } } };
}

function verifiedOnly(claims: Claims): Claims {
  if (!claims.emailVerified) throw new Refusal('email_not_verified');
  return claims;
}

/** The id of the organization that a request names: in its path or header. */
function namedIn({ params, headers }: Request): string | undefined {
  return (params.organizationId ?? headers['x-organization-id']?.trim()) || undefined;
}

/** Whether it is said which organization a request is about; else it is the only one that the person is in. */
function isNamed(request: Request, credential: string | TokenText): boolean {
  return typeof credential !== 'string' || namedIn(request) !== undefined;
}

/** The organization that a request is about: the one it names, the token's, or the only one the person is in. */
async function selectOrganization(
  request: Request,
  { userId }: Caller,
  credential: string | TokenText,
  fresh: boolean,
): Promise<string> {
  const named = namedIn(request);
  if (named && !isId('organization', named)) throw new Refusal('organization_not_found');
  if (typeof credential !== 'string') {
    if (named && named !== credential.organizationId) throw new Refusal('organization_not_found');
    return credential.organizationId;
  }
  if (named) return named;
  const [first, second] = await listMemberships(userId, 2);
  if (!first) throw fresh ? new Refusal('no_organization') : new Stale();
  if (!second) return first.organizationId;
  // One that was deleted counts no more, whether or not it has been cleared.
  const [only, another] = await withOrganizations(await listMemberships(userId));
  if (!only) throw new Refusal('no_organization');
  if (another) throw new Refusal('organization_required');
  return only.organizationId;
}

const NOT_FOUND = {
  member: 'member_not_found',
  invitation: 'invitation_not_found',
  accessToken: 'access_token_not_found',
  team: 'team_not_found',
} as const;

/**
 * The id in a path; what has no form of an id is not found.
 *
 * @param name of the parameter
 */
export function pathId(request: Request, kind: keyof typeof NOT_FOUND, name = 'id'): string {
  const id = request.params[name] ?? '';
  if (!isId(kind, id)) throw new Refusal(NOT_FOUND[kind]);
  return id;
}

/** The id of the team whose UUID is in a path; what isn't one of ours is not found. */
export function pathTeam(request: Request): string {
  const id = teamIdFromUuid(request.params.id ?? '');
  if (id === undefined) throw new Refusal('team_not_found');
  return id;
}
