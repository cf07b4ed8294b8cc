import * as z from 'zod/mini';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { AuditEntry as AuditEntrySchema, list } from '../../lib/dialects/v1/schemas.ts';
import { showAuditEntry } from '../../lib/dialects/v1/show.ts';
import { AUDIT_ACTIONS, type AuditEntry } from '../../lib/domain/audit.ts';
import { readMoment } from '../../lib/domain/moment.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { CursorQuery, envelope, readPage } from '../../lib/http/paging.ts';
import { listAudit } from '../../lib/table/audit.ts';

export const returns = { 200: /* @__PURE__ */ list(AuditEntrySchema) };

/** A time in a query, normalized to the form in which times are stored and compared. */
const Moment = z.pipe(
  z.string().check(z.refine((text) => readMoment(text) !== undefined, 'must be an ISO 8601 time')),
  z.pipe(
    z.transform((text: string) => (readMoment(text) as Date).toISOString()),
    z.string(),
  ),
);

/**
 * Lists the organization's audit entries, newest first, optionally filtered by action, by actor id, or by time.
 *
 * Entries contain ids, not names or addresses. There is no total, and a page may be short although more pages follow.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/audit-logs',
  permission: 'audit-log:read',
  table: { Query: ['AUDIT'] },
  depth: 1,
  query: z.extend(CursorQuery, {
    action: z.optional(z.enum(AUDIT_ACTIONS)),
    actor: z.optional(z.string()),
    from: z.optional(Moment),
    to: z.optional(Moment),
  }),
  async read({ query, request, organizationId }) {
    const { action, actor, from, to } = query;
    const name = ['audit-logs', organizationId, action, actor, from, to].join(' ');
    const page = readPage(name, 'auditEntry', query);
    const passes = (entry: AuditEntry) =>
      (action === undefined || entry.action === action) && (actor === undefined || entry.actor.id === actor);
    const { after, perPage: limit } = page;
    return { page, ...(await listAudit(organizationId, { now: request.now, after, limit, from, to, passes })) };
  },
  async handle({ read: { page, entries, next } }) {
    return { status: 200, body: envelope(page, entries, next, showAuditEntry) };
  },
});
export const { handler } = endpoint;
