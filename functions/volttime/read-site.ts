import { volttime } from '../../lib/dialects/volttime/format.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { resource, Site } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { FIND_SITE, findSite, insight, readOwner, SEE_OWNED } from '../../lib/table/sites.ts';

export const returns = { 200: resource(Site) };

/** Shows a site that the caller sees, by its UUID or its integer. */
export const endpoint = forFound({
  format: volttime,
  route: 'GET /api/v3/sites/{site}',
  permission: 'site:read',
  table: union(FIND_SITE, SEE_OWNED),
  depth: 2,
  refuses: ['site_not_found'],
  missing: () => new Refusal('site_not_found'),
  find: ({ request }) => findSite(readKey('site', request.params.site)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ actor, found, read: { team, own } }) {
    await insight(actor, team, own, 'site_not_found');
    return { status: 200, body: { data: showSite(found) } };
  },
});
export const { handler } = endpoint;
