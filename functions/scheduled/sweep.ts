import { deliver } from '../../lib/delivery.ts';
import { statusAt } from '../../lib/domain/invitation.ts';
import { hashSecret, newSecret } from '../../lib/domain/link.ts';
import { may } from '../../lib/domain/roles.ts';
import { onSchedule, type Tick } from '../../lib/http/schedule.ts';
import { union } from '../../lib/table/access.ts';
import { CLEAR, clearMembership, clearOrganization } from '../../lib/table/clearing.ts';
import {
  claimMail,
  type DueInvitation,
  type DueItem,
  getDue,
  listDue,
  postpone,
  recordUnsent,
} from '../../lib/table/due.ts';
import { expireInvitation } from '../../lib/table/invitations.ts';
import { DUE_SHARDS, type Key } from '../../lib/table/keys.ts';
import { getMembership } from '../../lib/table/members.ts';
import { getOrganization } from '../../lib/table/organizations.ts';
import { getUser } from '../../lib/table/people.ts';
import { Stale } from '../../lib/table/write.ts';

/** Rows of one shard that are taken in hand at once. */
const BATCH = 25;

/** Milliseconds before the end at which no further row is begun: longer than one mail and its record take. */
const RESERVE = 10_000;

/** What one run did, by kind. */
interface Counts {
  sent: number;
  unsent: number;
  expired: number;
  cleared: number;
  failed: number;
}

/**
 * Does what is due: sends the mails that weren't sent, records which invitations have expired, and clears what has ended.
 *
 * Each row is claimed before it is worked on, so that two runs at once, or one that died, do no harm: a mail goes out at
 * least once, and at most once more for each death. A row that fails is put off and never holds up the others.
 */
export const schedule = onSchedule({
  schedule: 'rate(1 minute)',
  table: union(CLEAR, {
    BatchGetItem: ['ORG', 'USER', 'JOB'],
    UpdateItem: ['ORG', 'EMAIL', 'JOB'],
    PutItem: ['AUDIT'],
  }),
  due: true,
  email: true,
  timeout: 55,
  async handle(tick) {
    const counts: Counts = { sent: 0, unsent: 0, expired: 0, cleared: 0, failed: 0 };
    const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
    // A shard that fails doesn't end the others between a mail and its record.
    const done = await Promise.allSettled(shards.map((shard) => sweepShard(shard, tick, counts)));
    console.log({ message: 'Sweep', ...counts });
    const failed = done.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    return counts;
  },
});
export const { handler } = schedule;

async function sweepShard(shard: number, tick: Tick, counts: Counts): Promise<void> {
  while (tick.remaining() > RESERVE) {
    const due = await listDue(shard, new Date(), BATCH);
    let worked = 0;
    for (const key of due) {
      if (tick.remaining() < RESERVE) return;
      if (await sweepRow(key, tick, counts)) worked += 1;
    }
    // The index trails the table: rows that are done may still be listed, and then there is nothing more to come.
    if (due.length < BATCH || worked === 0) return;
  }
}

/** @returns whether there was something to do */
async function sweepRow(key: Key, tick: Tick, counts: Counts): Promise<boolean> {
  const now = new Date();
  try {
    const due = await getDue(key, now);
    if (!due) return false;
    try {
      counts[await doWhatIsDue(due, now, tick)] += 1;
    } catch (error) {
      // Overtaken, mostly: then the row has changed and isn't put off.
      if (!(error instanceof Stale)) {
        console.error({ message: 'Row put off', key, error });
        counts.failed += 1;
      }
      await postpone(due, now);
    }
    return true;
  } catch (error) {
    console.error({ message: 'Row failed', key, error });
    counts.failed += 1;
    return false;
  }
}

async function doWhatIsDue(due: DueItem, now: Date, tick: Tick): Promise<keyof Counts> {
  switch (due.type) {
    case 'Job':
      await clearMembership(due);
      return 'cleared';
    case 'Organization':
      // What doesn't fit into this run stays due for the next.
      while (tick.remaining() > RESERVE && !(await clearOrganization(due.id, now)));
      return 'cleared';
    default:
      return sweepInvitation(due, now, tick);
  }
}

async function sweepInvitation(invitation: DueInvitation, now: Date, { requestId }: Tick): Promise<keyof Counts> {
  if (statusAt(invitation, now) === 'EXPIRED') {
    const origin = { requestId, sourceAddress: null };
    await expireInvitation({ now, origin, by: { type: 'system', id: 'sweep' } }, invitation);
    return 'expired';
  }
  const secret = newSecret();
  const [claimed, organization, inviter, membership] = await Promise.all([
    claimMail(invitation, now, hashSecret(secret)),
    getOrganization(invitation.organizationId),
    getUser(invitation.inviterId),
    getMembership(invitation.inviterId, invitation.organizationId),
  ]);
  if (!claimed) throw new Stale();
  if (!organization || !inviter || !membership || !may(membership.role, 'invitation:create')) {
    // Its link would be refused; it is tried again for when somebody else resends it.
    await recordUnsent(claimed, now, organization ? 'inviter_removed' : 'organization_not_found');
    return 'unsent';
  }
  const { delivery } = await deliver(claimed, { organization, inviter, secret });
  return delivery.state === 'SENT' ? 'sent' : 'unsent';
}
