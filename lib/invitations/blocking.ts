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

/** What kind of link a token is of: one of an invitation, or of an invite to a site. */
export type BlockedBy = 'invitation' | 'site';

/** Whom a link is for, and which organization sent it. */
export interface Invited {
  readonly email: string;
  readonly organization: Organization;
  /** Of an invitation. */
  readonly link?: Link;
}

/** What `findInvitedBy` does to the table. */
export const FIND_INVITED: TableAccess = { BatchGetItem: ['ORG', 'SITE'] };

/**
 * Finds out whom a link is for, good or not, from its holder, who has to be the invited: by a link that was mailed, or
 * signed in.
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
  // Any link of any of its mails does, whatever became of the invite.
  if (!knowsSecret([...invite.mailSecrets, ...(invite.replacedSecrets ?? [])], parsed.secret)) {
    if (!knowsSecret(invite.secrets, parsed.secret)) throw new Refusal('site_invite_not_found');
    if (!person) throw new Refusal('sign_in_required');
    if (person.email !== invite.email) throw new Refusal('invitation_for_another_address');
  }
  const organization = await getOrganization(invite.organizationId);
  if (!organization) throw new Refusal('site_invite_not_found');
  return { email: invite.email, organization };
}

/** What `setBlocked` does to the table. */
export const BLOCK: TableAccess = { BatchGetItem: ['EMAIL'], UpdateItem: ['EMAIL', 'ORG'] };

/** In how many invites to sites one of an organization is looked for. */
const SITE_INVITES = 500;

/**
 * Records that an address wants no more invitations from an organization, or wants them again.
 *
 * There is no audit entry: the organization must not learn of it.
 */
export async function setBlocked(
  { now }: { readonly now: Date },
  {
    email,
    organizationId,
    isBlocked,
  }: { readonly email: string; readonly organizationId: string; readonly isBlocked: boolean },
): Promise<void> {
  const guard = await getInvited(email, organizationId);
  if ((guard?.blockedAt !== undefined) === isBlocked) return;
  const live = guard?.invitationId;
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
    // The live invitation knows it by itself, so that neither a reminder nor a resend needs a read more.
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

/** What `blockByAddress` does to the table. */
export const BLOCK_BY_ADDRESS: TableAccess = { ...BLOCK, Query: ['EMAIL'] };

/**
 * Records that the holder of an address wants no more invitations from an organization that has invited it.
 *
 * @throws Refusal `organization_not_found` of one that never has: it is none of theirs
 */
export async function blockByAddress(email: string, organizationId: string, occasion: { readonly now: Date }) {
  const [guard, sites] = await Promise.all([getInvited(email, organizationId), listSiteInvited(email, SITE_INVITES)]);
  const isKnown = guard !== undefined || sites.some((invited) => invited.organizationId === organizationId);
  if (!isKnown) throw new Refusal('organization_not_found');
  await setBlocked(occasion, { email, organizationId, isBlocked: true });
}
