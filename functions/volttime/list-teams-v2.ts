import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as listTeams } from './list-teams.ts';

export { returns } from './list-teams.ts';

/** Lists the teams that the caller sees; the earlier version of `GET /api/v3/teams`. */
export const endpoint = alias(listTeams, 'GET /api/v2/teams');
export const { handler } = endpoint;
