import type { AuditContext } from '../domain/audit.ts';
import type { Job, MembershipJob } from '../domain/job.ts';
import { ORGANIZATION } from '../organizations/organizations.ts';
import type { Work } from '../outbox/sweep.ts';
import { USER } from '../people/people.ts';
import type { DueItem } from '../table/due.ts';
import { CorruptItem, itemReader } from '../table/items.ts';
import { retryWhileStale } from '../table/write.ts';
import { TEAM } from '../teams/teams.ts';
import { clearJob, clearOrganization, clearTeam, SITE_JOB } from './clearing.ts';
import { endPlaceholder } from './placeholders.ts';

const MEMBERSHIP_JOB = itemReader<MembershipJob>('Job', {
  ...{ userId: 'string', organizationId: 'string', memberId: 'string' },
});

/** Returns the work for a due job: the cascade of an ended membership, or of a deleted or transferred site. */
export async function dueJob(item: DueItem): Promise<Work> {
  const job: Job = 'siteId' in item ? SITE_JOB.one(item) : MEMBERSHIP_JOB.one(item);
  return inBatches((auditContext) => clearJob(auditContext, job));
}

/** Returns the work for a deleted team: its cascade. */
export async function dueTeam(item: DueItem): Promise<Work> {
  const team = TEAM.one(item);
  return inBatches((auditContext) => clearTeam(auditContext, team));
}

/** Returns the work for a deleted organization: its cascade. */
export async function dueOrganization(item: DueItem): Promise<Work> {
  const { id, deletedAt } = ORGANIZATION.one(item);
  if (deletedAt === undefined) throw new CorruptItem(item, 'has no deletedAt');
  return inBatches((auditContext) => clearOrganization(auditContext, id));
}

/** Returns the work for an expired placeholder user: delete it. */
export async function duePlaceholder(item: DueItem): Promise<Work> {
  const user = USER.one(item);
  return async (auditContext) => {
    await endPlaceholder(user, auditContext);
    return 'ended';
  };
}

/** Runs batches until none is left or the run's time is over. The item stays due for the next run. */
function inBatches(clearBatch: (auditContext: AuditContext) => Promise<boolean>): Work {
  return async (auditContext, run) => {
    // Concurrent cascades update the counters of the same teams.
    while (run.hasTime() && !(await retryWhileStale(() => clearBatch(auditContext))));
    return 'cleared';
  };
}
