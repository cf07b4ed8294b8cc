import { forked } from './forked.ts';
import type { Row } from './measure.ts';

/**
 * Measures whether operations take longer in an organization with more members, invitations, audit entries and teams.
 * `MUSTER_GROWTH` has other sizes, such as `0,100,1000`.
 */
export function growth(): Promise<Row[]> {
  return forked(new URL('growth/process.ts', import.meta.url));
}
