/** The APIs of other products, which a deployment may leave out. */
export const OTHER_DIALECTS = ['papershift', 'rocketchat', 'volttime'] as const;

/** The APIs of the one host. `page` is the rest: pages that a person opens in a browser. */
export type Dialect = 'v1' | (typeof OTHER_DIALECTS)[number] | 'page';

const PATHS: readonly (readonly [Dialect, RegExp])[] = [
  ['v1', /^\/(v\d+|\.well-known)(\/|$)/],
  ['papershift', /^\/api\/v1\/teams(\/|$)/],
  // Most unknown paths below it, `login` above all, belong to Rocket.Chat's API.
  ['rocketchat', /^\/api\/v1(\/|$)/],
  ['volttime', /^\/api(\/|$)/],
];

/**
 * Returns the dialect of a path, of a request or of a route (`/v1/members/{id}`). It depends on the path alone, so that
 * refusals before authentication have the right format too. Unknown API paths get the nearest dialect, since a program
 * can't read a page.
 */
export function dialectOf(path: string): Dialect {
  return PATHS.find(([, pattern]) => pattern.test(path))?.[0] ?? 'page';
}
