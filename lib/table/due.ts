import { randomBytes } from 'node:crypto';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { configuration } from '../configuration.ts';
import type { Delivery, Invitation } from '../domain/invitation.ts';
import type { Organization } from '../domain/organization.ts';
import { client } from './client.ts';
import { DUE_INDEX, DUE_SHARDS, type Key, keys } from './keys.ts';
import { get } from './read.ts';
import { record, Stale } from './write.ts';

/**
 * The attributes that put an item into the index; `at` is the earliest moment at which there is something to do. No two
 * places are the same, so that whoever has claimed a row knows it for theirs.
 */
export function dueAttributes(id: string, at: string): { due: string; dueAt: string } {
  return {
    due: `DUE#${Number.parseInt(id.slice(-1), 32) % DUE_SHARDS}`,
    dueAt: `${at}#${id}#${randomBytes(3).toString('hex')}`,
  };
}

/** An invitation that has something due, with its place in the index: whoever changes it has claimed the row. */
export type DueInvitation = Invitation & { readonly dueAt: string };

/**
 * How long whoever claimed a mail has to send it, in milliseconds; after that the sweep takes it to be lost and sends
 * another. Longer than any of our functions may run.
 */
const LEASE = 60_000;

function leaseEnd(now: Date): string {
  return new Date(now.getTime() + LEASE).toISOString();
}

/** Marks an invitation's mail as due, for the request that writes it: written before it is tried, so that it can't be lost. */
export function queuedMail(id: string, now: Date): { delivery: Delivery; due: string; dueAt: string } {
  return { delivery: { state: 'QUEUED', attempts: 0, at: now.toISOString() }, ...dueAttributes(id, leaseEnd(now)) };
}

/**
 * Lists what is due in one shard, the longest due first. The index is only a hint: decide on the item.
 *
 * @returns the keys of at most `limit` items
 */
export async function listDue(shard: number, now: Date, limit: number): Promise<Key[]> {
  const { Items } = await client().send(
    new QueryCommand({
      TableName: configuration().tableName,
      IndexName: DUE_INDEX,
      KeyConditionExpression: 'due = :due AND dueAt < :now',
      ExpressionAttributeValues: { ':due': `DUE#${shard}`, ':now': now.toISOString() },
      Limit: limit,
    }),
  );
  return (Items ?? []) as Key[];
}

/** A membership that has ended and left something behind. */
export interface Job {
  readonly userId: string;
  readonly organizationId: string;
  readonly memberId: string;
}

/** Whatever has something due: an invitation, an organization to clear, or what a membership left behind. */
export type DueItem = { readonly pk: string; readonly sk: string; readonly dueAt: string } & (
  | ({ readonly type: 'Invitation' } & DueInvitation)
  | ({ readonly type: 'Organization' } & Organization)
  | ({ readonly type: 'Job' } & Job)
);

/** Reads a row that the index lists; undefined when nothing of it is due any more. */
export async function getDue(key: Key, now: Date): Promise<DueItem | undefined> {
  const item = (await get(key)) as unknown as DueItem | undefined;
  return item?.dueAt !== undefined && item.dueAt < now.toISOString() ? item : undefined;
}

/** How long a row is left alone whose work failed for a reason of ours, in milliseconds. */
const PUT_OFF = 15 * 60_000;

/** Puts a row off, so that it doesn't hold up the others; unless somebody else has it in hand by now. */
export async function postpone({ pk, sk, dueAt }: DueItem, now: Date): Promise<void> {
  const [, id = ''] = dueAt.split('#');
  const later = dueAttributes(id, new Date(now.getTime() + PUT_OFF).toISOString()).dueAt;
  await recordIf({ pk, sk }, { dueAt: later }, [{ attribute: 'dueAt', is: dueAt }]);
}

/**
 * Claims a due mail for a lease, with another secret for it: the plain secret of the first is kept nowhere.
 *
 * @returns the invitation as claimed, or undefined when somebody else was faster
 */
export async function claimMail(
  invitation: DueInvitation,
  now: Date,
  secretHash: string,
): Promise<DueInvitation | undefined> {
  const claimed = {
    secrets: [...invitation.secrets, secretHash],
    dueAt: dueAttributes(invitation.id, leaseEnd(now)).dueAt,
  };
  const isMine = await recordIf(keyOf(invitation), claimed, [{ attribute: 'dueAt', is: invitation.dueAt }]);
  return isMine ? { ...invitation, ...claimed } : undefined;
}

/** Records that an invitation's mail left; the next thing due is the end of its period. */
export async function recordSent(invitation: DueInvitation, now: Date): Promise<Invitation> {
  const sent = {
    sentAt: now.toISOString(),
    delivery: { state: 'SENT', attempts: invitation.delivery.attempts + 1, at: now.toISOString() } as const,
  };
  const { dueAt } = dueAttributes(invitation.id, invitation.expiresAt);
  // Accepted before this was recorded: then nothing is due any more, and nothing must become due again.
  (await recordIf(keyOf(invitation), { ...sent, dueAt }, [{ attribute: 'dueAt', is: invitation.dueAt }])) ||
    (await recordIf(keyOf(invitation), sent, [{ exists: 'pk' }, { absent: 'dueAt' }]));
  return { ...invitation, ...sent };
}

/** Pauses between tries of a mail: doubling from a minute to six hours, so that a long outage costs few tries. */
const SHORTEST_RETRY = 60_000;
const LONGEST_RETRY = 6 * 60 * 60_000;

/** Records that a mail couldn't be sent: it is tried again, with growing pauses, until the period ends. */
export async function recordUnsent(invitation: DueInvitation, now: Date, reason: string): Promise<Invitation> {
  const attempts = invitation.delivery.attempts + 1;
  const delivery: Delivery = { state: 'QUEUED', attempts, at: now.toISOString(), reason };
  const retryAt = now.getTime() + Math.min(LONGEST_RETRY, SHORTEST_RETRY * 2 ** (attempts - 1));
  const next = new Date(Math.min(retryAt, Date.parse(invitation.expiresAt)));
  const { dueAt } = dueAttributes(invitation.id, next.toISOString());
  await recordIf(keyOf(invitation), { delivery, dueAt }, [{ attribute: 'dueAt', is: invitation.dueAt }]);
  return { ...invitation, delivery };
}

function keyOf({ organizationId, id }: Invitation): Key {
  return keys.invitation(organizationId, id);
}

async function recordIf(
  key: Key,
  set: Readonly<Record<string, unknown>>,
  when: NonNullable<Parameters<typeof record>[0]['when']>,
): Promise<boolean> {
  try {
    await record({ type: 'update', key, set, when });
    return true;
  } catch (error) {
    if (error instanceof Stale) return false;
    throw error;
  }
}
