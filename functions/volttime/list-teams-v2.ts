import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as listTeams } from './list-teams.ts';

export { returns } from './list-teams.ts';

/** Lists the teams that the caller sees, as `GET /api/v3/teams` does, whose earlier form this is. */
export const endpoint = alias(listTeams, 'GET /api/v2/teams');
export const { handler } = endpoint;
