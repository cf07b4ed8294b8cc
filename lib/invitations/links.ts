import { ERASED, type Invitation, type Link, linkOf } from '../domain/invitation.ts';
import type { LinkToken } from '../domain/link.ts';
import { Refusal } from '../domain/refusal.ts';
import { getOrganization } from '../organizations/organizations.ts';
import { getInvitation } from './invitations.ts';

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
