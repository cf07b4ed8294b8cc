import type { LocalRoute } from './local-route.ts';

/** A route parsed for matching. */
export interface Matcher {
  readonly route: LocalRoute;
  /** `ANY` matches every method; undefined: the route `$default`. */
  readonly method: string | undefined;
  readonly segments: readonly { readonly kind: 'literal' | 'variable' | 'greedy'; readonly text: string }[];
  /** Sorts the more specific route first. */
  readonly rank: string;
}

/** The route of a request, and its path parameters. */
export interface Match {
  readonly route: LocalRoute;
  readonly pathParameters: Record<string, string>;
}

/** Parses routes, and sorts them by specificity, as API Gateway does. */
export function toMatchers(routes: readonly LocalRoute[]): Matcher[] {
  const matchers = routes.map((route): Matcher => {
    if (route.routeKey === '$default') return { route, method: undefined, segments: [], rank: '~' };
    const [method = '', path = ''] = route.routeKey.split(' ');
    const segments = splitPath(path).map((segment) => {
      const [, name, plus] = /^\{(.+?)(\+?)\}$/.exec(segment) ?? [];
      if (name === undefined) return { kind: 'literal', text: segment } as const;
      return { kind: plus ? 'greedy' : 'variable', text: name } as const;
    });
    const kinds = { literal: '0', variable: '1', greedy: '2' };
    const rank = segments.map(({ kind }) => kinds[kind]).join('') + (method === 'ANY' ? 'B' : 'A');
    return { route, method, segments, rank };
  });
  return matchers.sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
}

/** Finds the route of a request; undefined: none matches. */
export function matchRoute(matchers: readonly Matcher[], method: string, path: string): Match | undefined {
  const given = splitPath(path).map(decode);
  for (const matcher of matchers) {
    if (matcher.method === undefined) return { route: matcher.route, pathParameters: {} };
    if (matcher.method !== method && matcher.method !== 'ANY') continue;
    const pathParameters = matchSegments(matcher, given);
    if (pathParameters) return { route: matcher.route, pathParameters };
  }
  return undefined;
}

function matchSegments({ segments }: Matcher, given: readonly string[]): Record<string, string> | undefined {
  const isGreedy = segments.at(-1)?.kind === 'greedy';
  if (isGreedy ? given.length < segments.length : given.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, { kind, text }] of segments.entries()) {
    const value = kind === 'greedy' ? given.slice(index).join('/') : (given[index] as string);
    if (kind === 'literal' ? value !== text : value === '') return undefined;
    if (kind !== 'literal') parameters[text] = value;
  }
  return parameters;
}

function splitPath(path: string): string[] {
  return path.slice(1).split('/');
}

/** Decodes a path or a segment. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Invalid percent-encoding is passed on unchanged.
    return text;
  }
}
