import { type Link, refuseUnlessInvited } from '../domain/invitation.ts';
import { knowsSecret, parseToken } from '../domain/link.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import { parseSiteToken } from '../domain/site-link.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getSiteInvite, listSiteInvited } from '../sites/site-invites.ts';
import type { TableAccess } from '../table/access.ts';
import { keys } from '../table/keys.ts';
import { transact } from '../table/write.ts';
import { getInvited } from './invitations.ts';
import { findAnyLink } from './links.ts';

/** The kind of a link: to an invitation, or to a site invite. */
export type BlockedBy = 'invitation' | 'site';

/** The address that a link was issued for, and the organization that invited it. */
export interface Invited {
  readonly email: string;
  readonly organization: Organization;
  /** Set for an invitation. */
  readonly link?: Link;
}

/** Table access of `findInvitedBy`. */
export const FIND_INVITED: TableAccess = { BatchGetItem: ['ORG', 'SITE'] };

/**
 * Returns the address that a link was issued for, even if the link is no longer valid. The caller must be the invitee:
 * they hold a mailed link, or are signed in with the address.
 *
 * @throws Refusal `invitation_not_found`, `site_invite_not_found`, and as `refuseUnlessInvited`
 */
export async function findInvitedBy(
  token: string,
  kind: BlockedBy,
  person: { readonly email: string } | undefined,
): Promise<Invited> {
  if (kind === 'invitation') {
    const link = await findAnyLink(parseToken(token));
    refuseUnlessInvited(link, person);
    return { email: link.invitation.email, organization: link.organization, link };
  }
  const parsed = parseSiteToken('siteInvite', token);
  const invite = parsed && (await getSiteInvite(parsed.siteId, parsed.id));
  if (!parsed || !invite) throw new Refusal('site_invite_not_found');
  // A link from any mail of the invite is enough, in every status of the invite.
  if (!knowsSecret([...invite.mailSecrets, ...(invite.replacedSecrets ?? [])], parsed.secret)) {
    if (!knowsSecret(invite.secrets, parsed.secret)) throw new Refusal('site_invite_not_found');
    if (!person) throw new Refusal('sign_in_required');
    if (person.email !== invite.email) throw new Refusal('invitation_for_another_address');
  }
  const organization = await getOrganization(invite.organizationId);
  if (!organization) throw new Refusal('site_invite_not_found');
  return { email: invite.email, organization };
}

/** Table access of `setBlocked`. */
export const BLOCK: TableAccess = { BatchGetItem: ['EMAIL'], UpdateItem: ['EMAIL', 'ORG'] };

/** The number of an address's site invites that are searched for one from the organization. */
const MAX_SITE_INVITES = 500;

/**
 * Blocks an organization's invitations to an address, or unblocks them.
 *
 * Writes no audit entry: the organization must not learn of the block.
 */
export async function setBlocked(
  { now }: { readonly now: Date },
  {
    email,
    organizationId,
    isBlocked,
  }: { readonly email: string; readonly organizationId: string; readonly isBlocked: boolean },
): Promise<void> {
  const invited = await getInvited(email, organizationId);
  if ((invited?.blockedAt !== undefined) === isBlocked) return;
  const live = invited?.invitationId;
  await transact([
    {
      type: 'update',
      key: keys.invited(email, organizationId),
      ...(isBlocked
        ? { set: { type: 'Invited', organizationId, blockedAt: now.toISOString() } }
        : { remove: ['blockedAt'] }),
      when: [
        live ? { attribute: 'invitationId', is: live } : { absent: 'invitationId' },
        isBlocked ? { absent: 'blockedAt' } : { exists: 'blockedAt' },
      ],
    },
    // The block is copied to the pending invitation, so that reminders and resends need no extra read.
    ...(live
      ? [
          {
            type: 'update',
            key: keys.invitation(organizationId, live),
            ...(isBlocked ? { set: { muted: true } } : { remove: ['muted'] }),
            when: [{ attribute: 'email', is: email }],
          } as const,
        ]
      : []),
  ]);
}

/** Table access of `blockByAddress`. */
export const BLOCK_BY_ADDRESS: TableAccess = { ...BLOCK, Query: ['EMAIL'] };

/**
 * Blocks an organization's invitations to an address, at the request of its owner.
 *
 * @throws Refusal `organization_not_found` when the organization has never invited the address
 */
export async function blockByAddress(email: string, organizationId: string, auditContext: { readonly now: Date }) {
  const [invited, sites] = await Promise.all([
    getInvited(email, organizationId),
    listSiteInvited(email, MAX_SITE_INVITES),
  ]);
  const isKnown = invited !== undefined || sites.some((site) => site.organizationId === organizationId);
  if (!isKnown) throw new Refusal('organization_not_found');
  await setBlocked(auditContext, { email, organizationId, isBlocked: true });
}
