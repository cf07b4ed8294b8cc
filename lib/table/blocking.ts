import { Refusal } from '../domain/refusal.ts';
import type { TableAccess } from './access.ts';
import { getInvited } from './invitations.ts';
import { keys } from './keys.ts';
import { listSiteInvited } from './site-invites.ts';
import { transact } from './write.ts';

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
  email: string,
  organizationId: string,
  isBlocked: boolean,
  { now }: { readonly now: Date },
): Promise<void> {
  const guard = await getInvited(email, organizationId);
  if ((guard?.blockedAt !== undefined) === isBlocked) return;
  const live = guard?.invitationId;
  await transact([
    {
      type: 'update',
      key: keys.invited(email, organizationId),
      ...(isBlocked
        ? { set: { type: 'Invited', v: 1, organizationId, blockedAt: now.toISOString() } }
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
  await setBlocked(email, organizationId, true, occasion);
}
