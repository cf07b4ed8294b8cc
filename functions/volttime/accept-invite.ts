import { configuration } from '../../lib/configuration.ts';
import { volttime } from '../../lib/dialects/volttime/format.ts';
import { AcceptedSiteInvite, selectedInvalid } from '../../lib/dialects/volttime/input.ts';
import { AcceptedInvite } from '../../lib/dialects/volttime/schemas.ts';
import { shortIdAsUuid } from '../../lib/domain/ids.ts';
import { isSensitiveShown } from '../../lib/domain/site-access.ts';
import { INVITE_REFUSALS, refuseUnlessInvitedToSite } from '../../lib/domain/site-invite.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { teamIdFromUuid } from '../../lib/domain/team.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { ACCEPT_SITE_INVITE, acceptSiteInvite, findSiteInvite } from '../../lib/sites/site-invites.ts';
import { locateTeam } from '../../lib/teams/teams.ts';

export const returns = { 200: AcceptedInvite };

/**
 * Accepts a site invite for a team that the caller manages, as its owner or an ADMIN of its organization. An invite can
 * be accepted once.
 *
 * The token of the mailed link proves control of the mailbox, so the caller may have another address. The token from the
 * API's answer proves nothing, since the inviter knows it: only a caller with the invited address can accept with it. A
 * team that has access already keeps it, and gets the invite's access in addition.
 */
export const endpoint = forPerson({
  format: volttime,
  route: 'POST /api/v3/sites/invite/accept',
  permission: 'site-invite:accept',
  table: ACCEPT_SITE_INVITE,
  depth: 4,
  body: AcceptedSiteInvite,
  refuses: [
    ...INVITE_REFUSALS,
    'invitation_for_another_address',
    'forbidden',
    'site_team_limit_reached',
    'site_limit_reached',
    'asset_limit_reached',
  ],
  async handle({ request: { now }, body: { token, team_uuid }, person: { userId, email, auditContext } }) {
    const parsed = parseSiteToken('siteInvite', token);
    const teamId = teamIdFromUuid(team_uuid);
    const [found, home] = await Promise.all([
      findSiteInvite(parsed),
      locateTeam(teamId === undefined ? undefined : { id: teamId }),
    ]);
    if (parsed) refuseUnlessInvitedToSite(found.invite, parsed.secret, email);
    const { limits } = configuration();
    const missing = () => selectedInvalid('team_uuid');
    const { site, team, access } = await acceptSiteInvite(auditContext, { found, userId, home, limits, missing });
    return {
      status: 200,
      body: {
        message: 'Invite accepted successfully',
        ...{ site_id: site.number, team_uuid: shortIdAsUuid(team.id) },
        ...{ is_owner: access.isOwner, data_access: isSensitiveShown(access, now) },
      },
    };
  },
});
export const { handler } = endpoint;
