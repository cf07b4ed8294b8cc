import { identityOf } from '../../lib/domain/identity.ts';
import { onPreToken } from '../../lib/http/pre-token.ts';
import { listMemberships, withOrganizations } from '../../lib/organizations/organizations.ts';
import { getIdentity } from '../../lib/people/people.ts';

/** The memberships in a token, at most: the token has to fit into a header of 8 KB, with the other claims. */
const STATED = 20;

/**
 * Adds the person's memberships to the ID token of the built-in user pool, if `userPool.memberships` is set: the claim
 * `memberships`, each with `organization`, `member` and `role`.
 *
 * Of more than 20, the token has those of the oldest organizations, and `moreMemberships`.
 */
export const preToken = onPreToken({
  table: { BatchGetItem: ['IDENTITY', 'ORG'], Query: ['USER'] },
  async claims({ issuer, subject }) {
    const identity = await getIdentity(identityOf(issuer, subject));
    const memberships = identity ? await listMemberships(identity.userId) : [];
    const present = await withOrganizations(memberships);
    return {
      memberships: present
        .slice(0, STATED)
        .map(({ organizationId, memberId, role }) => ({ organization: organizationId, member: memberId, role })),
      ...(present.length > STATED && { moreMemberships: true }),
    };
  },
});
export const { handler } = preToken;
