import { isId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { teamIdFromUuid } from '../domain/team.ts';
import type { Request } from './request.ts';

const NOT_FOUND = {
  member: 'member_not_found',
  invitation: 'invitation_not_found',
  accessToken: 'access_token_not_found',
  integration: 'integration_not_found',
  team: 'team_not_found',
  webhook: 'webhook_not_found',
  webhookDelivery: 'webhook_delivery_not_found',
} as const;

/**
 * Returns the id in a path. A malformed id is refused as not found.
 *
 * @param name the name of the parameter
 */
export function pathId(request: Request, kind: keyof typeof NOT_FOUND, name = 'id'): string {
  const id = request.params[name] ?? '';
  if (!isId(kind, id)) throw new Refusal(NOT_FOUND[kind]);
  return id;
}

/** Returns the team id of the UUID in a path. @throws Refusal `team_not_found` if it isn't the UUID of a team */
export function pathTeam(request: Request): string {
  const id = teamIdFromUuid(request.params.id ?? '');
  if (id === undefined) throw new Refusal('team_not_found');
  return id;
}
