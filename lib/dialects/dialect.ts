/** The APIs that one host answers; `page` is whatever belongs to none of them: what a person opens in a browser. */
export type Dialect = 'v1' | 'papershift' | 'rocketchat' | 'volttime' | 'page';

const PATHS: readonly (readonly [Dialect, RegExp])[] = [
  ['v1', /^\/v1(\/|$)/],
  ['papershift', /^\/api\/v1\/teams(\/|$)/],
  ['rocketchat', /^\/api\/v1\/[^/]*\.[^/]*$/],
  ['volttime', /^\/api\/v[23](\/|$)/],
];

/**
 * The dialect of a path, of a request or of a route (`/v1/members/{id}`). It is chosen by the path alone, before
 * anybody is authenticated, so that every refusal has the shape that its caller knows.
 */
export function dialectOf(path: string): Dialect {
  return PATHS.find(([, pattern]) => pattern.test(path))?.[0] ?? 'page';
}
