import type { AuditContext } from '../domain/audit.ts';
import { knowsSecret } from '../domain/link.ts';
import type { Membership } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { AccessPath } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { grantOf, isSensitiveShown, type SiteAccess } from '../domain/site-access.ts';
import type { SiteToken } from '../domain/site-link.ts';
import { type Decision, requestEnd, type SiteRequest, type SiteRequestLinks } from '../domain/site-request.ts';
import { isIn, mayManage, type Team, type TeamMembership } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getSender, type Sender } from '../organizations/senders.ts';
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

/** The request of a valid link. */
export interface FoundRequest {
  readonly links: SiteRequestLinks;
  readonly site: Site | undefined;
  /** The recipient of the link. */
  readonly userId: string;
}

/**
 * Finds the request of a mailed link, whether it is open or not. An unknown request and a forged secret are refused
 * alike.
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

/** Reads the requesting team and its organization; undefined if either is deleted. */
export async function readRequestingTeam({
  organizationId,
  teamId,
}: SiteRequestLinks): Promise<{ readonly team: Team; readonly organization: Organization } | undefined> {
  const [team, organization] = await Promise.all([getTeam(organizationId, teamId), getOrganization(organizationId)]);
  return team && organization && { team, organization };
}

/** A request that the recipient of a link can decide. */
export interface OpenRequest {
  readonly site: Site;
  readonly requester: Sender;
  readonly request: SiteRequest;
  readonly access: SiteAccess;
  /** The access by which the recipient manages the site. */
  readonly accessPath: AccessPath;
}

/** The state on which a decision of a request depends; undefined: deleted. */
interface RequestState {
  readonly request: SiteRequest | undefined;
  readonly access: SiteAccess | undefined;
  readonly owner: SiteAccess | undefined;
  readonly organization: Organization | undefined;
  readonly team: Team | undefined;
  readonly actor: Membership | undefined;
  readonly teamMembership: TeamMembership | undefined;
}

/** Reads the state on which a decision of a request depends; undefined: the site is deleted. */
export async function readRequestState({ links, site, userId }: FoundRequest): Promise<RequestState | undefined> {
  if (!site) return;
  const { organizationId, teamId } = site;
  const [request, access, owner, organization, team, actor, teamMembership] = await Promise.all([
    getSiteRequest(site.id, links.teamId),
    getAccess(site.id, links.teamId),
    getAccess(site.id, teamId),
    getOrganization(organizationId),
    getTeam(organizationId, teamId),
    getMembership(userId, organizationId),
    getTeamMembership(teamId, userId),
  ]);
  return { request, access, owner, organization, team, actor, teamMembership };
}

/**
 * Returns the decision of a request; undefined: none yet.
 *
 * @throws Refusal `sensitive_request_over` if the grant has ended
 */
export function requireDecision({ links }: FoundRequest, state: RequestState | undefined, now: Date) {
  const { decision } = links;
  if (decision === 'granted' && !(state?.access && isSensitiveShown(state.access, now))) {
    throw new Refusal('sensitive_request_over');
  }
  return decision;
}

/**
 * Returns an open request that the recipient of the link may decide, as a manager of the site's owner.
 *
 * @throws Refusal `sensitive_request_over`, `decider_removed`
 */
export async function requireOpen(
  { links, site }: FoundRequest,
  state: RequestState | undefined,
  now: Date,
): Promise<OpenRequest> {
  const { request, access, owner, organization, team, actor, teamMembership } = state ?? {};
  const isOpen = request?.id === links.id && requestEnd(request) > now.toISOString();
  if (!site || !isOpen || !access || access.isOwner || !organization) throw new Refusal('sensitive_request_over');
  if (!owner?.isOwner || !team || !actor || !mayManage(actor, teamMembership)) throw new Refusal('decider_removed');
  const requester = await getSender(request.requestedBy, request.organizationId);
  if (!requester) throw new Refusal('sensitive_request_over');
  const accessPath = {
    access: owner,
    team,
    actor,
    teamMembership: isIn(actor, teamMembership) ? teamMembership : undefined,
  };
  return { site, requester, request, access, accessPath };
}

/** Table access of `decideRequest`. */
export const DECIDE_REQUEST: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['SITE'],
};

/** Grants or declines a request. Declining keeps earlier grants. */
export async function decideRequest(
  auditContext: AuditContext,
  { site, request, access, accessPath }: OpenRequest,
  decision: Decision,
): Promise<void> {
  const { id, siteId, teamId, expiresAt } = request;
  const grants = [grantOf(access, { ...(expiresAt && { expiresAt }) })];
  const isGranted = decision === 'granted';
  await transact([
    ...actorManagesSite(accessPath),
    // A manager of a former owner may not decide.
    sharingChange(site),
    ...(isGranted ? [grantsUpdate(access, grants, auditContext.now.toISOString())] : []),
    { type: 'delete', key: keys.siteRequest(siteId, teamId), when: [{ attribute: 'id', is: id }] },
    { type: 'update', key: keys.siteRequestLinks(siteId, id), set: { decision }, when: [{ exists: 'pk' }] },
    ...auditIn(auditContext, [site.organizationId, access.organizationId], site, {
      action: isGranted ? 'site-sensitive.grant' : 'site-sensitive.decline',
      ...(isGranted
        ? { before: accessEntry(access), after: accessEntry({ ...access, grants }) }
        : { before: { teamId, requestId: id } }),
    }),
  ]);
}
