import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type CallOptions, type ErrorCode, isMusterError, Muster, type MusterError } from '../client/src/index.ts';
import { Stop } from './stop.ts';

/** The longest wait within a run, in seconds: more than the ten-minute window of mails to one address. */
export const MAX_WAIT = 900;

/** The timeout of a request, in milliseconds: longer than API Gateway's 30 seconds. */
const REQUEST_TIMEOUT = 40_000;

/** The retries of a request with transient failures, over about three minutes. */
const RETRIES = 9;

type Send<T> = (muster: Muster, options: CallOptions) => PromiseLike<T>;

/** The API, as one caller uses it. */
export class Api {
  readonly #token: string;
  readonly #interrupted: AbortSignal;
  readonly #muster: Muster;

  /** @param interrupted aborts waits, but not requests */
  constructor(
    url: string,
    token: string,
    interrupted: AbortSignal,
    { organization, retries = RETRIES }: { readonly organization?: string; readonly retries?: number } = {},
  ) {
    this.#token = token;
    this.#interrupted = interrupted;
    this.#muster = new Muster({
      ...{ baseUrl: url, token, organization, retries, timeout: REQUEST_TIMEOUT, maxWait: MAX_WAIT * 1000 },
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_TIMEOUT) }),
    });
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
   * Calls the API.
   *
   * @param expected codes of refusals that aren't the end of the run
   * @returns undefined for such a refusal
   * @throws Stop for another failure; AbortError when the run is interrupted
   */
  async call<T>(send: Send<T>): Promise<T>;
  async call<T>(send: Send<T>, expected: readonly ErrorCode[]): Promise<T | undefined>;
  async call<T>(send: Send<T>, expected: readonly ErrorCode[] = []): Promise<T | undefined> {
    try {
      return await send(this.#muster, { signal: this.#interrupted });
    } catch (error) {
      if (!isMusterError(error)) throw error;
      if (expected.includes(error.code)) return undefined;
      throw new Stop(stopReason(error));
    }
  }

  /** Waits. @throws AbortError when the run is interrupted */
  async wait(seconds: number): Promise<void> {
    await sleep(seconds * 1000, undefined, { signal: this.#interrupted });
  }
}

/** Formats the time after the given number of seconds for people. */
export function clock(seconds: number): string {
  return `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

function stopReason({ status, code, message, retryAfter = 0 }: MusterError): string {
  if (status === 401) {
    return `${message} It may have expired: put a new one into MUSTER_TOKEN and run the same command again. It continues where it stopped.`;
  }
  const problem = status === 0 ? message : `The API says ${status} ${message} (${code}).`;
  if (retryAfter > MAX_WAIT) return `${problem} Run the same command again after ${clock(retryAfter)}.`;
  if (status !== 0 && status !== 429 && status < 500) return problem;
  return `${problem} Run the same command again later: it continues where it stopped.`;
}
