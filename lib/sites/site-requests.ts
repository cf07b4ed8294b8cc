import type { Occasion } from '../domain/audit.ts';
import { knowsSecret } from '../domain/link.ts';
import type { Membership, Profile } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { Way } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { grantOf, isSensitiveShown, type SiteAccess } from '../domain/site-access.ts';
import type { SiteToken } from '../domain/site-link.ts';
import { type Decision, requestEnd, type SiteRequest, type SiteRequestLinks } from '../domain/site-request.ts';
import { isIn, mayManage, type Team, type TeamMembership } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getUser } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import { transact } from '../table/write.ts';
import { getTeamMembership } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { accessEntry, actorManagesSite, auditIn, grantsUpdate, sharingChange } from './sharing.ts';
import { getAccess, getSite } from './sites.ts';

const SITE_REQUEST = itemReader<SiteRequest>('SiteRequest', {
  ...{ id: 'string', siteId: 'string', teamId: 'string', organizationId: 'string' },
  ...{ reason: 'string', requestedBy: 'string', createdAt: 'string' },
});
const SITE_REQUEST_LINKS = itemReader<SiteRequestLinks>('SiteRequestLinks', {
  ...{ id: 'string', siteId: 'string', teamId: 'string', organizationId: 'string', secrets: 'object' },
});

export async function getSiteRequest(siteId: string, teamId: string): Promise<SiteRequest | undefined> {
  return SITE_REQUEST.one(await get(keys.siteRequest(siteId, teamId)));
}

/** A request whose link somebody holds. */
export interface FoundRequest {
  readonly links: SiteRequestLinks;
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
  const [links, site] = await Promise.all([
    get(keys.siteRequestLinks(token.siteId, token.id)).then((item) => SITE_REQUEST_LINKS.one(item)),
    getSite(token.siteId),
  ]);
  const known = [...(links?.secrets ?? [])].map((entry) => entry.split('#') as [userId: string, hash: string]);
  const found = known.find(([, hash]) => knowsSecret([hash], token.secret));
  if (!links || !found) throw new Refusal('sensitive_request_not_found');
  return { links, site, userId: found[0] };
}

/** The team that requests, and its organization; undefined once either is gone. */
export async function readRequestingTeam({
  organizationId,
  teamId,
}: SiteRequestLinks): Promise<{ readonly team: Team; readonly organization: Organization } | undefined> {
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
export async function readRequestState({ links, site, userId }: FoundRequest): Promise<RequestState | undefined> {
  if (!site) return;
  const { organizationId, teamId } = site;
  const [request, access, owner, organization, team, actor, place] = await Promise.all([
    getSiteRequest(site.id, links.teamId),
    getAccess(site.id, links.teamId),
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
export function requireDecision({ links }: FoundRequest, state: RequestState | undefined, now: Date) {
  const { decision } = links;
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
  { links, site }: FoundRequest,
  state: RequestState | undefined,
  now: Date,
): Promise<OpenRequest> {
  const { request, access, owner, organization, team, actor, place } = state ?? {};
  const isOpen = request?.id === links.id && requestEnd(request) > now.toISOString();
  if (!site || !isOpen || !access || access.isOwner || !organization) throw new Refusal('sensitive_request_over');
  if (!owner?.isOwner || !team || !actor || !mayManage(actor, place)) throw new Refusal('decider_removed');
  const requester = await getUser(request.requestedBy);
  if (!requester) throw new Refusal('sensitive_request_over');
  const way = { access: owner, team, actor, place: isIn(actor, place) ? place : undefined };
  return { site, requester, request, access, way };
}

/** Table access of `decideRequest`. */
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
    { type: 'update', key: keys.siteRequestLinks(siteId, id), set: { decision }, when: [{ exists: 'pk' }] },
    ...auditIn(occasion, [site.organizationId, access.organizationId], site, {
      action: isGranted ? 'site-sensitive.grant' : 'site-sensitive.decline',
      ...(isGranted
        ? { before: accessEntry(access), after: accessEntry({ ...access, grants }) }
        : { before: { teamId, requestId: id } }),
    }),
  ]);
}
