import type * as z from 'zod/mini';
import type { Dialect } from '../dialects/dialect.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Permission, ScopedPermission } from '../domain/roles.ts';
import type { TableAccess } from '../table/access.ts';

/** Who may call: a signed-in person, an access token, an integration, an operator's key, the holder of a link, anybody. */
export type CallerKind = 'person' | 'token' | 'integration' | 'operatorKey' | 'link' | 'anybody';

/** The callers of an endpoint of an organization, unless it says otherwise. */
export const IN_ORGANIZATION = ['person', 'token', 'integration'] as const satisfies readonly CallerKind[];

/** The callers of endpoints about the caller's own membership. An integration has an organization, but is no member. */
export const OF_MEMBERS = ['person', 'token'] as const satisfies readonly CallerKind[];

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An API Gateway route key: `POST /v1/invitations/{id}/resend`, or `$default` for requests that no route matches. */
export type Route = `${Method} /${string}` | '$default';

/** Returns the route keys of a function: a GET route has a HEAD route too. */
export function routeKeysOf({ route }: { readonly route: Route }): readonly string[] {
  return route.startsWith('GET ') ? [route, route.replace('GET', 'HEAD')] : [route];
}

/** The declaration of a function. IAM roles, the CDK template and the local stack are made from it. */
interface FunctionDeclaration {
  /** The table access of the function, including that of its authentication. */
  readonly table: TableAccess;
  /** Whether it queries the index of due items. */
  readonly due: boolean;
  /** Whether it sends mail (`ses:SendRawEmail`). */
  readonly email: boolean;
  /** The time-out in seconds. */
  readonly timeout: number;
}

/** A function that handles a route of the API. */
export interface HttpDeclaration extends FunctionDeclaration {
  readonly kind: 'http';
  readonly route: Route;
  /** The dialect of its answers; `$default` chooses it by the path. */
  readonly dialect: Dialect;
  readonly caller: readonly CallerKind[];
  /** The permission that the caller needs; undefined: no organization is involved, or every member may call. */
  readonly permission: Permission | ScopedPermission | undefined;
  /** Whether callers may act on themselves without the permission. */
  readonly oneself: boolean;
  /** The scope of the permission; undefined: the organization. */
  readonly about: 'team' | 'site' | undefined;
  /** Whether the call is about one organization (`X-Organization-Id`). */
  readonly organization: boolean;
  /** Whether the organization follows from the resource of the call, not from a header. */
  readonly found: boolean;
  /**
   * The number of sequential DynamoDB round trips of a warm function, with an organization header. It is documentation;
   * a test counts them.
   */
  readonly depth: number;
  /** Whether it creates a resource, once for each `Idempotency-Key`. */
  readonly creates: boolean;
  /** The refusals that don't follow from `caller`, `permission` and its input. */
  readonly refuses: readonly RefusalCode[];
  /** The zod schemas of the input; undefined: it has none. */
  readonly query: z.core.$ZodType | undefined;
  readonly body: z.core.$ZodType | undefined;
  /** The media type of the body: a kind of JSON, a page's form, or any type, parsed as JSON if possible. */
  readonly accepts: 'application/json' | 'application/vnd.api+json' | 'application/x-www-form-urlencoded' | '*/*';
}

/** A scheduled function. */
export interface ScheduleDeclaration extends FunctionDeclaration {
  readonly kind: 'schedule';
  /** An expression of EventBridge Scheduler, such as `rate(1 minute)`. */
  readonly schedule: string;
}

/** A function that receives SES's delivery events. */
export interface MailEventsDeclaration extends FunctionDeclaration {
  readonly kind: 'mailEvents';
}

/** A function that gets new items from the stream of the table. */
export interface StreamDeclaration extends FunctionDeclaration {
  readonly kind: 'stream';
  /** The types of the items that it gets when they are written for the first time. */
  readonly items: readonly string[];
  /** Whether it publishes events (`events:PutEvents`). */
  readonly events: boolean;
}

/** A function that an operator invokes by hand. */
export interface OperatorDeclaration extends FunctionDeclaration {
  readonly kind: 'operator';
  /** Whether it reads the whole table (`dynamodb:Scan`). */
  readonly scans: boolean;
}

/** A function that Cognito invokes before it issues tokens of the built-in user pool. */
export interface PreTokenDeclaration extends FunctionDeclaration {
  readonly kind: 'preToken';
}

export type Declaration =
  | HttpDeclaration
  | ScheduleDeclaration
  | MailEventsDeclaration
  | StreamDeclaration
  | OperatorDeclaration
  | PreTokenDeclaration;

/** Tells whether an endpoint answers requests without a credential. */
export function isAnonymous({ caller }: Pick<HttpDeclaration, 'caller'>): boolean {
  return caller.some((kind) => kind === 'anybody' || kind === 'link');
}
