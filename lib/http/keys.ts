import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet, type LocalJWKSet } from 'jose/jwks/local';
import { configuration } from '../configuration.ts';
import { loggable } from '../domain/log.ts';
import { Refusal } from '../domain/refusal.ts';
import { readFromIssuer } from './issuer.ts';

/** Milliseconds after which the keys are fetched again. */
const AGE = 30 * 60 * 1000;

/**
 * Milliseconds for which keys are trusted while the issuer doesn't answer. Revoked keys are trusted no longer than
 * this.
 */
const TRUSTED = 60 * 60 * 1000;

/** The minimum of milliseconds between two fetches, so that tokens with unknown keys can't make us flood the issuer. */
const PAUSE = 10_000;

/** The issuer's keys, and when they were fetched. */
interface Keys {
  readonly find: LocalJWKSet;
  readonly at: number;
}

/** The cached keys of the issuer. */
let cached: Keys | undefined;

/** When the latest fetch failed, by `performance.now()`; undefined: it succeeded. */
let failedAt: number | undefined;

/**
 * Finds the issuer's key of a token, by its `kid`, or the only one that fits.
 *
 * @throws Refusal `keys_unavailable` if the issuer doesn't answer, or if an unknown key may be newer than the latest
 *   fetch; JWKSNoMatchingKey if the issuer doesn't have the key
 */
export async function keyOf(...token: Parameters<LocalJWKSet>): ReturnType<LocalJWKSet> {
  const startedAt = Date.now();
  const keys = youngerThan(AGE) ?? (await fetchKeys());
  try {
    return await keys.find(...token);
  } catch (error) {
    // Keys that were fetched during this call are current.
    if (!(error instanceof JWKSNoMatchingKey) || keys.at >= startedAt) throw error;
    if (youngerThan(PAUSE)) throw unavailable();
    const fetched = await fetchKeys();
    if (fetched.at < startedAt) throw unavailable();
    return fetched.find(...token);
  }
}

/** Returns the keys that tokens are verified with now, as an identity only; undefined if they have to be fetched. */
export function presentKeys(): object | undefined {
  return youngerThan(AGE);
}

function youngerThan(age: number): Keys | undefined {
  return cached && Date.now() < cached.at + age ? cached : undefined;
}

/** Fetches the issuer's keys. While the issuer doesn't answer, returns the cached keys for some time. */
async function fetchKeys(): Promise<Keys> {
  const trusted = youngerThan(TRUSTED);
  if (!trusted || failedAt === undefined || performance.now() > failedAt + PAUSE) {
    const { issuer, jwksUri = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json` } = configuration();
    try {
      cached = { find: createLocalJWKSet(JSON.parse(await readFromIssuer(jwksUri))), at: Date.now() };
      failedAt = undefined;
      return cached;
    } catch (error) {
      failedAt = performance.now();
      console.error({ message: 'No keys of the issuer', ...loggable(error) });
    }
  }
  if (!trusted) throw unavailable();
  return trusted;
}

function unavailable(): Refusal {
  return new Refusal('keys_unavailable', undefined, { 'retry-after': `${PAUSE / 1000}` });
}
