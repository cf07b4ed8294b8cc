import type { Invitation } from '../domain/invitation.ts';
import { itemReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query } from '../table/read.ts';

/** The invitations of an address in an organization, and the guard by which only one of them is live. */
export interface InvitedGuard {
  readonly organizationId: string;
  /** The live one; undefined: there is none. */
  readonly invitationId?: string;
  /** All of them: what has to forget the address when the person is erased; undefined: there never was one. */
  readonly all?: ReadonlySet<string>;
  /** Since when the address wants no more invitations from the organization, which isn't told. */
  readonly blockedAt?: string;
}

/** The fields of an invitation that are always there. */
export const INVITATION_FIELDS = {
  id: 'string',
  organizationId: 'string',
  email: 'string',
  role: 'string',
  status: 'string',
  inviterId: 'string',
  createdAt: 'string',
  updatedAt: 'string',
  expiresAt: 'string',
  days: 'number',
  reminders: 'number',
  stopSecrets: 'object',
  secrets: 'object',
  handedSecrets: 'object',
  replacedSecrets: 'object',
  seat: 'number',
} as const;
const INVITATION = itemReader<Invitation>('Invitation', INVITATION_FIELDS);
const INVITED = itemReader<InvitedGuard>('Invited', { organizationId: 'string' });

export async function getInvitation(organizationId: string, invitationId: string): Promise<Invitation | undefined> {
  return INVITATION.one(await get(keys.invitation(organizationId, invitationId)));
}

export async function getInvited(email: string, organizationId: string): Promise<InvitedGuard | undefined> {
  return INVITED.one(await get(keys.invited(email, organizationId)));
}

/** Invitations, newest first. */
export async function listInvitations(
  organizationId: string,
  range: { after?: string | undefined; skip?: number | undefined; limit: number },
): Promise<Invitation[]> {
  const items = await query({
    pk: keys.organization(organizationId).pk,
    prefix: prefixes.invitation,
    newestFirst: true,
    limit: range.limit,
    skip: range.skip,
    after: range.after && keys.invitation(organizationId, range.after).sk,
  });
  return INVITATION.all(items);
}

/** The invitations of an organization to one address, newest first, of which there are few. */
export async function listInvitationsTo(
  email: string,
  organizationId: string,
  range: { after?: string | undefined; limit: number },
): Promise<Invitation[]> {
  const guard = await getInvited(email, organizationId);
  const ids = [...(guard?.all ?? [])].sort().reverse();
  const wanted = ids.filter((id) => range.after === undefined || id < range.after).slice(0, range.limit);
  const found = await Promise.all(wanted.map((id) => getInvitation(organizationId, id)));
  return found.filter((invitation) => invitation !== undefined);
}

/** The organizations that an address was ever invited to; at most `limit`. */
export async function listInvited(email: string, limit: number): Promise<InvitedGuard[]> {
  return INVITED.all(await query({ pk: keys.address(email).pk, prefix: prefixes.invited, limit }));
}
