import { configuration } from '../../configuration.ts';
import type { Organization } from '../../domain/organization.ts';
import type { Team } from '../../domain/team.ts';
import { type Comparable, passes } from './filter.ts';
import type { ListQuery, Page } from './query.ts';
import { teamView } from './show.ts';

/** Tells whether a list includes deleted teams: only with a filter on `discarded_at`. */
export function asksForDiscarded({ filters }: ListQuery): boolean {
  return filters.some(({ attribute }) => attribute === 'discarded_at');
}

/**
 * Returns a page of a list, and the number of teams in the list.
 *
 * @param teams in the default order
 */
export function select(
  teams: readonly Team[],
  organization: Organization,
  { filters, sort, page }: ListQuery,
): { readonly teams: Team[]; readonly total: number } {
  const rows = teams
    .map((team) => ({ team, shown: teamView(team, { organization }) }))
    .filter(({ shown }) => filters.every((filter) => passes(shown, filter)));
  if (sort.length > 0) {
    const { compare } = new Intl.Collator('en');
    rows.sort((one, other) => ordered(one.shown, other.shown, sort, compare));
  }
  return { teams: rows.slice(page.start, page.start + page.size).map(({ team }) => team), total: rows.length };
}

/** Compares two teams for sorting. Null comes last in ascending order, first in descending order. */
function ordered(
  one: Comparable,
  other: Comparable,
  sort: ListQuery['sort'],
  compare: (a: string, b: string) => number,
): number {
  for (const { attribute, descending } of sort) {
    const [a, b] = [one[attribute] ?? null, other[attribute] ?? null];
    const order = a === null || b === null ? Number(a === null) - Number(b === null) : compare(a, b);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

/**
 * Returns the links to a list's other pages; null: no such page.
 *
 * @param asked the request's query; the links keep everything but the page
 */
export function linksOf(asked: URLSearchParams, { start, size, byOffset }: Page, total: number) {
  const lastStart = Math.max(0, Math.ceil(total / size) - 1) * size;
  const link = (at: number) => {
    const query = new URLSearchParams([...asked].filter(([name]) => !name.startsWith('page[')));
    if (byOffset) query.append('page[offset]', String(at));
    else query.append('page[number]', String(at / size + 1));
    query.append(byOffset ? 'page[limit]' : 'page[size]', String(size));
    return `${configuration().publicUrl}/api/v1/teams?${query}`;
  };
  return {
    self: link(start),
    first: link(0),
    last: link(lastStart),
    prev: start > 0 ? link(Math.min(Math.max(0, start - size), lastStart)) : null,
    next: start + size < total ? link(start + size) : null,
  };
}
