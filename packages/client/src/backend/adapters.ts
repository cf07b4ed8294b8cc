import type { Role } from '../generated/types.ts';
import type { Pass, Requirement, RequireOptions } from './requirement.ts';
import { AccessError, type Session } from './session.ts';

// The frameworks' types, as far as they are used: the package needs none of them.

interface ExpressRequest {
  readonly headers: { readonly authorization?: string | undefined };
  muster?: Session;
}
interface ExpressResponse {
  set(headers: Record<string, string>): unknown;
  status(code: number): { json(body: unknown): unknown };
}
export type ExpressMiddleware = (
  request: ExpressRequest,
  response: ExpressResponse,
  next: (error?: unknown) => void,
) => void;

declare global {
  // The request of an application with Express has the session.
  namespace Express {
    interface Request {
      /** Who sends the request: set by `requireRole` and `requirePermission`. */
      muster?: Session;
    }
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the context of an application has types of its own
export type HonoMiddleware = (context: any, next: () => Promise<void>) => Promise<Response | undefined>;

interface LambdaEvent {
  readonly headers?: Readonly<Record<string, string | undefined>> | null;
}
interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}
/** Wraps a handler, whose event then has the session. */
export type LambdaWrapper = <E extends LambdaEvent, C, R>(
  handler: (event: E & { readonly muster: Session }, context: C) => Promise<R>,
) => (event: E, context: C) => Promise<R | LambdaAnswer>;

/** Protects the routes of a framework. */
export interface Guards<Middleware> {
  /** Lets members with this role pass, or with one of these. */
  requireRole(role: Role | readonly Role[], options?: RequireOptions): Middleware;
  /** Lets members with this permission pass: one of Muster's, or one of the application's own. */
  requirePermission(permission: string, options?: RequireOptions): Middleware;
}

/** Returns middleware for Express, and for what has the same requests. `request.muster` is the session. */
export function express(pass: Pass): Guards<ExpressMiddleware> {
  return guards((requirement, options) => (request, response, next) => {
    pass(requirement, options, request, request.headers.authorization).then(
      (session) => {
        request.muster = session;
        next();
      },
      (error) => {
        if (!(error instanceof AccessError)) return next(error);
        const { status, headers, body } = refusal(error);
        response.set(headers);
        response.status(status).json(body);
      },
    );
  });
}

/** Returns middleware for Hono. `context.get('muster')` is the session. */
export function hono(pass: Pass): Guards<HonoMiddleware> {
  return guards((requirement, options) => async (context, next) => {
    try {
      context.set('muster', await pass(requirement, options, context, context.req.header('authorization')));
    } catch (error) {
      const { status, headers, body } = refusal(error);
      return context.json(body, status, headers);
    }
    await next();
    return undefined;
  });
}

/** Returns wrappers of Lambda handlers, for API Gateway and function URLs. `event.muster` is the session. */
export function lambda(pass: Pass): Guards<LambdaWrapper> {
  return guards<LambdaWrapper>((requirement, options) => (handler) => async (event, context) => {
    let session: Session;
    try {
      const { authorization, Authorization } = event.headers ?? {};
      session = await pass(requirement, options, event, authorization ?? Authorization);
    } catch (error) {
      const { status, headers, body } = refusal(error);
      const type = { 'content-type': 'application/json' };
      return { statusCode: status, headers: { ...type, ...headers }, body: JSON.stringify(body) };
    }
    return handler({ ...event, muster: session }, context);
  });
}

/** @throws TypeError for options that would have no effect */
function guards<M>(guard: (requirement: Requirement, options: RequireOptions) => M): Guards<M> {
  return {
    requireRole(role, options = {}) {
      if (options.resource) throw new TypeError('`resource` belongs to requirePermission.');
      return guard({ roles: [role].flat() as Role[] }, options);
    },
    requirePermission(permission, options = {}) {
      if (options.resource && !options.instant) throw new TypeError('`resource` needs `instant: true`.');
      return guard({ permission }, options);
    },
  };
}

/** Returns the answer to a refused request. The cause of a 503 is for the log of the backend. @throws other errors */
function refusal(error: unknown) {
  if (!(error instanceof AccessError)) throw error;
  const { status, error: code, message } = error;
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    ...(status === 503 && { 'retry-after': '10' }),
  };
  return { status, headers, body: { error: code, message: status === 503 ? 'Try again later.' : message } };
}
