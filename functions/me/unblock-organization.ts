import { v1 } from '../../lib/dialects/v1/format.ts';
import { forPerson } from '../../lib/http/for-person.ts';
import { BLOCK, setBlocked } from '../../lib/invitations/blocking.ts';

export const returns = { 204: null };

/** Unblocks invitations to the caller from an organization. Succeeds also if they weren't blocked. */
export const endpoint = forPerson({
  format: v1,
  route: 'DELETE /v1/me/blocked-organizations/{organizationId}',
  table: BLOCK,
  depth: 3,
  async handle({ request, person }) {
    await setBlocked(request, {
      email: person.email,
      organizationId: request.params.organizationId ?? '',
      isBlocked: false,
    });
    return { status: 204 };
  },
});
export const { handler } = endpoint;
