import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as inviteTeam } from './invite-team.ts';

export { example, returns } from './invite-team.ts';

/** Invites a team of somebody's to a site, as `POST /api/v3/sites/{site}/teams/invite` does, whose earlier form this is. */
export const endpoint = alias(inviteTeam, 'POST /api/v3/sites/{site}/invite');
export const { handler } = endpoint;
