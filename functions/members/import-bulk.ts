import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { ImportAnswer } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { AnyMemberRow, MemberRow } from '../../lib/domain/input.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { BULK_LEASE, bulkRows, refusedRow, validRows } from '../../lib/http/bulk.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { newMemberOf } from '../../lib/http/new-member.ts';
import { IMPORT_MEMBERS, importMembers } from '../../lib/organizations/importing.ts';

export const returns = { 200: ImportAnswer };
export const example = { members: [{ email: 'jane@example.com', role: 'USER' }] };

/**
 * Makes up to 100 people members in one call. Each row works as `POST /v1/members`, and has its own result.
 *
 * An invalid row doesn't affect the others. Mails are queued and sent within a minute. With `dryRun`, nothing is
 * written, and each row has the result to expect, except for mail rate limits.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/members/bulk',
  permission: 'member:import',
  callers: ['operatorKey'],
  table: IMPORT_MEMBERS,
  depth: 4,
  creates: true,
  lease: BULK_LEASE,
  body: z.strictObject({ members: bulkRows(AnyMemberRow), dryRun: z.optional(z.boolean()) }),
  async handle({ body: { members, dryRun = false }, request, actor, organization, auditContext, idempotentRequest }) {
    const refused = new Map<number, Refusal>();
    const rows = validRows(MemberRow, members, refused, newMemberOf);
    // Recorded first, so that a retry of an interrupted request continues it.
    await idempotentRequest?.begin();
    const { startedAt, seed } = idempotentRequest ?? { startedAt: request.now, seed: request.origin.requestId };
    const made = await importMembers(auditContext, {
      ...{ actor, organization, rows, limits: configuration().limits, seed, startedAt, dryRun },
    });
    const data = members.map((_, index) => {
      const result = refused.get(index) ?? made.get(index);
      if (!result) throw new TypeError(`Nothing became of row ${index}.`);
      if (result instanceof Refusal) return refusedRow(index, result);
      const shown = showMember(result);
      if (!dryRun) return { index, status: 201, member: shown };
      return {
        index,
        status: 201,
        member: { ...shown, id: null, userId: null, userProfile: { ...shown.userProfile, id: null } },
      };
    });
    return { status: 200, body: { data } };
  },
});
export const { handler } = endpoint;
