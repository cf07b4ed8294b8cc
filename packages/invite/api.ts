import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stop } from './stop.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of several endpoints; the caller knows the type
  readonly body: any;
  /** The answer's `Retry-After`, in seconds. */
  readonly retryAfter: number | undefined;
}

/** The optional parts of a request. */
export interface RequestOptions {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The longest wait within a run, in seconds: more than the ten-minute window of mails to one address. */
export const MAX_WAIT = 900;

/** The timeout of a request, in milliseconds: longer than API Gateway's 30 seconds. */
const REQUEST_TIMEOUT = 40_000;

/** The tries of a request with transient failures, over about three minutes. */
const MAX_TRIES = 10;

/** A client of the API. */
export class Api {
  readonly #url: string;
  readonly #token: string;
  readonly #interrupted: AbortSignal;
  /** The organization's id, set once it is known. */
  organization: string | undefined;

  /** @param interrupted aborts waits, but not requests */
  constructor(url: string, token: string, interrupted: AbortSignal) {
    this.#url = url;
    this.#token = token;
    this.#interrupted = interrupted;
  }

  /** A hash of the caller: of the person for any of their ID tokens, or of the access token. */
  get caller(): string {
    const [, payload = ''] = this.#token.split('.');
    let caller = this.#token;
    try {
      const { iss, sub } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      caller = `${iss}\n${sub}`;
    } catch {
      // Not a JWT.
    }
    return createHash('sha256').update(caller).digest('base64url').slice(0, 22);
  }

  /**
   * Sends a request once. @throws TypeError and other errors of `fetch` without an answer; Stop for an invalid token
   */
  async request(route: string, { body, headers }: RequestOptions = {}): Promise<Answer> {
    const [method, path] = route.split(' ') as [string, string];
    const response = await fetch(this.#url + path, {
      method,
      // A redirect must not get the token.
      redirect: 'manual',
      signal: AbortSignal.timeout(REQUEST_TIMEOUT),
      headers: {
        authorization: `Bearer ${this.#token}`,
        ...(this.organization && { 'x-organization-id': this.organization }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status === 401) {
      throw new Stop(
        `${messageOf(text) ?? 'The token was refused.'} It may have expired: put a new one into MUSTER_TOKEN and run the same command again. It continues where it stopped.`,
      );
    }
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { status: response.status, body: parsed(text), retryAfter: Number.isFinite(seconds) ? seconds : undefined };
  }

  /**
   * Sends a request, with retries if the API is busy, fails or can't be reached. Waits for `Retry-After`, or with
   * exponential backoff.
   *
   * @param expected the statuses that are returned
   * @throws Stop for other statuses, and after `MAX_TRIES`
   */
  async requestWithRetry(
    route: string,
    options?: RequestOptions,
    expected: readonly number[] = [200],
  ): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.request(route, options).catch((error: unknown) => {
        if (error instanceof Stop) throw error;
        return { status: 0, body: undefined, retryAfter: undefined };
      });
      const { status, body, retryAfter = 0 } = answer;
      if (expected.includes(status) && body !== undefined) return answer;
      const problem = status === 0 ? 'The API can not be reached.' : `The API says ${describe(answer)}.`;
      if (status !== 0 && status !== 429 && status < 500) throw new Stop(problem);
      if (retryAfter > MAX_WAIT) throw new Stop(`${problem} Run the same command again after ${clock(retryAfter)}.`);
      if (tries === MAX_TRIES) {
        throw new Stop(`${problem} Run the same command again later: it continues where it stopped.`);
      }
      await this.wait(Math.max(retryAfter, Math.min(2 ** (tries - 2), 30)));
    }
  }

  /** Waits. @throws AbortError when the run is interrupted */
  async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: this.#interrupted });
  }
}

/** Describes an answer: `403 Your role does not allow this. (forbidden)` */
export function describe({ status, body }: Answer): string {
  return [status, body?.message, body?.error && `(${body.error})`].filter(Boolean).join(' ');
}

/** Formats the time after the given number of seconds for people. */
export function clock(seconds: number): string {
  return `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function messageOf(text: string): string | undefined {
  return (parsed(text) as { message?: string } | undefined)?.message;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
