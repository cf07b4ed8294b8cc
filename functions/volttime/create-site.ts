import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { NewSite, selectedInvalid } from '../../lib/dialects/volttime/input.ts';
import { resource, Site as SiteSchema } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import type { Site } from '../../lib/domain/site.ts';
import { teamIdFromUuid } from '../../lib/domain/team.ts';
import { forFound } from '../../lib/http/endpoint.ts';
import { CREATE_SITE, createSite, readOwner, requireManaged, SEE_OWNED } from '../../lib/sites/sites.ts';
import { union } from '../../lib/table/access.ts';
import { getTeamHome } from '../../lib/teams/teams.ts';

export const returns = { 200: resource(SiteSchema) };

/** Makes a site, which the team of `team_uuid` owns. Owners of the team may, and ADMINs of its organization. */
export const endpoint = forFound({
  format: volttime,
  route: 'POST /api/v3/sites',
  permission: 'site:read',
  rule: 'team:manage',
  table: union(SEE_OWNED, CREATE_SITE, { BatchGetItem: ['ORG', 'TEAM'] }),
  depth: 3,
  creates: true,
  body: NewSite,
  refuses: ['forbidden', 'site_limit_reached'],
  missing: () => selectedInvalid('team_uuid'),
  async find({ body: { team_uuid } }) {
    const teamId = teamIdFromUuid(team_uuid);
    const home = teamId && (await getTeamHome(teamId));
    return home ? { ...home, teamId } : undefined;
  },
  read: ({ found, caller }) => readOwner(found, caller.userId),
  async handle({ body: { name, address, timezone }, actor, occasion, once, read: { team, own } }) {
    const owner = await requireManaged(actor, team, own, () => selectedInvalid('team_uuid'));
    const { limits } = configuration();
    const input = { name, address: address ?? undefined, timezone: timezone ?? undefined };
    const answer = (site: Site) => ({ status: 200, body: { data: showSite(site) } });
    const also = (made: Site) => (once ? [once.remember(answer(made))] : []);
    return answer(await createSite(occasion, actor, own, owner, input, limits, also));
  },
});
export const { handler } = endpoint;
