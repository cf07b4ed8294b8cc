import { configuration } from '../configuration.ts';
import { type Occasion, unseen } from '../domain/audit.ts';
import { type Invitation, statusAt } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { Profile, User } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { may } from '../domain/roles.ts';
import { askingMail } from '../email/asking.ts';
import type { Mail } from '../email/mime.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { MAIL_FIELDS, MAILS, mailWork, mailWrite, newMail, type WaitingMail } from '../outbox/mails.ts';
import { deliver } from '../outbox/outbox.ts';
import type { Work } from '../outbox/sweep.ts';
import { getUser } from '../people/people.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import type { DueItem } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { countMailsTo } from '../table/rates.ts';
import { transact } from '../table/write.ts';
import { getInvitation } from './invitations.ts';

/** A mail to an inviter, whom the holder of an expired link asks for another. */
interface AskingMail extends WaitingMail {
  readonly organizationId: string;
  readonly invitationId: string;
}

const ASKING_MAIL = itemReader<AskingMail>('Mail', {
  ...MAIL_FIELDS,
  ...{ organizationId: 'string', invitationId: 'string' },
});

/** What asking an inviter for another invitation does to the table. */
export const ASK: TableAccess = {
  BatchGetItem: ['ORG', 'USER'],
  PutItem: ['MAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/**
 * Writes down that the holder of an expired link asks the inviter for another, once a period, and sends the mail by which
 * the inviter hears of it.
 *
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function askInviter(
  { now, origin }: Omit<Occasion, 'by'>,
  about: { readonly organization: Organization; readonly invitation: Invitation; readonly inviter: User },
  limits: Limits,
): Promise<void> {
  const { invitation, inviter } = about;
  const { organizationId, id: invitationId, status, secrets } = invitation;
  const at = now.toISOString();
  const mail: AskingMail = { ...newMail(now, inviter.userId, 'request'), organizationId, invitationId };
  await transact([
    {
      type: 'update',
      key: keys.invitation(organizationId, invitationId),
      set: { askedAt: at },
      // A resend replaces the secrets, and makes the question one too many.
      when: [{ attribute: 'status', is: status }, { attribute: 'secrets', is: secrets }, { absent: 'askedAt' }],
    },
    mailWrite('Mail', mail),
    ...countMailsTo({ organizationId }, [inviter.email], limits, now),
    audit(unseen({ now, origin }, invitationId), {
      action: 'invitation.ask',
      organizationId,
      resource: { type: 'invitation', id: invitationId },
    }),
  ]);
  await deliver(MAILS, mail, compose(about));
}

function compose({
  organization,
  invitation: { email, role, createdAt, expiresAt },
  inviter,
}: {
  readonly organization: Organization;
  readonly invitation: Invitation;
  readonly inviter: Profile;
}): Mail {
  const { applicationUrl, product } = configuration();
  return askingMail({
    ...{ language: organization.language, organizationName: organization.name, recipient: inviter.email },
    ...{ email, role, createdAt, expiresAt, applicationUrl, product },
  });
}

/** The work about such a mail: it is sent while the invitation waits for another and the inviter may invite. */
export async function dueAsking(item: DueItem, now: Date): Promise<Work> {
  const mail = ASKING_MAIL.one(item);
  const { organizationId, invitationId, userId } = mail;
  const [organization, inviter, membership, invitation] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMembership(userId, organizationId),
    getInvitation(organizationId, invitationId),
  ]);
  const isAsked = invitation?.askedAt !== undefined && statusAt(invitation, now) === 'EXPIRED';
  const mayInvite = membership !== undefined && may(membership.role, 'invitation:create');
  const isNeeded = organization && inviter && mayInvite && isAsked;
  return mailWork(mail, isNeeded && (() => compose({ organization, invitation, inviter })));
}
