import * as z from 'zod/mini';
import { homeUrl } from '../../lib/configuration.ts';
import { answerSiteHolder, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { siteInvitePage } from '../../lib/dialects/page/site-invite-page.ts';
import { shortIdAsUuid } from '../../lib/domain/ids.ts';
import { BLOCK_PATH, SITE_INVITE_PATH } from '../../lib/domain/page-paths.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { INVITE_REFUSALS, isMailed, refuseUnlessOpen, refuseVoidInvite } from '../../lib/domain/site-invite.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { getOrganization } from '../../lib/organizations/organizations.ts';
import { getSender } from '../../lib/organizations/senders.ts';
import { getAddressHolder } from '../../lib/people/people.ts';
import { findSiteInvite, getInviter } from '../../lib/sites/site-invites.ts';
import { union } from '../../lib/table/access.ts';
import { LIST_MANAGED, listManaged } from '../../lib/teams/managing.ts';
import { getTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: null };

/** The teams that the page offers, at most. */
const MAX_CHOICES = 25;

/**
 * Shows the page of a site invite: who shares which site, and what access a team gets by accepting.
 *
 * Opening the page changes nothing, so that mail scanners do no harm; the form's POST accepts. The mailed link offers
 * the teams that the user of the invited address manages. The link from the API's answer doesn't, since the inviter
 * knows it.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${SITE_INVITE_PATH}`,
  table: union(LIST_MANAGED, { BatchGetItem: ['SITE', 'ORG', 'USER', 'TEAM', 'EMAIL'] }),
  depth: 4,
  query: z.object({ token: z.optional(z.string()) }),
  refuses: INVITE_REFUSALS,
  async handle({ request, query: { token = '' } }) {
    const { now, headers } = request;
    const parsed = parseSiteToken('siteInvite', token);
    const { invite, site } = await findSiteInvite(parsed);
    const [organization, team, sender, inviter, holder] = await Promise.all([
      getOrganization(invite.organizationId),
      getTeam(invite.organizationId, invite.teamId),
      getSender(invite.inviterId, invite.organizationId),
      getInviter(invite),
      getAddressHolder(invite.email),
    ]);
    const setting = sitePageSetting(headers['accept-language'], organization);
    return answerSiteHolder(setting, async () => {
      refuseUnlessOpen(invite, now);
      refuseVoidInvite(invite, site, inviter);
      if (!team || !sender) throw new Refusal('site_invite_void');
      const isByMail = parsed !== undefined && isMailed(invite, parsed.secret);
      const isChosenHere = holder && isByMail;
      // Two more: one tells whether there are more teams, and the owning team isn't offered.
      const managed = isChosenHere ? await listManaged(holder.userId, MAX_CHOICES + 2) : [];
      const others = managed.filter(({ team: { id } }) => id !== site.teamId);
      return siteInvitePage({
        ...setting,
        ...{ siteName: site.name, teamName: team.name, inviterName: sender.name, terms: invite },
        ...{ expiresAt: invite.expiresAt, token, action: SITE_INVITE_PATH },
        choices: others.slice(0, MAX_CHOICES).map((choice) => ({
          uuid: shortIdAsUuid(choice.team.id),
          name: choice.team.name,
          organizationName: choice.organization.name,
        })),
        hasMore: others.length > MAX_CHOICES,
        applicationUrl: homeUrl(),
        blocking:
          isByMail && organization
            ? { organizationName: organization.name, token, of: 'site', action: BLOCK_PATH }
            : undefined,
      });
    });
  },
});
export const { handler } = endpoint;
