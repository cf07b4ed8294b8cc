import { CLEAR, clearJob, clearOrganization, clearTeam } from '../../lib/cascades/clearing.ts';
import { END_PLACEHOLDER, endPlaceholder } from '../../lib/cascades/placeholders.ts';
import { type Invitation, nextDue, statusAt } from '../../lib/domain/invitation.ts';
import { loggable } from '../../lib/domain/log.ts';
import type { Membership, User } from '../../lib/domain/member.ts';
import { type Organization, openOffer } from '../../lib/domain/organization.ts';
import { may } from '../../lib/domain/roles.ts';
import { paced } from '../../lib/email/pace.ts';
import type { sendMail } from '../../lib/email/ses.ts';
import { onSchedule, type Tick } from '../../lib/http/schedule.ts';
import { expireInvitation, getInvitation } from '../../lib/invitations/invitations.ts';
import { getMembership } from '../../lib/organizations/members.ts';
import { getOrganization } from '../../lib/organizations/organizations.ts';
import { deliver, deliverAsking, deliverOffer } from '../../lib/outbox/delivery.ts';
import {
  type AskingMail,
  claimMail,
  type DueInvitation,
  type DueItem,
  getDue,
  isClaimed,
  newMailSecrets,
  type OfferMail,
  postpone,
  recordUnsent,
  reschedule,
} from '../../lib/outbox/due.ts';
import { claimWaiting, forgetMail, isGivenUp } from '../../lib/outbox/mails.ts';
import { sweepGrantEnd, sweepInvite, sweepRequestMail } from '../../lib/outbox/site-delivery.ts';
import { getUser } from '../../lib/people/people.ts';
import { EXPIRE_GRANT, expireGrant } from '../../lib/sites/grants.ts';
import { union } from '../../lib/table/access.ts';
import { DUE_SHARDS, type Key } from '../../lib/table/keys.ts';
import { listDue } from '../../lib/table/read.ts';
import { Stale, untilFresh } from '../../lib/table/write.ts';

/** Rows of one shard that are read at once, and then worked on one after the other. */
const BATCH = 25;

/**
 * Keys of one shard that are looked at, to be worked on in turns: more than a day's mails of an organization leave in one
 * shard. And how many are worked on before it looks again, for what has become due since.
 */
const LOOK = 1000;
const ROUND = 100;

/** Milliseconds before the end at which no further row is begun: longer than one mail and its record take. */
const RESERVE = 10_000;

/** What one run did, by kind. */
interface Counts {
  sent: number;
  unsent: number;
  /** Rows of mails and reminders that turned out to be needed no more. */
  settled: number;
  expired: number;
  cleared: number;
  /** Placeholders that nobody claimed. */
  ended: number;
  failed: number;
}

/** One run. */
interface Run extends Tick {
  readonly counts: Counts;
  readonly send: typeof sendMail;
}

/**
 * Does what is due: sends the mails that weren't sent and the reminders, records which invitations have expired and which
 * grants of sensitive data, ends placeholders that nobody claimed, and clears what has ended.
 *
 * Each row is claimed before it is worked on, so that two runs at once, or one that died, do no harm: a mail goes out at
 * least once, and at most once more for each death. A row that fails is put off and never holds up the others.
 */
export const schedule = onSchedule({
  schedule: 'rate(1 minute)',
  table: union(CLEAR, END_PLACEHOLDER, EXPIRE_GRANT, {
    BatchGetItem: ['ORG', 'USER', 'JOB', 'MAIL', 'SITE', 'TEAM', 'EMAIL'],
    UpdateItem: ['ORG', 'EMAIL', 'JOB', 'USER', 'MAIL', 'SITE'],
    PutItem: ['AUDIT'],
    DeleteItem: ['MAIL', 'SITE', 'EMAIL'],
  }),
  due: true,
  email: true,
  timeout: 55,
  async handle(tick) {
    const counts: Counts = { sent: 0, unsent: 0, settled: 0, expired: 0, cleared: 0, ended: 0, failed: 0 };
    const run: Run = { ...tick, counts, send: paced(() => tick.remaining() < RESERVE) };
    const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => shard);
    // A shard that fails doesn't end the others between a mail and its record.
    const done = await Promise.allSettled(shards.map((shard) => sweepShard(shard, run)));
    const lags = done.map((result) => (result.status === 'fulfilled' ? result.value : 0));
    const failed = done.find((result) => result.status === 'rejected');
    return {
      did: { ...counts, lagSeconds: Math.round(Math.max(...lags) / 1000) },
      ...(failed && { error: failed.reason }),
    };
  },
});
export const { handler } = schedule;

/** @returns for how long the row has been due that has waited longest, in milliseconds */
async function sweepShard(shard: number, run: Run): Promise<number> {
  let lag = 0;
  while (run.remaining() > RESERVE) {
    const now = new Date();
    const listed = await listDue(shard, now, LOOK);
    if (listed[0]) lag = Math.max(lag, now.getTime() - listed[0].since.getTime());
    const round = inTurns(listed).slice(0, ROUND);
    let worked = 0;
    for (let start = 0; start < round.length; start += BATCH) {
      // All are read in one call, and what they need in another: calls are what a row's time is made of.
      const rows = await Promise.all(round.slice(start, start + BATCH).map((key) => readRow(key, now)));
      for (const row of rows) {
        if (run.remaining() < RESERVE) return lag;
        if (row && (await sweepRow(row, run))) worked += 1;
      }
    }
    // The index trails the table: rows that are done may still be listed, and then there is nothing more to come.
    if (listed.length <= ROUND || worked === 0) return lag;
  }
  return lag;
}

/**
 * Rows in turns: of each partition one, which has an organization's invitations or a site's invites, then of each another.
 * So nobody's mail waits behind all that somebody else has asked for.
 */
function inTurns<K extends Key>(keys: readonly K[]): K[] {
  const partitions = [...Map.groupBy(keys, ({ pk }) => pk).values()];
  const turns = Math.max(0, ...partitions.map(({ length }) => length));
  return Array.from({ length: turns }, (_, turn) => partitions.flatMap((rows) => rows[turn] ?? [])).flat();
}

/** A row with what a mail of it needs. */
interface Row {
  readonly due: DueItem;
  readonly sender?: Sender;
}

/** Who stands behind an invitation, or gets a mail about it; parts that are gone are undefined. */
interface Sender {
  readonly organization: Organization | undefined;
  readonly inviter: User | undefined;
  readonly membership: Membership | undefined;
  /** Of a mail to an inviter, what it is about. */
  readonly invitation: Invitation | undefined;
}

async function readRow(key: Key, now: Date): Promise<Row | undefined> {
  const due = await getDue(key, now);
  if (due?.type === 'Mail') return { due, sender: await readSender(due.userId, due.organizationId, due.invitationId) };
  if (due?.type !== 'Invitation' || statusAt(due, now) !== 'PENDING') return due && { due };
  return { due, sender: await readSender(due.inviterId, due.organizationId) };
}

async function readSender(inviterId: string, organizationId: string, invitationId?: string): Promise<Sender> {
  const [organization, inviter, membership, invitation] = await Promise.all([
    getOrganization(organizationId),
    getUser(inviterId),
    getMembership(inviterId, organizationId),
    invitationId === undefined ? undefined : getInvitation(organizationId, invitationId),
  ]);
  return { organization, inviter, membership, invitation };
}

/** @returns whether there was something to do */
async function sweepRow(row: Row, run: Run): Promise<boolean> {
  const now = new Date();
  const { due } = row;
  const { counts } = run;
  try {
    try {
      counts[await doWhatIsDue(row, now, run)] += 1;
    } catch (error) {
      // Overtaken, mostly: then the row has changed and isn't put off.
      if (!(error instanceof Stale)) {
        console.error({ message: 'Row put off', key: { pk: due.pk, sk: due.sk }, ...loggable(error) });
        counts.failed += 1;
      }
      await postpone(due, now);
    }
    return true;
  } catch (error) {
    console.error({ message: 'Row failed', key: { pk: due.pk, sk: due.sk }, ...loggable(error) });
    counts.failed += 1;
    return false;
  }
}

async function doWhatIsDue({ due, sender }: Row, now: Date, run: Run): Promise<keyof Counts> {
  switch (due.type) {
    // What doesn't fit into this run stays due for the next. What is cleared at once meets in teams.
    case 'Job':
      while (run.remaining() > RESERVE && !(await untilFresh(() => clearJob(occasionOf(run, now), due))));
      return 'cleared';
    case 'DiscardedTeam':
      while (run.remaining() > RESERVE && !(await untilFresh(() => clearTeam(occasionOf(run, now), due))));
      return 'cleared';
    case 'User':
      await endPlaceholder(due, occasionOf(run, now));
      return 'ended';
    case 'Organization':
      while (run.remaining() > RESERVE && !(await untilFresh(() => clearOrganization(occasionOf(run, now), due.id))));
      return 'cleared';
    case 'Mail':
      return sweepMail(due, sender, now, run);
    case 'RequestMail':
      return sweepRequestMail(due, now, run.send);
    case 'GrantEndMail':
      return sweepGrantEnd(due, now, run.send);
    case 'OfferMail':
      return sweepOffer(due, now, run);
    case 'SiteInvite':
      return sweepInvite(due, now, run.send);
    case 'SiteAccess':
      await expireGrant(occasionOf(run, now), due);
      return 'expired';
    default:
      return sweepInvitation(due, sender, now, run);
  }
}

async function sweepMail(
  mail: AskingMail,
  sender: Sender | undefined,
  now: Date,
  run: Run,
): Promise<'sent' | 'unsent' | 'settled'> {
  const { organization, inviter, membership, invitation } = sender ?? {};
  const isAsked = invitation?.askedAt !== undefined && statusAt(invitation, now) === 'EXPIRED';
  const mayInvite = membership !== undefined && may(membership.role, 'invitation:create');
  if (isGivenUp(mail, now) || !organization || !inviter || !mayInvite || !isAsked) {
    await forgetMail(mail);
    return 'settled';
  }
  const claimed = await claimWaiting(mail, now);
  if (!claimed) throw new Stale();
  return (await deliverAsking(claimed, { organization, invitation, inviter }, run.send)) ? 'sent' : 'unsent';
}

/** Sends the mail of an offer of ownership, while that is open. */
async function sweepOffer(mail: OfferMail, now: Date, run: Run): Promise<'sent' | 'unsent' | 'settled'> {
  const { organizationId, userId, offeredAt } = mail;
  const [organization, recipient, membership] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMembership(userId, organizationId),
  ]);
  const offer = organization && openOffer(organization, now);
  const isOpen = offer?.createdAt === offeredAt && offer.memberId === membership?.memberId;
  const owner = isOpen ? await getUser(offer.by.userId) : undefined;
  if (isGivenUp(mail, now) || !isOpen || !organization || !recipient || !owner) {
    await forgetMail(mail);
    return 'settled';
  }
  const claimed = await claimWaiting(mail, now);
  if (!claimed) throw new Stale();
  return (await deliverOffer(claimed, { organization, offer, owner, recipient }, run.send)) ? 'sent' : 'unsent';
}

async function sweepInvitation(
  invitation: DueInvitation,
  sender: Sender | undefined,
  now: Date,
  run: Run,
): Promise<keyof Counts> {
  if (statusAt(invitation, now) === 'EXPIRED') {
    await expireInvitation(occasionOf(run, now), invitation);
    return 'expired';
  }
  const { delivery, remindersStoppedAt } = invitation;
  const isStopped = delivery?.kind === 'reminder' && remindersStoppedAt !== undefined;
  if (delivery?.state === 'QUEUED' && isStopped) {
    // The invitee asked for no more while a reminder waited.
    await reschedule(invitation, { ...delivery, state: 'FAILED', at: now.toISOString(), reason: 'reminders_stopped' });
    return 'settled';
  }
  if (!isClaimed(invitation) || (delivery?.state !== 'QUEUED' && nextDue(invitation) > now.toISOString())) {
    await reschedule(invitation);
    return 'settled';
  }
  const secrets = newMailSecrets();
  const claimed = await claimMail(invitation, now, secrets);
  if (!claimed || !sender) throw new Stale();
  const { organization, inviter, membership } = sender;
  if (!organization || !inviter || !membership || !may(membership.role, 'invitation:create')) {
    // Its link would be refused; it is tried again for when somebody else resends it.
    await recordUnsent(claimed, now, organization ? 'inviter_removed' : 'organization_not_found');
    return 'unsent';
  }
  const { delivery: delivered } = await deliver(claimed, { organization, inviter, secrets }, run.send);
  return delivered?.state === 'SENT' ? 'sent' : 'unsent';
}

/** What the service does by itself. */
function occasionOf({ requestId }: Run, now: Date) {
  return { now, origin: { requestId, sourceAddress: null }, by: { type: 'system', id: 'sweep' } } as const;
}
