/** The APIs that one host answers; `page` is whatever belongs to none of them: what a person opens in a browser. */
export type Dialect = 'v1' | 'papershift' | 'rocketchat' | 'volttime' | 'page';

const PATHS: readonly (readonly [Dialect, RegExp])[] = [
  ['v1', /^\/v\d+(\/|$)/],
  ['papershift', /^\/api\/v1\/teams(\/|$)/],
  // Most of what is asked for there and isn't here, `login` first, is Rocket.Chat's.
  ['rocketchat', /^\/api\/v1(\/|$)/],
  ['volttime', /^\/api(\/|$)/],
];

/**
 * The dialect of a path, of a request or of a route (`/v1/members/{id}`). It is chosen by the path alone, before
 * anybody is authenticated, so that every refusal has the shape that its caller knows. Whatever looks like a path of an
 * API is answered in the nearest dialect: a program can't read a page.
 */
export function dialectOf(path: string): Dialect {
  return PATHS.find(([, pattern]) => pattern.test(path))?.[0] ?? 'page';
}
