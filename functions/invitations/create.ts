import * as z from 'zod/mini';
import { configuration } from '../../lib/configuration.ts';
import { deliver } from '../../lib/delivery.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { Invitation } from '../../lib/dialects/v1/schemas.ts';
import { showInvitation } from '../../lib/dialects/v1/show.ts';
import { Address, RoleName } from '../../lib/domain/input.ts';
import { forMember } from '../../lib/http/endpoint.ts';
import { beforeInvitation, createInvitation } from '../../lib/table/invitations.ts';
import { getCaller } from '../../lib/table/people.ts';

export const returns = { 201: Invitation };

/**
 * Invites a person to the organization by e-mail.
 *
 * An address with a waiting invitation is refused: resend that one, so that one invitation has one history. The mail is
 * tried at once; when SES is slow or down the invitation stands all the same, with its mail queued.
 */
export const endpoint = forMember({
  format: v1,
  route: 'POST /v1/invitations',
  permission: 'invitation:create',
  table: {
    Query: ['ORG'],
    ConditionCheckItem: ['USER'],
    PutItem: ['ORG', 'AUDIT'],
    UpdateItem: ['ORG', 'EMAIL'],
  },
  depth: 3,
  email: true,
  body: z.strictObject({ email: Address, role: RoleName }),
  refuses: ['already_member', 'already_invited', 'invitation_limit_reached', 'member_limit_reached'],
  async read({ body, organizationId, caller }) {
    const [before, inviter] = await Promise.all([
      beforeInvitation(organizationId, body.email),
      getCaller(caller.userId),
    ]);
    return { before, inviter };
  },
  async handle({ body, request, actor, organization, occasion, read: { before, inviter } }) {
    const { invitationDays: days, limits } = configuration();
    const created = await createInvitation(occasion, actor, { ...body, days, limits }, before);
    const invitation = await deliver(created.invitation, { organization, inviter, secret: created.secret });
    return { status: 201, body: showInvitation(invitation, organization, request.now) };
  },
});
export const { handler } = endpoint;
