import { volttime } from '../../lib/dialects/volttime/format.ts';
import { SiteChanges } from '../../lib/dialects/volttime/input.ts';
import { readKey } from '../../lib/dialects/volttime/key.ts';
import { resource, Site } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { union } from '../../lib/table/access.ts';
import { FIND_SITE, findSite, managing, readOwner, SEE_OWNED, UPDATE_SITE, updateSite } from '../../lib/table/sites.ts';

export const returns = { 200: resource(Site) };

/** Changes a site: what is left out stays. Owners of the owning team may, and ADMINs of its organization. */
export const endpoint = forFound({
  format: volttime,
  route: 'PATCH /api/v3/sites/{site}',
  permission: 'site:read',
  table: union(FIND_SITE, SEE_OWNED, UPDATE_SITE),
  depth: 3,
  body: SiteChanges,
  refuses: ['site_not_found', 'forbidden'],
  missing: () => new Refusal('site_not_found'),
  find: ({ request }) => findSite(readKey('site', request.params.site)),
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ body, actor, occasion, found, read: { team, own } }) {
    const owner = await managing(actor, team, own, 'site_not_found');
    return { status: 200, body: { data: showSite(await updateSite(occasion, actor, own, owner, found, body)) } };
  },
});
export const { handler } = endpoint;
