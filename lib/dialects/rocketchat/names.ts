import { Refusal } from '../../domain/refusal.ts';

/** The names that Rocket.Chat reserves by default. */
const RESERVED = ['all', 'here', 'admin', 'administrator', 'system', 'user'];

/** Rocket.Chat's default pattern of room names. It applies to teams, since the main room has the team's name. */
const ROOM_NAME = /^[0-9a-zA-Z-_.]+$/;

/** The longest room name, in characters. */
const MAX_LENGTH = 100;

/** Refuses a reserved name. @throws Refusal `team_name_reserved` */
export function refuseReserved(name: string): void {
  if (RESERVED.includes(name.trim().toLowerCase())) throw new Refusal('team_name_reserved', { name: [name] });
}

/** Tells whether a name is valid for a room, and so for a team. */
export function isRoomName(name: string): boolean {
  return ROOM_NAME.test(name) && name.length <= MAX_LENGTH;
}
