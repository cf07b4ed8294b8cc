import { createHash } from 'node:crypto';
import type { AuditAction, AuditContext } from '../domain/audit.ts';
import { ERASED, type Invitation } from '../domain/invitation.ts';
import { dayOf } from '../domain/limits.ts';
import {
  effectOf,
  type MailEffect,
  type MailEvent,
  type MailEventKind,
  withoutAddresses,
} from '../domain/mail-event.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { dueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';
import { get } from '../table/read.ts';
import { countReturned, holdIfTooMany } from '../table/returned.ts';
import { retryWhileStale, transact, type Write } from '../table/write.ts';
import { getInvitation } from './invitations.ts';

/** Table access of `recordMailEvent` and `storeUnreadEvent`. */
export const RECORD_MAIL_EVENTS: TableAccess = {
  BatchGetItem: ['ORG', 'SES'],
  Query: ['ORG', 'LIMIT'],
  PutItem: ['SES', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT'],
};

const DAY_SECONDS = 24 * 60 * 60;
/** How long a processed event is remembered, in days: far longer than SNS and Lambda retry it. */
const SEEN_DAYS = 30;
/** How long an unreadable event is kept, in days. */
const UNREAD_DAYS = 14;

/** The audit actions of the events that matter to an admin. */
const AUDITED: Readonly<Partial<Record<MailEventKind, AuditAction>>> = {
  softBounce: 'invitation.bounce',
  hardBounce: 'invitation.bounce',
  complaint: 'invitation.complain',
  failure: 'invitation.reject',
};

/** The events that count for the brake, as they count for SES: a full mailbox doesn't. */
const RETURNED: Readonly<Partial<Record<MailEventKind, 'bounced' | 'complained'>>> = {
  hardBounce: 'bounced',
  complaint: 'complained',
};

/**
 * Records a mail event on its invitation. Idempotent, and independent of the order of events. After an event that stops
 * the mail, only the invitation's expiry is due.
 *
 * A mail of today that came back counts for the brake, also if its invitation is deleted or erased: it counts for SES.
 *
 * @returns whether anything changed
 * @throws Refusal `busy` after too many conflicts
 */
export async function recordMailEvent(
  event: MailEvent,
  { now, requestId }: { now: Date; requestId: string },
): Promise<boolean> {
  const { organizationId, invitationId, kind, messageId } = event;
  const seen = keys.mailEvent(createHash('sha256').update(event.deduplicationKey).digest('base64url'));
  const auditContext: AuditContext = {
    now,
    by: { type: 'ses', id: messageId },
    origin: { requestId, sourceAddress: null },
  };
  const returned = dayOf(new Date(event.sentAt)) === dayOf(now) ? RETURNED[kind] : undefined;
  const isRecorded = await retryWhileStale(async () => {
    const [known, found] = await Promise.all([get(seen), getInvitation(organizationId, invitationId)]);
    const invitation = found?.email === ERASED ? undefined : found;
    const effect = invitation && effectOf(event, invitation);
    if (known || !(effect || returned)) return false;
    const writes: Write[] = [
      {
        type: 'put',
        key: seen,
        item: {
          ...{ type: 'MailEvent', kind, ttl: ttl(now, SEEN_DAYS) },
          ...(invitation && { organizationId, invitationId }),
        },
        when: [{ absent: 'pk' }],
      },
    ];
    if (returned) writes.push(countReturned(organizationId, returned, now));
    if (effect) writes.push(...effectWrites(event, invitation, effect, auditContext));
    await transact(writes);
    return true;
  });
  // Also for a repeated event: the first try may have ended here.
  if (returned) await holdIfTooMany(organizationId, now);
  return isRecorded;
}

/** Returns the parts of a transaction that change the invitation. */
function effectWrites(
  { organizationId, invitationId, kind, reason }: MailEvent,
  { delivery, status, expiresAt }: Invitation,
  effect: MailEffect,
  auditContext: AuditContext,
): Write[] {
  const action = AUDITED[kind];
  const isOver = !effect.mailStopped || status !== 'PENDING';
  const update: Write = {
    type: 'update',
    key: keys.invitation(organizationId, invitationId),
    set: { ...effect, ...(!isOver && dueAttributes(invitationId, expiresAt)) },
    when: [
      { attribute: 'status', is: status },
      { attribute: 'expiresAt', is: expiresAt },
      delivery ? { attribute: 'delivery', is: delivery } : { absent: 'delivery' },
    ],
  };
  if (!action) return [update];
  const entry = audit(auditContext, {
    action,
    organizationId,
    resource: { type: 'invitation', id: invitationId },
    ...(delivery && { before: { state: delivery.state } }),
    after: { ...(effect.delivery && { state: effect.delivery.state }), reason },
  });
  return [update, entry];
}

/**
 * Stores an unreadable notification for an operator, without addresses.
 *
 * @param id the id that SNS gave it; a repeated notification is stored once
 */
export async function storeUnreadEvent(id: string, text: string, now: Date): Promise<void> {
  const item = { type: 'UnreadMailEvent', event: withoutAddresses(text), createdAt: now.toISOString() };
  await transact([{ type: 'put', key: keys.mailEvent(id), item: { ...item, ttl: ttl(now, UNREAD_DAYS) } }]);
}

function ttl(now: Date, days: number): number {
  return Math.floor(now.getTime() / 1000) + days * DAY_SECONDS;
}
