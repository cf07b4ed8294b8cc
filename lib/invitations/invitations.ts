import type { Invitation, ListedInvitation } from '../domain/invitation.ts';
import { itemReader, listReader } from '../table/items.ts';
import { keys, prefixes } from '../table/keys.ts';
import { get, query, type Slice } from '../table/read.ts';

/** An organization's invitations to an address. The record's uniqueness allows only one pending invitation. */
export interface InvitedRecord {
  readonly organizationId: string;
  /** The pending invitation, or one whose expiry isn't recorded yet; undefined: none. */
  readonly invitationId?: string;
  /** The ids of all invitations ever made, for the erasure of the person; undefined: none. */
  readonly all?: ReadonlySet<string>;
  /** When the owner of the address blocked the organization's invitations. Never shown to the organization. */
  readonly blockedAt?: string;
}

const LISTED_FIELDS = {
  id: 'string',
  organizationId: 'string',
  email: 'string',
  role: 'string',
  status: 'string',
  inviterId: 'string',
  createdAt: 'string',
  updatedAt: 'string',
  expiresAt: 'string',
  reminders: 'number',
} as const;
/** The required fields of an invitation. */
export const INVITATION_FIELDS = {
  ...LISTED_FIELDS,
  days: 'number',
  stopSecrets: 'object',
  secrets: 'object',
  handedSecrets: 'object',
  replacedSecrets: 'object',
  seat: 'number',
} as const;
const INVITATION = itemReader<Invitation>('Invitation', INVITATION_FIELDS);
const LISTED_INVITATION = listReader<ListedInvitation>('Invitation', LISTED_FIELDS, {
  ...{ language: true, message: true, teams: true, sentAt: true, delivery: true },
  ...{ remindersStoppedAt: true, accepted: true, redirectUrl: true },
});
const INVITED = itemReader<InvitedRecord>('Invited', { organizationId: 'string' });

export async function getInvitation(organizationId: string, invitationId: string): Promise<Invitation | undefined> {
  return INVITATION.one(await get(keys.invitation(organizationId, invitationId)));
}

export async function getInvited(email: string, organizationId: string): Promise<InvitedRecord | undefined> {
  return INVITED.one(await get(keys.invited(email, organizationId)));
}

/** Returns a page of an organization's invitations, newest first. */
export async function listInvitations(organizationId: string, slice: Slice): Promise<Invitation[]> {
  return INVITATION.all(await query({ ...invitationsOf(organizationId), ...slice, newestFirst: true }));
}

/** Lists invitations as `listInvitations` does, with less of each. */
export async function listInvitationsToShow(organizationId: string, slice: Slice): Promise<ListedInvitation[]> {
  const { projection, all } = LISTED_INVITATION;
  return all(await query({ ...invitationsOf(organizationId), ...slice, newestFirst: true, projection }));
}

const invitationsOf = (organizationId: string) => ({
  pk: keys.organization(organizationId).pk,
  prefix: prefixes.invitation,
});

/** Returns an organization's invitations to one address, newest first. */
export async function listInvitationsTo(
  email: string,
  organizationId: string,
  range: { after?: string | undefined; limit: number },
): Promise<Invitation[]> {
  const invited = await getInvited(email, organizationId);
  const ids = [...(invited?.all ?? [])].sort().reverse();
  const wanted = ids.filter((id) => range.after === undefined || id < range.after).slice(0, range.limit);
  const found = await Promise.all(wanted.map((id) => getInvitation(organizationId, id)));
  return found.filter((invitation) => invitation !== undefined);
}

/** The organizations whose invitations to one address are read, at most. */
const MAX_INVITED = 500;

/** Returns a record for each organization that has ever invited an address, at most `limit`. */
export async function listInvited(email: string, limit = MAX_INVITED): Promise<InvitedRecord[]> {
  return INVITED.all(await query({ pk: keys.address(email).pk, prefix: prefixes.invited, limit }));
}
