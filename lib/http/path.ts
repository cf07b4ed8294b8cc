import { isId } from '../domain/ids.ts';
import { Refusal } from '../domain/refusal.ts';
import { teamIdFromUuid } from '../domain/team.ts';
import type { Request } from './request.ts';

const NOT_FOUND = {
  member: 'member_not_found',
  invitation: 'invitation_not_found',
  accessToken: 'access_token_not_found',
  team: 'team_not_found',
} as const;

/**
 * The id in a path; what has no form of an id is not found.
 *
 * @param name of the parameter
 */
export function pathId(request: Request, kind: keyof typeof NOT_FOUND, name = 'id'): string {
  const id = request.params[name] ?? '';
  if (!isId(kind, id)) throw new Refusal(NOT_FOUND[kind]);
  return id;
}

/** The id of the team whose UUID is in a path; what isn't one of ours is not found. */
export function pathTeam(request: Request): string {
  const id = teamIdFromUuid(request.params.id ?? '');
  if (id === undefined) throw new Refusal('team_not_found');
  return id;
}
