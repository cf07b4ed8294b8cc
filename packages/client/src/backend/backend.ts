import type { AccessCheck } from '../generated/types.ts';
import {
  type ExpressMiddleware,
  express,
  type Guards,
  type HonoMiddleware,
  hono,
  type LambdaWrapper,
  lambda,
} from './adapters.ts';
import { PublishedKeys } from './keys.ts';
import type { Pass, Requirement } from './requirement.ts';
import { AccessError, type Session } from './session.ts';
import { verifyStatement } from './statement.ts';

/** How a backend knows its callers. */
export interface BackendOptions {
  /** The address of the API, such as `https://teams.example.com`: the issuer of statements. */
  readonly baseUrl: string;
  /** Whom statements are for: the `audience` that your pages ask for. */
  readonly audience: string;
  /**
   * For checks (`instant`): the token of an integration with the role ADMIN, or an access token of an ADMIN. It belongs to
   * one organization: a backend of several gives a function that returns the token of an organization.
   */
  readonly token?: string | ((organization: string) => string | Promise<string>) | undefined;
  /** Called when Muster doesn't answer, and the request got a 503. For the log. */
  readonly onUnavailable?: ((error: AccessError) => void) | undefined;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The time-out of a check, in milliseconds. */
const TIMEOUT = 5000;

/** A permission of every member. Its check tells the present role. */
const OF_EVERY_MEMBER = 'organization:read';

/** Knows the callers of a backend. Create it once: it keeps the keys that verify statements. */
export class Backend {
  readonly #options: BackendOptions;
  readonly #baseUrl: string;
  readonly #fetch: typeof globalThis.fetch;
  readonly #keys: PublishedKeys;
  /** Middleware for Express. `request.muster` is the session. */
  readonly express: Guards<ExpressMiddleware>;
  /** Middleware for Hono. `context.get('muster')` is the session. */
  readonly hono: Guards<HonoMiddleware>;
  /** Wrappers of Lambda handlers, for API Gateway and function URLs. `event.muster` is the session. */
  readonly lambda: Guards<LambdaWrapper>;

  constructor(options: BackendOptions) {
    this.#options = options;
    this.#baseUrl = options.baseUrl.replace(/\/+$/, '');
    // A method of another object would lose its `this`.
    this.#fetch = (...request) => (options.fetch ?? globalThis.fetch)(...request);
    this.#keys = new PublishedKeys(this.#baseUrl, this.#fetch);
    const pass: Pass = (...asked) => this.#pass(...asked);
    this.express = express(pass);
    this.hono = hono(pass);
    this.lambda = lambda(pass);
  }

  /** Verifies a statement, without a call as long as the keys are known. @throws AccessError */
  verifySession(token: string): Promise<Session> {
    const { audience } = this.#options;
    return verifyStatement(token, { issuer: this.#baseUrl, audience }, this.#keys);
  }

  /**
   * Asks Muster whether a member has a permission now.
   *
   * @param resource a team or a site; default: the organization
   * @throws AccessError `unavailable` if Muster doesn't answer, or refuses the question
   */
  async check(
    { organization, member }: Pick<Session, 'organization' | 'member'>,
    permission: string,
    resource?: string,
  ): Promise<AccessCheck> {
    const { token } = this.#options;
    const credential = typeof token === 'function' ? await token(organization) : token;
    if (!credential) throw new AccessError('unavailable', 'A check needs `token`, an access token of an ADMIN.');
    const query = new URLSearchParams({ member, permission, ...(resource !== undefined && { resource }) });
    let status: number;
    let answer: AccessCheck & { readonly message?: string };
    try {
      const response = await this.#fetch(`${this.#baseUrl}/v1/access/check?${query}`, {
        headers: { authorization: `Bearer ${credential}`, 'x-organization-id': organization },
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      });
      ({ status } = response);
      answer = (await response.json()) as typeof answer;
    } catch (cause) {
      throw new AccessError('unavailable', 'Muster doesn’t answer.', { cause });
    }
    if (status === 200) return answer;
    throw new AccessError('unavailable', `Muster refused the check with ${status}: ${answer.message}`);
  }

  async #pass(...[requirement, options, request, authorization]: Parameters<Pass>): Promise<Session> {
    try {
      const [, token] = /^Bearer +(\S+)$/i.exec(authorization ?? '') ?? [];
      if (!token) throw new AccessError('unauthenticated', 'Send a statement as Authorization: Bearer ...');
      const session = await this.verifySession(token);
      if (options.organization && options.organization(request) !== session.organization) {
        throw new AccessError('forbidden', 'The statement is of another organization.');
      }
      if (options.instant) return await this.#present(session, requirement, options.resource?.(request));
      const isAllowed =
        'roles' in requirement
          ? requirement.roles.includes(session.role)
          : session.permissions.includes(requirement.permission);
      if (!isAllowed) throw forbidden();
      return session;
    } catch (error) {
      if (error instanceof AccessError && error.status === 503) this.#options.onUnavailable?.(error);
      throw error;
    }
  }

  /** Returns the session with the present role, if that meets the requirement. @throws AccessError */
  async #present(session: Session, requirement: Requirement, resource: unknown): Promise<Session> {
    const { allowed, role } =
      'roles' in requirement
        ? await this.check(session, OF_EVERY_MEMBER)
        : await this.check(session, requirement.permission, resource === undefined ? undefined : String(resource));
    if (role === null) throw new AccessError('forbidden', 'You aren’t a member of this organization any more.');
    if (!allowed || ('roles' in requirement && !requirement.roles.includes(role))) throw forbidden();
    return { ...session, role };
  }
}

function forbidden(): AccessError {
  return new AccessError('forbidden', 'Your role doesn’t allow this.');
}
