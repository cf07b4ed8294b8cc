import { configuration, consoleUrl } from '../configuration.ts';
import type { AuditContext } from '../domain/audit.ts';
import { isInForce, isSensitiveShown, type SiteAccess } from '../domain/site-access.ts';
import { mayManage } from '../domain/team.ts';
import { grantEndMail } from '../email/grant-end.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { MAIL_FIELDS, mailWork, mailWrite, newMail, type OutboxMail } from '../outbox/mails.ts';
import type { Work } from '../outbox/sweep.ts';
import { getUser } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import type { DueAttributes, DueItem } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { Stale, transact } from '../table/write.ts';
import { listTeamManagers } from '../teams/managing.ts';
import { getTeamMembership } from '../teams/team-members.ts';
import { getTeam } from '../teams/teams.ts';
import { accessEntry, auditIn, grantsUpdate, sharingChange } from './sharing.ts';
import { getAccess, getSite, SITE_ACCESS_FIELDS } from './sites.ts';

/** A team's access to a site, with a grant of sensitive data that expires. */
type DueAccess = SiteAccess & Required<Pick<SiteAccess, 'grants'>> & Pick<DueAttributes, 'dueAt'>;
const DUE_ACCESS = itemReader<DueAccess>('SiteAccess', { ...SITE_ACCESS_FIELDS, grants: 'object', dueAt: 'string' });

/** A mail to a manager of a team whose grant of sensitive data has expired. */
interface GrantEndMail extends OutboxMail {
  readonly siteId: string;
  readonly teamId: string;
  /** The team's organization. */
  readonly organizationId: string;
  readonly endedAt: string;
}

const GRANT_END_MAIL = itemReader<GrantEndMail>('GrantEndMail', {
  ...MAIL_FIELDS,
  ...{ siteId: 'string', teamId: 'string', organizationId: 'string', endedAt: 'string' },
});

/** Table access of `expireGrant`. */
export const EXPIRE_GRANT: TableAccess = {
  BatchGetItem: ['SITE', 'ORG'],
  Query: ['TEAM', 'ORG'],
  PutItem: ['AUDIT', 'MAIL'],
  UpdateItem: ['SITE'],
};

/** Returns the work for an access with an expired grant. */
export async function dueGrant(item: DueItem): Promise<Work> {
  const access = DUE_ACCESS.one(item);
  return async (auditContext) => {
    await expireGrant(auditContext, access);
    return 'expired';
  };
}

/**
 * Records the expiry of grants of sensitive data. Reads have already checked the expiry by the clock. If no grant is
 * left, the team's managers get a mail, due now.
 *
 * @throws Stale if the grants have changed
 */
async function expireGrant(auditContext: AuditContext, { siteId, teamId, dueAt }: DueAccess): Promise<void> {
  const { now } = auditContext;
  const site = await getSite(siteId);
  // The site is read first: `sharingChange` then detects changes of the access since.
  const access = (await getAccess(siteId, teamId)) as DueAccess | undefined;
  if (!site || access?.dueAt !== dueAt) throw new Stale();
  const { organizationId, grants = [] } = access;
  const left = grants.filter((grant) => isInForce(grant, now));
  const ends = grants.flatMap(({ expiresAt }) => expiresAt ?? []).filter((expiresAt) => expiresAt <= now.toISOString());
  const endedAt = ends.sort().at(-1);
  if (endedAt === undefined) throw new Stale();
  const recipients = left.length > 0 ? [] : await listTeamManagers({ id: teamId, organizationId });
  const mails = recipients.map(
    ({ userId }): GrantEndMail => ({ ...newMail(now, userId, 'sweep'), siteId, teamId, organizationId, endedAt }),
  );
  await transact([
    sharingChange(site),
    grantsUpdate(access, left, now.toISOString()),
    ...mails.map((mail) => mailWrite('GrantEndMail', mail)),
    ...auditIn(auditContext, [site.organizationId, organizationId], site, {
      action: 'site-sensitive.expire',
      before: accessEntry(access),
      ...(left.length > 0 && { after: accessEntry({ ...access, grants: left }) }),
    }),
  ]);
}

/** Returns the work for a due mail about an expired grant: send it while the team has access but no grant. */
export async function dueGrantEnd(item: DueItem, now: Date): Promise<Work> {
  const mail = GRANT_END_MAIL.one(item);
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
  const mayKnow = isOver && membership !== undefined && mayManage(membership, own);
  const isNeeded = site && organization && team && recipient && mayKnow;
  return mailWork(
    mail,
    isNeeded &&
      (() => {
        const { applicationUrl, product } = configuration();
        return grantEndMail({
          ...{ language: organization.language, siteName: site.name, teamName: team.name, endedAt },
          ...{ recipient: recipient.email, product },
          applicationUrl: consoleUrl(organizationId, 'sites', siteId) ?? applicationUrl,
        });
      }),
  );
}
