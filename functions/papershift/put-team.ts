import { PutTeamBody } from '../../lib/dialects/papershift/document.ts';
import { alias } from '../../lib/http/endpoint.ts';
import { endpoint as updateTeam } from './update-team.ts';

export { returns } from './update-team.ts';
export const example = { data: { type: 'team', attributes: { name: 'Berlin' } } };

/**
 * Changes a team as PATCH does; the document needn't contain the team's id.
 *
 * Attributes that the document omits stay unchanged, as with PATCH.
 */
export const endpoint = alias(updateTeam, 'PUT /api/v1/teams/{id}', { body: PutTeamBody });
export const { handler } = endpoint;
