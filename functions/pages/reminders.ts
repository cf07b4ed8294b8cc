import * as z from 'zod/mini';
import { pageSetting, pages } from '../../lib/dialects/page/format.ts';
import { remindersPage, remindersStoppedPage } from '../../lib/dialects/page/reminders-page.ts';
import { openUntil, remindersMayCome } from '../../lib/domain/invitation.ts';
import { parseToken } from '../../lib/domain/link.ts';
import { BLOCK_PATH, STOP_PATH } from '../../lib/domain/page-paths.ts';
import { forAnybody } from '../../lib/http/for-anybody.ts';
import { findStopLink } from '../../lib/invitations/links.ts';

export const returns = { 200: null };

/**
 * Shows the page on which an invitee stops the reminders of their invitation, from a link in each mail.
 *
 * Opening the page changes nothing, so that mail scanners do no harm; the form's POST stops the reminders.
 */
export const endpoint = forAnybody({
  format: pages,
  route: `GET ${STOP_PATH}`,
  table: { BatchGetItem: ['ORG'] },
  depth: 1,
  query: z.object({ token: z.optional(z.string()) }),
  refuses: ['invitation_not_found'],
  async handle({ request, query: { token = '' } }) {
    const link = await findStopLink(parseToken(token));
    const { organization, invitation } = link;
    const shown = {
      ...pageSetting(request.headers['accept-language'], link),
      organizationName: organization.name,
      email: invitation.email,
      ...{ token, blockAction: BLOCK_PATH },
      openUntil: openUntil(invitation, request.now),
    };
    return remindersMayCome(invitation)
      ? remindersPage({ ...shown, action: `${STOP_PATH}?token=${token}` })
      : remindersStoppedPage(shown);
  },
});
export const { handler } = endpoint;
