import { beforeAll, describe, expect, inject, test } from 'vitest';
import * as z from 'zod/mini';
import { MEDIA_TYPE } from '../../lib/dialects/papershift/media-type.ts';
import { PapershiftProblem } from '../../lib/dialects/papershift/schemas.ts';
import { RocketChatProblem } from '../../lib/dialects/rocketchat/schemas.ts';
import { Problem } from '../../lib/dialects/v1/schemas.ts';
import { Problem as VoltTimeProblem } from '../../lib/dialects/volttime/schemas.ts';
import { teamIdAsHex, teamIdAsUuid, teamIdFromHex, teamIdFromUuid } from '../../lib/domain/team.ts';
import { type Answer, type Client, useService } from '../support/service.ts';
import { rounds } from '../support/whole.ts';

// Tests that the four APIs create, show, change and delete the same teams. The shortened test has every pair of APIs that
// /v1 is in.

const service = useService();

/** The team operations of an API; undefined without an endpoint. Ids are those of /v1. */
interface Dialect {
  make(by: Client, name: string): Promise<Answer>;
  /** Returns the id of the created team. */
  made(answer: Answer): string;
  /** Returns the names of the teams that a caller sees, by id. */
  names(by: Client): Promise<Record<string, string>>;
  rename?(by: Client, id: string, name: string): Promise<Answer>;
  put?(by: Client, id: string, member: TeamMember): Promise<Answer>;
  /** Returns the user ids of a team's members. */
  members?(by: Client, id: string): Promise<string[]>;
  remove?(by: Client, id: string): Promise<Answer>;
  /** The refusal of a taken name. */
  readonly taken: { readonly status: number; readonly body: object };
}

interface TeamMember {
  readonly memberId: string;
  readonly userId: string;
}

const document = (attributes: object, id?: string) => ({ data: { type: 'team', ...(id && { id }), attributes } });

// biome-ignore lint/suspicious/noExplicitAny: tests check the form of these bodies
type Row = any;

function namesOf(rows: Row[], idOf: (row: Row) => string, nameOf = ({ name }: Row) => name): Record<string, string> {
  return Object.fromEntries(rows.map((row) => [idOf(row), nameOf(row)]));
}

const DIALECTS: Readonly<Record<string, Dialect>> = {
  v1: {
    make: (by, name) => by.call('POST /v1/teams', { body: { name } }),
    made: ({ body }) => body.id,
    names: async (by) => namesOf((await by.call('GET /v1/teams?perPage=100')).body.data, ({ id }) => id),
    rename: (by, id, name) => by.call(`PATCH /v1/teams/${id}`, { body: { name } }),
    put: (by, id, { memberId }) => by.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: { role: 'MEMBER' } }),
    members: async (by, id) =>
      (await by.call(`GET /v1/teams/${id}/members`)).body.data.map(({ userId }: Row) => userId),
    remove: (by, id) => by.call(`DELETE /v1/teams/${id}`),
    taken: { status: 409, body: { error: 'team_name_taken' } },
  },
  Papershift: {
    make: (by, name) => by.call('POST /api/v1/teams', { body: document({ name }) }),
    made: ({ body }) => teamIdFromUuid(body.data.id) as string,
    names: async (by) =>
      namesOf(
        (await by.call('GET /api/v1/teams?page[size]=100')).body.data,
        ({ id }) => teamIdFromUuid(id) as string,
        ({ attributes }) => attributes.name,
      ),
    rename: (by, id, name) => {
      const uuid = teamIdAsUuid(id);
      return by.call(`PATCH /api/v1/teams/${uuid}`, { body: document({ name }, uuid) });
    },
    remove: (by, id) => by.call(`DELETE /api/v1/teams/${teamIdAsUuid(id)}`),
    taken: { status: 422, body: { errors: [{ source: { pointer: '/data/attributes/name' } }] } },
  },
  'Rocket.Chat': {
    make: (by, name) => by.call('POST /api/v1/teams.create', { body: { name, type: 0 } }),
    made: ({ body }) => teamIdFromHex(body.team._id),
    names: async (by) =>
      namesOf((await by.call('GET /api/v1/teams.listAll?count=100')).body.teams, ({ _id }) => teamIdFromHex(_id)),
    rename: (by, id, name) =>
      by.call('POST /api/v1/teams.update', { body: { teamId: teamIdAsHex(id), data: { name } } }),
    put: (by, id, { userId }) =>
      by.call('POST /api/v1/teams.addMembers', { body: { teamId: teamIdAsHex(id), members: [{ userId }] } }),
    members: async (by, id) =>
      (await by.call(`GET /api/v1/teams.members?teamId=${teamIdAsHex(id)}`)).body.members.map(
        ({ user }: Row) => user._id,
      ),
    remove: (by, id) => by.call('POST /api/v1/teams.delete', { body: { teamId: teamIdAsHex(id) } }),
    taken: { status: 400, body: { success: false, error: 'team-name-already-exists' } },
  },
  'Volt Time': {
    make: (by, name) => by.call('POST /api/v3/teams', { body: { name, email: 'team@example.com', type: 'Company' } }),
    made: ({ body }) => teamIdFromUuid(body.data.uuid) as string,
    names: async (by) =>
      namesOf((await by.call('GET /api/v3/teams')).body.data, ({ uuid }) => teamIdFromUuid(uuid) as string),
    taken: { status: 422, body: { errors: { name: ['The name has already been taken.'] } } },
  },
};
const each = Object.entries(DIALECTS);
const pairs = each
  .flatMap(([one, first], at) => each.slice(at).map(([other, second]) => ({ one, other, first, second })))
  .filter(({ one }) => inject('whole') || one === 'v1');

let owner: Client;
let ownerId: string;
let members: TeamMember[];

beforeAll(async () => {
  const home = await service.organization('Acme');
  owner = home.owner;
  ownerId = (await owner.call('GET /v1/me')).body.id;
  for (const role of ['USER', 'VIEWER']) await service.member(owner, role);
  const { data } = (await owner.call('GET /v1/members')).body;
  members = data
    .map(({ id, userId }: Row) => ({ memberId: id, userId }))
    .filter(({ userId }: TeamMember) => userId !== ownerId);
});

let counter = 0;
/** Returns a new name that is valid in Rocket.Chat too. */
function newName(): string {
  counter += 1;
  return `team-${counter}`;
}

async function seen(): Promise<Record<string, Record<string, string>>> {
  const lists = await Promise.all(each.map(async ([name, { names }]) => [name, await names(owner)] as const));
  return Object.fromEntries(lists);
}

describe.each(each)('a team created by %s', (made, maker) => {
  const isTested = (by: string) => inject('whole') || made === 'v1' || by === 'v1';
  test.each(each.filter(([by, { remove }]) => remove && isTested(by)))(
    'is shown, renamed and joined through all APIs, and deleted through %s',
    async (_by, remover) => {
      const name = newName();
      const answer = await maker.make(owner, name);
      expect(answer.status).toBeLessThan(300);
      const id = maker.made(answer);
      for (const [dialect, names] of Object.entries(await seen()))
        expect([dialect, names[id]]).toEqual([dialect, name]);

      for (const [, { rename }] of each) {
        if (!rename) continue;
        const renamed = newName();
        expect((await rename(owner, id, renamed)).status).toBe(200);
        for (const [dialect, names] of Object.entries(await seen())) {
          expect([dialect, names[id]]).toEqual([dialect, renamed]);
        }
      }

      const inside = [ownerId];
      for (const [, { put }] of each) {
        const member = members[inside.length - 1];
        if (!put || !member) continue;
        expect((await put(owner, id, member)).status).toBe(200);
        inside.push(member.userId);
        for (const [, { members: list }] of each) {
          if (list) expect((await list(owner, id)).sort()).toEqual([...inside].sort());
        }
      }
      expect(inside).toHaveLength(3);

      expect((await (remover.remove as NonNullable<Dialect['remove']>)(owner, id)).status).toBeLessThan(300);
      for (const names of Object.values(await seen())) expect(names).not.toHaveProperty(id);
      // Its name is free in every API.
      const [, again] = each[counter % each.length] as (typeof each)[number];
      expect((await again.make(owner, name)).status).toBeLessThan(300);
    },
  );
});

describe.each(pairs)('a team name that is requested through $one and through $other', ({ first, second }) => {
  test('is taken once, in any letter case', async () => {
    for (const [maker, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const name = newName();
      expect((await maker.make(owner, name)).status).toBeLessThan(300);
      expect(await other.make(owner, name.toUpperCase())).toMatchObject(other.taken);
    }
  });

  test('is taken once, also by parallel requests', async () => {
    for (let round = 0; round < rounds(4); round += 1) {
      const name = newName();
      const makers = [first, second, first, second];
      const answers = await Promise.all(
        makers.map(({ make }, at) => make(owner, at % 2 === 0 ? name : name.toUpperCase())),
      );
      const wins = answers.filter(({ status }) => status < 300);
      expect(wins).toHaveLength(1);
      answers.forEach((answer, at) => {
        if (answer.status >= 300) expect(answer).toMatchObject((makers[at] as Dialect).taken);
      });
      const names = Object.values((await DIALECTS.v1?.names(owner)) as object);
      expect(names.filter((one) => one.toLowerCase() === name)).toHaveLength(1);
    }
  });
});

/** A list of teams with its function and neighboring routes. */
interface Prefix {
  readonly list: string;
  readonly create?: string;
  readonly unknown?: string;
  readonly name: string;
  readonly type: string;
  readonly schema: z.core.$ZodType;
}

describe('all errors have the body and content type of the dialect', () => {
  const json = 'application/json';
  const prefixes: Prefix[] = [
    { list: '/v1/teams', name: 'teams/list', type: json, schema: Problem },
    { list: '/api/v1/teams', name: 'papershift/list-teams', type: MEDIA_TYPE, schema: PapershiftProblem },
    { list: '/api/v3/teams', name: 'volttime/list-teams', type: json, schema: VoltTimeProblem },
    { list: '/api/v2/teams', name: 'volttime/list-teams-v2', type: json, schema: VoltTimeProblem },
    {
      ...{ list: '/api/v1/teams.list', create: '/api/v1/teams.create', unknown: '/api/v1/teams.nothing' },
      ...{ name: 'rocketchat/list', type: json, schema: RocketChatProblem },
    },
  ];

  test.each(prefixes)(
    'below $list',
    async ({ list, create = list, unknown = `${list}/nothing/there`, name, type, schema }) => {
      const authorization = `Bearer ${owner.token}`;
      const large = { method: 'POST', body: JSON.stringify({ name: 'x'.repeat(257 * 1024) }) };
      const send = async (path: string, init: RequestInit, status: number) => {
        const answer = await fetch(service.api + path, {
          ...init,
          headers: { authorization, ...(init.body ? { 'content-type': type } : {}), ...init.headers },
        });
        expect([path, answer.status]).toEqual([path, status]);
        expect(answer.headers.get('content-type')).toBe(type);
        z.parse(schema, await answer.json());
      };
      await send(list, { headers: { authorization: 'Bearer nonsense' } }, 401);
      await send(unknown, {}, 404);
      await send(list, { method: 'REPORT' }, 405);
      await send(create, large, 413);
      await service.faults([{ function: name, fault: 'refuse', times: -1 }]);
      await send(list, {}, 500);
      await service.faults([]);
    },
  );
});
