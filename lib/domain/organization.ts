import type { Language } from './language.ts';
import type { Actor, Member } from './member.ts';
import { Refusal } from './refusal.ts';

/** An organization: a customer of whoever runs the service. Timestamps everywhere are ISO 8601 in UTC with milliseconds. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  /** What mails speak to people whose language isn't known. */
  readonly language: Language;
  readonly defaultTeamId: string;
  /** How often a team was moved or deleted, and how often one was made below another: what the tree is known by. */
  readonly moves: number;
  readonly leaves: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The latest offer of its ownership that was neither accepted nor ended; its time may be over. */
  readonly offer?: OwnershipOffer;
  /** Set when it was deleted: from then on it is not found. */
  readonly deletedAt?: string;
}

/** That the owner offers the organization to another member: it passes when they accept. */
export interface OwnershipOffer {
  /** Whom it is offered to: a membership, so that it ends with that. */
  readonly memberId: string;
  /** The owner who offers it. */
  readonly by: { readonly userId: string; readonly memberId: string };
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Days after which an offer of ownership is over. */
const OFFER_DAYS = 7;

/** An offer of the owner to another member, from now on. */
export function newOffer({ userId, memberId }: Actor, to: Pick<Member, 'memberId'>, now: Date): OwnershipOffer {
  const expiresAt = new Date(now.getTime() + OFFER_DAYS * 24 * 60 * 60_000).toISOString();
  return { memberId: to.memberId, by: { userId, memberId }, createdAt: now.toISOString(), expiresAt };
}

/** The offer of ownership that is open now; the clock alone ends it. */
export function openOffer({ offer }: Organization, now: Date): OwnershipOffer | undefined {
  return offer && offer.expiresAt > now.toISOString() ? offer : undefined;
}

/**
 * The open offer of ownership that was made to somebody.
 *
 * @throws Refusal `ownership_offer_expired`, `ownership_offer_not_found` also where it was made to somebody else
 */
export function requireOffer(organization: Organization, { memberId }: Actor, now: Date): OwnershipOffer {
  if (organization.offer?.memberId !== memberId) throw new Refusal('ownership_offer_not_found');
  const offer = openOffer(organization, now);
  if (!offer) throw new Refusal('ownership_offer_expired');
  return offer;
}
