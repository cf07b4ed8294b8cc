import { ERASED, type Invitation, type Link, linkOf } from '../domain/invitation.ts';
import type { LinkToken } from '../domain/link.ts';
import { Refusal } from '../domain/refusal.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getInviterRole, getSender } from '../organizations/senders.ts';
import { getInvitation, listInvited } from './invitations.ts';

/**
 * Finds the invitation of a link, even if the link was replaced or the invitation has ended.
 *
 * @throws Refusal `invitation_not_found`, also when the organization is deleted
 */
export async function findLink(token: LinkToken | undefined): Promise<Link> {
  return find(token, ({ secrets, handedSecrets, replacedSecrets }) => [
    ...secrets,
    ...handedSecrets,
    ...replacedSecrets,
  ]);
}

/**
 * Finds the invitation of a link that stops reminders. These links have their own secrets.
 *
 * @throws Refusal `invitation_not_found`
 */
export async function findStopLink(token: LinkToken | undefined): Promise<Link> {
  return find(token, ({ stopSecrets }) => stopSecrets);
}

/**
 * Finds the invitation of a link of any purpose, current or replaced.
 *
 * @throws Refusal `invitation_not_found`, also when the invitee was erased
 */
export async function findAnyLink(token: LinkToken | undefined): Promise<Link> {
  const link = await find(token, ({ secrets, handedSecrets, replacedSecrets, stopSecrets }) => [
    ...[...secrets, ...handedSecrets, ...replacedSecrets, ...stopSecrets],
  ]);
  if (link.invitation.email === ERASED) throw new Refusal('invitation_not_found');
  return link;
}

/**
 * Finds an invitation by its id, for a person who is signed in with the invited address. No secret is needed.
 *
 * @param email the verified address
 * @throws Refusal `invitation_not_found`, also for the invitation of another address
 */
export async function findOwnInvitation(email: string, invitationId: string): Promise<Link> {
  const record = (await listInvited(email)).find(({ all }) => all?.has(invitationId));
  if (!record) throw new Refusal('invitation_not_found');
  const [organization, invitation] = await Promise.all([
    getOrganization(record.organizationId),
    getInvitation(record.organizationId, invitationId),
  ]);
  if (!organization || invitation?.email !== email) throw new Refusal('invitation_not_found');
  return { organization, invitation, secret: undefined };
}

/**
 * Returns the inviter's name, or their address if they have none, for the invitee; undefined: they aren't in the
 * organization any more.
 */
export async function inviterName({
  invitation: { inviterId, organizationId },
}: Pick<Link, 'invitation'>): Promise<string | undefined> {
  const [inviter, role] = await Promise.all([
    getSender(inviterId, organizationId),
    getInviterRole(inviterId, organizationId),
  ]);
  return role && inviter?.name;
}

async function find(
  token: LinkToken | undefined,
  secrets: (invitation: Invitation) => readonly string[],
): Promise<Link> {
  if (!token) throw new Refusal('invitation_not_found');
  const [organization, invitation] = await Promise.all([
    getOrganization(token.organizationId),
    getInvitation(token.organizationId, token.invitationId),
  ]);
  return linkOf(organization, invitation, token, secrets);
}
