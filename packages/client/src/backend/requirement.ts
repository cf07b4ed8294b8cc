import type { Role } from '../generated/types.ts';
import type { Session } from './session.ts';

// biome-ignore lint/suspicious/noExplicitAny: the request of any framework
type AnyRequest = any;

/** How a route is protected. */
export interface RequireOptions {
  /** Whether Muster is asked at each request, so that a removed member is refused at once. Default: no. */
  readonly instant?: boolean | undefined;
  /** Returns the organization that a request is about. Members of other organizations are refused. */
  readonly organization?: ((request: AnyRequest) => unknown) | undefined;
  /** Returns the team or the site that a request is about: `team_...` or `site_...`. For permissions, with `instant`. */
  readonly resource?: ((request: AnyRequest) => unknown) | undefined;
}

/** What a route requires: one of some roles, or a permission. */
export type Requirement = { readonly roles: readonly Role[] } | { readonly permission: string };

/**
 * Returns the session of a request that may pass.
 *
 * @param authorization the header of the request
 * @throws AccessError
 */
export type Pass = (
  requirement: Requirement,
  options: RequireOptions,
  request: unknown,
  authorization: string | undefined,
) => Promise<Session>;
