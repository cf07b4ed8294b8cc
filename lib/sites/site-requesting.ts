import { configuration } from '../configuration.ts';
import type { AuditContext } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Profile } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { SITE_REQUEST_PATH } from '../domain/page-paths.ts';
import type { AccessPath } from '../domain/reach.ts';
import type { Site } from '../domain/site.ts';
import { formatSiteToken, newSiteSecret } from '../domain/site-link.ts';
import { requestEnd, requestTtl, type SiteRequest, type SiteRequestLinks } from '../domain/site-request.ts';
import { mayManage, type Team } from '../domain/team.ts';
import type { Mail } from '../email/mime.ts';
import { siteRequestMail } from '../email/site-request.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getSender, requireSender, type Sender } from '../organizations/senders.ts';
import { MAIL_FIELDS, MAILS, mailWork, mailWrite, newMail, type OutboxMail } from '../outbox/mails.ts';
import { deliver } from '../outbox/outbox.ts';
import type { Work } from '../outbox/sweep.ts';
import { getUser } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import type { DueItem } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { countMailsTo } from '../table/rates.ts';
import { record, Stale, transact } from '../table/write.ts';
import { listTeamManagers } from '../teams/managing.ts';
import { getTeamMembership } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { actorManagesSite, auditIn } from './sharing.ts';
import { getSiteRequest } from './site-requests.ts';
import { getSite } from './sites.ts';

/** A mail to a manager of a site's owner: another team requests the site's sensitive data. */
interface RequestMail extends OutboxMail {
  readonly siteId: string;
  readonly requestId: string;
  /** The requesting team. */
  readonly teamId: string;
  /** The organization of the team that owned the site at the time. */
  readonly organizationId: string;
}

const REQUEST_MAIL = itemReader<RequestMail>('RequestMail', {
  ...MAIL_FIELDS,
  ...{ siteId: 'string', requestId: 'string', teamId: 'string', organizationId: 'string' },
});

/** Table access of `requestSensitive`. */
export const REQUEST_SENSITIVE: TableAccess = {
  BatchGetItem: ['ORG', 'USER'],
  Query: ['ORG', 'TEAM'],
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['SITE', 'MAIL', 'AUDIT'],
  UpdateItem: ['LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/**
 * Requests a site's sensitive data for a team, and mails everyone who may grant it. Replaces an earlier request of the
 * team. The mails are tried at once.
 *
 * @param way the access of the requesting team, which the actor manages
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function requestSensitive(
  auditContext: AuditContext,
  { accessPath, site, limits }: { readonly accessPath: AccessPath; readonly site: Site; readonly limits: Limits },
  input: Pick<SiteRequest, 'reason' | 'expiresAt'>,
): Promise<void> {
  const { now } = auditContext;
  const { actor, team, access } = accessPath;
  const [organization, home, requester, recipients] = await Promise.all([
    getOrganization(site.organizationId),
    getOrganization(team.organizationId),
    requireSender(actor.userId, team.organizationId),
    listTeamManagers({ id: site.teamId, organizationId: site.organizationId }),
  ]);
  if (!organization || !home) throw new Stale();
  const { teamId, organizationId } = access;
  const request: SiteRequest = {
    ...{ id: newId('siteRequest', now), siteId: site.id, teamId, organizationId, ...input },
    ...{ requestedBy: actor.userId, createdAt: now.toISOString() },
  };
  const { id, siteId } = request;
  const mails = recipients.map(({ userId, profile }) => {
    const about = { siteId, requestId: id, teamId, organizationId: site.organizationId };
    const mail: RequestMail = { ...newMail(now, userId, 'request'), ...about };
    return { mail, recipient: profile, secret: newSiteSecret() };
  });
  const secrets = new Set(mails.map(({ mail, secret }) => secretOf(mail, secret)));
  const links: SiteRequestLinks = { id, siteId, teamId, organizationId, secrets };
  const ttl = requestTtl(request);
  await transact([
    ...actorManagesSite(accessPath),
    { type: 'check', key: keys.site(siteId), when: [{ attribute: 'teamId', is: site.teamId }] },
    { type: 'check', key: keys.siteAccess(siteId, teamId), when: [{ attribute: 'isOwner', is: false }] },
    { type: 'put', key: keys.siteRequest(siteId, teamId), item: { type: 'SiteRequest', ...request, ttl } },
    { type: 'put', key: keys.siteRequestLinks(siteId, id), item: { type: 'SiteRequestLinks', ...links, ttl } },
    ...mails.map(({ mail }) => mailWrite('RequestMail', mail)),
    ...countMailsTo(
      { organizationId, userId: actor.userId },
      { addresses: recipients.map(({ profile }) => profile.email), limits, now },
    ),
    ...auditIn(auditContext, [organizationId, site.organizationId], site, {
      action: 'site-sensitive.request',
      after: { teamId, requestId: id, ...(input.expiresAt && { expiresAt: input.expiresAt }) },
    }),
  ]);
  const about = { organization, site, request, team, home, requester };
  await Promise.all(mails.map(({ mail, ...to }) => deliver(MAILS, mail, compose({ ...about, ...to }))));
}

function secretOf({ userId }: RequestMail, secret: Buffer): string {
  return `${userId}#${hashSecret(secret)}`;
}

/** Adds a secret to a request, since each try of a mail needs a new one. @throws Stale if the request is deleted */
async function addSecret(mail: RequestMail, secret: Buffer): Promise<void> {
  await record({
    type: 'update',
    key: keys.siteRequestLinks(mail.siteId, mail.requestId),
    add: { secrets: new Set([secretOf(mail, secret)]) },
    when: [{ exists: 'pk' }],
  });
}

function compose({
  organization,
  site,
  request,
  team,
  home,
  requester,
  recipient,
  secret,
}: {
  /** The organization of the site. */
  readonly organization: Organization;
  readonly site: Site;
  readonly request: SiteRequest;
  /** The requesting team, its organization, and the requester. */
  readonly team: Team;
  readonly home: Organization;
  readonly requester: Sender;
  readonly recipient: Profile;
  /** The secret of the link; only the mail contains it. */
  readonly secret: Buffer;
}): Mail {
  const { publicUrl, product } = configuration();
  const token = formatSiteToken({ siteId: site.id, id: request.id, secret });
  return siteRequestMail({
    ...{ language: organization.language, siteName: site.name, teamName: team.name, organizationName: home.name },
    ...{ requesterName: requester.name, reason: request.reason, requested: request, recipient: recipient.email },
    link: `${publicUrl}${SITE_REQUEST_PATH}?token=${token}`,
    product,
  });
}

/** Returns the work for a due request mail: send it while the request is open and the recipient may decide it. */
export async function dueRequest(item: DueItem, now: Date): Promise<Work> {
  const mail = REQUEST_MAIL.one(item);
  const { siteId, requestId, teamId, organizationId, userId } = mail;
  const [site, request, organization, recipient] = await Promise.all([
    getSite(siteId),
    getSiteRequest(siteId, teamId),
    getOrganization(organizationId),
    getUser(userId),
  ]);
  const isOpen = request?.id === requestId && requestEnd(request) > now.toISOString();
  if (!isOpen || !site || !organization || !recipient) return mailWork(mail, undefined);
  const [home, team, requester, membership, own] = await Promise.all([
    getOrganization(request.organizationId),
    getTeam(request.organizationId, teamId),
    getSender(request.requestedBy, request.organizationId),
    getMembership(userId, site.organizationId),
    getTeamMembership(site.teamId, userId),
  ]);
  const mayDecide = membership !== undefined && mayManage(membership, own);
  if (!home || !team || !requester || !mayDecide) return mailWork(mail, undefined);
  return mailWork(mail, async (claimed) => {
    const secret = newSiteSecret();
    await addSecret(claimed, secret);
    return compose({ organization, site, request, team, home, requester, recipient, secret });
  });
}
