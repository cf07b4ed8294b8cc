import type { Delivery } from './invitation.ts';
import { knowsSecret } from './link.ts';
import type { Membership } from './member.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import type { Site } from './site.ts';
import type { SensitiveGrant } from './site-access.ts';
import { mayManage, type TeamMembership } from './team.ts';

/** The access that an invite gives to the team for which it is accepted. */
export interface InviteTerms {
  /** Whether the team becomes the owner of the site. The other terms are then ignored. */
  readonly transferOwnership: boolean;
  /** The grant of sensitive data; undefined: none. */
  readonly sensitive?: SensitiveGrant;
  /** The ids of the chargers that it is limited to; undefined: all chargers. */
  readonly assets?: readonly string[];
}

/** An invite to a site, mailed to an address. Timestamps are ISO 8601 in UTC with milliseconds. */
export interface SiteInvite extends InviteTerms {
  readonly id: string;
  /** Its numeric id, an integer below 2^53. */
  readonly number: number;
  readonly siteId: string;
  /** The team that owned the site when the invite was created, and its organization. */
  readonly teamId: string;
  readonly organizationId: string;
  /** The site's `transfers` when the invite was created. After a transfer the invite is void. */
  readonly transfers: number;
  /** The invited address, as stored. */
  readonly email: string;
  /** The inviter, and their membership of the organization. Without their permission the invite is void. */
  readonly inviterId: string;
  readonly memberId: string;
  readonly status: 'PENDING' | 'ACCEPTED' | 'WITHDRAWN';
  /** Hashes of the secrets from answers of the API. They need sign-in with the invited address. */
  readonly secrets: readonly string[];
  /** Hashes of the secrets of its mails. They open its page, and accept on it. */
  readonly mailSecrets: readonly string[];
  /** Hashes of the secrets that resends replaced, the latest first. They are no longer valid. */
  readonly replacedSecrets?: readonly string[];
  /** Who accepted it, and for which team. */
  readonly accepted?: { readonly userId: string; readonly teamId: string };
  readonly delivery: Pick<Delivery, 'state' | 'attempts' | 'at' | 'reason'>;
  readonly createdAt: string;
  /** When it was created or last resent. */
  readonly offeredAt: string;
  readonly expiresAt: string;
}

/** How many days an invite can be accepted, and how many days after that it is kept, to tell why it no longer can. */
export const INVITE_DAYS = 7;
const KEPT_DAYS = 30;

const DAY = 24 * 60 * 60_000;

/** Returns when an invite is deleted. */
export function inviteEnd({ expiresAt }: Pick<SiteInvite, 'expiresAt'>): string {
  return new Date(Date.parse(expiresAt) + KEPT_DAYS * DAY).toISOString();
}

/** The refusals of an invite, for the declarations of endpoints. */
export const INVITE_REFUSALS = [
  'site_invite_not_found',
  'site_invite_expired',
  'site_invite_used',
  'site_invite_void',
] as const satisfies readonly RefusalCode[];

/** Returns the state of an invite now. EXPIRED is never written: the clock decides. */
export function inviteStatusAt({ status, expiresAt }: SiteInvite, now: Date): SiteInvite['status'] | 'EXPIRED' {
  return status === 'PENDING' && expiresAt <= now.toISOString() ? 'EXPIRED' : status;
}

/**
 * Refuses an invite that is no longer open.
 *
 * @throws Refusal `site_invite_used`, `site_invite_expired`, `site_invite_void` (withdrawn)
 */
export function refuseUnlessOpen(invite: SiteInvite, now: Date): void {
  const status = inviteStatusAt(invite, now);
  if (status === 'ACCEPTED') throw new Refusal('site_invite_used');
  if (status === 'WITHDRAWN') throw new Refusal('site_invite_void');
  if (status === 'EXPIRED') throw new Refusal('site_invite_expired');
}

/** The present memberships of an inviter. */
export interface Inviter {
  readonly membership: Membership | undefined;
  /** Their membership of the inviting team. */
  readonly own: TeamMembership | undefined;
}

/**
 * Refuses an invite after a transfer or deletion of the site, or if its inviter may no longer share the site.
 *
 * @throws Refusal `site_invite_void`
 */
export function refuseVoidInvite(
  invite: SiteInvite,
  site: Site | undefined,
  { membership, own }: Inviter,
): asserts site is Site {
  const isOwners = site?.transfers === invite.transfers;
  const isInviter = membership !== undefined && membership.memberId === invite.memberId;
  if (!isOwners || !isInviter || !mayManage(membership, own)) throw new Refusal('site_invite_void');
}

/**
 * Refuses a person other than the invitee who accepts with the secret from the API's answer: the inviter knows it too.
 * A mailed secret proves access to the mailbox, and is enough.
 *
 * @param email the address of the signed-in person
 * @throws Refusal `invitation_for_another_address`
 */
export function refuseUnlessInvitedToSite(invite: SiteInvite, secret: Buffer, email: string): void {
  if (!isMailed(invite, secret) && email !== invite.email) throw new Refusal('invitation_for_another_address');
}

/** Whether a secret was in a mail of an invite. Only a mailed secret opens the page. */
export function isMailed({ mailSecrets }: SiteInvite, secret: Buffer): boolean {
  return knowsSecret(mailSecrets, secret);
}
