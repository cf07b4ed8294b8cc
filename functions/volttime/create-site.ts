import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { NewSite, selectedInvalid } from '../../lib/dialects/volttime/input.ts';
import { resource, Site as SiteSchema } from '../../lib/dialects/volttime/schemas.ts';
import { showSite } from '../../lib/dialects/volttime/show.ts';
import type { Site } from '../../lib/domain/site.ts';
import { teamIdFromUuid } from '../../lib/domain/team.ts';
import { forLocatedTeam } from '../../lib/http/for-team.ts';
import { CREATE_SITE, createSite } from '../../lib/sites/site-changes.ts';
import { locateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: /* @__PURE__ */ resource(SiteSchema) };

/** Creates a site that the team of `team_uuid` owns. For owners of the team, and ADMINs of its organization. */
export const endpoint = forLocatedTeam({
  format: volttime,
  route: 'POST /api/v3/sites',
  permission: 'team:manage',
  viewPermission: 'site:read',
  table: CREATE_SITE,
  depth: 3,
  creates: true,
  body: NewSite,
  refuses: ['site_limit_reached'],
  missing: () => selectedInvalid('team_uuid'),
  locate: ({ body: { team_uuid } }) => {
    const id = teamIdFromUuid(team_uuid);
    return locateTeam(id === undefined ? undefined : { id });
  },
  async handle({ body: { name, address, timezone }, actor, auditContext, remember, team, own }) {
    const { limits } = configuration();
    const input = { name, address: address ?? undefined, timezone: timezone ?? undefined };
    const answer = (site: Site) => ({ status: 200, body: { data: showSite(site) } });
    return answer(
      await createSite(auditContext, { actor, own, team, limits }, input, (made) => remember(answer(made))),
    );
  },
});
export const { handler } = endpoint;
