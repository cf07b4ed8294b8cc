import { configuration, consoleUrl } from '../configuration.ts';
import type { AuditContext } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import { type Actor, type Member, nameOf, type Profile } from '../domain/member.ts';
import { newOffer, type Organization, type OwnershipOffer, openOffer } from '../domain/organization.ts';
import type { Mail } from '../email/mime.ts';
import { offerMail } from '../email/offer.ts';
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
import { transact, type Update, type Write } from '../table/write.ts';
import { actorIs, getMembership, memberItem } from './members.ts';
import { getOrganization } from './organizations.ts';

/** The mail about an offer of ownership. */
interface OfferMail extends OutboxMail {
  readonly organizationId: string;
  /** When the offer was made. A newer offer has its own mail. */
  readonly offeredAt: string;
}

const OFFER_MAIL = itemReader<OfferMail>('OfferMail', {
  ...MAIL_FIELDS,
  ...{ organizationId: 'string', offeredAt: 'string' },
});

/** The table access of `offerOwnership`. */
export const OFFER_OWNERSHIP: TableAccess = {
  ConditionCheckItem: ['USER'],
  PutItem: ['AUDIT', 'MAIL'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/** An offer of ownership: the owner who offers, and the member who gets the offer. */
export interface OwnershipTransfer {
  readonly actor: Actor;
  readonly organization: Organization;
  readonly member: Member;
  /** The actor's profile, for the mail. */
  readonly owner: Profile;
  readonly limits: Limits;
}

/**
 * Offers the organization to another member, and mails them. An earlier offer is replaced.
 *
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function offerOwnership(
  auditContext: AuditContext,
  { actor, organization, member, owner, limits }: OwnershipTransfer,
): Promise<OwnershipOffer> {
  const { now } = auditContext;
  const offer = newOffer(actor, member, now);
  const mail: OfferMail = {
    ...newMail(now, member.userId, 'request'),
    ...{ organizationId: organization.id, offeredAt: offer.createdAt },
  };
  await transact([
    ...actorIs(actor, { attribute: 'owner', is: true }),
    {
      type: 'check',
      key: keys.membership(member.userId, organization.id),
      when: [{ attribute: 'memberId', is: member.memberId }],
    },
    offerUpdate(organization, { set: { offer } }),
    mailWrite('OfferMail', mail),
    ...countMailsTo(actor, { addresses: [member.profile.email], limits, now }),
    entry(auditContext, organization, 'organization.offer-ownership', { after: { memberId: member.memberId } }),
  ]);
  await deliver(MAILS, mail, compose({ organization, offer, owner, recipient: member.profile }));
  return offer;
}

function compose({
  organization,
  offer,
  owner,
  recipient,
}: {
  readonly organization: Organization;
  readonly offer: OwnershipOffer;
  readonly owner: Profile;
  readonly recipient: Profile;
}): Mail {
  const { applicationUrl, product } = configuration();
  return offerMail({
    ...{ language: organization.language, organizationName: organization.name, ownerName: nameOf(owner) },
    ...{ recipient: recipient.email, expiresAt: offer.expiresAt, product },
    // The page of the person's own organizations has what is offered to them.
    applicationUrl: consoleUrl('organizations') ?? applicationUrl,
  });
}

/** Returns the work of a due mail about an offer: it is sent while the offer is open. */
export async function dueOffer(item: DueItem, now: Date): Promise<Work> {
  const mail = OFFER_MAIL.one(item);
  const { organizationId, userId, offeredAt } = mail;
  const [organization, recipient, membership] = await Promise.all([
    getOrganization(organizationId),
    getUser(userId),
    getMembership(userId, organizationId),
  ]);
  const offer = organization && openOffer(organization, now);
  const isOpen = offer?.createdAt === offeredAt && offer.memberId === membership?.memberId;
  const owner = isOpen ? await getUser(offer.by.userId) : undefined;
  const isNeeded = isOpen && organization && recipient && owner;
  return mailWork(mail, isNeeded && (() => compose({ organization, offer, owner, recipient })));
}

/** The table access of `endOffer`. */
export const END_OFFER: TableAccess = { ConditionCheckItem: ['USER'], PutItem: ['AUDIT'], UpdateItem: ['ORG'] };

/** Ends an offer without a transfer: the owner withdraws it, or its recipient declines it. */
export async function endOffer(
  auditContext: AuditContext,
  {
    actor,
    organization,
    offer: { memberId },
  }: { readonly actor: Actor; readonly organization: Organization; readonly offer: OwnershipOffer },
  action: 'organization.withdraw-ownership' | 'organization.decline-ownership',
): Promise<void> {
  await transact([
    ...actorIs(actor),
    offerUpdate(organization, { remove: ['offer'] }),
    entry(auditContext, organization, action, { before: { memberId } }),
  ]);
}

/** The table access of `acceptOwnership`. */
export const ACCEPT_OWNERSHIP: TableAccess = { UpdateItem: ['ORG', 'USER'], PutItem: ['AUDIT'] };

/** Makes the recipient of the offer the owner and an ADMIN. The previous owner stays an ADMIN. */
export async function acceptOwnership(
  auditContext: AuditContext,
  {
    organization,
    offer,
    owner,
    member,
  }: {
    readonly organization: Organization;
    readonly offer: OwnershipOffer;
    /** The present owner. */
    readonly owner: Member;
    readonly member: Member;
  },
): Promise<Member> {
  const updatedAt = auditContext.now.toISOString();
  const owned = (of: Member, set: Partial<Member>): Write[] => [
    {
      type: 'update',
      key: keys.membership(of.userId, organization.id),
      set: { ...set },
      when: [
        { attribute: 'memberId', is: of.memberId },
        { attribute: 'owner', is: !set.owner },
        ...(set.owner ? [{ attribute: 'role', is: member.role }] : []),
      ],
    },
    {
      type: 'update',
      key: keys.member(organization.id, of.memberId),
      of: memberItem(of),
      set: { ...set, updatedAt },
      when: [{ attribute: 'userId', is: of.userId }],
    },
  ];
  await transact([
    ...owned(owner, { owner: false }),
    ...owned(member, { owner: true, role: 'ADMIN' }),
    offerUpdate(organization, { remove: ['offer'] }),
    entry(auditContext, organization, 'organization.transfer', {
      before: { ownerId: offer.by.memberId, role: member.role },
      after: { ownerId: member.memberId, role: 'ADMIN' },
    }),
  ]);
  return { ...member, role: 'ADMIN', owner: true, updatedAt };
}

/** Returns the part of a transaction that changes the offer of an organization. The stored offer must be unchanged. */
function offerUpdate({ id, offer }: Organization, change: Pick<Update, 'set' | 'remove'>): Update {
  return {
    type: 'update',
    key: keys.organization(id),
    ...change,
    when: [{ exists: 'pk' }, { absent: 'deletedAt' }, offer ? { attribute: 'offer', is: offer } : { absent: 'offer' }],
  };
}

function entry(
  auditContext: AuditContext,
  { id }: Organization,
  action: Parameters<typeof audit>[1]['action'],
  change: Pick<Parameters<typeof audit>[1], 'before' | 'after'>,
): Write {
  return audit(auditContext, { action, organizationId: id, resource: { type: 'organization', id }, ...change });
}
