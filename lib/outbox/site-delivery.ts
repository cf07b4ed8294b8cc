import { configuration } from '../configuration.ts';
import type { Occasion } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import { loggable } from '../domain/log.ts';
import type { Profile } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { Way } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { isSensitiveShown } from '../domain/site-access.ts';
import { type Carried, inviteEnd, refuseUnlessOpen, requireSite, type SiteInvite } from '../domain/site-invite.ts';
import { formatSiteToken, newSiteSecret } from '../domain/site-link.ts';
import { requestEnd, type SiteRequest } from '../domain/site-request.ts';
import { mayManage, type Team } from '../domain/team.ts';
import { grantEndMail } from '../email/grant-end.ts';
import { mutedMail } from '../email/muted.ts';
import { sendMail } from '../email/ses.ts';
import { siteInviteMail } from '../email/site-invite.ts';
import { siteRequestMail } from '../email/site-request.ts';
import { getInvited, type InvitedGuard } from '../invitations/invitations.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getCaller, getUser } from '../people/people.ts';
import {
  CREATE_SITE_INVITE,
  claimInviteMail,
  clearSiteInvite,
  createSiteInvite,
  getInviter,
  RESEND_SITE_INVITE,
  recordInviteMail,
  recordInviteUnsent,
  resendSiteInvite,
} from '../sites/site-invites.ts';
import { addSecret, getSiteRequest, REQUEST_SENSITIVE, requestSensitive } from '../sites/site-requests.ts';
import { getAccess, getSite } from '../sites/sites.ts';
import { type TableAccess, union } from '../table/access.ts';
import { type Counted, getInviteWindow, type InviteWindow, READ_COUNTED, readCounted } from '../table/rates.ts';
import { Stale, type Write } from '../table/write.ts';
import { listManaging } from '../teams/managing.ts';
import { getTeamMembership } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { attempt, BLOCK_PATH, deliverWaiting, nameOf } from './delivery.ts';
import type { DueInvite, GrantEndMail, RequestMail } from './due.ts';
import { claimWaiting, forgetMail, isGivenUp } from './mails.ts';

/** The paths of the pages behind the links of mails about sites. */
export const SITE_INVITE_PATH = '/site/invite/accept';
export const SITE_REQUEST_PATH = '/site/sensitive-data';

/** The link by which an invite to a site is opened. */
export function siteInviteLink({ siteId, id, email }: SiteInvite, site: Site, secret: Buffer): string {
  const query = new URLSearchParams({
    site_id: String(site.number),
    email,
    token: formatSiteToken({ siteId, id, secret }),
  });
  return `${configuration().publicUrl}${SITE_INVITE_PATH}?${query}`;
}

/** The link by which the invited refuse all invites of the organization. */
function blockLink({ siteId, id }: SiteInvite, secret: Buffer): string {
  const query = new URLSearchParams({ of: 'site', token: formatSiteToken({ siteId, id, secret }) });
  return `${configuration().publicUrl}${BLOCK_PATH}?${query}`;
}

/** What inviting to a site goes by, beside what the caller may. */
export interface BeforeInviting {
  readonly organization: Organization;
  readonly inviter: Profile;
  readonly counted: Counted;
  /** What the address was invited to by the organization before, and whether it wants no more. */
  readonly guard: InvitedGuard | undefined;
  readonly window: InviteWindow | undefined;
}

/** Reads what inviting to a site goes by. */
export async function beforeInviting(
  { organizationId }: Site,
  { actor }: Way,
  email: string,
  now: Date,
): Promise<BeforeInviting> {
  const [organization, inviter, counted, window, guard] = await Promise.all([
    getOrganization(organizationId),
    getCaller(actor.userId),
    readCounted({ organizationId, userId: actor.userId }, now),
    getInviteWindow(actor.userId),
    getInvited(email, organizationId),
  ]);
  if (!organization) throw new Stale();
  return { organization, inviter, counted, window, guard };
}

/** What `beforeInviting` and `inviteToSite` do to the table. */
export const INVITE_TO_SITE: TableAccess = union(CREATE_SITE_INVITE, READ_COUNTED, {
  BatchGetItem: ['ORG', 'USER', 'LIMIT', 'EMAIL'],
});

/**
 * Invites a team of somebody's to a site, by a mail that is tried at once.
 *
 * @param also what else is written with the invite
 * @returns the invite, headers of the answer, and what lets the invited accept it, signed in: the token, and the address
 *   of a page that shows the invite and names no team of the invited, since whoever invites gets to see it
 * @throws Refusal as `createSiteInvite`
 */
export async function inviteToSite(
  occasion: Occasion,
  way: Way,
  site: Site,
  input: Carried & { readonly email: string },
  { organization, inviter, guard, ...before }: BeforeInviting,
  also: (invite: SiteInvite) => readonly Write[],
) {
  const secrets = { token: newSiteSecret(), mail: newSiteSecret() };
  const { limits } = configuration();
  const { invite, headers } = await createSiteInvite(occasion, way, site, input, secrets, before, limits, also);
  await deliverSiteInvite(invite, { organization, site, team: way.team, inviter, guard, secret: secrets.mail });
  const token = formatSiteToken({ siteId: site.id, id: invite.id, secret: secrets.token });
  return { invite, headers, given: { token, web: siteInviteLink(invite, site, secrets.token) } };
}

/** What `beforeInviting` and `inviteAgain` do to the table. */
export const INVITE_AGAIN: TableAccess = union(RESEND_SITE_INVITE, READ_COUNTED, {
  BatchGetItem: ['ORG', 'USER', 'LIMIT', 'EMAIL'],
  Query: ['SITE'],
});

/**
 * Sends an invite again, by a mail that is tried at once.
 *
 * @returns headers of the answer
 * @throws Refusal as `resendSiteInvite`
 */
export async function inviteAgain(
  occasion: Occasion,
  way: Way,
  site: Site,
  invite: SiteInvite,
  { organization, inviter, guard, ...before }: BeforeInviting,
): Promise<Readonly<Record<string, string>>> {
  const secret = newSiteSecret();
  const { limits } = configuration();
  const { invite: resent, headers } = await resendSiteInvite(occasion, way, site, invite, secret, before, limits);
  await deliverSiteInvite(resent, { organization, site, team: way.team, inviter, guard, secret });
  return headers;
}

/** Whose site it is, by whom somebody is invited to it, and the secret of the mail's link, which is in it alone. */
export interface InviteSender {
  readonly organization: Organization;
  readonly site: Site;
  readonly team: Team;
  readonly inviter: Profile;
  readonly guard: InvitedGuard | undefined;
  readonly secret: Buffer;
}

/**
 * Sends the mail of an invite that was written down as due and claimed, once, and records what became of it. One that
 * can't be sent now stays due: it is the sweep's, and no failure of the request that invited.
 *
 * @returns whether it has left, as far as is recorded
 */
export async function deliverSiteInvite(
  invite: DueInvite,
  { organization, site, team, inviter, guard, secret }: InviteSender,
  send: typeof sendMail = sendMail,
): Promise<boolean> {
  const { product } = configuration();
  const composed = () =>
    siteInviteMail({
      ...{ language: organization.language, siteName: site.name, teamName: team.name },
      ...{ inviterName: nameOf(inviter), inviterAddress: inviter.email, carried: invite },
      ...{ email: invite.email, expiresAt: invite.expiresAt, link: siteInviteLink(invite, site, secret) },
      ...{ organizationName: organization.name, blockLink: blockLink(invite, secret) },
      product,
    });
  // Who wants no more gets nothing, and whoever invites can't tell.
  const mail = guard?.blockedAt ? mutedMail(product) : composed();
  try {
    const problem = await attempt(mail, { siteInvite: invite.id }, {}, send);
    await (problem === undefined
      ? recordInviteMail(invite, new Date(), 'SENT')
      : recordInviteUnsent(invite, new Date(), problem));
    return problem === undefined;
  } catch (error) {
    console.error({ message: 'Delivery not recorded', siteInvite: invite.id, ...loggable(error) });
    return false;
  }
}

/** What a request's mail tells of, and the secret of its link, which is in it alone. */
export interface RequestSender {
  /** Of the team that owns the site. */
  readonly organization: Organization;
  readonly site: Site;
  readonly request: SiteRequest;
  /** The team that asks, its organization, and who asks. */
  readonly team: Team;
  readonly home: Organization;
  readonly requester: Profile;
  readonly recipient: Profile;
  readonly secret: Buffer;
}

/** Sends the mail of a request for sensitive data that was written down as due and claimed, as `deliverSiteInvite` does. */
export async function deliverRequest(
  mail: RequestMail,
  { organization, site, request, team, home, requester, recipient, secret }: RequestSender,
  send: typeof sendMail = sendMail,
): Promise<boolean> {
  const { publicUrl, product } = configuration();
  const token = formatSiteToken({ siteId: site.id, id: request.id, secret });
  const composed = siteRequestMail({
    ...{ language: organization.language, siteName: site.name, teamName: team.name, organizationName: home.name },
    ...{ requesterName: nameOf(requester), reason: request.reason, asked: request, recipient: recipient.email },
    link: `${publicUrl}${SITE_REQUEST_PATH}?token=${token}`,
    product,
  });
  return deliverWaiting(mail, composed, send);
}

/** What `askForSensitive` does to the table. */
export const ASK_FOR_SENSITIVE: TableAccess = union(REQUEST_SENSITIVE, {
  BatchGetItem: ['ORG', 'USER'],
  Query: ['ORG', 'TEAM'],
});

/**
 * Asks for a site's sensitive data on behalf of a team, by mails that are tried at once.
 *
 * @param way by which the actor manages the team
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function askForSensitive(
  occasion: Occasion,
  way: Way,
  site: Site,
  input: Pick<SiteRequest, 'reason' | 'expiresAt'>,
  limits: Limits,
): Promise<void> {
  const { actor, team } = way;
  const [organization, home, requester, recipients] = await Promise.all([
    getOrganization(site.organizationId),
    getOrganization(team.organizationId),
    getCaller(actor.userId),
    listManaging({ id: site.teamId, organizationId: site.organizationId }),
  ]);
  if (!organization || !home) throw new Stale();
  const { request, mailings } = await requestSensitive(occasion, way, site, input, recipients, limits);
  const about = { organization, site, request, team, home, requester };
  await Promise.all(
    mailings.map(({ mail, secret, recipient }) =>
      deliverRequest(mail, { ...about, secret, recipient: recipient.profile }),
    ),
  );
}

/** What became of a row. */
type Outcome = 'sent' | 'unsent' | 'settled' | 'cleared';

/** Sends the mail of an invite that is due, or forgets the invite when its time is long over. */
export async function sweepInvite(invite: DueInvite, now: Date, send: typeof sendMail): Promise<Outcome> {
  if (inviteEnd(invite) <= now.toISOString()) {
    await clearSiteInvite(invite);
    return 'cleared';
  }
  const { siteId, organizationId, teamId, inviterId } = invite;
  const [site, organization, team, user, inviter, guard] = await Promise.all([
    getSite(siteId),
    getOrganization(organizationId),
    getTeam(organizationId, teamId),
    getUser(inviterId),
    getInviter(invite),
    getInvited(invite.email, organizationId),
  ]);
  try {
    refuseUnlessOpen(invite, now);
    requireSite(invite, site, inviter);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Its link would be refused.
    await recordInviteMail(invite, now, 'FAILED');
    return 'settled';
  }
  const secret = newSiteSecret();
  const claimed = await claimInviteMail(invite, now, secret);
  if (!claimed || !organization || !team || !user) throw new Stale();
  const sent = await deliverSiteInvite(claimed, { organization, site, team, inviter: user, guard, secret }, send);
  return sent ? 'sent' : 'unsent';
}

/** Sends the mail of a request that is due, unless it has become needless. */
export async function sweepRequestMail(mail: RequestMail, now: Date, send: typeof sendMail): Promise<Outcome> {
  const { siteId, requestId, teamId, organizationId, userId } = mail;
  const [site, request, organization, recipient] = await Promise.all([
    getSite(siteId),
    getSiteRequest(siteId, teamId),
    getOrganization(organizationId),
    getUser(userId),
  ]);
  const isOpen = request?.id === requestId && requestEnd(request) > now.toISOString();
  if (isGivenUp(mail, now) || !isOpen || !site || !organization || !recipient) return settled(mail);
  const [home, team, requester, membership, own] = await Promise.all([
    getOrganization(request.organizationId),
    getTeam(request.organizationId, teamId),
    getUser(request.requestedBy),
    getMembership(userId, site.organizationId),
    getTeamMembership(site.teamId, userId),
  ]);
  if (!home || !team || !requester || !membership || !mayManage(membership, own)) return settled(mail);
  const claimed = await claimWaiting(mail, now);
  if (!claimed) throw new Stale();
  const secret = newSiteSecret();
  await addSecret(claimed, secret);
  const about = { organization, site, request, team, home, requester, recipient, secret };
  return (await deliverRequest(claimed, about, send)) ? 'sent' : 'unsent';
}

/** Sends the mail that tells of the end of a grant, while it is news: the team has access, and no sensitive data. */
export async function sweepGrantEnd(mail: GrantEndMail, now: Date, send: typeof sendMail): Promise<Outcome> {
  const { siteId, teamId, organizationId, userId, endedAt } = mail;
  const [site, access, organization, team, recipient, membership, own] = await Promise.all([
    getSite(siteId),
    getAccess(siteId, teamId),
    getOrganization(organizationId),
    getTeam(organizationId, teamId),
    getUser(userId),
    getMembership(userId, organizationId),
    getTeamMembership(teamId, userId),
  ]);
  const isOver = access !== undefined && !isSensitiveShown(access, now);
  const mayHear = isOver && membership !== undefined && mayManage(membership, own);
  if (isGivenUp(mail, now) || !site || !organization || !team || !recipient || !mayHear) return settled(mail);
  const claimed = await claimWaiting(mail, now);
  if (!claimed) throw new Stale();
  const { applicationUrl, product } = configuration();
  const composed = grantEndMail({
    ...{ language: organization.language, siteName: site.name, teamName: team.name, endedAt },
    ...{ recipient: recipient.email, applicationUrl, product },
  });
  return (await deliverWaiting(claimed, composed, send)) ? 'sent' : 'unsent';
}

async function settled(mail: RequestMail | GrantEndMail): Promise<'settled'> {
  await forgetMail(mail);
  return 'settled';
}
