import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { BulkAnswer } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { AnyInvitationRow, InvitationRow } from '../../lib/domain/input.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { BULK_LEASE, bulkRows, refusedRow, validRows } from '../../lib/http/bulk.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { inviteMany } from '../../lib/invitations/bulk.ts';
import { INVITE } from '../../lib/invitations/inviting.ts';

export const returns = { 200: BulkAnswer };
export const example = { invitations: [{ email: 'jane@example.com', role: 'USER' }] };

/**
 * Invites up to 100 people in one call. Each row works as `POST /v1/invitations`, and has its own result.
 *
 * An invalid row doesn't affect the others. The mails are queued and sent within a minute. With `dryRun`, nothing is
 * written, and each row has the result to expect, except for mail rate limits.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/invitations/bulk',
  permission: 'invitation:create',
  table: INVITE,
  depth: 3,
  creates: true,
  lease: BULK_LEASE,
  body: z.strictObject({
    invitations: bulkRows(AnyInvitationRow),
    dryRun: z.optional(z.boolean()),
  }),
  async handle({ body, request, actor, organization, auditContext, idempotentRequest }) {
    const { invitations, dryRun = false } = body;
    const { limits, invitationDays } = configuration();
    const refused = new Map<number, Refusal>();
    const inputOf = ({ expiresInDays: days = invitationDays, ...input }: z.output<typeof InvitationRow>) => ({
      ...{ ...input, days },
    });
    const rows = validRows(InvitationRow, invitations, refused, inputOf);
    // Recorded first, so that a retry of an interrupted request continues it.
    await idempotentRequest?.begin();
    const { startedAt, seed } = idempotentRequest ?? { startedAt: request.now, seed: request.origin.requestId };
    const made = await inviteMany(auditContext, { actor, rows, limits, seed, startedAt, dryRun });
    const data = invitations.map((_, index) => {
      const result = refused.get(index) ?? made.get(index);
      if (!result) throw new TypeError(`Nothing became of row ${index}.`);
      if (result instanceof Refusal) return refusedRow(index, result);
      const shown = showInvitation(result, organization, request.now);
      return { index, status: 201, invitation: dryRun ? { ...shown, id: null } : shown };
    });
    return { status: 200, body: { data } };
  },
});
export const { handler } = endpoint;
