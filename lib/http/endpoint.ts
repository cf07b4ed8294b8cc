import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import * as z from 'zod/mini';
import type { Format, Reply } from '../dialects/format.ts';
import { isOperatorPermission } from '../domain/operator-key.ts';
import { Refusal, type RefusalCode } from '../domain/refusal.ts';
import { BY_OPERATOR_KEY } from '../organizations/operator-keys.ts';
import { SIGN_IN } from '../people/sign-in.ts';
import { type TableAccess, union } from '../table/access.ts';
import { IDEMPOTENCY_ACCESS } from '../table/idempotency.ts';
import { retryWhileStale } from '../table/write.ts';
import { type CallerKind, type HttpDeclaration, IN_ORGANIZATION, type Route } from './declaration.ts';
import { wentAround } from './front.ts';
import { isEncoded, parseBody, validate } from './input.ts';
import { renderingMiddleware } from './rendering.ts';
import { type Request, readEvent } from './request.ts';

export type Schema = z.core.$ZodType | undefined;
export type Parsed<S extends Schema> = S extends z.core.$ZodType ? z.output<S> : undefined;

/** The declaration of an endpoint. */
export interface Spec<B extends Schema, Q extends Schema> {
  /** The format of its answers; for `$default`, the format for a path. */
  readonly format: Format | ((path: string) => Format);
  readonly route: Route;
  /** The endpoint's own access to the table. The access of its authentication is added. */
  readonly table?: TableAccess;
  readonly depth: number;
  readonly email?: boolean;
  /** Whether it creates a resource, once for each `Idempotency-Key`. `handle` then writes the idempotency record. */
  readonly creates?: boolean;
  /** The lease of an attempt in milliseconds, for endpoints that create a lot. */
  readonly lease?: number;
  readonly body?: B;
  readonly query?: Q;
  readonly accepts?: HttpDeclaration['accepts'];
  readonly refuses?: readonly RefusalCode[];
}

/** A request with its validated input. */
export interface Incoming<B extends Schema, Q extends Schema> {
  readonly request: Request;
  readonly body: Parsed<B>;
  readonly query: Parsed<Q>;
}

export type Endpoint = HttpDeclaration & {
  readonly handler: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
  /** Returns the endpoint with a changed declaration, for `alias`. */
  readonly changed: (changes: Partial<Pick<Spec<Schema, Schema>, 'route' | 'body'>>) => Endpoint;
};

/** Declares another route to an endpoint. Its body may have another schema. */
export function alias(endpoint: Endpoint, route: Route, { body }: { readonly body?: z.core.$ZodType } = {}): Endpoint {
  return endpoint.changed({ route, ...(body && { body }) });
}

/**
 * Returns the callers of an endpoint of an organization: also operator's keys, if one of their permissions is enough.
 * They use the native API only.
 */
export function callersWith({
  format,
  permission,
}: Pick<Spec<Schema, Schema>, 'format'> & { readonly permission?: string | undefined }): readonly CallerKind[] {
  const isNative = typeof format !== 'function' && format.dialect === 'v1';
  const isForOperator = isNative && permission !== undefined && isOperatorPermission(permission);
  return isForOperator ? [...IN_ORGANIZATION, 'operatorKey'] : IN_ORGANIZATION;
}

/** The time-out of an endpoint in seconds: less than API Gateway's 30, and enough for the retries of `transact`. */
const TIMEOUT = 20;

/** Handles a request. Authentication comes before the validation by `input`, so that strangers get a 401. */
export type Run<B extends Schema, Q extends Schema> = (call: {
  readonly request: Request;
  input(): Incoming<B, Q>;
  /** Whether to ignore caches, because an earlier attempt was stale. */
  readonly fresh: boolean;
}) => Promise<Reply>;

export function declare<B extends Schema, Q extends Schema>(
  spec: Spec<B, Q>,
  who: {
    caller: readonly CallerKind[];
    organization?: boolean;
    found?: boolean;
    permission?: HttpDeclaration['permission'];
    oneself?: boolean;
    about?: HttpDeclaration['about'];
  },
  run: Run<B, Q>,
): Endpoint {
  const { format } = spec;
  const formatAt = typeof format === 'function' ? format : () => format;
  const accepts = spec.accepts ?? formatAt('').accepts ?? 'application/json';
  const { dialect, query: readQuery = firstOf } = formatAt('');
  // An unknown parameter is refused: if it were ignored, the answer would look like the requested one.
  const query = dialect === 'v1' ? z.catchall((spec.query ?? z.object({})) as z.ZodMiniObject, z.never()) : spec.query;
  return {
    kind: 'http',
    route: spec.route,
    dialect,
    caller: who.caller,
    permission: who.permission,
    oneself: who.oneself ?? false,
    about: who.about,
    organization: who.organization ?? false,
    found: who.found ?? false,
    table: union(
      who.caller.includes('person') ? SIGN_IN : {},
      who.caller.includes('operatorKey') ? BY_OPERATOR_KEY : {},
      // With an operator's key, the condition on the actor's membership is one on the key.
      who.caller.includes('operatorKey') && spec.table?.ConditionCheckItem ? { ConditionCheckItem: ['OPERATOR'] } : {},
      spec.creates ? IDEMPOTENCY_ACCESS : {},
      spec.table ?? {},
    ),
    due: false,
    email: spec.email ?? false,
    timeout: TIMEOUT,
    depth: spec.depth,
    creates: spec.creates ?? false,
    refuses: spec.refuses ?? [],
    query,
    body: spec.body,
    accepts,
    changed: (changes) => declare({ ...spec, ...changes } as Spec<B, Q>, who, run),
    handler: middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
      // It answers in no dialect: the caller isn't a client of the service.
      .use({ before: ({ event }) => (wentAround(event) ? { statusCode: 403 } : undefined) })
      .use(renderingMiddleware(formatAt))
      .handler(async (event, context) => {
        const request = readEvent(event, context);
        const { negotiate, sentence } = formatAt(request.path);
        const input = () => {
          const { accept, 'content-type': contentType } = request.headers;
          const hasBody = spec.body !== undefined && request.body.length > 0;
          negotiate?.({ accept, contentType: hasBody ? contentType : undefined });
          // A page ignores what mail providers and browsers add to the query of a link.
          if (query && dialect !== 'page' && !isEncoded(request.queryText)) throw new Refusal('malformed_query');
          return {
            request,
            body: (spec.body && validate(spec.body, parseBody(request, accepts), 'body', sentence)) as Parsed<B>,
            query: (query && validate(query, readQuery(request.query), 'query', sentence)) as Parsed<Q>,
          };
        };
        return (await retryWhileStale((attempt) => run({ request, input, fresh: attempt > 1 }))) as never;
      }) as unknown as Endpoint['handler'],
  };
}

/** Returns the first value of each parameter. */
function firstOf(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...query].reverse());
}
