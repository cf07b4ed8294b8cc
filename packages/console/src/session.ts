import { MusterError, type TokenSource } from '../../client/src/index.ts';
import type { Configuration } from './configuration.ts';

/** What a sign-in has to remember until the issuer sends the browser back. It has no token. */
interface Attempt {
  readonly state: string;
  readonly nonce: string;
  /** The verifier of PKCE (RFC 7636). */
  readonly verifier: string;
  /** The fragment of the page that the person wanted. */
  readonly page: string;
}

interface Tokens {
  readonly idToken: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** For a new ID token without the person, if the issuer gives one. */
  readonly refreshToken: string | undefined;
}

/** Why a sign-in failed: what the issuer says, or a mistake of the way back. */
export class SignInError extends Error {
  /** OAuth's code, such as `access_denied`. */
  readonly code: string;

  constructor(code: string, description = code) {
    super(description);
    this.code = code;
  }
}

const ATTEMPT = 'muster-console-sign-in';
const SIGNED_OUT = 'muster-console-signed-out';

/** The name of the channel between the windows of the console in a browser. */
const CHANNEL = 'muster-console-session';

/** What they tell each other. */
interface Message {
  /** The query of the address to which the issuer sent a window that signs a person in again. */
  readonly answer?: string;
  /** The state of an answer that the page that waits for it has taken. */
  readonly taken?: string;
  readonly isSignedOut?: true;
}

/** How long a window waits until its answer is taken, in milliseconds. */
const TAKING = 3000;

/** How the state of such a sign-in begins. The name of a window doesn't survive every issuer. */
const AGAIN = 'again.';

/** How long the issuer's answer may take, in milliseconds. */
const TIMEOUT = 25_000;

/** How long before its end a token is renewed, in milliseconds. */
const EARLY = 30_000;

/**
 * The session of the person: OpenID Connect's code flow with PKCE. Tokens are in the memory of the page only, so they end
 * with it; the issuer's own session then signs the person in again.
 */
export class Session {
  readonly #configuration: Configuration['signIn'];
  readonly #askAgain: () => void;
  readonly #channel = new BroadcastChannel(CHANNEL);
  /** What takes the answers of windows that sign the person in again, by state. */
  readonly #windows = new Map<string, (answer: URLSearchParams) => void>();
  #taken: ((state: string) => void) | undefined;
  #tokens: Tokens | undefined;
  #renewal: Promise<string> | undefined;
  #signedInAgain: ((tokens: Tokens) => void) | undefined;

  /**
   * @param askAgain tells the person that they have to sign in again, by `signInAgain`
   * @param signedOut is called when they have signed out in another window
   */
  constructor(configuration: Configuration['signIn'], askAgain: () => void, signedOut: () => void) {
    this.#configuration = configuration;
    this.#askAgain = askAgain;
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.isSignedOut) {
        this.#forget();
        signedOut();
      }
      if (data.taken !== undefined) this.#taken?.(data.taken);
      const answer = new URLSearchParams(data.answer);
      // Another page's answer, or nobody's, is left alone.
      this.#windows.get(answer.get('state') ?? '')?.(answer);
    };
  }

  get isSignedIn(): boolean {
    return this.#tokens !== undefined;
  }

  /**
   * Ends a sign-in if the issuer has sent the browser back, and removes its code from the address and the history.
   *
   * @returns whether the person is signed in
   * @throws SignInError if the issuer refused
   * @throws MusterError if it didn't answer
   */
  async resume(): Promise<boolean> {
    const answer = new URLSearchParams(location.search);
    const state = answer.get('state');
    if (state === null) return false;
    if (state.startsWith(AGAIN)) {
      const isTaken = this.#passOn(state);
      history.replaceState(null, '', location.pathname);
      if (!(await isTaken)) throw new SignInError('state_mismatch');
      window.close();
      throw refusalIn(answer) ?? new SignInError('window_done');
    }
    const attempt: Partial<Attempt> | undefined = JSON.parse(sessionStorage.getItem(ATTEMPT) ?? 'null') ?? undefined;
    const page = attempt?.page ?? '';
    sessionStorage.setItem(ATTEMPT, JSON.stringify({ page }));
    history.replaceState(null, '', location.pathname + page);
    // The browser's Back leads to an answer that is used up.
    if (attempt && attempt.state === undefined) return false;
    this.#tokens = await this.#exchange(answer, attempt as Attempt | undefined);
    return true;
  }

  /** Gives the issuer's answer to the page that waits for it, and has its verifier: nobody else can use the code. */
  #passOn(state: string): Promise<boolean> {
    return new Promise((resolve) => {
      setTimeout(() => resolve(false), TAKING);
      this.#taken = (taken) => taken === state && resolve(true);
      this.#post({ answer: location.search });
    });
  }

  #post(message: Message): void {
    this.#channel.postMessage(message);
  }

  /** Whether the person has just signed out here, and isn't sent to the issuer again by themselves. */
  get hasSignedOut(): boolean {
    return sessionStorage.getItem(SIGNED_OUT) !== null;
  }

  /** Leaves for the issuer. The person comes back to the page that they are on. */
  async signIn(): Promise<never> {
    sessionStorage.removeItem(SIGNED_OUT);
    const attempt = newAttempt();
    sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
    // Back doesn't lead here, only to be sent on again.
    location.replace(await this.#authorizationUrl(attempt));
    return new Promise(() => {});
  }

  /**
   * Signs the person in again in a window of its own, so that the page keeps what they were doing. To be called in the
   * handler of a click. Calls that wait for a token then go on. If somebody else signs in, the page begins anew.
   *
   * @throws SignInError if the issuer refused
   * @throws MusterError if it didn't answer
   */
  async signInAgain(): Promise<void> {
    const attempt = newAttempt(AGAIN);
    const url = await this.#authorizationUrl(attempt);
    const opened = window.open(url, '_blank', 'popup,width=480,height=720');
    if (!opened) return this.signIn();
    const answer = await new Promise<URLSearchParams>((resolve) => {
      this.#windows.set(attempt.state, resolve);
    });
    this.#windows.delete(attempt.state);
    this.#post({ taken: attempt.state });
    const tokens = await this.#exchange(answer, attempt);
    // Somebody else: nothing of the page, nor what waits, is theirs.
    if (this.#tokens && claimsOf(this.#tokens.idToken).sub !== claimsOf(tokens.idToken).sub) {
      location.replace(location.pathname);
      return new Promise(() => {});
    }
    this.#tokens = tokens;
    this.#signedInAgain?.(tokens);
  }

  /** Signs out in all windows of the browser, and at the issuer too, if it says where. */
  signOut(): void {
    this.#forget();
    this.#post({ isSignedOut: true });
    const { endSession, clientId } = this.#configuration;
    const here = location.origin + location.pathname;
    if (endSession === undefined) {
      location.assign(here);
      return;
    }
    const url = new URL(endSession);
    url.searchParams.set('client_id', clientId);
    url.searchParams.set('post_logout_redirect_uri', here);
    // Cognito's name of it.
    url.searchParams.set('logout_uri', here);
    location.assign(url.href);
  }

  #forget(): void {
    this.#tokens = undefined;
    sessionStorage.setItem(SIGNED_OUT, '1');
  }

  /** The source of tokens for the client. It waits while the person has to sign in again. */
  readonly token: TokenSource = async (refused) => {
    const tokens = this.#tokens;
    if (tokens && tokens.idToken !== refused && Date.now() < tokens.expiresAt - EARLY) return tokens.idToken;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  };

  async #renew(): Promise<string> {
    const refreshToken = this.#tokens?.refreshToken;
    if (refreshToken !== undefined) {
      try {
        const renewed = await this.#request({ grant_type: 'refresh_token', refresh_token: refreshToken });
        this.#tokens = { ...renewed, refreshToken: renewed.refreshToken ?? refreshToken };
        return this.#tokens.idToken;
      } catch (error) {
        // Without an answer, the person isn't signed out.
        if (!(error instanceof SignInError)) throw error;
      }
    }
    const waiting = new Promise<Tokens>((resolve) => {
      this.#signedInAgain = resolve;
    });
    this.#askAgain();
    return (await waiting).idToken;
  }

  async #authorizationUrl({ state, nonce, verifier }: Attempt): Promise<string> {
    const url = new URL(this.#configuration.authorization);
    const challenge = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
    const parameters = {
      response_type: 'code',
      client_id: this.#configuration.clientId,
      redirect_uri: redirectUri(),
      scope: 'openid email profile',
      state,
      nonce,
      code_challenge: base64url(new Uint8Array(challenge)),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /** Exchanges the code of an answer for tokens. */
  async #exchange(answer: URLSearchParams, attempt: Attempt | undefined): Promise<Tokens> {
    if (!attempt || answer.get('state') !== attempt.state) throw new SignInError('state_mismatch');
    const refusal = refusalIn(answer);
    if (refusal) throw refusal;
    const tokens = await this.#request({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: redirectUri(),
      code_verifier: attempt.verifier,
    });
    if (claimsOf(tokens.idToken).nonce !== attempt.nonce) throw new SignInError('nonce_mismatch');
    return tokens;
  }

  async #request(parameters: Record<string, string>): Promise<Tokens> {
    const response = await fetchInTime(this.#configuration.token, {
      method: 'POST',
      body: new URLSearchParams({ ...parameters, client_id: this.#configuration.clientId }),
      credentials: 'omit',
    });
    const body = await response.json().catch(() => ({}));
    const { status } = response;
    if (status >= 500) throw new MusterError('unexpected_answer', `The issuer answered with ${status}.`, { status });
    if (!response.ok) throw new SignInError(String(body.error ?? status), body.error_description);
    const { id_token: idToken, refresh_token: refreshToken } = body;
    if (typeof idToken !== 'string') throw new SignInError('no_id_token');
    const { exp, iat } = claimsOf(idToken);
    // The clock of the computer may be wrong: only how long the token lives counts.
    return { idToken, expiresAt: Date.now() + (Number(exp) - Number(iat)) * 1000, refreshToken };
  }
}

/** Fetches an answer. @throws MusterError if there is none, or not in time */
export async function fetchInTime(url: string, init: RequestInit, send = fetch): Promise<Response> {
  try {
    return await send(url, { ...init, signal: AbortSignal.timeout(TIMEOUT) });
  } catch (cause) {
    const code = (cause as Error).name === 'TimeoutError' ? 'timed_out' : 'network_error';
    throw new MusterError(code, String(cause), { status: 0, cause });
  }
}

/** Returns why the issuer has refused, if it has. */
function refusalIn(answer: URLSearchParams): SignInError | undefined {
  const error = answer.get('error');
  return error === null ? undefined : new SignInError(error, answer.get('error_description') ?? undefined);
}

function newAttempt(prefix = ''): Attempt {
  return { state: prefix + random(), nonce: random(), verifier: random(), page: location.hash };
}

/** Where the issuer sends the browser: it has to know this address. */
function redirectUri(): string {
  return location.origin + location.pathname;
}

function random(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '');
}

/** Returns the claims of an ID token. The API verifies it; it comes from the issuer's own endpoint by TLS. */
function claimsOf(idToken: string): Record<string, unknown> {
  const text = atob((idToken.split('.')[1] ?? '').replace(/-/g, '+').replace(/_/g, '/'));
  return JSON.parse(new TextDecoder().decode(Uint8Array.from(text, (char) => char.charCodeAt(0))));
}
