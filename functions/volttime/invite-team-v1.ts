import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as inviteTeam } from './invite-team.ts';

export { example, returns } from './invite-team.ts';

/** Creates a site invite; the earlier version of `POST /api/v3/sites/{site}/teams/invite`. */
export const endpoint = alias(inviteTeam, 'POST /api/v3/sites/{site}/invite');
export const { handler } = endpoint;
