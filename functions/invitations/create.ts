import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { NewInvitation } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { newId } from '../../lib/domain/ids.ts';
import { INVITATION_INPUT } from '../../lib/domain/input.ts';
import type { Invitation } from '../../lib/domain/invitation.ts';
import { forMember } from '../../lib/http/for-member.ts';
import { createInvitation, INVITE, readInvitationContext } from '../../lib/invitations/inviting.ts';
import { invitationLink, isClaimed, newMailSecrets, sendInvitation } from '../../lib/invitations/mail.ts';
import { requireSender } from '../../lib/organizations/senders.ts';
import { unlessPaused } from '../../lib/outbox/brake.ts';
import { readUsage } from '../../lib/table/rates.ts';

export const returns = { 201: NewInvitation };
export const example = { email: 'jane@example.com', role: 'USER' };

/**
 * Invites a person to the organization by e-mail.
 *
 * An address with a pending invitation is refused: resend that invitation instead. The mail is tried at once. If SES is
 * slow or down, the invitation is created all the same, with its mail queued. With `sendEmail` false, nothing is ever
 * mailed, and only this answer contains the link. Since the inviter knows that link, only the invited person can accept
 * or decline with it, signed in with the verified address.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/invitations',
  permission: 'invitation:create',
  table: INVITE,
  depth: 3,
  email: true,
  creates: true,
  body: z.strictObject({ ...INVITATION_INPUT, sendEmail: z.optional(z.boolean()) }),
  refuses: [
    'redirect_not_allowed',
    'team_not_found',
    'team_member_limit_reached',
    'already_member',
    'already_invited',
    'invitation_limit_reached',
    'member_limit_reached',
    'mail_rate_exceeded',
    'recipient_rate_exceeded',
  ],
  async read({ body, request, organizationId, caller }) {
    const counting = readUsage({ organizationId, userId: caller.userId }, request.now, {
      mails: body.sendEmail !== false,
    });
    const [context, inviter] = await Promise.all([
      readInvitationContext(organizationId, body, counting),
      requireSender(caller.userId, organizationId),
    ]);
    return { context, inviter };
  },
  async handle({ body, request, actor, organization, auditContext, remember, read: { context, inviter } }) {
    const { sendEmail = true, expiresInDays: days = configuration().invitationDays, ...input } = body;
    const secrets = newMailSecrets();
    const creation = {
      actor,
      context,
      id: newId('invitation', request.now),
      secrets: sendEmail ? [secrets.link] : [],
      handedSecrets: sendEmail ? [] : [secrets.link],
      stopSecrets: sendEmail ? [secrets.stop] : [],
      mail: sendEmail ? 'request' : 'none',
      limits: configuration().limits,
    } as const;
    const show = (invitation: Invitation) => showInvitation(invitation, organization, request.now);
    const created = await createInvitation(auditContext, creation, { ...input, days }, (invitation) =>
      remember({ status: 201, body: show(invitation) }),
    );
    return isClaimed(created)
      ? {
          status: 201,
          body: show(
            await sendInvitation(created, { organization, inviter, secrets }, unlessPaused(context.usage, request.now)),
          ),
        }
      : { status: 201, body: { ...show(created), link: invitationLink(created, secrets.link) } };
  },
});
export const { handler } = endpoint;
