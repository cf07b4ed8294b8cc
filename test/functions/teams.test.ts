import { describe, expect, test } from 'vitest';
import { expectConsistent } from '../support/consistency.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { rounds, someOf, testWhole } from '../support/whole.ts';

const service = useService();

const times = <T>(count: number, of: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => of(index)));
const make = (client: Client, body: object = {}) =>
  client.call('POST /v1/teams', { body: { name: newAddress('team'), ...body } });
const made = async (client: Client, body: object = {}) =>
  (await make(client, body)).body as { id: string; name: string };
const put = (client: Client, teamId: string, memberId: string, role = 'MEMBER') =>
  client.call(`PUT /v1/teams/${teamId}/members/${memberId}`, { body: { role } });
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const statuses = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();
const errors = (answers: readonly Answer[]) => answers.flatMap(({ body }) => body?.error ?? []).sort();
const namesOf = async (client: Client, path: string) =>
  (await client.call(`GET ${path}`)).body.data.map(({ name }: { name: string }) => name);

/** Delays writes, so that parallel requests read before the first one writes. */
const slowWrites = (name: string) =>
  service.faults([{ function: name, action: 'dynamodb:UpdateItem', fault: 'delay', ms: 60, times: -1 }]);

describe('a team', () => {
  test('is created with the organization as the default team: named after it, above all others, never deleted or moved', async () => {
    const { owner } = await service.organization('Köln Energie');
    const { data } = (await owner.call('GET /v1/teams')).body;
    expect(data).toMatchObject([{ name: 'Köln Energie', isDefault: true, parentTeamId: null, memberCount: 0 }]);
    const [{ id }] = data;
    const child = await made(owner);
    expect((await owner.call(`GET /v1/teams/${child.id}`)).body.parentTeamId).toBe(id);
    expect((await owner.call(`DELETE /v1/teams/${id}`)).body.error).toBe('default_team');
    const move = await owner.call(`PATCH /v1/teams/${id}`, { body: { parentTeamId: child.id } });
    expect(move.body.error).toBe('default_team');
    expect((await owner.call(`PATCH /v1/teams/${id}`, { body: { name: 'All' } })).body.name).toBe('All');
  });

  test('is owned by its creator, who may manage it without being an ADMIN', async () => {
    const { owner } = await service.organization();
    const [user, other, operator] = [
      await service.member(owner, 'USER'),
      await service.member(owner, 'USER'),
      await service.member(owner, 'OPERATOR'),
    ];
    const { id } = await made(user);
    const { data } = (await other.call(`GET /v1/teams/${id}/members`)).body;
    expect(data).toMatchObject([{ memberId: user.memberId, role: 'OWNER', userProfile: { email: user.email } }]);
    expect((await put(other, id, other.memberId)).body.error).toBe('forbidden');
    expect((await put(user, id, operator.memberId, 'OWNER')).status).toBe(200);
    expect((await operator.call(`PATCH /v1/teams/${id}`, { body: { description: 'Ours' } })).status).toBe(200);
    expect((await make(operator)).body.error).toBe('forbidden');
    await owner.call(`PATCH /v1/members/${operator.memberId}`, { body: { role: 'VIEWER' } });
    expect((await operator.call(`PATCH /v1/teams/${id}`, { body: { description: 'Mine' } })).body.error).toBe(
      'forbidden',
    );
    expect((await owner.call(`PATCH /v1/teams/${id}`, { body: { description: 'Yours' } })).status).toBe(200);
  });

  test.each(
    someOf(2, [
      ['ÉTÉ', 'été'],
      ['Straße', 'STRASSE'],
      ['Berlin', 'Ber\u200blin\u2060'],
      ['Hangul', '\u3164Hangul\ufe0f'],
      ['Ｗｉｄｅ', 'wide'],
      ['two  spaces', 'Two Spaces'],
      ['Ünï', 'U\u0308ni\u0308'],
    ]),
  )('has a name that is unique in any letter case and Unicode form: %j and %j', async (one, other) => {
    const { owner } = await service.organization();
    expect((await make(owner, { name: one })).status).toBe(201);
    expect((await make(owner, { name: other })).body.error).toBe('team_name_taken');
    const { id } = await made(owner);
    expect((await owner.call(`PATCH /v1/teams/${id}`, { body: { name: other } })).body.error).toBe('team_name_taken');
  });

  test('frees its name when it is renamed or deleted, and may change the letter case', async () => {
    const { owner } = await service.organization();
    const { id } = await made(owner, { name: 'Berlin' });
    expect((await owner.call(`PATCH /v1/teams/${id}`, { body: { name: 'BERLIN' } })).body.name).toBe('BERLIN');
    expect((await owner.call(`PATCH /v1/teams/${id}`, { body: { name: 'Bonn' } })).status).toBe(200);
    const second = await make(owner, { name: 'Berlin' });
    expect(second.status).toBe(201);
    expect((await owner.call(`DELETE /v1/teams/${second.body.id}`)).status).toBe(204);
    expect((await owner.call(`GET /v1/teams/${second.body.id}`)).body.error).toBe('team_not_found');
    expect((await make(owner, { name: 'berlin' })).status).toBe(201);
    const actions = (await owner.call('GET /v1/audit-logs')).body.data.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action.startsWith('team.'))).toEqual([
      ...['team.create', 'team.delete', 'team.create', 'team.update', 'team.update', 'team.create'],
    ]);
  });

  test('of the same name is created once by parallel requests', async () => {
    const { owner } = await service.organization();
    const answers = await times(6, (index) => make(owner, { name: index % 2 ? 'Munich' : 'MUNICH' }));
    expect(statuses(answers)).toEqual([201, 409, 409, 409, 409, 409]);
    expect(new Set(errors(answers))).toEqual(new Set(['team_name_taken']));
    const [one, other] = [await made(owner), await made(owner)];
    await slowWrites('teams/update');
    const renames = await Promise.all(
      [one, other].map(({ id }) => owner.call(`PATCH /v1/teams/${id}`, { body: { name: 'Rome' } })),
    );
    await service.faults([]);
    expect(statuses(renames)).toEqual([200, 409]);
  });
});

describe('the list of teams', () => {
  test('has all teams for an ADMIN; for others, public teams, their own teams and teams below their own', async () => {
    const { owner } = await service.organization('Home');
    const [member, stranger] = [await service.member(owner, 'USER'), await service.member(owner, 'VIEWER')];
    const open = await made(owner, { name: 'Open' });
    const top = await made(owner, { name: 'Top', isPrivate: true });
    const below = await made(owner, { name: 'Below', isPrivate: true, parentTeamId: top.id });
    const deep = await made(owner, { name: 'Deep', isPrivate: true, parentTeamId: below.id });
    await put(owner, below.id, member.memberId);
    expect(await namesOf(owner, '/v1/teams')).toEqual(['Home', 'Open', 'Top', 'Below', 'Deep']);
    expect(await namesOf(member, '/v1/teams')).toEqual(['Home', 'Open', 'Below', 'Deep']);
    expect(await namesOf(stranger, '/v1/teams')).toEqual(['Home', 'Open']);
    for (const [client, { id }, status] of [
      [member, deep, 200],
      [member, below, 200],
      [member, top, 404],
      [stranger, below, 404],
      [stranger, open, 200],
    ] as const) {
      expect((await client.call(`GET /v1/teams/${id}`)).status).toBe(status);
      expect((await client.call(`GET /v1/teams/${id}/members`)).status).toBe(status);
      if (status === 200) continue;
      expect((await client.call(`PATCH /v1/teams/${id}`, { body: { name: 'X' } })).status).toBe(404);
      expect((await client.call(`DELETE /v1/teams/${id}`)).status).toBe(404);
      expect((await put(client, id, member.memberId)).status).toBe(404);
    }
    // The owner of a team can send back a parent that they can't see.
    const mine = await made(member);
    await owner.call(`PATCH /v1/teams/${mine.id}`, { body: { parentTeamId: top.id } });
    const same = await member.call(`PATCH /v1/teams/${mine.id}`, { body: { name: 'Mine', parentTeamId: top.id } });
    expect(same).toMatchObject({ status: 200, body: { name: 'Mine' } });
    // A private team is not revealed when it is named as the parent.
    expect((await make(member, { parentTeamId: top.id })).body.error).toBe('team_not_found');
    expect((await make(member, { parentTeamId: deep.id })).status).toBe(201);
  });

  test('has pages, cursors and a total', async () => {
    const { owner } = await service.organization();
    for (let index = 0; index < 6; index += 1) await make(owner);
    const whole = (await owner.call('GET /v1/teams?perPage=100')).body;
    expect(whole.meta).toEqual({ total: 7, page: 1, perPage: 100, nextCursor: null });
    const ids: string[] = [];
    for (let query = 'perPage=3'; query; ) {
      const { data, meta } = (await owner.call(`GET /v1/teams?${query}`)).body;
      ids.push(...data.map(({ id }: { id: string }) => id));
      query = meta.nextCursor ? `perPage=3&cursor=${meta.nextCursor}` : '';
    }
    expect(ids).toEqual(whole.data.map(({ id }: { id: string }) => id));
    expect((await owner.call('GET /v1/teams?perPage=3&page=3')).body.data).toHaveLength(1);
    expect((await owner.call('GET /v1/teams?page=4')).body.data).toEqual([]);
  });
});

describe('the tree of teams', () => {
  test('has no cycle, also when teams are moved below each other in parallel', async () => {
    const { owner } = await service.organization();
    const [one, two, three] = [await made(owner), await made(owner), await made(owner)];
    const move = (id: string, parentTeamId: string) => owner.call(`PATCH /v1/teams/${id}`, { body: { parentTeamId } });
    expect((await move(one.id, one.id)).body.error).toBe('team_cycle');
    for (let round = 0; round < rounds(5); round += 1) {
      const { data } = (await owner.call('GET /v1/teams')).body;
      for (const { id } of [one, two, three]) await move(id, data[0].id);
      await slowWrites('teams/update');
      const answers = await Promise.all([move(one.id, two.id), move(two.id, three.id), move(three.id, one.id)]);
      await service.faults([]);
      expect(statuses(answers)).toEqual([200, 200, 409]);
      expect(errors(answers)).toEqual(['team_cycle']);
      await expectConsistent(await service.items());
    }
  });

  test('is at most ten levels deep, also when a branch is moved while it grows', async () => {
    const { owner } = await service.organization();
    const chain = async (parent: string | undefined, count: number) => {
      const ids: string[] = [];
      for (let at = parent; ids.length < count; at = ids.at(-1)) {
        ids.push((await made(owner, at ? { parentTeamId: at } : {})).id);
      }
      return ids;
    };
    const deep = await chain(undefined, 8);
    const last = await made(owner, { parentTeamId: deep.at(-1) });
    expect((await make(owner, { parentTeamId: last.id })).body.error).toBe('team_too_deep');
    await owner.call(`DELETE /v1/teams/${last.id}`);
    for (let round = 0; round < rounds(3); round += 1) {
      const [branch = ''] = await chain(undefined, 1);
      await service.faults([
        { function: 'teams/update', action: 'dynamodb:UpdateItem', fault: 'delay', ms: 40 * round, times: -1 },
      ]);
      const [grown, moved] = await Promise.all([
        make(owner, { parentTeamId: branch }),
        owner.call(`PATCH /v1/teams/${branch}`, { body: { parentTeamId: deep.at(-1) } }),
      ]);
      await service.faults([]);
      expect(errors([grown, moved])).toEqual(['team_too_deep']);
      await expectConsistent(await service.items());
      if (moved.status === 200) await owner.call(`DELETE /v1/teams/${branch}`);
    }
  });

  test('keeps a team that has children, also when a child is created in parallel', async () => {
    const { owner } = await service.organization();
    const parent = await made(owner);
    const child = await made(owner, { parentTeamId: parent.id });
    expect((await owner.call(`DELETE /v1/teams/${parent.id}`)).body.error).toBe('team_has_children');
    await owner.call(`DELETE /v1/teams/${child.id}`);
    await service.faults([
      { function: 'teams/delete', action: 'dynamodb:DeleteItem', fault: 'delay', ms: 60, times: -1 },
    ]);
    const [grown, gone] = await Promise.all([
      make(owner, { parentTeamId: parent.id }),
      owner.call(`DELETE /v1/teams/${parent.id}`),
    ]);
    await service.faults([]);
    expect([grown.status, gone.status]).toSatisfy(
      ([one, other]) => (one === 201 && other === 409) || (one === 404 && other === 204),
    );
  });
});

describe('the members of a team', () => {
  test('are added, changed and removed by an owner, and may leave', async () => {
    const { owner } = await service.organization();
    const [one, other] = [await service.member(owner, 'USER'), await service.member(owner, 'VIEWER')];
    const { id } = await made(owner);
    expect((await put(owner, id, one.memberId)).body).toMatchObject({ role: 'MEMBER', memberId: one.memberId });
    expect((await put(owner, id, one.memberId, 'MODERATOR')).body.role).toBe('MODERATOR');
    expect((await put(owner, id, other.memberId)).status).toBe(200);
    expect((await owner.call(`GET /v1/teams/${id}`)).body.memberCount).toBe(3);
    expect((await one.call(`DELETE /v1/teams/${id}/members/${other.memberId}`)).body.error).toBe('forbidden');
    expect((await other.call(`DELETE /v1/teams/${id}/members/${other.memberId}`)).status).toBe(204);
    const again = await owner.call(`DELETE /v1/teams/${id}/members/${other.memberId}`);
    expect(again.body.error).toBe('team_member_not_found');
    expect((await owner.call(`GET /v1/teams/${id}`)).body.memberCount).toBe(2);
    expect((await one.call('GET /v1/me')).body.teams).toEqual([
      expect.objectContaining({ id, role: 'MODERATOR', organizationId: expect.any(String) }),
    ]);
  });

  test('don’t include people who only see the team', async () => {
    const { owner } = await service.organization();
    const [user, other] = [await service.member(owner, 'USER'), await service.member(owner, 'USER')];
    const top = await made(user);
    const below = await made(user, { parentTeamId: top.id, isPrivate: true });
    await put(user, top.id, other.memberId);
    const leave = await other.call(`DELETE /v1/teams/${below.id}/members/${other.memberId}`);
    expect(leave.body.error).toBe('team_member_not_found');
    expect((await user.call(`DELETE /v1/teams/${top.id}/members/${other.memberId}`)).status).toBe(204);
    const gone = await other.call(`DELETE /v1/teams/${below.id}/members/${other.memberId}`);
    expect(gone.body.error).toBe('team_not_found');
  });

  test('are members of its organization only', async () => {
    const [home, foreign] = [await service.organization(), await service.organization()];
    const [theirs, mine] = [await service.member(foreign.owner, 'USER'), await service.member(home.owner, 'USER')];
    const { id } = await made(home.owner);
    expect((await put(home.owner, id, theirs.memberId)).body.error).toBe('member_not_found');
    const { id: other } = await made(foreign.owner);
    expect((await put(home.owner, other, mine.memberId)).body.error).toBe('team_not_found');
    expect((await make(home.owner, { parentTeamId: other })).body.error).toBe('team_not_found');
  });

  test('keep one owner, also when all owners leave in parallel', async () => {
    const { owner } = await service.organization();
    for (let round = 0; round < rounds(3); round += 1) {
      const people = await times(3, () => service.member(owner, 'USER'));
      const { id } = await made(people[0] as Client);
      for (const { memberId } of people.slice(1)) await put(owner, id, memberId, 'OWNER');
      await slowWrites('teams/remove-member');
      const answers = await Promise.all(
        people.map((person) => person.call(`DELETE /v1/teams/${id}/members/${person.memberId}`)),
      );
      await service.faults([]);
      expect(statuses(answers)).toEqual([204, 204, 409]);
      expect(errors(answers)).toEqual(['last_team_owner']);
      const [left] = (await owner.call(`GET /v1/teams/${id}/members`)).body.data;
      expect((await put(owner, id, left.memberId, 'MEMBER')).body.error).toBe('last_team_owner');
    }
  });

  test('leave every team at once when they are removed from the organization, and are in none when they rejoin', async () => {
    const { owner } = await service.organization();
    const member = await service.member(owner, 'USER');
    await member.call('GET /v1/me');
    const teams = [await made(owner, { isPrivate: true }), await made(member)];
    await put(owner, teams[0]?.id as string, member.memberId, 'OWNER');
    expect((await owner.call(`DELETE /v1/members/${member.memberId}`)).status).toBe(204);
    const there = async () =>
      (
        await times(2, async (index) => (await owner.call(`GET /v1/teams/${teams[index]?.id}/members`)).body.data)
      ).flatMap((rows) => rows.map(({ memberId }: { memberId: string }) => memberId));
    expect(await there()).not.toContain(member.memberId);
    const back = await service.member(owner, 'USER', member.email);
    expect((await back.call('GET /v1/me')).body.teams).toEqual([]);
    expect((await back.call(`GET /v1/teams/${teams[0]?.id}`)).body.error).toBe('team_not_found');
    const rename = await back.call(`PATCH /v1/teams/${teams[1]?.id}`, { body: { name: 'Mine' } });
    expect(rename.body.error).toBe('forbidden');
    // Added again before the old row is deleted, and after.
    expect((await put(owner, teams[0]?.id as string, back.memberId)).status).toBe(200);
    await expectConsistent(await service.items());
    await service.sweep();
    await expectConsistent(await service.items());
    expect(await there()).toContain(back.memberId);
    expect((await owner.call(`GET /v1/teams/${teams[1]?.id}`)).body.memberCount).toBe(0);
    expect((await back.call('GET /v1/me')).body.teams).toMatchObject([{ id: teams[0]?.id, role: 'MEMBER' }]);
  });

  const acceptances = {
    'the API': (token: string) => service.call('POST /v1/invitations/accept', { body: { token } }),
    'the page': (token: string) => service.call('POST /invitations/accept', { body: `token=${token}`, headers: FORM }),
  };
  test.each(
    someOf(
      1,
      (['MEMBER', 'OWNER'] as const).flatMap((role) => Object.entries(acceptances).map((by) => [role, ...by] as const)),
    ),
  )(
    'rejoin a team as a MEMBER by an invitation to it, while the rows of their time as %s remain: by %s',
    async (role, _, accept) => {
      const { owner } = await service.organization();
      const member = await service.member(owner, 'USER');
      const { id } = await made(owner);
      expect((await put(owner, id, member.memberId, role)).status).toBe(200);
      expect((await owner.call(`DELETE /v1/members/${member.memberId}`)).status).toBe(204);
      const body = { email: member.email, role: 'USER', teams: [id] };
      expect((await owner.call('POST /v1/invitations', { body })).status).toBe(201);
      expect((await accept(await service.linkToken(member.email))).status).toBe(200);
      await service.sweep();
      await expectConsistent(await service.items());
      const { data } = (await owner.call(`GET /v1/teams/${id}/members`)).body;
      expect(data.map((row: { role: string }) => row.role)).toEqual(['OWNER', 'MEMBER']);
    },
  );

  test('are deleted with their team', async () => {
    const { owner } = await service.organization();
    const member = await service.member(owner, 'USER');
    const { id } = await made(member);
    await put(owner, id, (await service.member(owner, 'USER')).memberId);
    expect((await member.call(`DELETE /v1/teams/${id}`)).status).toBe(204);
    expect((await member.call('GET /v1/me')).body.teams).toEqual([]);
    expect((await put(owner, id, member.memberId)).body.error).toBe('team_not_found');
    await expectConsistent(await service.items());
    expect((await service.sweep()).failed).toBe(0);
    expect((await service.items()).filter(({ type, teamId }) => type === 'TeamMembership' && teamId === id)).toEqual(
      [],
    );
  });
});

describe('an invitation to teams', () => {
  const accept = async (email: string) =>
    service.call('POST /v1/invitations/accept', { body: { token: await service.linkToken(email) } });

  test('adds the accepting person to them, except to deleted ones', async () => {
    const { owner } = await service.organization();
    const [one, gone, other] = [await made(owner), await made(owner), await made(owner, { isPrivate: true })];
    const email = newAddress();
    const teams = [one.id, gone.id, other.id, one.id];
    const invited = await owner.call('POST /v1/invitations', { body: { email, role: 'USER', teams } });
    expect(invited.body.teams).toEqual([one.id, gone.id, other.id]);
    await owner.call(`DELETE /v1/teams/${gone.id}`);
    expect((await accept(email)).status).toBe(200);
    const person = await service.person(email);
    const { body } = await person.call('GET /v1/me');
    expect(body.teams.map(({ id }: { id: string }) => id).sort()).toEqual([one.id, other.id].sort());
    expect((await owner.call(`GET /v1/teams/${other.id}`)).body.memberCount).toBe(2);
  });

  test('is refused for a team of another organization, also in a bulk', async () => {
    const [home, foreign] = [await service.organization(), await service.organization()];
    const { id } = await made(foreign.owner);
    const body = { email: newAddress(), role: 'USER', teams: [id] };
    const before = service.writes().length;
    expect((await home.owner.call('POST /v1/invitations', { body })).body.error).toBe('team_not_found');
    const bulk = await home.owner.call('POST /v1/invitations/bulk', { body: { invitations: [body] } });
    expect(bulk.body.data).toMatchObject([{ status: 404, error: 'team_not_found' }]);
    expect(service.writes().slice(before)).toEqual([]);
  });

  test('gives a placeholder team memberships, which a person who verifies its address takes over', async () => {
    const { owner } = await service.organization();
    const { id } = await made(owner);
    const email = newAddress();
    await owner.call('POST /v1/invitations', { body: { email, role: 'USER', teams: [id] } });
    await accept(email);
    const subject = newAddress('subject');
    const earlier = await service.person(newAddress(), { subject });
    await earlier.call('GET /v1/me');
    const changed = await service.person(email, { subject });
    expect((await changed.call('GET /v1/me')).body.teams).toMatchObject([{ id }]);
    const rows = (await owner.call(`GET /v1/teams/${id}/members`)).body.data;
    expect(rows.map(({ userProfile }: { userProfile: { email: string } }) => userProfile.email)).toContain(email);
    expect(rows).toHaveLength(2);
  });

  testWhole(
    'gives a placeholder team memberships, which are taken over in several transactions and resumed after a failure',
    async () => {
      const { owner } = await service.organization();
      const subject = newAddress('subject');
      const first = newAddress();
      const teams: string[] = [];
      for (let count = 0; count < 20; count += 1) teams.push((await made(owner)).id);
      const join = async (address: string) => {
        await owner.call('POST /v1/invitations', { body: { email: address, role: 'USER', teams } });
        await accept(address);
      };
      // Each team has rows of an earlier membership. Five parts per team are more than fit into one transaction.
      await join(first);
      const earlier = await service.person(first, { subject });
      const me = (await earlier.call('GET /v1/me')).body;
      expect((await owner.call(`DELETE /v1/members/${me.memberships[0].id}`)).status).toBe(204);
      const email = newAddress();
      await join(email);
      const last = `TEAM#${teams.at(-1)}`;
      await service.faults([{ action: 'dynamodb:PutItem', key: last, fault: 'throttle', times: -1 }]);
      const changed = await service.person(email, { subject });
      expect((await changed.call('GET /v1/me')).body.error).toBe('busy');
      await service.faults([]);
      const after = (await changed.call('GET /v1/me')).body;
      expect(after.teams.map(({ id }: { id: string }) => id).sort()).toEqual([...teams].sort());
      for (const id of [teams[0], teams.at(-1)]) {
        expect((await owner.call(`GET /v1/teams/${id}`)).body.memberCount).toBe(2);
        const rows = (await owner.call(`GET /v1/teams/${id}/members`)).body.data;
        expect(rows.map(({ userProfile }: { userProfile: { email: string } }) => userProfile.email)).toContain(email);
      }
    },
  );

  test('adds a known person who accepts on the page to the teams too', async () => {
    const [home, other] = [await service.organization(), await service.organization()];
    const { id } = await made(home.owner);
    const { email } = other.owner;
    await home.owner.call('POST /v1/invitations', { body: { email, role: 'USER', teams: [id] } });
    const form = { body: `token=${await service.linkToken(email)}`, headers: FORM };
    expect((await service.call('POST /invitations/accept', form)).status).toBe(200);
    expect((await other.owner.call('GET /v1/me')).body.teams).toMatchObject([{ id, organizationId: home.id }]);
  });

  testWhole('adds all of fifty people who accept in parallel', async () => {
    const { owner } = await service.organization();
    const { id } = await made(owner);
    const rows = Array.from({ length: 50 }, () => ({ email: newAddress(), role: 'USER', teams: [id] }));
    await owner.call('POST /v1/invitations/bulk', { body: { invitations: rows } });
    await service.sweep();
    const tokens = await Promise.all(rows.map(({ email }) => service.linkToken(email)));
    const answers = await Promise.all(
      tokens.map((token) => service.call('POST /v1/invitations/accept', { body: { token } })),
    );
    expect(new Set(statuses(answers))).toEqual(new Set([200]));
    expect((await owner.call(`GET /v1/teams/${id}`)).body.memberCount).toBe(51);
  });
});

test('a deleted organization’s teams are deleted with it', async () => {
  const { id, owner } = await service.organization();
  const member = await service.member(owner, 'USER');
  const team = await made(member);
  const gone = await made(member);
  await owner.call(`DELETE /v1/teams/${gone.id}`);
  await put(owner, team.id, (await service.member(owner, 'USER')).memberId);
  expect((await owner.call(`DELETE /v1/organizations/${id}`)).status).toBe(204);
  expect((await member.call('GET /v1/me')).body.teams).toEqual([]);
  await service.clock('5m');
  for (let sweeps = 0; sweeps < 3; sweeps += 1) expect((await service.sweep()).failed).toBe(0);
  await service.clock(0);
  const left = (await service.items()).filter(
    (item) => item.organizationId === id && item.type !== 'AuditEntry' && item.type !== 'Idempotency',
  );
  expect(left).toEqual([]);
});
