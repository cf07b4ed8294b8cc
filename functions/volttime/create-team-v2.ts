import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as createTeam } from './create-team.ts';

export { example, returns } from './create-team.ts';

/** Creates a team; the earlier version of `POST /api/v3/teams`. */
export const endpoint = alias(createTeam, 'POST /api/v2/teams');
export const { handler } = endpoint;
