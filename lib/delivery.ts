import { configuration } from './configuration.ts';
import type { Invitation } from './domain/invitation.ts';
import { formatToken } from './domain/link.ts';
import type { Profile } from './domain/member.ts';
import type { Organization } from './domain/organization.ts';
import { invitationMail } from './email/message.ts';
import type { Mail } from './email/mime.ts';
import { MailError, sendMail } from './email/ses.ts';
import { type ClaimedInvitation, type MailSecrets, recordSent, recordUnsent } from './table/due.ts';

/** The paths of the pages behind the links of a mail. */
export const INVITATION_PATH = '/invitations/accept';
export const STOP_PATH = '/invitations/stop-reminders';

/** The name by which an invitee may know somebody; their address where no name is known. */
export function nameOf({ firstName, lastName, email }: Profile): string {
  return `${firstName} ${lastName}`.trim() || email;
}

/** The link by which an invitation is opened. */
export function invitationLink({ organizationId, id }: Invitation, secret: Buffer): string {
  return linkTo(INVITATION_PATH, { organizationId, invitationId: id, secret });
}

function linkTo(path: string, token: Parameters<typeof formatToken>[0]): string {
  return `${configuration().publicUrl}${path}?token=${formatToken(token)}`;
}

/**
 * Sends the mail of an invitation that was written down as due and claimed, once, and records what became of it. A mail
 * that can't be sent now stays due: it is the sweep's, and no failure of the request that invited.
 *
 * @param secrets the plain secrets for its links; they go into the mail and nowhere else
 * @param send hands a mail to the provider
 * @returns the invitation with its delivery
 */
export async function deliver(
  invitation: ClaimedInvitation,
  { organization, inviter, secrets }: { organization: Organization; inviter: Profile; secrets: MailSecrets },
  send: typeof sendMail = sendMail,
): Promise<Invitation> {
  const { id, role, email, expiresAt, message, delivery } = invitation;
  const mail = invitationMail({
    kind: delivery.kind,
    language: invitation.language ?? organization.language,
    organizationName: organization.name,
    inviterName: nameOf(inviter),
    inviterAddress: inviter.email,
    role,
    email,
    link: invitationLink(invitation, secrets.link),
    expiresAt,
    message,
    stopLink: linkTo(STOP_PATH, { organizationId: organization.id, invitationId: id, secret: secrets.stop }),
    product: configuration().product,
  });
  try {
    const problem = await attempt(mail, invitation, send);
    return await (problem === undefined
      ? recordSent(invitation, new Date())
      : recordUnsent(invitation, new Date(), problem));
  } catch (error) {
    // The invitation is committed and its mail still due, so that the request that made it has succeeded all the same.
    console.error({ message: 'Delivery not recorded', invitation: id, error });
    return invitation;
  }
}

async function attempt(
  mail: Mail,
  { organizationId, id, delivery }: ClaimedInvitation,
  send: typeof sendMail,
): Promise<string | undefined> {
  // By these SES's events name the mail: they may come before anything is recorded of it.
  const tags = { organization: organizationId, invitation: id, mail: String(delivery.mail) };
  try {
    await send(mail, tags);
    return undefined;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    // Without what SES says of it: that may name the recipient.
    console.warn({ message: 'Mail not sent', invitation: id, code: error.code });
    return error.code;
  }
}
