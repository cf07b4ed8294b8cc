import { type ErrorCode, isMusterError, MusterError } from './errors.ts';
import type { CreateOptions, MusterOptions } from './options.ts';

/** A request. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  /** Whether it creates something, once for each idempotency key. */
  readonly creates: boolean;
  readonly options: CreateOptions;
}

/** The first wait between two tries, in milliseconds; each further one is twice as long. */
const FIRST_WAIT = 500;

/** Sends calls, with retries. */
export class Transport {
  readonly #options: MusterOptions;

  constructor(options: MusterOptions) {
    this.#options = options;
  }

  /**
   * Sends a request, and repeats it if that is safe: after an answer that says that nothing was done, or if a repeated
   * request does nothing more.
   *
   * @returns the body of the answer; undefined if it has none
   * @throws MusterError; the reason of the signal; what the source of tokens throws
   */
  async send({ options, ...request }: Call): Promise<unknown> {
    const { token: source, retries = 3, maxWait = 30_000 } = this.#options;
    const { method, creates } = request;
    const { idempotencyKey = newKey() } = options;
    const signal = either(this.#options.signal, options.signal);
    const call = { ...request, options: { ...options, signal } };
    const key = creates ? idempotencyKey : undefined;
    const isRepeatable = /GET|PUT|DELETE/.test(method) || creates;
    let token = typeof source === 'function' ? await source() : source;
    let [isRefused, mayBeDone] = [false, false];
    for (let tries = 0; ; ) {
      signal?.throwIfAborted();
      try {
        return await this.#try(call, token, key);
      } catch (error) {
        if (!isMusterError(error)) throw error;
        const { status, retryAfter } = error;
        if (status === 401 && typeof source === 'function' && !isRefused) {
          isRefused = true;
          const newer = await source(token);
          if (newer === token) throw error;
          token = newer;
          continue;
        }
        // What an earlier try has deleted is gone.
        if (status === 404 && method === 'DELETE' && mayBeDone) return undefined;
        const wasRefused = status === 429 || isMusterError(error, 'busy', 'keys_unavailable');
        const isUnclear = status === 0 || /^50[0234]$/.test(String(status));
        const backoff = Math.min(FIRST_WAIT * 2 ** tries, maxWait) * (0.5 + Math.random() / 2);
        const wait = retryAfter === undefined ? backoff : retryAfter * 1000;
        const isPassing = wasRefused || (isUnclear && isRepeatable);
        if (!isPassing || tries >= retries || wait > maxWait) throw error;
        mayBeDone ||= !wasRefused;
        tries += 1;
        await sleep(wait, signal);
      }
    }
  }

  async #try({ method, path, body, options }: Call, token: string | undefined, key?: string): Promise<unknown> {
    const { baseUrl, organization, timeout = 25_000, fetch = globalThis.fetch } = this.#options;
    const { signal } = options;
    const named = options.organization ?? organization;
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer = setTimeout(abort, timeout);
    signal?.addEventListener('abort', abort);
    let response: Response;
    let text: string;
    try {
      response = await fetch(baseUrl.replace(/\/+$/, '') + path, {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(named && { 'x-organization-id': named }),
          ...(key && { 'idempotency-key': key }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        // A redirect must not get the token.
        redirect: 'manual',
        signal: controller.signal,
      });
      text = await response.text();
    } catch (cause) {
      signal?.throwIfAborted();
      throw controller.signal.aborted
        ? new MusterError('timed_out', `The API did not answer within ${timeout} ms.`, { status: 0, cause })
        : new MusterError('network_error', `The API can not be reached: ${reasonOf(cause)}`, { status: 0, cause });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
    return read(response, text);
  }
}

/** An answer's body. */
interface Body {
  readonly message?: string;
  readonly error?: ErrorCode;
  readonly requestId?: string;
  readonly details?: Readonly<Record<string, readonly string[]>>;
}

/** Returns the body of an answer. @throws MusterError for a refusal, and for an answer that isn't the API's */
function read({ ok, status, headers }: Response, text: string): unknown {
  if (status === 204) return undefined;
  let body: Body | undefined;
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON.
  }
  if (ok && body) return body;
  const { error, message, details, requestId = headers.get('apigw-requestid') ?? undefined } = body ?? {};
  const retryAfter = Number.parseInt(headers.get('retry-after') ?? '', 10);
  const facts = { status, requestId, details, retryAfter: Number.isNaN(retryAfter) ? undefined : retryAfter };
  if (error && message) throw new MusterError(error, message, facts);
  const found = `status ${status} with ${headers.get('content-type') ?? 'no content'}${message ? `: ${message}` : ''}`;
  // API Gateway has its own limit.
  if (status === 429) throw new MusterError('request_rate_exceeded', `There were too many requests: ${found}`, facts);
  const advice = status < 500 ? ' Is baseUrl the address of the API?' : '';
  throw new MusterError('unexpected_answer', `This is no answer of the API: ${found}.${advice}`, facts);
}

/** Returns why `fetch` failed. Node has the reason in `cause`. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string; code?: string } };
  return cause?.message || cause?.code || message || String(error);
}

/** Returns an idempotency key. `crypto.randomUUID` doesn't exist on pages without HTTPS. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Returns a signal that is aborted with either of two. */
function either(one: AbortSignal | undefined, other: AbortSignal | undefined): AbortSignal | undefined {
  return one && other ? AbortSignal.any([one, other]) : (one ?? other);
}

/** @throws the reason of the signal */
function sleep(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, milliseconds);
    signal?.addEventListener('abort', abort, { once: true });
  });
}
