import type { Occasion } from '../domain/audit.ts';
import type { TableAccess } from './access.ts';
import type { DueAccess, GrantEndMail } from './due.ts';
import { mailWrite, newMail } from './mails.ts';
import { listManaging } from './managing.ts';
import { accessEntry, auditIn, sensitiveUpdate, sharingChange } from './sharing.ts';
import { getAccess, getSite } from './sites.ts';
import { Stale, transact } from './write.ts';

/** What `expireGrant` does to the table. */
export const EXPIRE_GRANT: TableAccess = {
  BatchGetItem: ['SITE', 'ORG'],
  Query: ['TEAM', 'ORG'],
  PutItem: ['AUDIT', 'MAIL'],
  UpdateItem: ['SITE'],
};

/**
 * Records that a grant of sensitive data has ended, which the clock decided at each read, with a mail to those who manage
 * the team, due now.
 *
 * @throws Stale where it is another one by now
 */
export async function expireGrant(occasion: Occasion, { siteId, teamId, dueAt }: DueAccess): Promise<void> {
  const { now } = occasion;
  const site = await getSite(siteId);
  // The site first: what was read of the access is then still so, if the transaction happens.
  const access = (await getAccess(siteId, teamId)) as DueAccess | undefined;
  const endedAt = access?.sensitive?.expiresAt;
  if (!site || access?.dueAt !== dueAt || endedAt === undefined || endedAt > now.toISOString()) throw new Stale();
  const { organizationId } = access;
  const recipients = await listManaging({ id: teamId, organizationId });
  const mails = recipients.map(
    ({ userId }): GrantEndMail => ({ ...newMail(now, 'sweep'), siteId, teamId, organizationId, userId, endedAt }),
  );
  await transact([
    sharingChange(site),
    sensitiveUpdate(access, undefined, now.toISOString()),
    ...mails.map((mail) => mailWrite('GrantEndMail', mail)),
    ...auditIn(occasion, [site.organizationId, organizationId], site, {
      action: 'site-sensitive.expire',
      before: accessEntry(access),
    }),
  ]);
}
