import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { BulkAnswer } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { AnyRow, InvitationRow } from '../../lib/domain/input.ts';
import { REFUSALS, Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { validate } from '../../lib/http/input.ts';
import { MESSAGES } from '../../lib/http/messages.ts';
import { type BulkRow, inviteMany } from '../../lib/invitations/bulk.ts';
import { INVITE } from '../../lib/invitations/inviting.ts';

export const returns = { 200: BulkAnswer };
export const example = { invitations: [{ email: 'jane@example.com', role: 'USER' }] };

/** How long a request with 100 rows may take, in milliseconds: the function's timeout. */
const LEASE = 20_000;

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
  lease: LEASE,
  body: z.strictObject({
    invitations: z.array(AnyRow).check(z.minLength(1), z.maxLength(100)),
    dryRun: z.optional(z.boolean()),
  }),
  async handle({ body, request, actor, organization, auditContext, idempotentRequest }) {
    const { invitations, dryRun = false } = body;
    const { limits, invitationDays } = configuration();
    const outcome = new Map<number, ReturnType<typeof showInvitation> | Refusal>();
    const rows: BulkRow[] = [];
    for (const [index, row] of invitations.entries()) {
      try {
        const { expiresInDays: days = invitationDays, ...input } = validate(InvitationRow, row, 'body');
        rows.push({ index, input: { ...input, days } });
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        outcome.set(index, error);
      }
    }
    // Recorded first, so that a retry of an interrupted request continues it.
    await idempotentRequest?.begin();
    const { startedAt, seed } = idempotentRequest ?? { startedAt: request.now, seed: request.origin.requestId };
    const made = await inviteMany(auditContext, { actor, rows, limits, seed, startedAt, dryRun });
    for (const [index, result] of made) {
      outcome.set(index, result instanceof Refusal ? result : showInvitation(result, organization, request.now));
    }
    return { status: 200, body: { data: invitations.map((_, index) => showRow(index, outcome.get(index), dryRun)) } };
  },
});
export const { handler } = endpoint;

function showRow(index: number, result: ReturnType<typeof showInvitation> | Refusal | undefined, dryRun: boolean) {
  if (!result) throw new TypeError(`Nothing became of row ${index}.`);
  if (!(result instanceof Refusal)) {
    return { index, status: 201, invitation: dryRun ? { ...result, id: null } : result };
  }
  const { code, details, headers } = result;
  const { 'retry-after': seconds } = headers;
  return {
    ...{ index, status: REFUSALS[code], error: code, message: MESSAGES[code] },
    ...(details && { details }),
    ...(seconds !== undefined && { retryAfter: Number(seconds) }),
  };
}
