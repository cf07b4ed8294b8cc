import { Refusal } from '../../domain/refusal.ts';

/** How many requests a caller may send to an endpoint in a window, and how long that is, in milliseconds. */
export const REQUESTS = 600;
const WINDOW = 60_000;

/** How many callers are remembered at most. */
const CALLERS = 10_000;

const counts = new Map<string, { count: number; readonly end: number }>();

/**
 * Counts a request in the memory of this process, as Rocket.Chat does: several processes together let more through.
 * The gateway's throttle is what protects the deployment.
 *
 * @returns what is left, and until when (milliseconds since 1970)
 * @throws Refusal `request_rate_exceeded`
 */
export function admit(route: string, userId: string, now: Date): Readonly<Record<string, string>> {
  const key = `${route}\n${userId}`;
  const known = counts.get(key);
  const window = known && known.end > now.getTime() ? known : { count: 0, end: now.getTime() + WINDOW };
  window.count += 1;
  if (counts.size >= CALLERS) counts.clear();
  counts.set(key, window);
  const headers = {
    'x-ratelimit-limit': String(REQUESTS),
    'x-ratelimit-remaining': String(Math.max(0, REQUESTS - window.count)),
    'x-ratelimit-reset': String(window.end),
  };
  if (window.count <= REQUESTS) return headers;
  const seconds = Math.ceil((window.end - now.getTime()) / 1000);
  const error = `Error, too many requests. Please slow down. You must wait ${seconds} seconds before trying this endpoint again. [error-too-many-requests]`;
  throw new Refusal('request_rate_exceeded', { request: [error] }, { ...headers, 'retry-after': String(seconds) });
}
