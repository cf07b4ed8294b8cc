import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Message } from '../../lib/dialects/v1/schemas.ts';
import { Refusal } from '../../lib/domain/refusal.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { pathId } from '../../lib/http/path.ts';
import { getInvitation } from '../../lib/invitations/invitations.ts';
import { newMailSecrets, sendInvitation } from '../../lib/invitations/mail.ts';
import { RESEND, resendInvitation } from '../../lib/invitations/resending.ts';
import { requireSender } from '../../lib/organizations/senders.ts';
import { unlessPaused } from '../../lib/outbox/brake.ts';
import { readUsage } from '../../lib/table/rates.ts';

export const returns = { 200: Message };

/**
 * Sends an invitation again, with a new link and a full new period. The caller becomes its inviter.
 *
 * Earlier links show that a newer mail was sent. An expired invitation becomes pending again. An accepted, declined or
 * revoked one is refused, and no mail is sent.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/invitations/{id}/resend',
  permission: 'invitation:resend',
  table: RESEND,
  depth: 3,
  email: true,
  refuses: [
    'invitation_not_found',
    'invitation_not_resendable',
    'already_invited',
    'already_member',
    'invitation_limit_reached',
    'member_limit_reached',
    'invitation_mail_stopped',
    'mail_rate_exceeded',
    'recipient_rate_exceeded',
  ],
  async read({ request, organizationId, caller }) {
    const [invitation, inviter, usage] = await Promise.all([
      getInvitation(organizationId, pathId(request, 'invitation')),
      requireSender(caller.userId, organizationId),
      readUsage({ organizationId, userId: caller.userId }, request.now),
    ]);
    return { invitation, inviter, usage };
  },
  async handle({ actor, organization, auditContext, read: { invitation, inviter, usage } }) {
    if (!invitation) throw new Refusal('invitation_not_found');
    const { limits } = configuration();
    const secrets = newMailSecrets();
    const resent = await resendInvitation(auditContext, { actor, invitation, usage, secrets, limits });
    await sendInvitation(resent, { organization, inviter, secrets }, unlessPaused(usage, auditContext.now));
    return { status: 200, body: { message: 'Invitation resent' } };
  },
});
export const { handler } = endpoint;
