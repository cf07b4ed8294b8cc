import { type Dialect, dialectOf } from '../lib/dialects/dialect.ts';
import type { Declaration } from '../lib/http/declaration.ts';
import type { Config } from './config.ts';

/** A function of `functions/index.ts`. */
export interface Declared {
  readonly name: string;
  readonly declaration: Declaration;
}

/**
 * Returns the functions of a deployment: those of the console, of other APIs, of events, and of the user pool can be left
 * out.
 */
export function includedIn(
  { console, dialects, events, issuer, userPool }: Config,
  functions: readonly Declared[],
): Declared[] {
  return functions.filter((each) => {
    // Without the stream of the table, a webhook would get nothing.
    const isOfEvents = each.declaration.kind === 'stream' || each.name.startsWith('webhooks/');
    if (isOfEvents && events === false) return false;
    if (!console && each.name.startsWith('console/')) return false;
    if (each.declaration.kind === 'preToken') return userPool.memberships && issuer === undefined;
    const group = groupOf(each);
    return group === 'v1' || group === 'background' || dialects.includes(group);
  });
}

/** Returns the nested stack of a function. Pages, the fallback and functions without HTTP share `background`. */
export function groupOf({ declaration }: Pick<Declared, 'declaration'>): Exclude<Dialect, 'page'> | 'background' {
  if (declaration.kind !== 'http' || declaration.route === '$default') return 'background';
  const dialect = dialectOf(declaration.route.split(' ')[1] ?? '');
  return dialect === 'page' ? 'background' : dialect;
}

/** Returns how many concurrent executions the functions of a deployment reserve together. */
export function reservedExecutions(config: Config, functions: readonly Declared[]): number {
  const reserved: Readonly<Partial<Record<Declaration['kind'], number | undefined>>> = config.reservedConcurrency;
  return includedIn(config, functions).reduce((sum, { declaration: { kind } }) => sum + (reserved[kind] ?? 0), 0);
}
