import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Member } from '../../lib/dialects/v1/schemas.ts';
import { showMember } from '../../lib/dialects/v1/show.ts';
import { MemberRow } from '../../lib/domain/input.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { newMemberOf } from '../../lib/http/new-member.ts';
import { IMPORT_MEMBERS, importMembers } from '../../lib/organizations/importing.ts';
import { sendWelcomes } from '../../lib/organizations/welcome.ts';
import { union } from '../../lib/table/access.ts';

export const returns = { 201: Member };
export const example = { email: 'jane@example.com', role: 'USER', firstName: 'Jane', lastName: 'Doe' };

/**
 * Makes a person a member without an invitation. Only an operator's key with `member:import` may: the operator vouches
 * for the person. Everybody else invites them.
 *
 * Whoever first signs in with the verified address is the member, or, with a `subject`, whoever signs in with that
 * subject at the issuer. Until then the member isn't claimed, and doesn't end. A pending invitation of the address ends
 * as accepted. With `sendEmail` true, the person is told by mail.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/members',
  permission: 'member:import',
  callers: ['operatorKey'],
  table: union(IMPORT_MEMBERS, { UpdateItem: ['MAIL'], DeleteItem: ['MAIL'] }),
  depth: 4,
  email: true,
  creates: true,
  body: MemberRow,
  refuses: [
    'already_member',
    'address_taken',
    'team_not_found',
    'team_member_limit_reached',
    'member_limit_reached',
    'organization_limit_reached',
    'mail_rate_exceeded',
    'recipient_rate_exceeded',
  ],
  async handle({ body, request, actor, organization, auditContext, idempotentRequest }) {
    const input = newMemberOf(body);
    await idempotentRequest?.begin();
    const { startedAt, seed } = idempotentRequest ?? { startedAt: request.now, seed: request.origin.requestId };
    const made = await importMembers(auditContext, {
      ...{ actor, organization, limits: configuration().limits, seed, startedAt, dryRun: false, tell: sendWelcomes },
      rows: [{ index: 0, input }],
    });
    const result = made.get(0);
    if (!result) throw new TypeError('Nothing became of the row.');
    if (result instanceof Refusal) throw result;
    return { status: 201, body: showMember(result) };
  },
});
export const { handler } = endpoint;
