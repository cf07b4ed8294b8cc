import type { Delivery } from './invitation.ts';
import { knowsSecret } from './link.ts';
import type { Membership } from './member.ts';
import { Refusal, type RefusalCode } from './refusal.ts';
import type { Site } from './site.ts';
import type { SensitiveGrant } from './site-access.ts';
import { mayManage, type TeamMembership } from './team.ts';

/** What an invite gives to the team that it is accepted for. */
export interface InviteTerms {
  /** That the team owns the site from then on; the rest is then of no meaning. */
  readonly transferOwnership: boolean;
  /** Sensitive data with it; undefined: without. */
  readonly sensitive?: SensitiveGrant;
  /** The ids of the chargers that it is limited to; undefined: all of the site. */
  readonly assets?: readonly string[];
}

/** An invite to a site, by mail to an address. Timestamps are ISO 8601 in UTC with milliseconds. */
export interface SiteInvite extends InviteTerms {
  readonly id: string;
  /** Its other name, an integer below 2^53. */
  readonly number: number;
  readonly siteId: string;
  /** The team that owned the site then, and its organization. */
  readonly teamId: string;
  readonly organizationId: string;
  /** The site's then: once it went to another owner, the invite is no good. */
  readonly transfers: number;
  /** The invited address, as stored. */
  readonly email: string;
  /** Who invited, and their membership of the organization: once they may not any more, the invite is no good. */
  readonly inviterId: string;
  readonly memberId: string;
  readonly status: 'PENDING' | 'ACCEPTED' | 'WITHDRAWN';
  /** Hashes of the secrets by which the invited address accepts it, signed in: that of the API's answer. */
  readonly secrets: readonly string[];
  /** Hashes of the secrets of its mails, by which its page accepts it too. */
  readonly mailSecrets: readonly string[];
  /** Hashes of those before the last time that it was resent, the latest first: they are good for nothing. */
  readonly replacedSecrets?: readonly string[];
  /** For which team it was accepted. */
  readonly accepted?: { readonly userId: string; readonly teamId: string };
  readonly delivery: Pick<Delivery, 'state' | 'attempts' | 'at' | 'reason'>;
  readonly createdAt: string;
  /** When it was last given out: made or resent. */
  readonly offeredAt: string;
  readonly expiresAt: string;
}

/** How long an invite can be accepted, in days, and how long after that it still tells why it can't be. */
export const INVITE_DAYS = 7;
const KEPT_DAYS = 30;

const DAY = 24 * 60 * 60_000;

/** When an invite is forgotten. */
export function inviteEnd({ expiresAt }: Pick<SiteInvite, 'expiresAt'>): string {
  return new Date(Date.parse(expiresAt) + KEPT_DAYS * DAY).toISOString();
}

/** How an invite is refused. */
export const INVITE_REFUSALS = [
  'site_invite_not_found',
  'site_invite_expired',
  'site_invite_used',
  'site_invite_void',
] as const satisfies readonly RefusalCode[];

/** What an invite is at a moment: that its time is over is written nowhere. */
export function inviteStatusAt({ status, expiresAt }: SiteInvite, now: Date): SiteInvite['status'] | 'EXPIRED' {
  return status === 'PENDING' && expiresAt <= now.toISOString() ? 'EXPIRED' : status;
}

/**
 * Refuses an invite that isn't open any more.
 *
 * @throws Refusal `site_invite_used`, `site_invite_expired`; `site_invite_void` of one that was withdrawn
 */
export function refuseUnlessOpen(invite: SiteInvite, now: Date): void {
  const status = inviteStatusAt(invite, now);
  if (status === 'ACCEPTED') throw new Refusal('site_invite_used');
  if (status === 'WITHDRAWN') throw new Refusal('site_invite_void');
  if (status === 'EXPIRED') throw new Refusal('site_invite_expired');
}

/** Who invited, as they are now. */
export interface Inviter {
  readonly membership: Membership | undefined;
  /** What they are in the inviting team. */
  readonly own: TeamMembership | undefined;
}

/** Refuses an invite behind which nobody stands any more. @throws Refusal `site_invite_void` */
export function requireSite(
  invite: SiteInvite,
  site: Site | undefined,
  { membership, own }: Inviter,
): asserts site is Site {
  const isOwners = site?.transfers === invite.transfers;
  const isInviter = membership !== undefined && membership.memberId === invite.memberId;
  if (!isOwners || !isInviter || !mayManage(membership, own)) throw new Refusal('site_invite_void');
}

/**
 * Refuses whoever accepts by the secret of the API's answer and isn't the invited: whoever invited has it too. A mailed
 * secret proves the mailbox, and works alone.
 *
 * @param email of who is signed in
 * @throws Refusal `invitation_for_another_address`
 */
export function refuseUnlessInvitedToSite(invite: SiteInvite, secret: Buffer, email: string): void {
  if (!isMailed(invite, secret) && email !== invite.email) throw new Refusal('invitation_for_another_address');
}

/** Whether a secret is one of an invite's mails, which alone opens the page. */
export function isMailed({ mailSecrets }: SiteInvite, secret: Buffer): boolean {
  return knowsSecret(mailSecrets, secret);
}
