import { setTimeout as sleep } from 'node:timers/promises';
import { INVITATION_PATH } from '../../lib/domain/page-paths.ts';

/** How long a step waits for the right answer, in milliseconds: API Gateway takes some seconds to deploy its routes. */
const PATIENCE = 30_000;
const PAUSE = 1000;

interface Step {
  readonly what: string;
  readonly path: string;
  readonly status: number;
  /** A text of the body. */
  readonly contains: string;
}

/** Requests without a credential, which change nothing: one to each kind of function that answers HTTP. */
const STEPS: readonly Step[] = [
  { what: 'the service is healthy', path: '/v1/health', status: 200, contains: '"status"' },
  { what: 'nobody gets in without a token', path: '/v1/members', status: 401, contains: '"unauthenticated"' },
  { what: 'a link that is none leads to a page', path: INVITATION_PATH, status: 404, contains: '<html' },
  { what: 'an unknown path is refused', path: '/v1/no-such-thing', status: 404, contains: '"route_not_found"' },
];

/** A deployed API that doesn't answer as it should. The message is complete. */
export class SmokeError extends Error {}

/**
 * Calls the deployed API without a credential, and changes nothing.
 *
 * @param url the address of the API
 * @param patience milliseconds to wait for the right answer of a step
 * @throws SmokeError for the first step that fails
 */
export async function smoke(url: string, patience = PATIENCE): Promise<readonly string[]> {
  for (const step of STEPS) {
    const { what, path, status, contains } = step;
    let got = '';
    for (const deadline = Date.now() + patience; ; await sleep(PAUSE)) {
      got = await answerOf(`${url}${path}`);
      if (got.startsWith(`${status} `) && got.includes(contains)) break;
      if (Date.now() >= deadline) {
        throw new SmokeError(`GET ${url}${path}: expected ${status} (${what}), got ${got.slice(0, 300)}`);
      }
    }
  }
  return STEPS.map(({ what }) => what);
}

/** Returns the status and the body of an answer, or why there is none. */
async function answerOf(url: string): Promise<string> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(30_000) });
    return `${response.status} ${await response.text()}`;
  } catch (error) {
    const { message, cause } = error as Error & { cause?: Error };
    return `no answer: ${cause?.message ?? message}`;
  }
}
