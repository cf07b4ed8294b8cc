import { configuration } from '../configuration.ts';
import { showAddress } from '../domain/address.ts';
import type { Invitation } from '../domain/invitation.ts';
import { formatToken } from '../domain/link.ts';
import { loggable } from '../domain/log.ts';
import type { Profile, User } from '../domain/member.ts';
import type { Organization, OwnershipOffer } from '../domain/organization.ts';
import { askingMail } from '../email/asking.ts';
import { invitationMail } from '../email/message.ts';
import type { Mail } from '../email/mime.ts';
import { mutedMail } from '../email/muted.ts';
import { offerMail } from '../email/offer.ts';
import { MailError, sendMail } from '../email/ses.ts';
import {
  type AskingMail,
  type ClaimedInvitation,
  type MailSecrets,
  type OfferMail,
  recordSent,
  recordUnsent,
  type WaitingMail,
} from './due.ts';
import { forgetMail, recordMailUnsent } from './mails.ts';

/** The paths of the pages behind the links of a mail. */
export const INVITATION_PATH = '/invitations/accept';
export const STOP_PATH = '/invitations/stop-reminders';
export const BLOCK_PATH = '/invitations/block';

/** The name by which an invitee may know somebody; their address where no name is known. */
export function nameOf({ firstName, lastName, email }: Profile): string {
  return `${firstName} ${lastName}`.trim() || showAddress(email);
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
  const { id, role, email, expiresAt, message, delivery, muted } = invitation;
  const { product } = configuration();
  const composed = () =>
    invitationMail({
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
      product,
    });
  const mail = muted ? mutedMail(product) : composed();
  // By these SES's events name the mail: they may come before anything is recorded of it.
  const tags = { organization: organization.id, invitation: id, mail: String(delivery.mail) };
  try {
    const problem = await attempt(mail, { invitation: id }, tags, send);
    return await (problem === undefined
      ? recordSent(invitation, new Date())
      : recordUnsent(invitation, new Date(), problem));
  } catch (error) {
    // The invitation is committed and its mail still due, so that the request that made it has succeeded all the same.
    console.error({ message: 'Delivery not recorded', invitation: id, ...loggable(error) });
    return invitation;
  }
}

/**
 * Sends a mail to an inviter that was written down as due and claimed, once, and forgets it when it has left. One that
 * can't be sent now stays due: it is the sweep's, and no failure of the request that asked.
 *
 * @returns whether it has left, as far as is recorded
 */
export async function deliverAsking(
  asking: AskingMail,
  { organization, invitation, inviter }: { organization: Organization; invitation: Invitation; inviter: User },
  send: typeof sendMail = sendMail,
): Promise<boolean> {
  const { applicationUrl, product } = configuration();
  const { email, role, createdAt, expiresAt } = invitation;
  const mail = askingMail({
    language: organization.language,
    organizationName: organization.name,
    recipient: inviter.email,
    ...{ email, role, createdAt, expiresAt, applicationUrl, product },
  });
  return deliverWaiting(asking, mail, send);
}

/** Sends the mail by which a member hears that they are offered the organization, as `deliverAsking` does. */
export async function deliverOffer(
  mail: OfferMail,
  {
    organization,
    offer,
    owner,
    recipient,
  }: { organization: Organization; offer: OwnershipOffer; owner: Profile; recipient: Profile },
  send: typeof sendMail = sendMail,
): Promise<boolean> {
  const { applicationUrl, product } = configuration();
  const composed = offerMail({
    language: organization.language,
    organizationName: organization.name,
    ownerName: nameOf(owner),
    recipient: recipient.email,
    expiresAt: offer.expiresAt,
    ...{ applicationUrl, product },
  });
  return deliverWaiting(mail, composed, send);
}

/** Sends a mail that isn't an invitation's, once, and forgets it when it has left. @returns whether it has */
export async function deliverWaiting(waiting: WaitingMail, mail: Mail, send: typeof sendMail): Promise<boolean> {
  try {
    // Without tags: what SES tells of this mail is nothing about an invitation's own.
    const problem = await attempt(mail, { mail: waiting.id }, {}, send);
    await (problem === undefined ? forgetMail(waiting) : recordMailUnsent(waiting, new Date(), problem));
    return problem === undefined;
  } catch (error) {
    console.error({ message: 'Delivery not recorded', mail: waiting.id, ...loggable(error) });
    return false;
  }
}

/** Hands a mail to the provider, once. @returns the code of why it wasn't taken; undefined where it was */
export async function attempt(
  mail: Mail,
  named: Readonly<Record<string, string>>,
  tags: Readonly<Record<string, string>>,
  send: typeof sendMail,
): Promise<string | undefined> {
  try {
    await send(mail, tags);
    return undefined;
  } catch (error) {
    if (!(error instanceof MailError)) throw error;
    // Without what SES says of it: that may name the recipient.
    console.warn({ message: 'Mail not sent', ...named, code: error.code });
    return error.code;
  }
}
