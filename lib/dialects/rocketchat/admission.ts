import { Refusal } from '../../domain/refusal.ts';

/** The requests that a caller may send to an endpoint in one window. */
export const REQUESTS = 600;
/** The length of a window, in milliseconds. */
const WINDOW = 60_000;

/** The number of windows that are kept in memory, at most. */
const MAX_WINDOWS = 10_000;

const counts = new Map<string, { count: number; readonly end: number }>();

/**
 * Counts a request in the memory of this process, as Rocket.Chat does, so that several processes admit more. The
 * gateway's throttle protects the deployment.
 *
 * @returns rate limit headers: limit, remaining requests, and end of the window (milliseconds since 1970)
 * @throws Refusal `request_rate_exceeded`
 */
export function admit(route: string, userId: string, now: Date): Readonly<Record<string, string>> {
  const key = `${route}\n${userId}`;
  const known = counts.get(key);
  const window = known && known.end > now.getTime() ? known : { count: 0, end: now.getTime() + WINDOW };
  window.count += 1;
  if (counts.size >= MAX_WINDOWS) counts.clear();
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
