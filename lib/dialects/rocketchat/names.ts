import { Refusal } from '../../domain/refusal.ts';

/** What Rocket.Chat keeps for itself by default. */
const RESERVED = ['all', 'here', 'admin', 'administrator', 'system', 'user'];

/** Its default rule for the names of rooms: a team's main room has the team's name. */
const ROOM_NAME = /^[0-9a-zA-Z-_.]+$/;

/** The longest such name, in characters. */
const LONGEST = 100;

/** Refuses a name that is reserved. @throws Refusal `team_name_reserved` */
export function refuseReserved(name: string): void {
  if (RESERVED.includes(name.trim().toLowerCase())) throw new Refusal('team_name_reserved', { name: [name] });
}

/** Whether a team can have a name in Rocket.Chat. */
export function isRoomName(name: string): boolean {
  return ROOM_NAME.test(name) && name.length <= LONGEST;
}
