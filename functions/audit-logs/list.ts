import { v1 } from '../../lib/dialects/v1/format.ts';
import { AuditEntry, list } from '../../lib/dialects/v1/schemas.ts';
import { showAuditEntry } from '../../lib/dialects/v1/show.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { CursorQuery, envelope, readPage } from '../../lib/http/paging.ts';
import { listAudit } from '../../lib/table/audit.ts';

export const returns = { 200: list(AuditEntry) };

/**
 * Lists what happened in the organization, newest first.
 *
 * Entries hold ids instead of names and addresses. There is no total; a page may be short and still have a cursor.
 */
export const endpoint = forMember({
  format: v1,
  route: 'GET /v1/audit-logs',
  permission: 'audit-log:read',
  table: { Query: ['AUDIT'] },
  depth: 1,
  query: CursorQuery,
  async read({ query, request, organizationId }) {
    const page = readPage(`audit-logs ${organizationId}`, 'auditEntry', query);
    const { after, perPage: limit } = page;
    return { page, ...(await listAudit(organizationId, { now: request.now, after, limit })) };
  },
  async handle({ read: { page, entries, next } }) {
    return { status: 200, body: envelope(page, entries, next, showAuditEntry) };
  },
});
export const { handler } = endpoint;
