import type { AuditContext } from '../domain/audit.ts';
import type { Job, MembershipJob, SiteJob } from '../domain/job.ts';
import { COUNTER_ROWS } from '../domain/limits.ts';
import type { Member } from '../domain/member.ts';
import type { Site } from '../domain/site.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import { listInvitations } from '../invitations/invitations.ts';
import { integrationRemoval, listIntegrations } from '../organizations/integrations.ts';
import { getMember, jobWrites, listMembers, vouchedEnd } from '../organizations/members.ts';
import { listAccessTokens, tokenRemoval } from '../people/access-tokens.ts';
import { chargerRemoval } from '../sites/charger-changes.ts';
import { moveIdentity } from '../sites/charger-identity.ts';
import { listChargers } from '../sites/chargers.ts';
import { accessEntry, accessRemoval, auditIn, countSites, sharingChange } from '../sites/sharing.ts';
import { siteRemoval } from '../sites/site-changes.ts';
import { inviteRemoval, SITE_INVITE } from '../sites/site-invites.ts';
import { getSite, listAccessOf, SITE_ACCESS } from '../sites/sites.ts';
import type { TableAccess } from '../table/access.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { get, query } from '../table/read.ts';
import { transact } from '../table/write.ts';
import { teamRemoval } from '../teams/delete-team.ts';
import { leaveWrites, listTeamMembers, listTeamsOf } from '../teams/team-members.ts';
import { getDiscardedTeam, getTeam, listDiscardedTeams, listTeams } from '../teams/teams.ts';
import { listWebhooks, webhookRemoval } from '../webhooks/webhooks.ts';

/** Table access of the functions in this file. */
export const CLEAR: TableAccess = {
  Query: ['ORG', 'SITE', 'TEAM', 'USER'],
  BatchGetItem: ['JOB', 'ORG', 'SITE'],
  PutItem: ['AUDIT', 'CHARGERIDENTITY', 'JOB'],
  UpdateItem: ['JOB', 'ORG', 'SITE', 'USER'],
  DeleteItem: [
    'CHARGER',
    'CHARGERIDENTITY',
    'CHARGERNO',
    'ORG',
    'USER',
    'EMAIL',
    'JOB',
    'SITE',
    'SITENO',
    'TEAM',
    'TEAMNO',
    'WEBHOOKSECRET',
  ],
};

/** The rows that are deleted in one batch; a transaction has at most 100 items. */
const BATCH = 25;

/** Runs one batch of a job. @returns true when the job is done */
export function clearJob(auditContext: AuditContext, job: Job): Promise<boolean> {
  return 'siteId' in job ? clearSite(auditContext, job) : clearMembership(job);
}

export const SITE_JOB = itemReader<SiteJob & { readonly dueAt: string }>('Job', { siteId: 'string', dueAt: 'string' });

/**
 * Moves a batch of charger identities to the site's new organization.
 *
 * @returns true when no identity is left to move
 */
async function moveIdentities({ id: siteId, organizationId }: Site): Promise<boolean> {
  const job = SITE_JOB.one(await get(keys.job(siteId)));
  if (!job) return true;
  const chargers = await listChargers(siteId, { after: job.movedTo, limit: BATCH });
  for (const charger of chargers) {
    if (charger.identityIn !== organizationId) await moveIdentity(charger, organizationId);
  }
  const [isLast, last] = [chargers.length < BATCH, chargers.at(-1)];
  // If the site moves again in the meantime, the job starts again from the first charger.
  const when = [{ attribute: 'dueAt', is: job.dueAt }];
  const key = keys.job(siteId);
  await transact([isLast ? { type: 'delete', key, when } : { type: 'update', key, set: { movedTo: last?.id }, when }]);
  return isLast;
}

/** Deletes a batch of a deleted site's accesses, invites and requests. Continues the move of a site that exists. */
async function clearSite(auditContext: AuditContext, { siteId }: SiteJob): Promise<boolean> {
  const site = await getSite(siteId);
  if (site) return moveIdentities(site);
  const rows = await query({ pk: keys.site(siteId).pk, limit: BATCH });
  const accesses = rows.map((row) => (row.type === 'SiteAccess' ? SITE_ACCESS.one(row) : undefined));
  const teams = await Promise.all(accesses.map((access) => access && getTeam(access.organizationId, access.teamId)));
  for (const [index, row] of rows.entries()) {
    const access = accesses[index];
    await transact(
      access
        ? [
            ...accessRemoval(access),
            ...(teams[index] ? [countSites(access, { sharedSites: -1 })] : []),
            ...auditIn(
              auditContext,
              [access.organizationId],
              { id: siteId },
              {
                action: 'site-access.remove',
                before: accessEntry(access),
              },
            ),
          ]
        : row.type === 'SiteInvite'
          ? inviteRemoval(SITE_INVITE.one(row))
          : [{ type: 'delete', key: row }],
    );
  }
  if (rows.length === BATCH) return false;
  await transact([{ type: 'delete', key: keys.job(siteId) }]);
  return true;
}

/**
 * Deletes a batch of the rows that an ended membership left behind: its access tokens and team memberships. Both are
 * already invalid.
 *
 * @returns true when nothing is left
 */
async function clearMembership({ userId, organizationId, memberId }: MembershipJob): Promise<boolean> {
  const isStale = (row: { memberId: string }) => row.memberId === memberId;
  const [tokens, rows] = await Promise.all([listAccessTokens(userId, organizationId), listTeamsOf(userId)]);
  const [staleTokens, staleRows] = [tokens.filter(isStale), rows.filter(isStale).slice(0, BATCH)];
  for (let start = 0; start < staleTokens.length; start += BATCH) {
    await transact(staleTokens.slice(start, start + BATCH).map(tokenRemoval));
  }
  await clearTeamMemberships(staleRows);
  if (staleRows.length === BATCH) return false;
  await transact([{ type: 'delete', key: keys.job(memberId) }]);
  return true;
}

/** Deletes stale team memberships, one transaction each, since each updates the counters of its own team. */
async function clearTeamMemberships(rows: readonly TeamMembership[]): Promise<void> {
  const teams = await Promise.all(rows.map(({ organizationId, teamId }) => getTeam(organizationId, teamId)));
  for (const [index, row] of rows.entries()) {
    const team = teams[index];
    const by = { members: -1, ...(row.role === 'OWNER' && { owners: -1 }) };
    await transact([
      ...leaveWrites(row),
      ...(team
        ? [
            {
              type: 'update',
              key: keys.team(team.organizationId, team.id),
              add: by,
              when: [{ exists: 'pk' }],
            } as const,
          ]
        : []),
    ]);
  }
}

/**
 * Deletes a batch of a deleted team's memberships and of its access to other teams' sites.
 *
 * @returns true when nothing is left
 */
export async function clearTeam(auditContext: AuditContext, { organizationId, id }: Team): Promise<boolean> {
  if (!(await clearSites(auditContext, id))) return false;
  const [present, rows] = await Promise.all([
    getDiscardedTeam(organizationId, id),
    listTeamMembers(id, { limit: BATCH }),
  ]);
  // The organization was deleted too: `clearOrganization` does the rest.
  if (!present) return true;
  const members = await Promise.all(rows.map(({ memberId }) => getMember(organizationId, memberId)));
  for (const [index, row] of rows.entries()) {
    const member = members[index];
    await transact([
      ...leaveWrites(row),
      ...(member
        ? [
            {
              type: 'update',
              key: keys.member(organizationId, member.memberId),
              add: { teams: -1 },
              when: [{ exists: 'pk' }],
            } as const,
          ]
        : []),
    ]);
  }
  if (rows.length === BATCH) return false;
  const key = keys.discardedTeam(organizationId, id);
  await transact([{ type: 'update', key, remove: ['due', 'dueAt'], when: [{ exists: 'pk' }] }]);
  return true;
}

/**
 * Deletes a batch of a deleted organization's items, and finally the organization itself.
 *
 * @returns true when nothing is left
 */
export async function clearOrganization(auditContext: AuditContext, organizationId: string): Promise<boolean> {
  const [members, invitations, teams, discarded, webhooks] = await Promise.all([
    listMembers(organizationId, { limit: BATCH }),
    listInvitations(organizationId, { limit: BATCH }),
    listTeams(organizationId, { limit: BATCH }),
    listDiscardedTeams(organizationId, { limit: BATCH }),
    listWebhooks(organizationId, BATCH),
  ]);
  for (const member of members) await clearMember(member, auditContext.now);
  for (const { id, email } of invitations) {
    await transact([
      { type: 'delete', key: keys.invitation(organizationId, id) },
      { type: 'delete', key: keys.invited(email, organizationId) },
    ]);
  }
  for (const team of teams) {
    if (!(await clearSites(auditContext, team.id))) return false;
    // If the team has got a site in the meantime, the batch begins again.
    const noSites = (['sites', 'sharedSites'] as const).map((attribute) => ({ attribute, below: 1 }));
    await transact([...teamRemoval(team), { type: 'check', key: keys.team(organizationId, team.id), when: noSites }]);
  }
  for (const { id } of discarded) {
    if (!(await clearSites(auditContext, id))) return false;
    // The team's memberships are deleted with the organization's members.
    await transact([{ type: 'delete', key: keys.discardedTeam(organizationId, id) }]);
  }
  for (const webhook of webhooks) await transact(webhookRemoval(webhook));
  if ([members, invitations, teams, discarded, webhooks].some((rows) => rows.length > 0)) return false;
  for (const integration of await listIntegrations(organizationId)) await transact(integrationRemoval(integration));
  await transact([
    ...Array.from({ length: COUNTER_ROWS }, (_, row) => ({
      type: 'delete' as const,
      key: keys.counter(organizationId, row),
    })),
    { type: 'delete', key: keys.organization(organizationId), when: [{ exists: 'deletedAt' }] },
  ]);
  return true;
}

/**
 * Deletes a batch of the sites that a team owns, with their chargers, and of its access to other sites. The team or its
 * organization is deleted.
 *
 * @returns true when nothing is left
 */
async function clearSites(auditContext: AuditContext, teamId: string): Promise<boolean> {
  const rows = await listAccessOf(teamId, BATCH);
  const [sites, teams] = await Promise.all([
    Promise.all(rows.map(({ siteId }) => getSite(siteId))),
    Promise.all(rows.map(({ organizationId }) => getTeam(organizationId, teamId))),
  ]);
  for (const [index, row] of rows.entries()) {
    const [site, team] = [sites[index], teams[index]];
    if (site?.teamId === teamId) {
      const chargers = await listChargers(site.id, { limit: BATCH });
      for (const charger of chargers) await transact(chargerRemoval(charger));
      // Keeps the batch small: the next one deletes the empty site.
      if (chargers.length > 0) return false;
      await transact([...siteRemoval(site, auditContext.now), countSites(site, { sites: -1 })]);
      continue;
    }
    await transact([
      ...accessRemoval(row),
      ...(team ? [countSites(row, { sharedSites: -1 })] : []),
      ...(site
        ? [
            sharingChange(site, -1),
            ...auditIn(auditContext, [site.organizationId, row.organizationId], site, {
              action: 'site-access.remove',
              before: accessEntry({ teamId }),
            }),
          ]
        : []),
    ]);
  }
  return rows.length < BATCH;
}

/** Deletes a member of a deleted organization, including the owner. */
export async function clearMember(member: Member, now: Date): Promise<void> {
  const { organizationId, memberId, userId } = member;
  await transact([
    ...jobWrites(member, now),
    ...vouchedEnd(member, now),
    {
      type: 'delete',
      key: keys.membership(userId, organizationId),
      when: [{ attribute: 'memberId', is: memberId }],
    },
    {
      type: 'delete',
      key: keys.member(organizationId, memberId),
      when: [
        { attribute: 'tokens', is: member.tokens },
        { attribute: 'teams', is: member.teams },
      ],
    },
    { type: 'update', key: keys.user(userId), add: { organizations: -1 }, when: [{ exists: 'pk' }] },
  ]);
}
