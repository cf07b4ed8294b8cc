import * as z from 'zod/mini';
import { pageSetting, pages } from '../../lib/dialects/page/format.ts';
import { remindersStoppedPage } from '../../lib/dialects/page/reminders-page.ts';
import { openUntil } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { BLOCK_PATH, STOP_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { findStopLink } from '../../lib/invitations/links.ts';
import { STOP_REMINDERS, stopReminders } from '../../lib/invitations/reminders.ts';

export const returns = { 200: null };

/**
 * Stops the reminders of an invitation permanently, also after a resend.
 *
 * Serves the page's button and one-click unsubscribe (RFC 8058), for which mail providers post to the
 * `List-Unsubscribe` address. Only the token in the query counts: the body and its type are ignored. Repeated calls,
 * and calls after the end of the invitation, succeed.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `POST ${STOP_PATH}`,
  table: STOP_REMINDERS,
  depth: 2,
  query: z.object({ token: z.optional(z.string()) }),
  refuses: ['invitation_not_found'],
  async handle({ request, query: { token = '' } }) {
    const link = await findStopLink(parseToken(token));
    const { organization, invitation } = link;
    await stopReminders(request, invitation);
    return remindersStoppedPage({
      ...pageSetting(request.headers['accept-language'], link),
      organizationName: organization.name,
      email: invitation.email,
      ...{ token, blockAction: BLOCK_PATH },
      openUntil: openUntil(invitation, request.now),
    });
  },
});
export const { handler } = endpoint;
