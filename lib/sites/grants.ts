import type { Occasion } from '../domain/audit.ts';
import { isInForce } from '../domain/site-access.ts';
import type { DueAccess, GrantEndMail } from '../outbox/due.ts';
import { mailWrite, newMail } from '../outbox/mails.ts';
import type { TableAccess } from '../table/access.ts';
import { Stale, transact } from '../table/write.ts';
import { listManaging } from '../teams/managing.ts';
import { accessEntry, auditIn, grantsUpdate, sharingChange } from './sharing.ts';
import { getAccess, getSite } from './sites.ts';

/** What `expireGrant` does to the table. */
export const EXPIRE_GRANT: TableAccess = {
  BatchGetItem: ['SITE', 'ORG'],
  Query: ['TEAM', 'ORG'],
  PutItem: ['AUDIT', 'MAIL'],
  UpdateItem: ['SITE'],
};

/**
 * Records that grants of sensitive data have ended, which the clock decided at each read. Where none is left, those who
 * manage the team get a mail, due now.
 *
 * @throws Stale where it is another one by now
 */
export async function expireGrant(occasion: Occasion, { siteId, teamId, dueAt }: DueAccess): Promise<void> {
  const { now } = occasion;
  const site = await getSite(siteId);
  // The site first: what was read of the access is then still so, if the transaction happens.
  const access = (await getAccess(siteId, teamId)) as DueAccess | undefined;
  if (!site || access?.dueAt !== dueAt) throw new Stale();
  const { organizationId, grants = [] } = access;
  const left = grants.filter((grant) => isInForce(grant, now));
  const ends = grants.flatMap(({ expiresAt }) => expiresAt ?? []).filter((expiresAt) => expiresAt <= now.toISOString());
  const endedAt = ends.sort().at(-1);
  if (endedAt === undefined) throw new Stale();
  const recipients = left.length > 0 ? [] : await listManaging({ id: teamId, organizationId });
  const mails = recipients.map(
    ({ userId }): GrantEndMail => ({ ...newMail(now, 'sweep'), siteId, teamId, organizationId, userId, endedAt }),
  );
  await transact([
    sharingChange(site),
    grantsUpdate(access, left, now.toISOString()),
    ...mails.map((mail) => mailWrite('GrantEndMail', mail)),
    ...auditIn(occasion, [site.organizationId, organizationId], site, {
      action: 'site-sensitive.expire',
      before: accessEntry(access),
      ...(left.length > 0 && { after: accessEntry({ ...access, grants: left }) }),
    }),
  ]);
}
