import type * as z from 'zod/mini';
import type { Dialect } from '../dialects/dialect.ts';
import type { RefusalCode } from '../domain/refusal.ts';
import type { Permission, ScopedPermission } from '../domain/roles.ts';
import type { TableAccess } from '../table/access.ts';

/** Who may call: a signed-in person, an access token, whoever holds a link's secret, anybody. */
export type CallerKind = 'person' | 'token' | 'link' | 'anybody';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** An API Gateway route key: `POST /v1/invitations/{id}/resend`, or `$default` for whatever no route matches. */
export type Route = `${Method} /${string}` | '$default';

/** The keys of the routes behind which a function stands: what answers GET answers HEAD too. */
export function routeKeysOf({ route }: { readonly route: Route }): readonly string[] {
  return route.startsWith('GET ') ? [route, route.replace('GET', 'HEAD')] : [route];
}

/** What every function declares, and the only place that knows it. The role, the template and the local run read it. */
interface FunctionDeclaration {
  /** The table access of the function, that of its authentication included. */
  readonly table: TableAccess;
  /** Whether it queries the index of what is due. */
  readonly due: boolean;
  /** Whether it sends mail (`ses:SendRawEmail`). */
  readonly email: boolean;
  /** Seconds until AWS ends it. */
  readonly timeout: number;
}

/** A function behind a route of the API. */
export interface HttpDeclaration extends FunctionDeclaration {
  readonly kind: 'http';
  readonly route: Route;
  /** The dialect that it answers in; `$default` chooses by the path. */
  readonly dialect: Dialect;
  readonly caller: readonly CallerKind[];
  /** What the caller must have; undefined where no organization is involved or every member may. */
  readonly permission: Permission | ScopedPermission | undefined;
  /** Whether those whom the call is about may, too, without the permission. */
  readonly oneself: boolean;
  /** What the permission is asked of; undefined: of the role in the organization. */
  readonly about: 'team' | 'site' | undefined;
  /** Whether the call is about one organization (`X-Organization-Id`). */
  readonly organization: boolean;
  /** Whether what the call is about tells the organization, which no header names then. */
  readonly found: boolean;
  /** DynamoDB round trips one after another with a warm function and an organization header; documentation, counted by a test. */
  readonly depth: number;
  /** Whether it creates something, once for each `Idempotency-Key`. */
  readonly creates: boolean;
  /** The codes it refuses with, beyond those that follow from `caller`, `permission` and its input. */
  readonly refuses: readonly RefusalCode[];
  /** zod schemas of the input; undefined where there is none. */
  readonly query: z.core.$ZodType | undefined;
  readonly body: z.core.$ZodType | undefined;
  /** What the request's body is sent as: a kind of JSON, a page's form, or whatever it is, read as far as it can be. */
  readonly accepts: 'application/json' | 'application/vnd.api+json' | 'application/x-www-form-urlencoded' | '*/*';
}

/** A function that a schedule starts. */
export interface ScheduleDeclaration extends FunctionDeclaration {
  readonly kind: 'schedule';
  /** EventBridge Scheduler's expression: `rate(1 minute)`. */
  readonly schedule: string;
}

/** A function that gets what SES tells of the mails. */
export interface MailEventsDeclaration extends FunctionDeclaration {
  readonly kind: 'mailEvents';
}

export type Declaration = HttpDeclaration | ScheduleDeclaration | MailEventsDeclaration;
