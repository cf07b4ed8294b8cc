import { isId } from '../domain/ids.ts';
import { nameOf } from '../domain/member.ts';
import { getUser } from '../people/people.ts';
import { keys } from '../table/keys.ts';
import { existing } from '../table/write.ts';
import { getIntegration } from './integrations.ts';

/** Whom a mail or a page names as its cause: a person, or an integration, which has no address. */
export interface Sender {
  /** The name, or the address of a person without a name. */
  readonly name: string;
  /** The address for replies. */
  readonly address?: string;
}

/**
 * Reads the sender of an id, as invitations and requests store it.
 *
 * @param id of a user, or of an integration of the organization
 */
export async function getSender(id: string, organizationId: string): Promise<Sender | undefined> {
  if (isId('integration', id)) {
    const integration = await getIntegration(organizationId, id);
    return integration && { name: integration.name };
  }
  const user = await getUser(id);
  return user && { name: nameOf(user), address: user.email };
}

/** Reads the sender that calls. @throws Missing if they were erased or revoked since they were identified */
export async function requireSender(id: string, organizationId: string): Promise<Sender> {
  return existing(keys.user(id), await getSender(id, organizationId));
}
