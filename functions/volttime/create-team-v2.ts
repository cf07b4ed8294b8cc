import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as createTeam } from './create-team.ts';

export { example, returns } from './create-team.ts';

/** Makes a team, as `POST /api/v3/teams` does, whose earlier form this is. */
export const endpoint = alias(createTeam, 'POST /api/v2/teams');
export const { handler } = endpoint;
