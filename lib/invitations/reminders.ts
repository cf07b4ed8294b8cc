import { type AuditContext, byLinkHolder } from '../domain/audit.ts';
import { type Invitation, remindersMayCome } from '../domain/invitation.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact } from '../table/write.ts';

/** Table access of `stopReminders`. */
export const STOP_REMINDERS: TableAccess = { BatchGetItem: ['ORG'], UpdateItem: ['ORG'], PutItem: ['AUDIT'] };

/**
 * Stops the reminders of an invitation, including an expired one that may be resent. Does nothing if no reminder could
 * follow.
 */
export async function stopReminders({ now, origin }: Omit<AuditContext, 'by'>, invitation: Invitation): Promise<void> {
  if (!remindersMayCome(invitation)) return;
  const { organizationId, id, status } = invitation;
  const at = now.toISOString();
  await transact([
    {
      type: 'update',
      key: keys.invitation(organizationId, id),
      set: { remindersStoppedAt: at, updatedAt: at },
      when: [{ attribute: 'status', is: status }, { absent: 'remindersStoppedAt' }],
    },
    audit(byLinkHolder({ now, origin }, id), {
      action: 'invitation.stop-reminders',
      organizationId,
      resource: { type: 'invitation', id },
    }),
  ]);
}
