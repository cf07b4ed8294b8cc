import { configuration } from '../configuration.ts';
import { isId } from '../domain/ids.ts';
import { type Membership, nameOf } from '../domain/member.ts';
import { getUser } from '../people/people.ts';
import { keys } from '../table/keys.ts';
import { existing } from '../table/write.ts';
import { getIntegration } from './integrations.ts';
import { getMembership } from './members.ts';
import { getOperatorKey } from './operator-keys.ts';

/** Whom a mail or a page names as its cause: a person, an integration, or the product; only people have an address. */
export interface Sender {
  /** The name, or the address of a person without a name. */
  readonly name: string;
  /** The address for replies. */
  readonly address?: string;
}

/**
 * Reads the sender of an id, as invitations and requests store it.
 *
 * @param id of a user, of an integration of the organization, or of an operator's key
 */
export async function getSender(id: string, organizationId: string): Promise<Sender | undefined> {
  // The names of operator's keys are for the operator.
  if (isId('operatorKey', id)) return { name: configuration().product.name };
  if (isId('integration', id)) {
    const integration = await getIntegration(organizationId, id);
    return integration && { name: integration.name };
  }
  const user = await getUser(id);
  return user && { name: nameOf(user), address: user.email };
}

/**
 * Reads the present role of an inviter; undefined if they may not act in the organization any more. An operator's key
 * counts as an ADMIN while it exists and may invite.
 */
export async function getInviterRole(
  inviterId: string,
  organizationId: string,
): Promise<Pick<Membership, 'role'> | undefined> {
  if (!isId('operatorKey', inviterId)) return getMembership(inviterId, organizationId);
  const key = await getOperatorKey(inviterId);
  return key?.permissions.includes('invitation:create') ? { role: 'ADMIN' } : undefined;
}

/** Reads the sender that calls. @throws Missing if they were erased or revoked since they were identified */
export async function requireSender(id: string, organizationId: string): Promise<Sender> {
  return existing(keys.user(id), await getSender(id, organizationId));
}
