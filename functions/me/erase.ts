import { ERASE, erasePerson } from '../../lib/cascades/erasure.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { forPerson } from '../../lib/http/for-person.ts';

export const returns = { 204: null };

/**
 * Erases the caller: memberships, access tokens and invitations to their address end, and names and address are removed
 * wherever they are kept.
 *
 * Whoever owns an organization hands it over or deletes it first. Audit entries hold ids, so that history stays. It is
 * done an organization at a time; a call that didn't end is simply made again.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'DELETE /v1/me',
  table: ERASE,
  depth: 6,
  refuses: ['owner_must_transfer'],
  async handle({ person }) {
    const { userId, email, claims } = person;
    await erasePerson(person.occasion, { userId, email, identity: claims.identity });
    return { status: 204 };
  },
});
export const { handler } = endpoint;
