import { type AuditContext, byLinkHolder } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import { knowsSecret } from '../domain/link.ts';
import type { Actor } from '../domain/member.ts';
import type { ManagedSite } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { accessBy, isInForce, type SiteAccess, withMoreAccess } from '../domain/site-access.ts';
import {
  type Inviter,
  inviteEnd,
  inviteStatusAt,
  refuseUnlessOpen,
  refuseVoidInvite,
  type SiteInvite,
} from '../domain/site-invite.ts';
import type { SiteToken } from '../domain/site-link.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { type TableAccess, union } from '../table/access.ts';
import { dueAttributes } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact, type Write } from '../table/write.ts';
import { READ_ANCESTORS, requireTeam } from '../teams/permissions.ts';
import { actorManages, getTeamMembership } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { chargersOn } from './chargers.ts';
import {
  actorManagesSite,
  auditIn,
  getReduction,
  SHARING,
  sharingWrites,
  TRANSFERRING,
  transferWrites,
} from './sharing.ts';
import { getAccess, getSite } from './sites.ts';

/** The required fields of an invite. */
export const SITE_INVITE_FIELDS = {
  id: 'string',
  number: 'number',
  siteId: 'string',
  teamId: 'string',
  organizationId: 'string',
  transfers: 'number',
  email: 'string',
  inviterId: 'string',
  memberId: 'string',
  status: 'string',
  transferOwnership: 'boolean',
  secrets: 'object',
  mailSecrets: 'object',
  delivery: 'object',
  createdAt: 'string',
  offeredAt: 'string',
  expiresAt: 'string',
} as const;
export const SITE_INVITE = itemReader<SiteInvite>('SiteInvite', SITE_INVITE_FIELDS);
const SITE_INVITED = itemReader<SiteInvited>('SiteInvited', {
  ...{ siteId: 'string', inviteId: 'string', organizationId: 'string' },
});

/** Returns a page of a site's invites, newest first, without those of former owners. */
export async function listSiteInvites(
  { id, transfers }: Pick<Site, 'id' | 'transfers'>,
  range: { readonly skip?: number; readonly limit: number },
): Promise<SiteInvite[]> {
  const rows = await query({ pk: keys.site(id).pk, prefix: prefixes.siteInvite, newestFirst: true, ...range });
  return SITE_INVITE.all(rows).filter((invite) => invite.transfers === transfers);
}

/** The invites of a site that are searched by number: as many as a list shows at once. */
const MAX_SEARCHED = 1000;

/** Finds an invite of a site by its number. @throws Refusal `invitation_not_found` */
export async function requireSiteInvite(site: Site, number: number | undefined): Promise<SiteInvite> {
  const invites = number === undefined ? [] : await listSiteInvites(site, { limit: MAX_SEARCHED });
  const found = invites.find((invite) => invite.number === number);
  if (!found) throw new Refusal('invitation_not_found');
  return found;
}

/** Table access of `withdrawSiteInvite`. */
export const WITHDRAW_SITE_INVITE: TableAccess = {
  Query: ['SITE'],
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
};

/**
 * Withdraws an open invite. Its links show this until the invite is deleted.
 *
 * @throws Refusal `invitation_not_pending`
 */
export async function withdrawSiteInvite(
  auditContext: AuditContext,
  { accessPath, site, invite }: ManagedSite & { readonly invite: SiteInvite },
): Promise<void> {
  const { now } = auditContext;
  if (inviteStatusAt(invite, now) !== 'PENDING') throw new Refusal('invitation_not_pending');
  const { id, siteId, delivery } = invite;
  const at = now.toISOString();
  await transact([
    ...actorManagesSite(accessPath),
    {
      type: 'update',
      key: keys.siteInvite(siteId, id),
      set: {
        status: 'WITHDRAWN',
        dueAt: dueAttributes(id, inviteEnd(invite)).dueAt,
        ...(delivery.state === 'QUEUED' && { delivery: { ...delivery, state: 'FAILED', at } }),
      },
      when: [
        { attribute: 'status', is: 'PENDING' },
        { attribute: 'delivery', is: delivery },
      ],
    },
    ...auditIn(auditContext, [site.organizationId], site, { action: 'site-invite.withdraw', before: { inviteId: id } }),
  ]);
}

/** The invite of a valid token, and its site; undefined: deleted. */
export interface FoundInvite {
  readonly invite: SiteInvite;
  readonly site: Site | undefined;
}

/**
 * Finds the invite of a token, whether it is open or not. An unknown invite and a forged secret are refused alike.
 *
 * @throws Refusal `site_invite_not_found`; `site_invite_void` if a newer mail was sent
 */
export async function findSiteInvite(token: SiteToken | undefined): Promise<FoundInvite> {
  if (!token) throw new Refusal('site_invite_not_found');
  const [invite, site] = await Promise.all([getSiteInvite(token.siteId, token.id), getSite(token.siteId)]);
  if (invite && knowsSecret(invite.replacedSecrets ?? [], token.secret)) throw new Refusal('site_invite_void');
  if (!invite || !knowsSecret([...invite.secrets, ...invite.mailSecrets], token.secret)) {
    throw new Refusal('site_invite_not_found');
  }
  return { invite, site };
}

export async function getSiteInvite(siteId: string, inviteId: string): Promise<SiteInvite | undefined> {
  return SITE_INVITE.one(await get(keys.siteInvite(siteId, inviteId)));
}

/** Reads the inviter's current memberships; no membership if the organization is deleted. */
export async function getInviter({
  inviterId,
  organizationId,
  teamId,
}: Pick<SiteInvite, 'inviterId' | 'organizationId' | 'teamId'>): Promise<Inviter> {
  const [organization, membership, own] = await Promise.all([
    getOrganization(organizationId),
    getMembership(inviterId, organizationId),
    getTeamMembership(teamId, inviterId),
  ]);
  return { membership: organization && membership, own };
}

/** Table access of `acceptSiteInvite`. */
export const ACCEPT_SITE_INVITE: TableAccess = union(READ_ANCESTORS, SHARING, TRANSFERRING, {
  BatchGetItem: ['SITE', 'ORG', 'USER', 'TEAM'],
  ConditionCheckItem: ['USER', 'TEAM'],
});

/** An acceptance of an invite, for a team. */
export interface InviteAcceptance {
  readonly found: FoundInvite;
  /** The accepting user, who has to manage the team. */
  readonly userId: string;
  /** The key of the team; undefined: no such team. */
  readonly home: { readonly organizationId: string; readonly teamId: string } | undefined;
  readonly limits: Limits;
  /** The refusal for a team that the user doesn't see, or that owns the site. */
  missing(): Refusal;
}

/**
 * Accepts an invite for a team. An invite can be accepted once.
 *
 * @returns the team's new access
 * @throws Refusal as `INVITE_REFUSALS`; `forbidden`, `site_team_limit_reached`, `site_limit_reached`,
 *   `asset_limit_reached`
 */
export async function acceptSiteInvite(
  auditContext: AuditContext,
  { found: { invite, site }, userId, home, limits, missing }: InviteAcceptance,
): Promise<{ site: Site; team: Team; access: Pick<SiteAccess, 'isOwner' | 'grants'> }> {
  const { now } = auditContext;
  refuseUnlessOpen(invite, now);
  const [reducedAt, inviter, acceptor, owner, present, chargers] = await Promise.all([
    home && getReduction(invite.siteId, home.teamId),
    getInviter(invite),
    home && readAcceptor(userId, home),
    getAccess(invite.siteId, invite.teamId),
    home && getAccess(invite.siteId, home.teamId),
    chargersOn(invite.siteId, invite.assets ?? []),
  ]);
  refuseVoidInvite(invite, site, inviter);
  // An invite can't restore access that was reduced after it was offered.
  const isOld = reducedAt !== undefined && invite.offeredAt <= reducedAt;
  if (!owner?.isOwner || isOld) throw new Refusal('site_invite_void');
  if (!acceptor) throw missing();
  const { actor, own } = acceptor;
  const team = await requireTeam('team:manage', actor, acceptor, { viewPermission: 'site:read', missing });
  if (team.id === site.teamId) throw missing();
  // Deleted chargers and an expired grant are left out.
  const assets = invite.assets?.filter((id) => chargers.has(id));
  const sensitive = invite.sensitive && isInForce(invite.sensitive, now) ? invite.sensitive : undefined;
  const given = { ...(assets && { assets }), ...(sensitive && { sensitive }) };
  await transact([
    ...actorManages(actor, own, team),
    {
      type: 'update',
      key: keys.siteInvite(site.id, invite.id),
      set: {
        status: 'ACCEPTED',
        accepted: { userId, teamId: team.id },
        dueAt: dueAttributes(invite.id, inviteEnd(invite)).dueAt,
      },
      when: [
        { attribute: 'status', is: 'PENDING' },
        // A resend would have replaced the link.
        { attribute: 'mailSecrets', is: invite.mailSecrets },
      ],
    },
    ...(invite.transferOwnership
      ? transferWrites(auditContext, { site, owner, team, present, actorsOrganization: team.organizationId, limits })
      : sharingWrites(auditContext, { site, team, present, given, limits })),
    ...auditIn(auditContext, [team.organizationId, site.organizationId], site, {
      action: 'site-invite.accept',
      after: { inviteId: invite.id, teamId: team.id },
    }),
  ]);
  if (invite.transferOwnership) return { site, team, access: { isOwner: true } };
  return { site, team, access: present ? withMoreAccess(present, given) : { isOwner: false, ...accessBy(given) } };
}

async function readAcceptor(
  userId: string,
  { organizationId, teamId }: { readonly organizationId: string; readonly teamId: string },
): Promise<{ actor: Actor; own: TeamMembership | undefined; team: Team | undefined } | undefined> {
  const [actor, organization, own, team] = await Promise.all([
    getMembership(userId, organizationId),
    getOrganization(organizationId),
    getTeamMembership(teamId, userId),
    getTeam(organizationId, teamId),
  ]);
  return actor && organization && { actor, own, team };
}

/** Returns writes that delete an invite. */
export function inviteRemoval({ siteId, id, email }: Pick<SiteInvite, 'siteId' | 'id' | 'email'>): Write[] {
  return [
    { type: 'delete', key: keys.siteInvite(siteId, id) },
    { type: 'delete', key: keys.siteInvited(email, id) },
  ];
}

/** A row under an address that refers to a site invite. */
export interface SiteInvited {
  readonly siteId: string;
  readonly inviteId: string;
  /** The inviting organization. */
  readonly organizationId: string;
}

/** Returns the site invites of an address, at most `limit`. */
export async function listSiteInvited(email: string, limit: number): Promise<SiteInvited[]> {
  return SITE_INVITED.all(await query({ pk: keys.address(email).pk, prefix: prefixes.siteInvited, limit }));
}

/** Returns writes that delete site invites of an erased person, with audit entries. */
export function siteInviteErasure(auditContext: AuditContext, email: string, invited: readonly SiteInvited[]): Write[] {
  return invited.flatMap(({ siteId, inviteId, organizationId }) => [
    ...inviteRemoval({ siteId, id: inviteId, email }),
    ...auditIn(
      byLinkHolder(auditContext, inviteId),
      [organizationId],
      { id: siteId },
      { action: 'site-invite.erase', before: { inviteId } },
    ),
  ]);
}
