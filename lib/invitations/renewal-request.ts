import { configuration, consoleUrl, roleLabels } from '../configuration.ts';
import { type AuditContext, byLinkHolder } from '../domain/audit.ts';
import { isId } from '../domain/ids.ts';
import { type Invitation, statusAt } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { Profile, User } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { may } from '../domain/roles.ts';
import type { Mail } from '../email/mime.ts';
import { renewalRequestMail } from '../email/renewal-request.ts';
import { getIntegration } from '../organizations/integrations.ts';
import { getMembership } from '../organizations/members.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { MAIL_FIELDS, MAILS, mailWork, mailWrite, newMail, type OutboxMail } from '../outbox/mails.ts';
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

/** A mail to an inviter: the holder of an expired link requests a new invitation. */
interface RenewalRequestMail extends OutboxMail {
  readonly organizationId: string;
  readonly invitationId: string;
}

const RENEWAL_REQUEST_MAIL = itemReader<RenewalRequestMail>('Mail', {
  ...MAIL_FIELDS,
  ...{ organizationId: 'string', invitationId: 'string' },
});

/** Table access of `requestRenewal`. */
export const REQUEST_RENEWAL: TableAccess = {
  BatchGetItem: ['ORG', 'USER', 'OPERATOR'],
  PutItem: ['MAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/**
 * Records a request for a new invitation by the holder of an expired link, and mails it to the inviter. One request is
 * possible until the invitation is resent. An integration has no mailbox: the ADMIN who created it gets the mail, if
 * they may still invite; otherwise, and for an operator's key, only the audit log has the request.
 *
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function requestRenewal(
  { now, origin }: Omit<AuditContext, 'by'>,
  about: {
    readonly organization: Organization;
    readonly invitation: Invitation;
    readonly recipient: User | undefined;
  },
  limits: Limits,
): Promise<void> {
  const { invitation, recipient } = about;
  const { organizationId, id: invitationId, status, secrets } = invitation;
  const at = now.toISOString();
  const mail: RenewalRequestMail | undefined = recipient && {
    ...newMail(now, recipient.userId, 'request'),
    ...{ organizationId, invitationId },
  };
  await transact([
    {
      type: 'update',
      key: keys.invitation(organizationId, invitationId),
      set: { renewalRequestedAt: at },
      // A resend replaces the secrets, which makes the request obsolete.
      when: [
        { attribute: 'status', is: status },
        { attribute: 'secrets', is: secrets },
        { absent: 'renewalRequestedAt' },
      ],
    },
    ...(mail ? [mailWrite('Mail', mail)] : []),
    ...countMailsTo({ organizationId }, { addresses: recipient ? [recipient.email] : [], limits, now }),
    audit(byLinkHolder({ now, origin }, invitationId), {
      action: 'invitation.ask',
      organizationId,
      resource: { type: 'invitation', id: invitationId },
    }),
  ]);
  if (mail && recipient) await deliver(MAILS, mail, compose({ ...about, recipient }));
}

/** Reads the person who is asked for a new invitation. */
export async function getRenewalRecipient({ inviterId, organizationId }: Invitation): Promise<User | undefined> {
  if (isId('user', inviterId)) return getUser(inviterId);
  if (!isId('integration', inviterId)) return;
  const maker = (await getIntegration(organizationId, inviterId))?.createdBy;
  if (maker === undefined) return;
  const [user, membership] = await Promise.all([getUser(maker), getMembership(maker, organizationId)]);
  return membership && may(membership.role, 'invitation:create') ? user : undefined;
}

function compose({
  organization,
  invitation: { id, email, role, createdAt, expiresAt },
  recipient,
}: {
  readonly organization: Organization;
  readonly invitation: Invitation;
  readonly recipient: Profile;
}): Mail {
  const { applicationUrl, product } = configuration();
  return renewalRequestMail({
    ...{ language: organization.language, organizationName: organization.name, recipient: recipient.email },
    ...{ email, role, roleLabels: roleLabels(), createdAt, expiresAt, product },
    applicationUrl: consoleUrl(organization.id, 'invitations', id) ?? applicationUrl,
  });
}

/** Returns the work for a due renewal request: send it while the invitation is expired and the inviter may invite. */
export async function dueRenewalRequest(item: DueItem, now: Date): Promise<Work> {
  const mail = RENEWAL_REQUEST_MAIL.one(item);
  const { organizationId, invitationId, userId } = mail;
  const [organization, recipient, membership, invitation] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMembership(userId, organizationId),
    getInvitation(organizationId, invitationId),
  ]);
  const isRequested = invitation?.renewalRequestedAt !== undefined && statusAt(invitation, now) === 'EXPIRED';
  const mayInvite = membership !== undefined && may(membership.role, 'invitation:create');
  const isNeeded = organization && recipient && mayInvite && isRequested;
  return mailWork(mail, isNeeded && (() => compose({ organization, invitation, recipient })));
}
