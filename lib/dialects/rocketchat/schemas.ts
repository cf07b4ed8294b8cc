import * as z from 'zod/mini';

// The schemas of answers in Rocket.Chat's dialect, for the documents and the tests. No handler imports this file, so
// that bundles don't contain it.

const timestamp = z.iso.datetime({ precision: 3 });
const objectId = z.string().check(z.regex(/^[0-9a-f]{24}$/));
const success = z.literal(true);

const User = z.strictObject({ _id: z.string().check(z.regex(/^usr_[0-7][0-9a-v]{25}$/)), username: z.string() });
/** A user, or an integration or an operator’s key. Its username is then its id. */
const Creator = z.strictObject({
  _id: z.string().check(z.regex(/^(usr|int|opk)_[0-7][0-9a-v]{25}$/)),
  username: z.string(),
});

const team = {
  _id: objectId,
  name: z.string(),
  type: z.literal([0, 1]),
  createdAt: timestamp,
  createdBy: Creator,
  _updatedAt: timestamp,
  roomId: objectId,
};
export const RocketChatTeam = z.strictObject(team);
const ListedTeam = z.strictObject({ ...team, rooms: z.int(), numberOfUsers: z.int() });

const FoundTeam = z.strictObject({
  _id: objectId,
  name: z.string(),
  fname: z.string(),
  t: z.enum(['c', 'p']),
  teamId: objectId,
});

const RocketChatTeamMember = z.strictObject({
  user: z.extend(User, { name: z.string(), status: z.literal('offline'), settings: z.strictObject({}) }),
  roles: z.optional(z.array(z.string())),
  createdBy: Creator,
  createdAt: timestamp,
});

const page = { total: z.int(), count: z.int(), offset: z.int(), success };

export const Done = z.strictObject({ success });
export const Created = z.strictObject({ team: RocketChatTeam, success });
export const TeamInfo = z.strictObject({ teamInfo: RocketChatTeam, success });
export const TeamList = z.strictObject({ teams: z.array(ListedTeam), ...page });
export const TeamMemberList = z.strictObject({ members: z.array(RocketChatTeamMember), ...page });
export const FoundTeams = z.strictObject({ teams: z.array(FoundTeam), success });
/** Always empty: this product has no rooms. */
export const RoomList = z.strictObject({ rooms: z.array(z.never()), ...page });
export const ChildList = z.strictObject({
  data: z.array(z.never()),
  total: z.int(),
  offset: z.int(),
  count: z.int(),
  success,
});

/** Every refusal. */
export const RocketChatProblem = z.union([
  z.strictObject({
    success: z.literal(false),
    error: z.string(),
    errorType: z.optional(z.string()),
    details: z.optional(z.record(z.string(), z.string())),
  }),
  z.strictObject({ success: z.literal(false), errorType: z.string(), error: z.string() }),
  z.strictObject({
    status: z.literal('error'),
    message: z.string(),
    success: z.optional(z.literal(false)),
    error: z.optional(z.string()),
  }),
]);
