import { dialects, hasConsole } from '../../lib/configuration.ts';
import { type Dialect, dialectOf } from '../../lib/dialects/dialect.ts';
import type { Format } from '../../lib/dialects/format.ts';
import { pages } from '../../lib/dialects/page/format.ts';
import { papershift } from '../../lib/dialects/papershift/format.ts';
import { rocketchat } from '../../lib/dialects/rocketchat/format.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { CONSOLE_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';

/** All routes, including HEAD. The bundler defines it, since this function can't import the other functions. */
declare const ROUTES: readonly string[];

/** The answer format of each dialect. */
const FORMATS: Record<Dialect, Format> = { v1, papershift, rocketchat, volttime, page: pages };

export const returns = { 204: null, 308: null };

/**
 * Answers requests that match no route, in the dialect of the path: 404, or 405 with `Allow` if the path has other
 * methods. OPTIONS gets 204 with `Allow`. The console's path with a slash leads to the console.
 */
export const endpoint = forAnybody({
  format: (path) => FORMATS[dialectOf(path)],
  route: '$default',
  depth: 0,
  refuses: ['route_not_found', 'method_not_allowed'],
  async handle({ request }) {
    // The issuer knows the address without the slash.
    if (request.path === `${CONSOLE_PATH}/` && hasConsole() && ['GET', 'HEAD'].includes(request.method)) {
      return { status: 308, headers: { location: CONSOLE_PATH + (request.queryText && `?${request.queryText}`) } };
    }
    const allowed = ROUTES.flatMap((route) => {
      const [method, path] = route.split(' ');
      return method && path && isDeployed(path) && matches(path, request.path) ? [method] : [];
    });
    if (allowed.length === 0) throw new Refusal('route_not_found');
    // A path may match several routes of one method: one with a literal segment, one with a variable.
    const allow = { allow: [...new Set(allowed)].sort().join(', ') };
    if (request.method === 'OPTIONS') return { status: 204, headers: allow };
    throw new Refusal('method_not_allowed', undefined, allow);
  },
});
export const { handler } = endpoint;

/** The bundle has all routes, also of the dialects and of the console if this deployment leaves them out. */
function isDeployed(path: string): boolean {
  const dialect = dialectOf(path);
  if (path.startsWith(CONSOLE_PATH)) return hasConsole();
  return dialect === 'page' || dialects().includes(dialect);
}

function matches(template: string, path: string): boolean {
  const expected = template.split('/');
  const actual = path.split('/');
  return (
    expected.length === actual.length &&
    expected.every((part, index) => (part.startsWith('{') ? actual[index] !== '' : part === actual[index]))
  );
}
