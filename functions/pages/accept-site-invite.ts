import * as z from 'zod/mini';
import { configuration, homeUrl } from '../../lib/configuration.ts';
import { answerSiteHolder, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { siteInviteAcceptedPage } from '../../lib/dialects/page/site-invite-page.ts';
import { SITE_INVITE_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { INVITE_REFUSALS, isMailed } from '../../lib/domain/site-invite.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { teamIdFromUuid } from '../../lib/domain/team.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { getOrganization } from '../../lib/organizations/organizations.ts';
import { getAddressHolder } from '../../lib/people/people.ts';
import { ACCEPT_SITE_INVITE, acceptSiteInvite, findSiteInvite } from '../../lib/sites/site-invites.ts';
import { union } from '../../lib/table/access.ts';
import { locateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: null };

/** Accepts a site invite from its page, as the user of the invited address. The mailed link is enough. */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${SITE_INVITE_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: union(ACCEPT_SITE_INVITE, { BatchGetItem: ['EMAIL'] }),
  depth: 4,
  body: z.object({ token: z.optional(z.string()), team: z.optional(z.string()) }),
  refuses: [...INVITE_REFUSALS, 'forbidden', 'site_team_limit_reached', 'site_limit_reached', 'asset_limit_reached'],
  async handle({ request: { now, origin, headers }, body: { token = '', team: uuid = '' } }) {
    const parsed = parseSiteToken('siteInvite', token);
    const teamId = teamIdFromUuid(uuid);
    const [found, home] = await Promise.all([
      findSiteInvite(parsed),
      locateTeam(teamId === undefined ? undefined : { id: teamId }),
    ]);
    const { invite } = found;
    // The inviter knows the token of the API's answer, and must not act for the invitee.
    if (!parsed || !isMailed(invite, parsed.secret)) throw new Refusal('site_invite_not_found');
    const [organization, holder] = await Promise.all([
      getOrganization(invite.organizationId),
      getAddressHolder(invite.email),
    ]);
    const setting = sitePageSetting(headers['accept-language'], organization);
    return answerSiteHolder(setting, async () => {
      // The page offers no teams for an address without a user.
      const missing = () => new Refusal('validation_failed');
      if (!holder) throw missing();
      const { limits } = configuration();
      const auditContext = { now, origin, by: { type: 'link', id: invite.id } } as const;
      const acceptance = { found, userId: holder.userId, home, limits, missing };
      const { site, team, access } = await acceptSiteInvite(auditContext, acceptance);
      return siteInviteAcceptedPage({
        ...setting,
        ...{ siteName: site.name, teamName: team.name, isOwner: access.isOwner, applicationUrl: homeUrl() },
      });
    });
  },
});
export const { handler } = endpoint;
