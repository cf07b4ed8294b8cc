import { deliver } from '../../lib/delivery.ts';
import { statusAt } from '../../lib/domain/invitation.ts';
import { hashSecret, newSecret } from '../../lib/domain/link.ts';
import { onSchedule, type Tick } from '../../lib/http/schedule.ts';
import { claimMail, type DueInvitation, getDue, listDue, postpone, recordUnsent } from '../../lib/table/due.ts';
import { expireInvitation } from '../../lib/table/invitations.ts';
import { DUE_SHARDS, type Key } from '../../lib/table/keys.ts';
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
  failed: number;
}

/**
 * Does what is due: sends the mails that weren't sent, and records which invitations have expired.
 *
 * Each row is claimed before it is worked on, so that two runs at once, or one that died, do no harm: a mail goes out at
 * least once, and at most once more for each death. A row that fails is put off and never holds up the others.
 */
export const schedule = onSchedule({
  schedule: 'rate(1 minute)',
  table: {
    BatchGetItem: ['ORG', 'USER'],
    UpdateItem: ['ORG'],
    DeleteItem: ['EMAIL'],
    PutItem: ['AUDIT'],
  },
  due: true,
  email: true,
  timeout: 55,
  async handle(tick) {
    const counts: Counts = { sent: 0, unsent: 0, expired: 0, failed: 0 };
    const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
    await Promise.all(shards.map((shard) => sweepShard(shard, tick, counts)));
    console.log({ message: 'Sweep', ...counts });
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
    const invitation = await getDue(key, now);
    if (!invitation) return false;
    try {
      counts[await doWhatIsDue(invitation, now, tick)] += 1;
    } catch (error) {
      if (error instanceof Stale) return true;
      console.error({ message: 'Row put off', key, error });
      counts.failed += 1;
      await postpone(invitation, now);
    }
    return true;
  } catch (error) {
    console.error({ message: 'Row failed', key, error });
    counts.failed += 1;
    return false;
  }
}

async function doWhatIsDue(invitation: DueInvitation, now: Date, { requestId }: Tick): Promise<keyof Counts> {
  if (statusAt(invitation, now) === 'EXPIRED') {
    const origin = { requestId, sourceAddress: null };
    await expireInvitation({ now, origin, by: { type: 'system', id: 'sweep' } }, invitation);
    return 'expired';
  }
  const secret = newSecret();
  const [claimed, organization, inviter] = await Promise.all([
    claimMail(invitation, now, hashSecret(secret)),
    getOrganization(invitation.organizationId),
    getUser(invitation.inviterId),
  ]);
  if (!claimed) throw new Stale();
  if (!organization || !inviter) {
    await recordUnsent(claimed, now, organization ? 'inviter_removed' : 'organization_not_found');
    return 'unsent';
  }
  const { delivery } = await deliver(claimed, { organization, inviter, secret });
  return delivery.state === 'SENT' ? 'sent' : 'unsent';
}
