import { createHash } from 'node:crypto';
import type { AuditAction, AuditContext } from '../domain/audit.ts';
import { ERASED } from '../domain/invitation.ts';
import { COUNTER_ROWS, dayOf } from '../domain/limits.ts';
import { effectOf, type MailEvent, type MailEventKind, withoutAddresses } from '../domain/mail-event.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { countReturned } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';
import { countReturnedOfAll } from '../table/rates.ts';
import { get } from '../table/read.ts';
import { retryWhileStale, transact, type Write } from '../table/write.ts';
import { getInvitation } from './invitations.ts';

/** Table access of `recordMailEvent` and `storeUnreadEvent`. */
export const RECORD_MAIL_EVENTS: TableAccess = {
  BatchGetItem: ['ORG', 'SES'],
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
 * @returns whether anything changed; false for an invitation that is deleted or erased
 * @throws Refusal `busy` after too many conflicts
 */
export function recordMailEvent(
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
  const action = AUDITED[kind];
  const returned = RETURNED[kind];
  return retryWhileStale(async () => {
    const row = Math.floor(Math.random() * COUNTER_ROWS);
    const [known, invitation, counters] = await Promise.all([
      get(seen),
      getInvitation(organizationId, invitationId),
      returned && get(keys.counter(organizationId, row)),
    ]);
    if (known || !invitation || invitation.email === ERASED) return false;
    const effect = effectOf(event, invitation);
    if (!effect) return false;
    const { delivery, status, expiresAt } = invitation;
    const isOver = !effect.mailStopped || status !== 'PENDING';
    const writes: Write[] = [
      {
        type: 'put',
        key: seen,
        item: { type: 'MailEvent', organizationId, invitationId, kind, ttl: ttl(now, SEEN_DAYS) },
        when: [{ absent: 'pk' }],
      },
      {
        type: 'update',
        key: keys.invitation(organizationId, invitationId),
        set: { ...effect, ...(!isOver && dueAttributes(invitationId, expiresAt)) },
        when: [
          { attribute: 'status', is: status },
          { attribute: 'expiresAt', is: expiresAt },
          delivery ? { attribute: 'delivery', is: delivery } : { absent: 'delivery' },
        ],
      },
    ];
    if (returned) {
      const day = dayOf(new Date(event.sentAt));
      writes.push(
        ...countReturned(organizationId, { row, found: counters, day }, returned),
        countReturnedOfAll(new Date(event.sentAt), returned),
      );
    }
    if (action) {
      writes.push(
        audit(auditContext, {
          action,
          organizationId,
          resource: { type: 'invitation', id: invitationId },
          ...(delivery && { before: { state: delivery.state } }),
          after: { ...(effect.delivery && { state: effect.delivery.state }), reason: event.reason },
        }),
      );
    }
    await transact(writes);
    return true;
  });
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
