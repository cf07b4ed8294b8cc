import { AUTOMATIC } from './layout.ts';
import { type Mail, parseMailbox } from './mime.ts';

/**
 * The mailbox of SES's simulator that takes every mail.
 *
 * @see https://docs.aws.amazon.com/ses/latest/dg/send-an-email-from-console.html#send-email-simulator
 */
const SIMULATOR = 'success@simulator.amazonses.com';

/**
 * The mail that leaves in place of one to somebody who wants no more from an organization. SES takes it and tells of its
 * delivery as of any other, so that the inviter can't tell the two apart. Nothing of the invitation is in it.
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
