import type { Occasion } from '../domain/audit.ts';
import { newId } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import { hashSecret, knowsSecret } from '../domain/link.ts';
import type { Member, Membership, Profile } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { Way } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { grantOf, isSensitiveShown, type SiteAccess } from '../domain/site-access.ts';
import { newSiteSecret, type SiteToken } from '../domain/site-link.ts';
import { type Decision, requestEnd, requestGarbage, type SiteAsked, type SiteRequest } from '../domain/site-request.ts';
import { isIn, mayManage, type Team, type TeamMembership } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import type { RequestMail } from '../outbox/due.ts';
import { mailWrite, newMail } from '../outbox/mails.ts';
import { getUser } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { countMailsTo } from '../table/rates.ts';
import { get } from '../table/read.ts';
import { record, transact } from '../table/write.ts';
import { getTeamMembership } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { accessEntry, actorManagesSite, auditIn, grantsUpdate, sharingChange } from './sharing.ts';
import { getAccess, getSite } from './sites.ts';

/** What `requestSensitive`, and recording what became of its mails, do to the table. */
export const REQUEST_SENSITIVE: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['SITE', 'MAIL', 'AUDIT'],
  UpdateItem: ['LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/** A request's mail, with the secret of its link, which is in it alone. */
export interface RequestMailing {
  readonly mail: RequestMail;
  readonly secret: Buffer;
  readonly recipient: Member;
}

/**
 * Asks for a site's sensitive data on behalf of a team, in place of an earlier request of it, with a mail to each of
 * those who may grant it, which the caller sends now.
 *
 * @param way by which the actor manages the team that asks
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function requestSensitive(
  occasion: Occasion,
  way: Way,
  site: Site,
  input: Pick<SiteRequest, 'reason' | 'expiresAt'>,
  recipients: readonly Member[],
  limits: Limits,
): Promise<{ request: SiteRequest; mailings: RequestMailing[] }> {
  const { now } = occasion;
  const { actor, access } = way;
  const { teamId, organizationId } = access;
  const request: SiteRequest = {
    ...{ id: newId('siteRequest', now), siteId: site.id, teamId, organizationId, ...input },
    ...{ requestedBy: actor.userId, createdAt: now.toISOString() },
  };
  const { id, siteId } = request;
  const mailings = recipients.map((recipient) => ({
    secret: newSiteSecret(),
    recipient,
    mail: {
      ...newMail(now, 'request'),
      ...{ siteId, requestId: id, teamId, organizationId: site.organizationId, userId: recipient.userId },
    },
  }));
  const secrets = new Set(mailings.map(({ recipient, secret }) => secretOf(recipient.userId, secret)));
  const asked: SiteAsked = { id, siteId, teamId, organizationId, secrets };
  const ttl = requestGarbage(request);
  await transact([
    ...actorManagesSite(way),
    { type: 'check', key: keys.site(siteId), when: [{ attribute: 'teamId', is: site.teamId }] },
    { type: 'check', key: keys.siteAccess(siteId, teamId), when: [{ attribute: 'isOwner', is: false }] },
    { type: 'put', key: keys.siteRequest(siteId, teamId), item: { type: 'SiteRequest', v: 1, ...request, ttl } },
    { type: 'put', key: keys.siteAsked(siteId, id), item: { type: 'SiteAsked', v: 1, ...asked, ttl } },
    ...mailings.map(({ mail }) => mailWrite('RequestMail', mail)),
    ...countMailsTo(
      { organizationId, userId: actor.userId },
      recipients.map(({ profile }) => profile.email),
      limits,
      now,
    ),
    ...auditIn(occasion, [organizationId, site.organizationId], site, {
      action: 'site-sensitive.request',
      after: { teamId, requestId: id, ...(input.expiresAt && { expiresAt: input.expiresAt }) },
    }),
  ]);
  return { request, mailings };
}

function secretOf(userId: string, secret: Buffer): string {
  return `${userId}#${hashSecret(secret)}`;
}

/** Lets a request be decided by one more secret: each try of a mail has its own. @throws Stale where it is forgotten */
export async function addSecret({ siteId, requestId, userId }: RequestMail, secret: Buffer): Promise<void> {
  await record({
    type: 'update',
    key: keys.siteAsked(siteId, requestId),
    add: { secrets: new Set([secretOf(userId, secret)]) },
    when: [{ exists: 'pk' }],
  });
}

const SITE_REQUEST = itemReader<SiteRequest>('SiteRequest', {
  ...{ id: 'string', siteId: 'string', teamId: 'string', organizationId: 'string' },
  ...{ reason: 'string', requestedBy: 'string', createdAt: 'string' },
});
const SITE_ASKED = itemReader<SiteAsked>('SiteAsked', {
  ...{ id: 'string', siteId: 'string', teamId: 'string', organizationId: 'string', secrets: 'object' },
});

export async function getSiteRequest(siteId: string, teamId: string): Promise<SiteRequest | undefined> {
  return SITE_REQUEST.one(await get(keys.siteRequest(siteId, teamId)));
}

/** A request whose link somebody holds. */
export interface FoundRequest {
  readonly asked: SiteAsked;
  readonly site: Site | undefined;
  /** Whom the link was sent to. */
  readonly userId: string;
}

/**
 * Finds the request behind a mailed link, open or not. Strangers learn nothing: an unknown request and a forged secret
 * are the same.
 *
 * @throws Refusal `sensitive_request_not_found`
 */
export async function findSiteRequest(token: SiteToken | undefined): Promise<FoundRequest> {
  if (!token) throw new Refusal('sensitive_request_not_found');
  const [asked, site] = await Promise.all([
    get(keys.siteAsked(token.siteId, token.id)).then(SITE_ASKED.one),
    getSite(token.siteId),
  ]);
  const known = [...(asked?.secrets ?? [])].map((entry) => entry.split('#') as [userId: string, hash: string]);
  const found = known.find(([, hash]) => knowsSecret([hash], token.secret));
  if (!asked || !found) throw new Refusal('sensitive_request_not_found');
  return { asked, site, userId: found[0] };
}

/** The team that asked, and its organization; undefined once either is gone. */
export async function readAsking({
  organizationId,
  teamId,
}: SiteAsked): Promise<{ readonly team: Team; readonly organization: Organization } | undefined> {
  const [team, organization] = await Promise.all([getTeam(organizationId, teamId), getOrganization(organizationId)]);
  return team && organization && { team, organization };
}

/** A request that can be decided, and by which way. */
export interface OpenRequest {
  readonly site: Site;
  /** Who asked. */
  readonly requester: Profile;
  readonly request: SiteRequest;
  readonly access: SiteAccess;
  /** The way by which whoever got the link manages the site. */
  readonly way: Way;
}

/** What deciding a request goes by, as it was read; parts that are gone are undefined. */
interface RequestState {
  readonly request: SiteRequest | undefined;
  readonly access: SiteAccess | undefined;
  readonly owner: SiteAccess | undefined;
  readonly organization: Organization | undefined;
  readonly team: Team | undefined;
  readonly actor: Membership | undefined;
  readonly place: TeamMembership | undefined;
}

/** Reads what deciding a request goes by; undefined where the site is gone. */
export async function readRequestState({ asked, site, userId }: FoundRequest): Promise<RequestState | undefined> {
  if (!site) return;
  const { organizationId, teamId } = site;
  const [request, access, owner, organization, team, actor, place] = await Promise.all([
    getSiteRequest(site.id, asked.teamId),
    getAccess(site.id, asked.teamId),
    getAccess(site.id, teamId),
    getOrganization(organizationId),
    getTeam(organizationId, teamId),
    getMembership(userId, organizationId),
    getTeamMembership(teamId, userId),
  ]);
  return { request, access, owner, organization, team, actor, place };
}

/**
 * What was decided by a link, which still is so; undefined: nothing was.
 *
 * @throws Refusal `sensitive_request_over` where what was granted has ended since
 */
export function requireDecision({ asked }: FoundRequest, state: RequestState | undefined, now: Date) {
  const { decision } = asked;
  if (decision === 'granted' && !(state?.access && isSensitiveShown(state.access, now))) {
    throw new Refusal('sensitive_request_over');
  }
  return decision;
}

/**
 * A request that is open, whose requester is still there, and that whoever the link was sent to may decide: they still manage the owning team.
 *
 * @throws Refusal `sensitive_request_over`, `decider_removed`
 */
export async function requireOpen(
  { asked, site }: FoundRequest,
  state: RequestState | undefined,
  now: Date,
): Promise<OpenRequest> {
  const { request, access, owner, organization, team, actor, place } = state ?? {};
  const isOpen = request?.id === asked.id && requestEnd(request) > now.toISOString();
  if (!site || !isOpen || !access || access.isOwner || !organization) throw new Refusal('sensitive_request_over');
  if (!owner?.isOwner || !team || !actor || !mayManage(actor, place)) throw new Refusal('decider_removed');
  const requester = await getUser(request.requestedBy);
  if (!requester) throw new Refusal('sensitive_request_over');
  const way = { access: owner, team, actor, place: isIn(actor, place) ? place : undefined };
  return { site, requester, request, access, way };
}

/** What `decideRequest` does to the table. */
export const DECIDE_REQUEST: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['SITE'],
};

/** Grants what a request asks for, or declines it: what was granted before stays then. */
export async function decideRequest(
  occasion: Occasion,
  { site, request, access, way }: OpenRequest,
  decision: Decision,
): Promise<void> {
  const { id, siteId, teamId, expiresAt } = request;
  const grants = [grantOf(access, { ...(expiresAt && { expiresAt }) })];
  const isGranted = decision === 'granted';
  await transact([
    ...actorManagesSite(way),
    // Whoever manages the team that owned it before decides nothing any more.
    sharingChange(site),
    ...(isGranted ? [grantsUpdate(access, grants, occasion.now.toISOString())] : []),
    { type: 'delete', key: keys.siteRequest(siteId, teamId), when: [{ attribute: 'id', is: id }] },
    { type: 'update', key: keys.siteAsked(siteId, id), set: { decision }, when: [{ exists: 'pk' }] },
    ...auditIn(occasion, [site.organizationId, access.organizationId], site, {
      action: isGranted ? 'site-sensitive.grant' : 'site-sensitive.decline',
      ...(isGranted
        ? { before: accessEntry(access), after: accessEntry({ ...access, grants }) }
        : { before: { teamId, requestId: id } }),
    }),
  ]);
}
