import * as z from 'zod/mini';
import { configuration } from '../configuration.ts';
import { loggable } from '../domain/log.ts';
import { Refusal } from '../domain/refusal.ts';
import { readFromIssuer } from './issuer.ts';

/** Milliseconds after which the document is read again. */
const AGE = 30 * 60 * 1000;

/** The seconds after which a request may be repeated while the issuer doesn't answer. */
const PAUSE = 10;

/** Only https, and http on this machine, where the local issuer is. */
const endpoint = z
  .string()
  .check(z.refine((text) => URL.canParse(text) && /^(https:|http:\/\/(127\.0\.0\.1|localhost)[:/])/.test(text)));

const Discovered = z.object({
  authorization_endpoint: endpoint,
  token_endpoint: endpoint,
  end_session_endpoint: z.catch(z.optional(endpoint), undefined),
});

/** Where people sign in at the issuer: URLs of OpenID Connect Discovery. */
export interface SignInEndpoints {
  readonly authorization: string;
  readonly token: string;
  /** Undefined: the issuer doesn't say where people sign out. */
  readonly endSession: string | undefined;
}

let cached: { readonly endpoints: SignInEndpoints; readonly at: number } | undefined;

/**
 * Reads where people sign in from the issuer's `/.well-known/openid-configuration`. An instance of the function keeps it
 * for half an hour, and for longer while the issuer doesn't answer.
 *
 * @throws Refusal `keys_unavailable` if the issuer has not answered yet
 */
export async function signInEndpoints(): Promise<SignInEndpoints> {
  if (cached && Date.now() < cached.at + AGE) return cached.endpoints;
  const url = `${configuration().issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const found = z.parse(Discovered, JSON.parse(await readFromIssuer(url)));
    const endpoints = {
      authorization: found.authorization_endpoint,
      token: found.token_endpoint,
      endSession: found.end_session_endpoint,
    };
    cached = { endpoints, at: Date.now() };
    return endpoints;
  } catch (error) {
    console.error({ message: 'No sign-in of the issuer', ...loggable(error) });
    if (cached) return cached.endpoints;
    throw new Refusal('keys_unavailable', undefined, { 'retry-after': `${PAUSE}` });
  }
}
