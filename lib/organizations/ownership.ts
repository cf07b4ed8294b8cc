import type { Occasion } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import { newOffer, type Organization, type OwnershipOffer } from '../domain/organization.ts';
import type { OfferMail } from '../outbox/due.ts';
import { mailWrite, newMail } from '../outbox/mails.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { countMailsTo } from '../table/rates.ts';
import { transact, type Update, type Write } from '../table/write.ts';
import { actorIs } from './members.ts';

/** What `offerOwnership`, and sending its mail, do to the table. */
export const OFFER_OWNERSHIP: TableAccess = {
  ConditionCheckItem: ['USER'],
  PutItem: ['AUDIT', 'MAIL'],
  UpdateItem: ['ORG', 'LIMIT', 'MAIL'],
  DeleteItem: ['MAIL'],
};

/**
 * Offers the organization to another member, with the mail due, which the caller sends now. An earlier offer is replaced.
 *
 * @throws Refusal `recipient_rate_exceeded`
 */
export async function offerOwnership(
  occasion: Occasion,
  actor: Actor,
  organization: Organization,
  member: Member,
  limits: Limits,
): Promise<{ offer: OwnershipOffer; mail: OfferMail }> {
  const { now } = occasion;
  const offer = newOffer(actor, member, now);
  const mail: OfferMail = {
    ...newMail(now, 'request'),
    ...{ organizationId: organization.id, userId: member.userId, offeredAt: offer.createdAt },
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
    ...countMailsTo(actor, [member.profile.email], limits, now),
    entry(occasion, organization, 'organization.offer-ownership', { after: { memberId: member.memberId } }),
  ]);
  return { offer, mail };
}

/** What `endOffer` does to the table. */
export const END_OFFER: TableAccess = { ConditionCheckItem: ['USER'], PutItem: ['AUDIT'], UpdateItem: ['ORG'] };

/** Ends an offer by which nothing changes hands: its owner withdraws it, or whom it was made to declines it. */
export async function endOffer(
  occasion: Occasion,
  actor: Actor,
  organization: Organization,
  { memberId }: OwnershipOffer,
  action: 'organization.withdraw-ownership' | 'organization.decline-ownership',
): Promise<void> {
  await transact([
    ...actorIs(actor),
    offerUpdate(organization, { remove: ['offer'] }),
    entry(occasion, organization, action, { before: { memberId } }),
  ]);
}

/** What `acceptOwnership` does to the table. */
export const ACCEPT_OWNERSHIP: TableAccess = { UpdateItem: ['ORG', 'USER'], PutItem: ['AUDIT'] };

/** Makes whom the organization was offered to its owner, and an ADMIN; the earlier owner stays an ADMIN. */
export async function acceptOwnership(
  occasion: Occasion,
  organization: Organization,
  offer: OwnershipOffer,
  member: Member,
): Promise<Member> {
  const updatedAt = occasion.now.toISOString();
  const owned = ({ userId, memberId }: Pick<Member, 'userId' | 'memberId'>, set: Partial<Member>): Write[] => [
    {
      type: 'update',
      key: keys.membership(userId, organization.id),
      set: { ...set },
      when: [
        { attribute: 'memberId', is: memberId },
        { attribute: 'owner', is: !set.owner },
        ...(set.owner ? [{ attribute: 'role', is: member.role }] : []),
      ],
    },
    {
      type: 'update',
      key: keys.member(organization.id, memberId),
      set: { ...set, updatedAt },
      when: [{ attribute: 'userId', is: userId }],
    },
  ];
  await transact([
    ...owned(offer.by, { owner: false }),
    ...owned(member, { owner: true, role: 'ADMIN' }),
    offerUpdate(organization, { remove: ['offer'] }),
    entry(occasion, organization, 'organization.transfer', {
      before: { ownerId: offer.by.memberId, role: member.role },
      after: { ownerId: member.memberId, role: 'ADMIN' },
    }),
  ]);
  return { ...member, role: 'ADMIN', owner: true, updatedAt };
}

/** The part that changes the offer of an organization, which must still be there with the offer that was read. */
function offerUpdate({ id, offer }: Organization, change: Pick<Update, 'set' | 'remove'>): Update {
  return {
    type: 'update',
    key: keys.organization(id),
    ...change,
    when: [{ exists: 'pk' }, { absent: 'deletedAt' }, offer ? { attribute: 'offer', is: offer } : { absent: 'offer' }],
  };
}

function entry(
  occasion: Occasion,
  { id }: Organization,
  action: Parameters<typeof audit>[1]['action'],
  change: Pick<Parameters<typeof audit>[1], 'before' | 'after'>,
): Write {
  return audit(occasion, { action, organizationId: id, resource: { type: 'organization', id }, ...change });
}
