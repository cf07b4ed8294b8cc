import { ERASE, erasePerson } from '../../lib/cascades/erasure.ts';
import { v1 } from '../../lib/dialects/v1/format.ts';
import { forPerson } from '../../lib/http/for-person.ts';

export const returns = { 204: null };

/**
 * Erases the caller: ends their memberships, access tokens and invitations, and removes their names and address
 * everywhere.
 *
 * The owner of an organization has to transfer or delete it first. Audit entries remain, since they contain only ids.
 * The erasure works organization by organization: repeat a call that was interrupted.
 */
export const endpoint = forPerson({
  format: v1,
  route: 'DELETE /v1/me',
  table: ERASE,
  depth: 6,
  refuses: ['owner_must_transfer'],
  async handle({ person }) {
    const { userId, email, claims } = person;
    await erasePerson(person.auditContext, { userId, email, identity: claims.identity });
    return { status: 204 };
  },
});
export const { handler } = endpoint;
