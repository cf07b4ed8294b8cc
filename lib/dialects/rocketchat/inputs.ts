import { input, type JsonSchema } from './json-schema.ts';

// The input schemas that Rocket.Chat 8 publishes (`@rocket.chat/rest-typings`), with limits where it has none.

/** The members that a request may name, at most: each is a separate write. Rocket.Chat has no limit. */
const MEMBERS_AT_ONCE = 100;

const text = { type: 'string' } as const;
const optionalText = { type: 'string', nullable: true } as const;
const optionalNumber = { type: 'number', nullable: true } as const;
const teamType = { type: 'number', enum: [0, 1] } as const;
const texts = { type: 'array', items: text } as const;
const someTexts = { ...texts, minItems: 1, uniqueItems: true, nullable: true } as const;
const member = {
  type: 'object',
  // Roles are stored as they are sent. Rocket.Chat has no limits.
  properties: {
    userId: text,
    roles: { type: 'array', items: { ...text, maxLength: 50 }, maxItems: 20, nullable: true },
  },
  required: ['userId'],
  additionalProperties: false,
} as const;

/** The team of a request: exactly one of the two is set. */
export interface TeamReference {
  readonly teamId?: string | null;
  readonly teamName?: string | null;
}

/** Returns the schema of a body about one team, by id or by name. Mistakes are reported in the order of properties. */
function bodyOfTeam(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
  first: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return {
    oneOf: ['teamId', 'teamName'].map((name) => ({
      type: 'object',
      properties: { ...first, [name]: text, ...properties },
      required: [name, ...required],
      additionalProperties: false,
    })),
  };
}

/** Returns the schema of a query about one team. */
function queryOfTeam(properties: Readonly<Record<string, JsonSchema>> = {}, more: JsonSchema = {}): JsonSchema {
  return {
    type: 'object',
    properties: { teamId: text, teamName: text, ...properties },
    oneOf: ['teamId', 'teamName'].map((name) => ({ type: 'object', required: [name] })),
    additionalProperties: false,
    ...more,
  };
}

const paging = { offset: optionalNumber, count: optionalNumber, sort: optionalText } as const;

/** The paging parameters of a list. */
export interface Paging {
  readonly offset?: number | null;
  readonly count?: number | null;
  readonly sort?: string | null;
}

/** A member of a team in a request. */
export interface MemberInput {
  readonly userId: string;
  readonly roles?: readonly string[] | null;
}

export const CreateBody = input<{
  readonly name: string;
  readonly type: 0 | 1;
  readonly members?: readonly string[];
  readonly room?: Readonly<Record<string, unknown>>;
  readonly owner?: string;
}>({
  type: 'object',
  properties: {
    name: text,
    type: teamType,
    members: { ...texts, maxItems: MEMBERS_AT_ONCE },
    room: { type: 'object' },
    owner: text,
    // A parameter of earlier versions: accepted and ignored.
    sidepanel: {},
  },
  required: ['name', 'type'],
  additionalProperties: false,
});

export const AddMembersBody = input<TeamReference & { readonly members: readonly MemberInput[] }>(
  bodyOfTeam({ members: { type: 'array', items: member, minItems: 1, maxItems: MEMBERS_AT_ONCE, uniqueItems: true } }, [
    'members',
  ]),
);

export const UpdateMemberBody = input<TeamReference & { readonly member: MemberInput }>(
  bodyOfTeam({ member }, ['member']),
);

export const RemoveMemberBody = input<TeamReference & { readonly userId: string }>(
  bodyOfTeam({ userId: text, rooms: someTexts }, ['userId']),
);

export const LeaveBody = input<TeamReference>(bodyOfTeam({ rooms: someTexts }));

export const DeleteBody = input<TeamReference>(bodyOfTeam({ roomsToRemove: someTexts }));

export const UpdateBody = input<
  TeamReference & { readonly data: { readonly name?: string | null; readonly type?: 0 | 1 } }
>({
  type: 'object',
  properties: {
    updateRoom: { type: 'boolean', nullable: true },
    teamId: optionalText,
    teamName: optionalText,
    data: {
      type: 'object',
      properties: { name: optionalText, type: teamType },
      additionalProperties: false,
      anyOf: [{ required: ['name'] }, { required: ['type'] }],
    },
    name: optionalText,
  },
  oneOf: [{ required: ['teamId', 'data'] }, { required: ['teamName', 'data'] }],
  additionalProperties: false,
});

export const AddRoomsBody = input<TeamReference>(bodyOfTeam({ rooms: { ...texts, minItems: 1 } }, ['rooms']));

export const RemoveRoomBody = input<TeamReference>(bodyOfTeam({ roomId: text }, ['roomId']));

export const UpdateRoomBody = input<{ readonly roomId: string }>({
  type: 'object',
  properties: { roomId: text, isDefault: { type: 'boolean' }, teamId: text },
  required: ['roomId', 'isDefault'],
  additionalProperties: false,
});

export const ConvertBody = input<TeamReference>(bodyOfTeam({}, [], { roomsToRemove: { ...texts, nullable: true } }));

const QUERY = { wraps: true };

/** Rocket.Chat doesn't validate it, so unknown parameters are ignored. */
export const ListQuery = input<Paging>(
  { type: 'object', properties: { offset: optionalText, count: optionalText, sort: optionalText } },
  QUERY,
);

export const InfoQuery = input<TeamReference>(queryOfTeam(), QUERY);

export const MembersQuery = input<
  TeamReference &
    Paging & {
      readonly status?: readonly string[] | null;
      readonly username?: string | null;
      readonly name?: string | null;
    }
>(
  queryOfTeam({
    status: { ...texts, nullable: true },
    username: optionalText,
    name: optionalText,
    ...paging,
  }),
  QUERY,
);

export const AutocompleteQuery = input<{ readonly name: string }>(
  { type: 'object', properties: { name: text }, required: ['name'], additionalProperties: false },
  QUERY,
);

export const ListRoomsQuery = input<TeamReference & Paging>(
  queryOfTeam({ filter: optionalText, type: optionalText, ...paging }),
  QUERY,
);

export const ListRoomsOfUserQuery = input<TeamReference & Paging & { readonly userId: string }>(
  queryOfTeam({ userId: text, canUserDelete: optionalText, ...paging }, { required: ['userId'] }),
  QUERY,
);

export const ListChildrenQuery = input<TeamReference & Paging & { readonly roomId?: string }>(
  {
    type: 'object',
    properties: {
      ...{ teamId: text, teamName: text, type: { type: 'string', enum: ['channels', 'discussions'] } },
      ...{ roomId: text, filter: text, offset: { type: 'number' }, count: { type: 'number' }, sort: text },
    },
    additionalProperties: false,
    oneOf: ['teamId', 'teamName', 'roomId'].map((name) => ({ type: 'object', required: [name] })),
  },
  QUERY,
);
