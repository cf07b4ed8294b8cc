import { AccessError } from './session.ts';

/** Milliseconds after which the published keys are fetched again. */
const AGE = 5 * 60_000;

/** Milliseconds for which known keys are trusted while Muster doesn't answer. */
const TRUSTED = 60 * 60_000;

/** The minimum of milliseconds between two fetches, so that forged statements can't make us flood Muster. */
const PAUSE = 10_000;

/** The time-out of a fetch, in milliseconds. */
const TIMEOUT = 3000;

/** A published key, as JSON Web Key. */
interface PublishedKey {
  readonly kid?: unknown;
  readonly kty?: unknown;
  readonly crv?: unknown;
  readonly x?: string;
  readonly y?: string;
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;
type Keys = ReadonlyMap<string, Key>;

/** The published keys of a deployment, fetched when they are needed. */
export class PublishedKeys {
  readonly #url: string;
  readonly #fetch: typeof fetch;
  #keys: Keys | undefined;
  /** When the keys were fetched, and when a fetch was tried, in milliseconds of a clock that never goes back. */
  #fetchedAt = Number.NEGATIVE_INFINITY;
  #triedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<void> | undefined;

  constructor(issuer: string, fetcher: typeof fetch) {
    this.#url = `${issuer}/.well-known/jwks.json`;
    this.#fetch = fetcher;
  }

  /**
   * Returns the key with an id. An unknown id fetches the keys again, at most every ten seconds.
   *
   * @throws AccessError `unauthenticated` without such a key, `unavailable` if the keys can't be fetched
   */
  async find(kid: string): Promise<Key> {
    const isOld = performance.now() > this.#fetchedAt + AGE;
    if (isOld || !this.#keys?.has(kid)) await this.#refresh();
    const key = this.#keys?.get(kid);
    if (key && performance.now() < this.#fetchedAt + TRUSTED) return key;
    if (!this.#keys || performance.now() > this.#fetchedAt + AGE) {
      throw new AccessError('unavailable', 'The keys of statements can’t be fetched.');
    }
    throw new AccessError('unauthenticated', 'The statement is signed by an unknown key.');
  }

  /** Fetches the keys, unless that was tried a moment ago. Parallel requests share a fetch. */
  async #refresh(): Promise<void> {
    if (!this.#fetching && performance.now() > this.#triedAt + PAUSE) {
      this.#triedAt = performance.now();
      this.#fetching = this.#load().finally(() => {
        this.#fetching = undefined;
      });
    }
    await this.#fetching;
  }

  async #load(): Promise<void> {
    try {
      const response = await this.#fetch(this.#url, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT) });
      if (!response.ok) return;
      const { keys } = (await response.json()) as { keys: readonly PublishedKey[] };
      const usable = keys.filter(({ kid, kty, crv }) => typeof kid === 'string' && kty === 'EC' && crv === 'P-256');
      this.#keys = new Map(
        await Promise.all(usable.map(async (key) => [key.kid as string, await imported(key)] as const)),
      );
      this.#fetchedAt = performance.now();
    } catch {
      // The known keys stay in use for a while.
    }
  }
}

function imported({ x = '', y = '' }: PublishedKey): Promise<Key> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  return crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, algorithm, false, ['verify']);
}
