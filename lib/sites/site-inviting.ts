import { configuration } from '../configuration.ts';
import type { AuditContext } from '../domain/audit.ts';
import { newId, newNumber } from '../domain/ids.ts';
import { periodEnd, REPLACED_SECRETS } from '../domain/invitation.ts';
import { freeMailRows, pickRandom } from '../domain/limits.ts';
import { hashSecret } from '../domain/link.ts';
import type { Organization } from '../domain/organization.ts';
import type { AccessPath, ManagedSite } from '../domain/reach.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { INVITE_DAYS, type InviteTerms, type SiteInvite } from '../domain/site-invite.ts';
import { formatSiteToken, newSiteSecret } from '../domain/site-link.ts';
import { getInvited, type InvitedRecord } from '../invitations/invitations.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { requireSender, type Sender } from '../organizations/senders.ts';
import { queued } from '../outbox/outbox.ts';
import { type TableAccess, union } from '../table/access.ts';
import { keys } from '../table/keys.ts';
import {
  countInvite,
  countMailsOfDay,
  countMailsTo,
  endOfDay,
  getInviteWindow,
  type InviteWindow,
  READ_USAGE,
  rateExceeded,
  readUsage,
  type Usage,
} from '../table/rates.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { actorManagesSite, auditIn } from './sharing.ts';
import { type DueInvite, sendSiteInvite, siteInviteLink } from './site-invite-mail.ts';

/** The state on which inviting to a site decides, besides the caller's permissions. */
export interface SiteInviteContext {
  readonly organization: Organization;
  readonly inviter: Sender;
  /** The counters of mails. */
  readonly usage: Usage;
  /** The organization's earlier invitations to the address, and its block. */
  readonly invited: InvitedRecord | undefined;
  /** The actor's rate window of invites. */
  readonly window: InviteWindow | undefined;
}

/** Reads the state on which inviting to a site decides. */
export async function readSiteInviteContext(
  { now }: AuditContext,
  { accessPath: { actor }, site: { organizationId }, email }: ManagedSite & { readonly email: string },
): Promise<SiteInviteContext> {
  const [organization, inviter, usage, window, invited] = await Promise.all([
    getOrganization(organizationId),
    requireSender(actor.userId, organizationId),
    readUsage({ organizationId, userId: actor.userId }, now),
    getInviteWindow(actor.userId),
    getInvited(email, organizationId),
  ]);
  if (!organization) throw new Stale();
  return { organization, inviter, usage, window, invited };
}

/** Table access of `readSiteInviteContext` and `createSiteInvite`. */
export const CREATE_SITE_INVITE: TableAccess = union(READ_USAGE, {
  BatchGetItem: ['ORG', 'USER', 'LIMIT', 'EMAIL'],
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['SITE', 'EMAIL', 'AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'SITE'],
});

/**
 * Creates a site invite for an address, and tries its mail at once.
 *
 * @param also returns more writes for the transaction
 * @returns the invite, headers of the answer, and a token and a page for the invitee to accept when signed in. The
 *   inviter gets both too, so the page doesn't name the invitee's teams.
 * @throws Refusal `request_rate_exceeded`, `recipient_rate_exceeded`, `mail_rate_exceeded`
 */
export async function createSiteInvite(
  auditContext: AuditContext,
  { accessPath, site, context }: ManagedSite & { readonly context: SiteInviteContext },
  { email, ...terms }: InviteTerms & { readonly email: string },
  also: (invite: SiteInvite) => readonly Write[],
) {
  const { now } = auditContext;
  const { actor, team } = accessPath;
  const counting = countInviteMail(auditContext, { accessPath, site, email, context });
  const at = now.toISOString();
  const id = newId('siteInvite', now);
  const secrets = { token: newSiteSecret(), mail: newSiteSecret() };
  const invite: DueInvite = {
    ...{ id, number: newNumber(), siteId: site.id, teamId: site.teamId, organizationId: site.organizationId },
    transfers: site.transfers,
    ...{ email, inviterId: actor.userId, memberId: actor.memberId, status: 'PENDING', ...terms },
    ...{ secrets: [hashSecret(secrets.token)], mailSecrets: [hashSecret(secrets.mail)] },
    ...{ createdAt: at, offeredAt: at, expiresAt: periodEnd(now, INVITE_DAYS), ...queued(id, now, 'request') },
  };
  const { siteId, organizationId, transferOwnership, assets, sensitive } = invite;
  await transact([
    ...stillOwned(accessPath, site),
    {
      type: 'put',
      key: keys.siteInvite(siteId, id),
      item: { type: 'SiteInvite', ...invite },
      when: [{ absent: 'pk' }],
    },
    {
      type: 'put',
      key: keys.siteInvited(email, id),
      item: { type: 'SiteInvited', siteId, inviteId: id, organizationId },
      when: [{ absent: 'pk' }],
    },
    ...counting.writes,
    ...auditIn(auditContext, [organizationId], site, {
      action: 'site-invite.create',
      after: {
        ...{ inviteId: id, transferOwnership },
        ...(assets && { assets: assets.length }),
        ...(sensitive && { sensitive }),
      },
    }),
    ...also(invite),
  ]);
  await sendSiteInvite(invite, { ...context, site, team, secret: secrets.mail });
  const token = formatSiteToken({ siteId, id, secret: secrets.token });
  return { invite, headers: counting.headers, given: { token, web: siteInviteLink(invite, site, secrets.token) } };
}

/** Table access of `readSiteInviteContext` and `resendSiteInvite`. */
export const RESEND_SITE_INVITE: TableAccess = union(READ_USAGE, {
  BatchGetItem: ['ORG', 'USER', 'LIMIT', 'EMAIL'],
  Query: ['SITE'],
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'LIMIT', 'SITE'],
});

/**
 * Gives an open or expired invite a new secret and a full new period, and tries a new mail at once. The actor becomes
 * the inviter. Links of earlier mails become void. The token from the API's answer stays valid for the invited address.
 *
 * @returns headers of the answer
 * @throws Refusal `invitation_not_resendable`, and as `createSiteInvite`
 */
export async function resendSiteInvite(
  auditContext: AuditContext,
  {
    accessPath,
    site,
    invite,
    context,
  }: ManagedSite & { readonly invite: SiteInvite; readonly context: SiteInviteContext },
): Promise<Readonly<Record<string, string>>> {
  const { now } = auditContext;
  const { actor, team } = accessPath;
  if (invite.status !== 'PENDING') throw new Refusal('invitation_not_resendable');
  const { id, siteId, organizationId, mailSecrets, replacedSecrets = [], expiresAt } = invite;
  const counting = countInviteMail(auditContext, { accessPath, site, email: invite.email, context });
  const secret = newSiteSecret();
  const set = {
    ...{ inviterId: actor.userId, memberId: actor.memberId, mailSecrets: [hashSecret(secret)] },
    offeredAt: now.toISOString(),
    replacedSecrets: [...mailSecrets.toReversed(), ...replacedSecrets].slice(0, REPLACED_SECRETS),
    ...{ expiresAt: periodEnd(now, INVITE_DAYS), ...queued(id, now, 'request') },
  };
  await transact([
    ...stillOwned(accessPath, site),
    {
      type: 'update',
      key: keys.siteInvite(siteId, id),
      set,
      when: [
        { attribute: 'status', is: 'PENDING' },
        { attribute: 'mailSecrets', is: mailSecrets },
      ],
    },
    ...counting.writes,
    ...auditIn(auditContext, [organizationId], site, {
      action: 'site-invite.resend',
      before: { inviteId: id, expiresAt },
      after: { inviteId: id, expiresAt: set.expiresAt },
    }),
  ]);
  await sendSiteInvite({ ...invite, ...set }, { ...context, site, team, secret });
  return counting.headers;
}

/** Returns conditions that the actor still manages the site, and that it hasn't been transferred. */
function stillOwned(accessPath: AccessPath, { id, transfers }: Site): Write[] {
  return [
    ...actorManagesSite(accessPath),
    { type: 'check', key: keys.site(id), when: [{ attribute: 'transfers', is: transfers }] },
  ];
}

/** Returns writes that count an invite and its mail, and rate headers for the answer. */
function countInviteMail(
  { now }: AuditContext,
  {
    accessPath: {
      actor: { userId },
    },
    site: { organizationId },
    email,
    context: { usage, window },
  }: ManagedSite & { readonly email: string; readonly context: SiteInviteContext },
): { readonly writes: readonly Write[]; readonly headers: Readonly<Record<string, string>> } {
  const { limits } = configuration();
  const rate = countInvite(userId, window, now);
  const mailRow = pickRandom(freeMailRows(usage.counters, limits, now));
  if (!mailRow) throw rateExceeded('mail_rate_exceeded', endOfDay(now), now);
  const cause = { organizationId, userId };
  const mail = { addresses: [email], usage, mailRow, limits, now };
  return {
    writes: [rate.write, ...countMailsTo(cause, mail), ...countMailsOfDay(cause, mail)],
    headers: rate.headers,
  };
}
