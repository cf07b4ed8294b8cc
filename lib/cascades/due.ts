import type { Occasion } from '../domain/audit.ts';
import type { Job, MembershipJob, SiteJob } from '../domain/job.ts';
import type { User } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import type { Team } from '../domain/team.ts';
import type { Work } from '../outbox/sweep.ts';
import { type DueItem, readAs } from '../table/due.ts';
import { untilFresh } from '../table/write.ts';
import { clearJob, clearOrganization, clearTeam } from './clearing.ts';
import { endPlaceholder } from './placeholders.ts';

/** The work about what a membership or a site left behind. */
export async function dueJob(item: DueItem): Promise<Work> {
  const job: Job =
    'siteId' in item
      ? readAs<SiteJob>(item, ['siteId'])
      : readAs<MembershipJob>(item, ['userId', 'organizationId', 'memberId']);
  return inParts((occasion) => clearJob(occasion, job));
}

/** The work about a team that was deleted. */
export async function dueTeam(item: DueItem): Promise<Work> {
  const team = readAs<Team>(item, ['organizationId', 'id']);
  return inParts((occasion) => clearTeam(occasion, team));
}

/** The work about an organization that was deleted. */
export async function dueOrganization(item: DueItem): Promise<Work> {
  const { id } = readAs<Organization>(item, ['id', 'deletedAt']);
  return inParts((occasion) => clearOrganization(occasion, id));
}

/** The work about a placeholder that nobody has claimed. */
export async function duePlaceholder(item: DueItem): Promise<Work> {
  const user = readAs<User>(item, ['userId', 'email']);
  return async (occasion) => {
    await endPlaceholder(user, occasion);
    return 'ended';
  };
}

/** Clears a part after the other, and leaves what doesn't fit into this run due for the next. */
function inParts(clearPart: (occasion: Occasion) => Promise<boolean>): Work {
  return async (occasion, run) => {
    // What is cleared at once meets in teams.
    while (run.hasTime() && !(await untilFresh(() => clearPart(occasion))));
    return 'cleared';
  };
}
