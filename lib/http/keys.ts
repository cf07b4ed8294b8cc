import http from 'node:http';
import https from 'node:https';
import { JWKSNoMatchingKey } from 'jose/errors';
import { createLocalJWKSet, type LocalJWKSet } from 'jose/jwks/local';
import { configuration } from '../configuration.ts';
import { loggable } from '../domain/log.ts';
import { Refusal } from '../domain/refusal.ts';

/** Milliseconds after which the issuer is asked for its keys again. */
const AGE = 30 * 60 * 1000;

/** Milliseconds that keys are trusted while the issuer doesn't answer: what it withdrew is trusted for no longer. */
const TRUSTED = 60 * 60 * 1000;

/** Milliseconds that the issuer isn't asked again, whatever keys tokens name: nobody makes us flood it. */
const PAUSE = 10_000;

/** Milliseconds that the issuer has to answer. */
const PATIENCE = 3000;

/** The issuer's keys, and when it told them. */
interface Keys {
  readonly find: LocalJWKSet;
  readonly at: number;
}

/** The issuer's keys as this function knows them. */
let known: Keys | undefined;

/** When the issuer last didn't answer, by `performance.now()`; undefined: it did. */
let failedAt: number | undefined;

/**
 * Finds the issuer's key that a token was signed with, by its `kid`, or the only one that fits.
 *
 * @throws Refusal `keys_unavailable` when the issuer doesn't answer, or was asked just before: it may have made the key
 *   since; JWKSNoMatchingKey when it has none
 */
export async function keyOf(...token: Parameters<LocalJWKSet>): ReturnType<LocalJWKSet> {
  const startedAt = Date.now();
  const keys = youngerThan(AGE) ?? (await ask());
  try {
    return await keys.find(...token);
  } catch (error) {
    // What was told just now is all there is.
    if (!(error instanceof JWKSNoMatchingKey) || keys.at >= startedAt) throw error;
    if (youngerThan(PAUSE)) throw unavailable();
    const asked = await ask();
    if (asked.at < startedAt) throw unavailable();
    return asked.find(...token);
  }
}

function youngerThan(age: number): Keys | undefined {
  return known && Date.now() < known.at + age ? known : undefined;
}

/** Asks the issuer for its keys. While it doesn't answer, those that are known go on for some time. */
async function ask(): Promise<Keys> {
  const trusted = youngerThan(TRUSTED);
  if (!trusted || failedAt === undefined || performance.now() > failedAt + PAUSE) {
    const { issuer, jwksUri = `${issuer.replace(/\/$/, '')}/.well-known/jwks.json` } = configuration();
    try {
      known = { find: createLocalJWKSet(JSON.parse(await read(jwksUri))), at: Date.now() };
      failedAt = undefined;
      return known;
    } catch (error) {
      failedAt = performance.now();
      console.error({ message: 'No keys of the issuer', ...loggable(error) });
    }
  }
  if (!trusted) throw unavailable();
  return trusted;
}

/** Reads a page by what the SDK reads by, too: `fetch` would take a cold start's time to load. */
function read(url: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Only the local issuer is `http:`.
  const { request } = url.startsWith('http:') ? http : https;
  request(url, { signal: AbortSignal.timeout(PATIENCE) }, (response) => {
    let text = '';
    if (response.statusCode !== 200) reject(new Error(`The issuer answered ${response.statusCode}, not its keys.`));
    response.setEncoding('utf8');
    response.on('data', (part: string) => {
      text += part;
    });
    response.on('error', reject);
    response.on('end', () => resolve(text));
  })
    .on('error', reject)
    .end();
  return promise;
}

function unavailable(): Refusal {
  return new Refusal('keys_unavailable', undefined, { 'retry-after': `${PAUSE / 1000}` });
}
