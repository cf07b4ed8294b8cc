import { configuration } from './configuration.ts';
import type { Invitation } from './domain/invitation.ts';
import { formatToken } from './domain/link.ts';
import type { Profile } from './domain/member.ts';
import type { Organization } from './domain/organization.ts';
import { invitationMail } from './email/message.ts';
import type { Mail } from './email/mime.ts';
import { MailError, sendMail } from './email/ses.ts';
import { type DueInvitation, recordSent, recordUnsent } from './table/due.ts';

/** The path of the page behind a mailed link. */
export const INVITATION_PATH = '/invitations/accept';

/** The name by which an invitee may know somebody; their address where no name is known. */
export function nameOf({ firstName, lastName, email }: Profile): string {
  return `${firstName} ${lastName}`.trim() || email;
}

/**
 * Sends the mail of an invitation that was written down as due and claimed, once, and records what became of it. A mail
 * that can't be sent now stays due: it is the sweep's, and no failure of the request that invited.
 *
 * @param secret the plain secret for the link; it goes into the mail and nowhere else
 * @returns the invitation with its delivery
 */
export async function deliver(
  invitation: DueInvitation,
  { organization, inviter, secret }: { organization: Organization; inviter: Profile; secret: Buffer },
): Promise<Invitation> {
  const { publicUrl, product } = configuration();
  const token = formatToken({ organizationId: organization.id, invitationId: invitation.id, secret });
  const mail = invitationMail({
    kind: 'invitation',
    language: 'en',
    organizationName: organization.name,
    inviterName: nameOf(inviter),
    inviterAddress: inviter.email,
    role: invitation.role,
    email: invitation.email,
    link: `${publicUrl}${INVITATION_PATH}?token=${token}`,
    expiresAt: invitation.expiresAt,
    product,
  });
  try {
    const problem = await attempt(mail, invitation.id);
    return await (problem === undefined
      ? recordSent(invitation, new Date())
      : recordUnsent(invitation, new Date(), problem));
  } catch (error) {
    // The invitation is committed and its mail still due, so that the request that made it has succeeded all the same.
    console.error({ message: 'Delivery not recorded', invitation: invitation.id, error });
    return invitation;
  }
}

async function attempt(mail: Mail, id: string): Promise<string | undefined> {
  try {
    await sendMail(mail);
    return undefined;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    // Without what SES says of it: that may name the recipient.
    console.warn({ message: 'Mail not sent', invitation: id, code: error.code });
    return error.code;
  }
}
