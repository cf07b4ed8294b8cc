import type { Occasion } from '../domain/audit.ts';
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

/** The work about what a membership or a site left behind. */
export async function dueJob(item: DueItem): Promise<Work> {
  const job: Job = 'siteId' in item ? SITE_JOB.one(item) : MEMBERSHIP_JOB.one(item);
  return inParts((occasion) => clearJob(occasion, job));
}

/** The work about a team that was deleted. */
export async function dueTeam(item: DueItem): Promise<Work> {
  const team = TEAM.one(item);
  return inParts((occasion) => clearTeam(occasion, team));
}

/** The work about an organization that was deleted. */
export async function dueOrganization(item: DueItem): Promise<Work> {
  const { id, deletedAt } = ORGANIZATION.one(item);
  if (deletedAt === undefined) throw new CorruptItem(item, 'has no deletedAt');
  return inParts((occasion) => clearOrganization(occasion, id));
}

/** The work about a placeholder that nobody has claimed. */
export async function duePlaceholder(item: DueItem): Promise<Work> {
  const user = USER.one(item);
  return async (occasion) => {
    await endPlaceholder(user, occasion);
    return 'ended';
  };
}

/** Clears a part after the other, and leaves what doesn't fit into this run due for the next. */
function inParts(clearPart: (occasion: Occasion) => Promise<boolean>): Work {
  return async (occasion, run) => {
    // What is cleared at once meets in teams.
    while (run.hasTime() && !(await retryWhileStale(() => clearPart(occasion))));
    return 'cleared';
  };
}
