import type { Language } from './language.ts';
import type { Actor, Member } from './member.ts';
import { Refusal } from './refusal.ts';

/** An organization: a tenant of the service. All timestamps are ISO 8601 in UTC with milliseconds. */
export interface Organization {
  readonly id: string;
  readonly name: string;
  /** The language of mails to people whose language is unknown. */
  readonly language: Language;
  readonly defaultTeamId: string;
  /**
   * The version of the team tree: how often a team was moved or deleted, and how often one was created below another.
   */
  readonly moves: number;
  readonly leaves: number;
  /** How many integrations it has; undefined: it never had one. */
  readonly integrations?: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** The latest offer of its ownership that was neither accepted nor ended. It may have expired. */
  readonly offer?: OwnershipOffer;
  /** Set when it is deleted: from then on it is not found. */
  readonly deletedAt?: string;
}

/** The owner's offer to transfer the organization to another member. The transfer happens when they accept. */
export interface OwnershipOffer {
  /** The recipient's membership. The offer ends with the membership. */
  readonly memberId: string;
  /** The owner who makes the offer. */
  readonly by: { readonly userId: string; readonly memberId: string };
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** Days after which an offer of ownership expires. */
const OFFER_DAYS = 7;

/** Returns a new offer of the owner to another member. */
export function newOffer({ userId, memberId }: Actor, to: Pick<Member, 'memberId'>, now: Date): OwnershipOffer {
  const expiresAt = new Date(now.getTime() + OFFER_DAYS * 24 * 60 * 60_000).toISOString();
  return { memberId: to.memberId, by: { userId, memberId }, createdAt: now.toISOString(), expiresAt };
}

/** Returns the offer of ownership unless it has expired. The clock decides. */
export function openOffer({ offer }: Organization, now: Date): OwnershipOffer | undefined {
  return offer && offer.expiresAt > now.toISOString() ? offer : undefined;
}

/**
 * Returns the open offer of ownership to a member.
 *
 * @throws Refusal `ownership_offer_expired`; `ownership_offer_not_found`, also if it was made to another member
 */
export function requireOffer(organization: Organization, { memberId }: Actor, now: Date): OwnershipOffer {
  if (organization.offer?.memberId !== memberId) throw new Refusal('ownership_offer_not_found');
  const offer = openOffer(organization, now);
  if (!offer) throw new Refusal('ownership_offer_expired');
  return offer;
}
