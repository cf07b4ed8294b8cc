import { AUTOMATIC } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';

/**
 * The mailbox of SES's simulator that accepts every mail.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
 */
export const SIMULATOR = 'success@simulator.amazonses.com';

/**
 * Composes the mail that is sent instead of one to a person who blocks an organization. SES accepts it and reports its
 * delivery as usual, so the inviter sees no difference. It contains nothing of the invitation.
 */
export function mutedMail({ from }: { readonly from: string }): Mail {
  const text = 'The recipient asked for no more invitations from this organization.';
  return {
    from: parseMailbox(from),
    to: SIMULATOR,
    subject: 'Not delivered',
    text: `${text}\n`,
    html: `<p>${text}</p>\n`,
    headers: AUTOMATIC,
  };
}
