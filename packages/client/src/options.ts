/**
 * Returns the credential of the caller: an ID token of the issuer, or an access token. It is called before each request.
 *
 * @param refused the token that the API has just refused as invalid: return a newer one, or the call fails
 */
export type TokenSource = (refused?: string) => string | undefined | Promise<string | undefined>;

export interface MusterOptions {
  /** The address of the API, such as `https://teams.example.com`. */
  readonly baseUrl: string;
  /** The credential of the caller: an ID token, an access token, or a function that returns one. */
  readonly token?: string | TokenSource | undefined;
  /** The id of the organization of all calls. A person who is in one organization, and an access token, need none. */
  readonly organization?: string | undefined;
  /** How often a call is repeated after a failure that may pass. Default: 3. */
  readonly retries?: number | undefined;
  /** How long an answer may take, in milliseconds. Default: 25,000; the service ends a request after 20 seconds. */
  readonly timeout?: number | undefined;
  /** The longest wait before a repetition, in milliseconds. A call that has to wait longer fails. Default: 30,000. */
  readonly maxWait?: number | undefined;
  /** Ends all calls of the client; they then throw the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** The options of a call. */
export interface CallOptions {
  /** The id of the organization, instead of the client's. */
  readonly organization?: string | undefined;
  /** Ends the call; it then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The options of a call that creates something. */
export interface CreateOptions extends CallOptions {
  /**
   * With the same key, later calls get the same answer and create nothing more, for 24 hours. Each call has its own key
   * by default, so only its own repetitions create nothing more.
   */
  readonly idempotencyKey?: string | undefined;
}
