import { describe, expect, test } from 'vitest';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';
import { share } from '../support/sharing.ts';
import { describeWhole, testWhole } from '../support/whole.ts';

const LIMITS = {
  ...{ members: 6, pendingInvitations: 3, organizationsOfPerson: 2, accessTokensOfMember: 2 },
  integrationsOfOrganization: 3,
  ...{ mailsOfOrganization: 8, mailsToAddress: 4, membersOfTeam: 2 },
  ...{ teams: 12, sitesOfTeam: 8, teamsOfSite: 3, chargersOfSite: 8 },
};
const service = useService({
  environment: { LIMITS: JSON.stringify(LIMITS), ORGANIZATION_CREATORS: '' },
});

const times = <T>(count: number, of: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => of(index)));
const errors = (answers: readonly Answer[]) => answers.flatMap(({ body }) => body?.error ?? []);
const made = (answers: readonly Answer[]) => answers.filter(({ status }) => status < 300);

test('an invitation to a full team is refused, also in a bulk, and a team that fills up later is skipped', async () => {
  const { owner } = await service.organization();
  const team = async () => (await owner.call('POST /v1/teams', { body: { name: newAddress() } })).body.id as string;
  const [full, later, free] = [await team(), await team(), await team()];
  const { memberId } = await service.member(owner, 'USER');
  const fill = (id: string) => owner.call(`PUT /v1/teams/${id}/members/${memberId}`, { body: {} });
  const email = newAddress();
  const invite = (teams: readonly string[], to = newAddress()) =>
    owner.call('POST /v1/invitations', { body: { email: to, role: 'USER', teams } });
  await fill(full);
  expect((await invite([later, free], email)).status).toBe(201);
  await fill(later);
  const before = await service.items();
  expect(await invite([free, full])).toMatchObject({ status: 409, body: { error: 'team_member_limit_reached' } });
  const row = { email: newAddress(), role: 'USER', teams: [full] };
  for (const dryRun of [true, false]) {
    const bulk = await owner.call('POST /v1/invitations/bulk', { body: { invitations: [row], dryRun } });
    expect(bulk.body.data).toMatchObject([{ status: 409, error: 'team_member_limit_reached' }]);
  }
  expect(await service.items()).toEqual(before);
  const token = await service.linkToken(email);
  expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
  const { body } = await (await service.person(email)).call('GET /v1/me');
  expect(body.teams.map(({ id }: { id: string }) => id)).toEqual([free]);
});

describe('parallel requests reach a limit exactly, and refused ones leave nothing behind, for', () => {
  test('pending invitations and the seats that they reserve', async () => {
    const { owner } = await service.organization();
    const admins = [owner, await service.member(owner, 'ADMIN')];
    const invite = (index: number) =>
      (admins[index % 2] as typeof owner).call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
    const first = await times(8, invite);
    expect(made(first)).toHaveLength(3);
    expect(new Set(errors(first))).toEqual(new Set(['invitation_limit_reached']));
    const before = (await service.items()).length;
    expect((await invite(0)).body.error).toBe('invitation_limit_reached');
    expect((await service.items()).length).toBe(before);

    for (const { body } of made(first)) {
      const token = await service.linkToken(body.email);
      expect((await service.call('POST /v1/invitations/accept', { body: { token } })).status).toBe(200);
    }
    const second = await times(6, invite);
    expect(made(second), 'five members leave one seat').toHaveLength(1);
    expect(new Set(errors(second))).toEqual(new Set(['member_limit_reached']));
    const [pending] = made(second);
    expect((await owner.call(`DELETE /v1/invitations/${pending?.body.id}`)).status).toBe(204);
    expect((await invite(1)).status).toBe(201);
  });

  test('organizations of a person, by creation and by acceptance', async () => {
    const creator = await service.person(newAddress());
    const created = await times(5, (index) =>
      creator.call('POST /v1/organizations', { body: { name: `No ${index}` } }),
    );
    expect(made(created)).toHaveLength(2);
    expect(new Set(errors(created))).toEqual(new Set(['organization_limit_reached']));

    const homes = await times(5, () => service.organization());
    const email = newAddress();
    const tokens: string[] = [];
    for (const { owner } of homes) {
      await owner.call('POST /v1/invitations', { body: { email, role: 'USER' } });
      tokens.push(await service.linkToken(email));
    }
    const accepted = await times(4, (index) =>
      service.call('POST /v1/invitations/accept', { body: { token: tokens[index] } }),
    );
    expect(made(accepted)).toHaveLength(2);
    expect(new Set(errors(accepted))).toEqual(new Set(['organization_limit_reached']));
    const person = await service.person(email);
    const me = (await person.call('GET /v1/me')).body;
    expect([me.memberships.length, me.invitations.length]).toEqual([2, 3]);
  });

  test('access tokens of a member', async () => {
    const { owner } = await service.organization();
    const mint = () => owner.call('POST /v1/access-tokens', { body: { name: 'x' } });
    const minted = await times(5, mint);
    expect(made(minted)).toHaveLength(2);
    expect(new Set(errors(minted))).toEqual(new Set(['access_token_limit_reached']));
    await owner.call(`DELETE /v1/access-tokens/${made(minted)[0]?.body.id}`);
    expect((await mint()).status).toBe(201);
  });
});

testWhole('parallel imports and invitations take as many seats as an organization has', async () => {
  const { id, owner } = await service.organization();
  const key = (await service.operatorKey()).in(id);
  const row = () => ({ email: newAddress(), role: 'USER' });
  const invited = await owner.call('POST /v1/invitations', { body: row() });
  expect(invited.status).toBe(201);
  const answers = await times(6, (index) =>
    index % 2
      ? key.call('POST /v1/members', { body: row() })
      : key.call('POST /v1/members/bulk', { body: { members: [row(), row()] } }),
  );
  const results = answers.flatMap(({ status, body }) => body.data ?? [{ status, ...body }]);
  expect(results.filter(({ status }) => status === 201)).toHaveLength(4);
  expect(new Set(results.flatMap(({ error }) => error ?? []))).toEqual(new Set(['member_limit_reached']));
  const dry = await key.call('POST /v1/members/bulk', { body: { members: [row()], dryRun: true } });
  expect(dry.body.data).toMatchObject([{ status: 409, error: 'member_limit_reached' }]);
  // The invited person has a seat of their own.
  const imported = await key.call('POST /v1/members', { body: { ...row(), email: invited.body.email } });
  expect(imported.status).toBe(201);
  expect((await owner.call('GET /v1/members')).body.meta.total).toBe(6);
});

test('parallel requests create as many integrations as an organization may have, and revoking makes room', async () => {
  const { owner } = await service.organization();
  const create = () => owner.call('POST /v1/integrations', { body: { name: 'x', role: 'VIEWER' } });
  const created = await times(6, create);
  expect(made(created)).toHaveLength(3);
  expect(new Set(errors(created))).toEqual(new Set(['integration_limit_reached']));
  await owner.call(`DELETE /v1/integrations/${made(created)[0]?.body.id}`);
  expect((await create()).status).toBe(201);
  expect((await create()).body.error).toBe('integration_limit_reached');
});

describe('parallel requests stay within the mail rate', () => {
  test('of an organization per day', async () => {
    const { owner } = await service.organization();
    const resend = async () => {
      const { body } = await owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER' } });
      await owner.call(`DELETE /v1/invitations/${body.id}`);
      return body;
    };
    for (let index = 0; index < 6; index += 1) await resend();
    const answers = await times(6, () =>
      owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER', sendEmail: true } }),
    );
    expect(made(answers)).toHaveLength(2);
    expect(new Set(errors(answers))).toEqual(new Set(['mail_rate_exceeded']));
    const refused = answers.find(({ status }) => status === 429);
    const wait = Number(refused?.headers.get('retry-after'));
    expect(Math.abs(wait - (86_400 - (Math.floor(Date.now() / 1000) % 86_400)))).toBeLessThan(30);
    // An invitation without a mail isn't counted.
    const body = { email: newAddress(), role: 'USER', sendEmail: false };
    expect((await owner.call('POST /v1/invitations', { body })).status).toBe(201);
    await service.clock(`${wait + 60}s`);
    const later = (await service.person(owner.email)).in(made(answers)[0]?.body.organizationId);
    await later.call(`DELETE /v1/invitations/${made(answers)[0]?.body.id}`);
    expect(
      (await later.call('POST /v1/invitations', { body: { ...body, email: newAddress(), sendEmail: true } })).status,
    ).toBe(201);
    await service.clock(0);
  });
});

describeWhole("Volt Time's dialect refuses, also in parallel requests,", () => {
  interface Resource {
    readonly uuid: string;
    readonly id: number;
  }

  /** Creates a resource. */
  async function make(by: Client, path: string, body: object): Promise<Resource> {
    const answer = await by.call(`POST /api/v3/${path}`, { body });
    expect(answer.status).toBe(200);
    return answer.body.data;
  }
  const makeTeam = (by: Client) => make(by, 'teams', { name: newAddress(), email: newAddress(), type: 'Company' });
  const makeSite = (by: Client, { uuid }: Resource) => make(by, 'sites', { name: newAddress(), team_uuid: uuid });
  const home = async () => {
    const { owner } = await service.organization();
    const team = await makeTeam(owner);
    return { owner, team, site: await makeSite(owner, team) };
  };
  const guest = async () => {
    const { owner } = await service.organization('Guests');
    return { owner, team: await makeTeam(owner) };
  };
  const codes = (answers: readonly Answer[]) =>
    answers.filter(({ status }) => status !== 200).map(({ status, body: { error } }) => [status, error]);

  test('teams beyond the limit of an organization, with the code and message of /v1', async () => {
    const { owner } = await service.organization();
    const answers = await times(15, () =>
      owner.call('POST /api/v3/teams', { body: { name: newAddress(), email: newAddress(), type: 'Company' } }),
    );
    const refused = answers.filter(({ status }) => status === 409);
    // The organization has a default team.
    expect(refused).toHaveLength(4);
    for (const { body } of refused) {
      expect(body).toEqual({
        message: 'The organization has as many teams as it may have.',
        error: 'team_limit_reached',
      });
    }
  });

  test('sites beyond the limit of a team', async () => {
    const { owner, team } = await home();
    const body = { name: 'Depot', team_uuid: team.uuid };
    const answers = await times(10, () => owner.call('POST /api/v3/sites', { body }));
    expect(codes(answers)).toEqual(Array.from({ length: 3 }, () => [409, 'site_limit_reached']));
  });

  test('transfers beyond the limit of sites of a team', async () => {
    const { owner, team, site } = await home();
    const { owner: other, team: theirs } = await guest();
    const sites = [site];
    for (let index = 0; index < 6; index += 1) sites.push(await makeSite(owner, team));
    for (const { uuid } of sites) await share(service, uuid, theirs.uuid);
    for (let index = 0; index < 5; index += 1) await makeSite(other, theirs);
    const answers = await Promise.all(
      sites.map(({ uuid }) => owner.call(`POST /api/v3/sites/${uuid}/teams/${theirs.uuid}/transfer-ownership`)),
    );
    expect(codes(answers)).toEqual(Array.from({ length: 4 }, () => [409, 'site_limit_reached']));
  });

  test('chargers beyond the limit of a site', async () => {
    const { owner, site } = await home();
    const answers = await times(11, (index) =>
      owner.call(`POST /api/v3/sites/${site.uuid}/chargers`, { body: { identity: `CP-${index}` } }),
    );
    expect(codes(answers)).toEqual(Array.from({ length: 3 }, () => [409, 'charger_limit_reached']));
  });

  test('teams beyond the limit of a site; the invite stays valid, and the page says so', async () => {
    const { owner, site } = await home();
    const [one, two, three] = [await guest(), await guest(), await guest()];
    for (const { team } of [one, two]) await share(service, site.uuid, team.uuid);
    const inviteTo = async (email: string) => {
      await owner.call(`POST /api/v3/sites/${site.uuid}/teams/invite`, { body: { email } });
      return service.linkToken(email);
    };
    const token = await inviteTo(newAddress('guest'));
    const accept = () =>
      three.owner.call('POST /api/v3/sites/invite/accept', { body: { token, team_uuid: three.team.uuid } });
    expect(await accept()).toMatchObject({ status: 409, body: { error: 'site_team_limit_reached' } });
    const page = await service.call('POST /site/invite/accept', {
      body: new URLSearchParams({ token: await inviteTo(three.owner.email), team: three.team.uuid }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(page).toMatchObject({
      status: 409,
      body: expect.stringContaining('Too many teams have access to the site'),
    });
    expect(page.body).not.toContain('organizations');
    await owner.call(`DELETE /api/v3/sites/${site.uuid}/teams/${one.team.uuid}`);
    expect((await accept()).status).toBe(200);
  });
});
