import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import type * as z from 'zod/mini';
import { configuration } from '../configuration.ts';
import type { Format, Reply } from '../dialects/format.ts';
import type { Occasion } from '../domain/audit.ts';
import { isId } from '../domain/ids.ts';
import type { Membership } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { REFUSALS, Refusal, type RefusalCode } from '../domain/refusal.ts';
import { may, type Permission } from '../domain/roles.ts';
import { type TableAccess, union } from '../table/access.ts';
import { getMembership } from '../table/members.ts';
import { getOrganization, listMemberships } from '../table/organizations.ts';
import { SIGN_IN, signIn } from '../table/people.ts';
import { untilFresh } from '../table/write.ts';
import type { Caller, HttpDeclaration, Route } from './declaration.ts';
import { parseBody, validate } from './input.ts';
import { MESSAGES } from './messages.ts';
import { type Request, readEvent } from './request.ts';
import { bearerOf, type Claims, unauthenticated, verifyToken } from './token.ts';

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
  readonly body?: B;
  readonly query?: Q;
  readonly accepts?: HttpDeclaration['accepts'];
  readonly refuses?: readonly RefusalCode[];
}

/** What every handler gets: the request, and its input as validated. */
export interface Incoming<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly body: Parsed<B>;
  readonly query: Parsed<Q>;
}

/** A person with a verified address who is signed in. */
export interface Person {
  readonly userId: string;
  readonly email: string;
  readonly claims: Claims;
  /** The occasion of whatever the person changes. */
  readonly occasion: Occasion;
}

/** Somebody who acts in the organization that the request is about. */
export interface Acting {
  readonly actor: Membership;
  readonly organization: Organization;
  readonly occasion: Occasion;
}

export type Endpoint = HttpDeclaration & {
  readonly handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
};

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
  return declare(spec, { caller: ['link', 'person'] }, async ({ request, input, fresh }) => {
    const token = bearerOf(request);
    const claims = token === undefined ? undefined : await verifyToken(token);
    return spec.handle({ ...input(), person: claims && (await identify(request, claims, fresh)) });
  });
}

/** Declares an endpoint for a signed-in person, whatever organizations they are in. */
export function forPerson<B extends Schema = undefined, Q extends Schema = undefined>(
  spec: Spec<B, Q> & {
    handle(incoming: Incoming<B, Q> & { person: Person }): Promise<Reply>;
    /** Answers somebody whose address isn't verified, who is refused otherwise. Creates and binds nothing. */
    handleUnverified?(claims: Claims): Promise<Reply>;
  },
): Endpoint {
  return declare(spec, { caller: ['person'] }, async ({ request, input, fresh }) => {
    const claims = await verifyToken(requireBearer(request));
    if (!claims.emailVerified && spec.handleUnverified) return spec.handleUnverified(claims);
    return spec.handle({ ...input(), person: await identify(request, claims, fresh) });
  });
}

/**
 * Declares an endpoint of an organization, for its members.
 *
 * What `read` fetches travels beside the membership, in one round trip; it is thrown away when the caller turns out to
 * be nobody here.
 */
export function forMember<B extends Schema = undefined, Q extends Schema = undefined, R = undefined>(
  spec: Spec<B, Q> & {
    /** What the role must allow; undefined: every member may. */
    readonly permission?: Permission;
    read?(incoming: Incoming<B, Q> & { organizationId: string; person: Person }): Promise<R>;
    handle(incoming: Incoming<B, Q> & Acting & { read: R }): Promise<Reply>;
  },
): Endpoint {
  return declare(
    spec,
    { caller: ['person'], organization: true, permission: spec.permission },
    async ({ request, input, fresh }) => {
      const claims = await verifyToken(requireBearer(request));
      const incoming = input();
      const person = await identify(request, claims, fresh);
      const organizationId = await selectOrganization(request, person);
      const [actor, organization, read] = await Promise.all([
        getMembership(person.userId, organizationId),
        getOrganization(organizationId),
        spec.read?.({ ...incoming, organizationId, person }) as Promise<R>,
      ]);
      if (!actor || !organization) throw new Refusal('organization_not_found');
      if (spec.permission && !may(actor.role, spec.permission)) throw new Refusal('forbidden');
      return spec.handle({ ...incoming, actor, organization, occasion: person.occasion, read });
    },
  );
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
  who: { caller: readonly Caller[]; organization?: boolean; permission?: Permission | undefined },
  run: Run<B, Q>,
): Endpoint {
  const accepts = spec.accepts ?? 'application/json';
  const { format } = spec;
  const formatAt = typeof format === 'function' ? format : () => format;
  return {
    kind: 'http',
    route: spec.route,
    dialect: formatAt('').dialect,
    caller: who.caller,
    permission: who.permission,
    organization: who.organization ?? false,
    table: union(who.caller.includes('person') ? SIGN_IN : {}, spec.table ?? {}),
    due: false,
    email: spec.email ?? false,
    timeout: TIMEOUT,
    depth: spec.depth,
    refuses: spec.refuses ?? [],
    query: spec.query,
    body: spec.body,
    accepts,
    handler: middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      .use(answering(formatAt))
      .handler(async (event, context) => {
        const request = readEvent(event, context);
        const input = () => ({
          request,
          body: (spec.body && validate(spec.body, parseBody(request, accepts), 'body')) as Parsed<B>,
          query: (spec.query && validate(spec.query, firstOf(request.query), 'query')) as Parsed<Q>,
        });
        return (await untilFresh((attempt) => run({ request, input, fresh: attempt > 1 }))) as never;
      }) as unknown as Endpoint['handler'],
  };
}

/** Writes replies and refusals in the dialect's bytes; whatever else is thrown is a defect, logged once and told to nobody. */
function answering(formatAt: (path: string) => Format): middy.MiddlewareObj<APIGatewayProxyEventV2> {
  return {
    after: (call) => {
      call.response = rendered(formatAt(call.event.rawPath), call.response as unknown as Reply);
    },
    onError: (call) => {
      const { event } = call;
      const format = formatAt(event.rawPath);
      const refusal = call.error instanceof Refusal ? call.error : new Refusal('internal_error');
      const requestId = call.context.awsRequestId;
      if (refusal !== call.error)
        console.error({ message: 'Defect', requestId, route: event.routeKey, error: call.error });
      const { code, details, headers } = refusal;
      const reply = format.problem({
        code,
        status: REFUSALS[code],
        message: MESSAGES[code],
        details,
        requestId,
        path: event.rawPath,
        acceptLanguage: event.headers['accept-language'],
      });
      call.response = rendered(format, { ...reply, headers: { ...reply.headers, ...headers } });
    },
  };
}

function rendered(format: Format, { status, headers, body }: Reply): APIGatewayProxyStructuredResultV2 {
  const { 'content-type': contentType, ...others } = format.headers;
  return body === undefined
    ? { statusCode: status, headers: { ...others, ...headers } }
    : {
        statusCode: status,
        headers: { ...others, ...(contentType && { 'content-type': contentType }), ...headers },
        body: format.serialize(body),
      };
}

/** Repeated parameters count once: the first. */
function firstOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}

function requireBearer(request: Request): string {
  const token = bearerOf(request);
  if (token === undefined) throw unauthenticated();
  return token;
}

/** The bindings that this function has seen: a membership or a write's condition decides, so they may be remembered. */
const known = new Map<string, string>();
const KNOWN_LIMIT = 10_000;

async function identify({ now, origin }: Request, claims: Claims, fresh: boolean): Promise<Person> {
  if (!claims.emailVerified) throw new Refusal('email_not_verified');
  const { identity, email, firstName, lastName } = claims;
  const name = [identity, email, firstName || lastName].join('\n');
  let userId = fresh ? undefined : known.get(name);
  if (userId === undefined) {
    userId = await signIn({ now, origin }, { identity, email, firstName, lastName });
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(name, userId);
  }
  return { userId, email, claims, occasion: { now, origin, by: { type: 'user', id: userId } } };
}

/** The organization that a request is about: the one it names, else the only one the person is in. */
async function selectOrganization(request: Request, person: Person): Promise<string> {
  const named = request.headers['x-organization-id']?.trim();
  if (named) {
    if (!isId('organization', named)) throw new Refusal('organization_not_found');
    return named;
  }
  const [only, second] = await listMemberships(person.userId, 2);
  if (!only || second) throw new Refusal('organization_required');
  return only.organizationId;
}

/** The id in a path; what has no form of an id is not found. */
export function pathId(request: Request, kind: 'member' | 'invitation'): string {
  const id = request.params.id ?? '';
  if (!isId(kind, id)) throw new Refusal(`${kind}_not_found`);
  return id;
}

/** Whether a person may create organizations. */
export function refuseUnlessCreator(email: string): void {
  const { organizationCreators } = configuration();
  if (organizationCreators.length > 0 && !organizationCreators.includes(email)) {
    throw new Refusal('organization_creation_forbidden');
  }
}
