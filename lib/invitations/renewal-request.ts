import { configuration, roleLabels } from '../configuration.ts';
import { type AuditContext, byLinkHolder } from '../domain/audit.ts';
import { type Invitation, statusAt } from '../domain/invitation.ts';
import type { Limits } from '../domain/limits.ts';
import type { Profile, User } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { may } from '../domain/roles.ts';
import type { Mail } from '../email/mime.ts';
import { renewalRequestMail } from '../email/renewal-request.ts';
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
  BatchGetItem: ['ORG', 'USER'],
  PutItem: ['MAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/**
 * Records a request for a new invitation by the holder of an expired link, and mails it to the inviter. One request is
 * possible until the invitation is resent.
 *
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function requestRenewal(
  { now, origin }: Omit<AuditContext, 'by'>,
  about: { readonly organization: Organization; readonly invitation: Invitation; readonly inviter: User },
  limits: Limits,
): Promise<void> {
  const { invitation, inviter } = about;
  const { organizationId, id: invitationId, status, secrets } = invitation;
  const at = now.toISOString();
  const mail: RenewalRequestMail = { ...newMail(now, inviter.userId, 'request'), organizationId, invitationId };
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
    mailWrite('Mail', mail),
    ...countMailsTo({ organizationId }, { addresses: [inviter.email], limits, now }),
    audit(byLinkHolder({ now, origin }, invitationId), {
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
  return renewalRequestMail({
    ...{ language: organization.language, organizationName: organization.name, recipient: inviter.email },
    ...{ email, role, roleLabels: roleLabels(), createdAt, expiresAt, applicationUrl, product },
  });
}

/** Returns the work for a due renewal request: send it while the invitation is expired and the inviter may invite. */
export async function dueRenewalRequest(item: DueItem, now: Date): Promise<Work> {
  const mail = RENEWAL_REQUEST_MAIL.one(item);
  const { organizationId, invitationId, userId } = mail;
  const [organization, inviter, membership, invitation] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMembership(userId, organizationId),
    getInvitation(organizationId, invitationId),
  ]);
  const isRequested = invitation?.renewalRequestedAt !== undefined && statusAt(invitation, now) === 'EXPIRED';
  const mayInvite = membership !== undefined && may(membership.role, 'invitation:create');
  const isNeeded = organization && inviter && mayInvite && isRequested;
  return mailWork(mail, isNeeded && (() => compose({ organization, invitation, inviter })));
}
