import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Stop } from './stop.ts';

/** An answer of the API. */
export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the answers of several endpoints; who asks knows which
  readonly body: any;
  /** Seconds after which to ask again, if it says so. */
  readonly retryAfter: number | undefined;
}

/** What a request may carry. */
export interface Sending {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The longest wait that a run sits out, in seconds: beyond the ten minutes in which an address gets so many mails. */
export const LONGEST_WAIT = 900;

/** Milliseconds after which a request is taken for lost: API Gateway ends each after 30 seconds. */
const REQUEST_TIMEOUT = 40_000;

/** How often a request is sent that fails for a passing reason: over some three minutes. */
const TRIES = 10;

/** The API, for whoever has the token. */
export class Api {
  readonly #url: string;
  readonly #token: string;
  readonly #interrupted: AbortSignal;
  /** Set once it is known. */
  organization: string | undefined;

  /** @param interrupted ends waiting, and no request */
  constructor(url: string, token: string, interrupted: AbortSignal) {
    this.#url = url;
    this.#token = token;
    this.#interrupted = interrupted;
  }

  /** Who calls, as a hash: the person behind an ID token, whatever token it is, or the access token. */
  get caller(): string {
    const [, payload = ''] = this.#token.split('.');
    let who = this.#token;
    try {
      const { iss, sub } = JSON.parse(Buffer.from(payload, 'base64url').toString());
      who = `${iss}\n${sub}`;
    } catch {
      // Not a JWT.
    }
    return createHash('sha256').update(who).digest('base64url').slice(0, 22);
  }

  /** Asks once. @throws TypeError and others of `fetch` when there is no answer; Stop for a token that isn't valid */
  async ask(route: string, { body, headers }: Sending = {}): Promise<Answer> {
    const [method, path] = route.split(' ') as [string, string];
    const response = await fetch(this.#url + path, {
      method,
      // The token is for this address alone.
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
        `${messageOf(text) ?? 'The token was refused.'} It may have expired: put a new one into MUSTER_TOKEN and run the same command again. It goes on where it has stopped.`,
      );
    }
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN);
    return { status: response.status, body: parsed(text), retryAfter: Number.isFinite(seconds) ? seconds : undefined };
  }

  /**
   * Asks until there is an answer: again after as long as the API says, or after growing pauses, where it is busy, fails
   * or can't be reached.
   *
   * @param expected the statuses that are answers here
   * @throws Stop for whatever else it says, and when it doesn't get better
   */
  async askPatiently(route: string, sending?: Sending, expected: readonly number[] = [200]): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.ask(route, sending).catch((error: unknown) => {
        if (error instanceof Stop) throw error;
        return { status: 0, body: undefined, retryAfter: undefined };
      });
      const { status, body, retryAfter = 0 } = answer;
      if (expected.includes(status) && body !== undefined) return answer;
      const said = status === 0 ? 'The API can not be reached.' : `The API says ${describe(answer)}.`;
      if (status !== 0 && status !== 429 && status < 500) throw new Stop(said);
      if (retryAfter > LONGEST_WAIT) throw new Stop(`${said} Run the same command again after ${clock(retryAfter)}.`);
      if (tries === TRIES) {
        throw new Stop(`${said} Run the same command again later: it goes on where it has stopped.`);
      }
      await this.wait(Math.max(retryAfter, Math.min(2 ** (tries - 2), 30)));
    }
  }

  /** @param seconds how long. @throws AbortError when the run is interrupted */
  async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: this.#interrupted });
  }
}

/** An answer in words: `403 Your role does not allow this. (forbidden)` */
export function describe({ status, body }: Answer): string {
  return [status, body?.message, body?.error && `(${body.error})`].filter(Boolean).join(' ');
}

/** The moment in so many seconds, as people read it. */
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
