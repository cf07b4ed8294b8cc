import * as z from 'zod/mini';
import { blockedPage, unblockedPage } from '../../lib/dialects/page/block-page.ts';
import { BLOCK_PATH, pageSetting, pages, sitePageSetting } from '../../lib/dialects/page/format.ts';
import { refuseUnlessInvited } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { isMailed } from '../../lib/domain/site-invite.ts';
import { parseSiteToken } from '../../lib/domain/site-link.ts';
import { forAnybody } from '../../lib/http/endpoint.ts';
import { BLOCK, setBlocked } from '../../lib/table/blocking.ts';
import { findAnyLink } from '../../lib/table/links.ts';
import { getOrganization } from '../../lib/table/organizations.ts';
import { findSiteInvite } from '../../lib/table/site-invites.ts';

export const returns = { 200: null };

/**
 * Says from the page of an invitation, of its reminders, or of an invite to a site that the invited address wants no more
 * of them from the organization, or wants them again. The link has to be one of a mail.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${BLOCK_PATH}`,
  accepts: 'application/x-www-form-urlencoded',
  table: { ...BLOCK, BatchGetItem: ['EMAIL', 'ORG', 'SITE'] },
  depth: 3,
  body: z.object({ token: z.optional(z.string()), of: z.optional(z.string()), undo: z.optional(z.string()) }),
  refuses: ['invitation_not_found', 'invitation_superseded', 'sign_in_required', 'site_invite_not_found'],
  async handle({ request, body: { token = '', of: kind, undo } }) {
    const of: 'site' | undefined = kind === 'site' ? kind : undefined;
    const acceptLanguage = request.headers['accept-language'];
    const { email, organization, setting } = await (of === 'site'
      ? bySite(token, acceptLanguage)
      : byInvitation(token, acceptLanguage));
    await setBlocked(email, organization.id, undo === undefined, request);
    const shown = { ...setting, organizationName: organization.name, email, token, of, action: BLOCK_PATH };
    return undo === undefined ? blockedPage(shown) : unblockedPage(shown);
  },
});
export const { handler } = endpoint;

async function byInvitation(token: string, acceptLanguage: string | undefined) {
  const link = await findAnyLink(parseToken(token));
  refuseUnlessInvited(link, undefined);
  const { organization, invitation } = link;
  return { email: invitation.email, organization, setting: pageSetting(acceptLanguage, link) };
}

async function bySite(token: string, acceptLanguage: string | undefined) {
  const parsed = parseSiteToken('siteInvite', token);
  const { invite } = await findSiteInvite(parsed);
  // Whoever invited knows the token of the API's answer, and must not act for the invited.
  if (!parsed || !isMailed(invite, parsed.secret)) throw new Refusal('site_invite_not_found');
  const organization = await getOrganization(invite.organizationId);
  if (!organization) throw new Refusal('site_invite_not_found');
  return { email: invite.email, organization, setting: sitePageSetting(acceptLanguage, organization) };
}
