import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Explanation as ExplanationSchema, list } from '../../lib/dialects/v1/schemas.ts';
import { showExplanation } from '../../lib/dialects/v1/show.ts';
import type { Explanation } from '../../lib/domain/explanation.ts';
import { isId } from '../../lib/domain/ids.ts';
import type { Member } from '../../lib/domain/member.ts';
import { readKey } from '../../lib/domain/path-key.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { may } from '../../lib/domain/roles.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { CursorQuery, cut, envelope, type Page, readPage } from '../../lib/http/paging.ts';
import { getMember } from '../../lib/organizations/members.ts';
import {
  EXPLAIN,
  explainFor,
  explainMember,
  explainSite,
  readSiteAndTeams,
  type SiteAndTeams,
} from '../../lib/sites/explanations.ts';
import { LOCATE_SITE, locateSite } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 200: /* @__PURE__ */ list(ExplanationSchema) };

/**
 * Explains who has access to which sites, and why: with `site` a row for each member with access, with `member` a row
 * for each site that the member has access to, with both one row or none. Without either, the caller's own sites.
 *
 * The reasons are those that decide every request: role, team, parent team, share, grant and expiry. ADMINs may ask
 * about every member, others only about themselves. There is no total, and a page may be short although more pages
 * follow.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/access',
  permission: 'access:explain',
  oneself: ({ query: { member }, actor }) => member === undefined || member === actor.memberId,
  table: union(EXPLAIN, LOCATE_SITE),
  depth: 5,
  query: z.extend(CursorQuery, { site: z.optional(z.string()), member: z.optional(z.string()) }),
  refuses: ['site_not_found', 'member_not_found', 'integration_not_allowed', 'operator_key_not_allowed'],
  async handle({ query, request: { now }, actor }) {
    const { site, member } = query;
    const { organizationId, role, memberId: own } = actor;
    const mayExplain = may(role, 'access:explain');
    // A program has no access of its own to explain.
    if (actor.program && member === undefined && !(mayExplain && site !== undefined)) {
      const { kind } = actor.program;
      throw new Refusal(kind === 'integration' ? 'integration_not_allowed' : 'operator_key_not_allowed');
    }
    const memberId = member ?? (site === undefined || !mayExplain ? own : undefined);
    const name = ['access', organizationId, site, memberId].join(' ');
    const page = readPage(name, site === undefined ? 'site' : 'member', query);
    const [shared, about] = await Promise.all([
      site === undefined ? undefined : sharedSite(site, organizationId),
      memberId !== undefined && isId('member', memberId) ? getMember(organizationId, memberId) : undefined,
    ]);
    if (memberId !== undefined && !about) throw new Refusal('member_not_found');
    if (site !== undefined && !shared) throw new Refusal('site_not_found');
    const { rows, next } = await explanations(shared, about, organizationId, page, now);
    // A caller without access must not learn that the site exists.
    if (!mayExplain && site !== undefined && rows.length === 0) throw new Refusal('site_not_found');
    return { status: 200, body: envelope(page, rows, next, showExplanation) };
  },
});
export const { handler } = endpoint;

/** Returns a page of explanations about a site, a member, or both. */
async function explanations(
  shared: SiteAndTeams | undefined,
  member: Member | undefined,
  organizationId: string,
  page: Page,
  now: Date,
): Promise<{ readonly rows: Explanation[]; readonly next?: string }> {
  const range = { after: page.after, limit: page.perPage + 1 };
  if (shared && member) {
    const only = await explainFor(shared, member, now);
    return { rows: only ? [only] : [] };
  }
  if (shared) {
    const { members, explanations: found } = await explainSite(shared, organizationId, range, now);
    const { rows, next } = cut(page, members, ({ memberId }) => memberId);
    return { rows: rows.flatMap(({ memberId }) => found.get(memberId) ?? []), ...(next && { next }) };
  }
  const sites = member ? await explainMember(member, range, now) : [];
  const { rows, next } = cut(page, sites, ({ siteId }) => siteId);
  return { rows: rows.flatMap(({ explanation }) => explanation ?? []), ...(next && { next }) };
}

/** Reads a site by its id, its UUID or its number. */
async function sharedSite(text: string, organizationId: string) {
  const located = await locateSite(isId('site', text) ? { id: text } : readKey('site', text));
  return located && readSiteAndTeams(located.siteId, organizationId);
}
