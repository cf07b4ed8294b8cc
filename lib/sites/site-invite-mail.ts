import { configuration } from '../configuration.ts';
import { withSecret } from '../domain/link.ts';
import type { Organization } from '../domain/organization.ts';
import { BLOCK_PATH, SITE_INVITE_PATH } from '../domain/page-paths.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Site } from '../domain/site.ts';
import { inviteEnd, refuseUnlessOpen, refuseVoidInvite, type SiteInvite } from '../domain/site-invite.ts';
import { formatSiteToken, newSiteSecret } from '../domain/site-link.ts';
import type { Team } from '../domain/team.ts';
import { mutedMail } from '../email/muted.ts';
import type { sendMail } from '../email/ses.ts';
import { siteInviteMail } from '../email/site-invite.ts';
import { getInvited, type InvitedRecord } from '../invitations/invitations.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getSender, type Sender } from '../organizations/senders.ts';
import { claim, deliver, giveUp, type OutboxKind } from '../outbox/outbox.ts';
import type { Work } from '../outbox/sweep.ts';
import type { DueAttributes, DueItem } from '../table/due.ts';
import { itemReader } from '../table/items.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact } from '../table/write.ts';
import { getTeam } from '../teams/teams.ts';
import { getInviter, inviteRemoval, SITE_INVITE_FIELDS } from './site-invites.ts';
import { getSite } from './sites.ts';

/** A site invite with the time of its next work: its mail, or its deletion. */
export type DueInvite = SiteInvite & Pick<DueAttributes, 'dueAt'>;

const DUE_INVITE = itemReader<DueInvite>('SiteInvite', { ...SITE_INVITE_FIELDS, dueAt: 'string' });

/** The outbox of site invites: mails are retried until the invite expires. The invite is deleted some time later. */
const SITE_INVITES: OutboxKind<DueInvite> = {
  name: 'siteInvite',
  key: ({ siteId, id }) => keys.siteInvite(siteId, id),
  end: ({ expiresAt }) => expiresAt,
  next: inviteEnd,
};

/** Returns the link that opens a site invite. */
export function siteInviteLink({ siteId, id, email }: SiteInvite, site: Site, secret: Buffer): string {
  const query = new URLSearchParams({
    site_id: String(site.number),
    email,
    token: formatSiteToken({ siteId, id, secret }),
  });
  return `${configuration().publicUrl}${SITE_INVITE_PATH}?${query}`;
}

/** Returns the link with which an invitee blocks the organization's invites. */
function blockLink({ siteId, id }: SiteInvite, secret: Buffer): string {
  const query = new URLSearchParams({ of: 'site', token: formatSiteToken({ siteId, id, secret }) });
  return `${configuration().publicUrl}${BLOCK_PATH}?${query}`;
}

/** The content of a site invite's mail. */
export interface AboutInvite {
  readonly organization: Organization;
  readonly site: Site;
  readonly team: Team;
  readonly inviter: Sender;
  /** Tells whether the address blocks the organization. */
  readonly invited: InvitedRecord | undefined;
  /** The secret of the link; only the mail contains it. */
  readonly secret: Buffer;
}

/** Sends the mail of a claimed invite, as `deliver` does. */
export function sendSiteInvite(invite: DueInvite, about: AboutInvite, send?: typeof sendMail): Promise<DueInvite> {
  // An invitee who blocked the organization gets nothing, and the inviter can't notice.
  const mail = about.invited?.blockedAt ? mutedMail(configuration().product) : compose(invite, about);
  return deliver(SITE_INVITES, invite, mail, send);
}

function compose(invite: DueInvite, { organization, site, team, inviter, secret }: AboutInvite) {
  return siteInviteMail({
    ...{ language: organization.language, siteName: site.name, teamName: team.name },
    ...{ inviterName: inviter.name, inviterAddress: inviter.address, terms: invite },
    ...{ email: invite.email, expiresAt: invite.expiresAt, link: siteInviteLink(invite, site, secret) },
    ...{ organizationName: organization.name, blockLink: blockLink(invite, secret) },
    product: configuration().product,
  });
}

/** Returns the work for a due site invite: send its mail, or delete it long after its expiry. */
export async function dueSiteInvite(item: DueItem, now: Date): Promise<Work> {
  const invite = DUE_INVITE.one(item);
  if (inviteEnd(invite) <= now.toISOString()) {
    return async () => {
      await removeInvite(invite);
      return 'cleared';
    };
  }
  const { siteId, organizationId, teamId, inviterId } = invite;
  const [site, organization, team, sender, inviter, invited] = await Promise.all([
    getSite(siteId),
    getOrganization(organizationId),
    getTeam(organizationId, teamId),
    getSender(inviterId, organizationId),
    getInviter(invite),
    getInvited(invite.email, organizationId),
  ]);
  return async (auditContext, { send }) => {
    try {
      refuseUnlessOpen(invite, auditContext.now);
      refuseVoidInvite(invite, site, inviter);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      // The link would be refused.
      await giveUp(SITE_INVITES, invite, auditContext.now);
      return 'settled';
    }
    if (!organization || !team || !sender) throw new Stale();
    const secret = newSiteSecret();
    const mailSecrets = withSecret(invite.mailSecrets, secret);
    const claimed = await claim(SITE_INVITES, invite, auditContext.now, { mailSecrets });
    const about = { organization, site, team, inviter: sender, invited, secret };
    const { delivery } = await sendSiteInvite(claimed, about, send);
    return delivery.state === 'SENT' ? 'sent' : 'unsent';
  };
}

/** Deletes an invite, unless it was resent in the meantime. */
async function removeInvite(invite: DueInvite): Promise<void> {
  await transact([
    {
      type: 'check',
      key: keys.siteInvite(invite.siteId, invite.id),
      when: [{ attribute: 'dueAt', is: invite.dueAt }],
    },
    ...inviteRemoval(invite),
  ]);
}
