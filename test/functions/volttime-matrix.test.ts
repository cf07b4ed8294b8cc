import { beforeAll, describe, expect, test } from 'vitest';
import { shortIdAsUuid } from '../../lib/domain/ids.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';

// Tests each endpoint of sites for each combination of a team's access, a role in the team and a role in the
// organization. With the two organizations swapped, it tests each access and each person once, and the ADMINs, who see
// both sites: that an organization owns one site and shares another is all that could differ.

const service = useService();

/** The kinds of access that the teams of the matrix have. */
const ACCESS = [
  ...(['owner', 'full', 'limited', 'granted', 'expired', 'stranger'] as const),
  // Access that changed in steps. `grown`: one charger with a grant, then the other without. `added`: both without,
  // then the other with a grant. `regrown`: both with a grant, then one, then both.
  ...(['grown', 'added', 'regrown'] as const),
];
type Access = (typeof ACCESS)[number];

/** The chargers that each kind of access shows, and the ones whose sensitive data it shows. */
const VISIBLE: Readonly<
  Record<Access, { readonly chargers: readonly number[]; readonly sensitive: readonly number[] }>
> = {
  owner: { chargers: [0, 1], sensitive: [0, 1] },
  full: { chargers: [0, 1], sensitive: [] },
  limited: { chargers: [0], sensitive: [] },
  granted: { chargers: [0, 1], sensitive: [0, 1] },
  expired: { chargers: [0, 1], sensitive: [] },
  stranger: { chargers: [], sensitive: [] },
  grown: { chargers: [0, 1], sensitive: [0] },
  added: { chargers: [0, 1], sensitive: [1] },
  regrown: { chargers: [0, 1], sensitive: [0] },
};

/** The role in the team's organization, and the role in the team or in the team above. */
const PEOPLE = {
  'ADMIN outside': { role: 'ADMIN' },
  'USER who owns it': { role: 'USER', teamRole: 'OWNER' },
  'USER in it': { role: 'USER', teamRole: 'MEMBER' },
  'OPERATOR who owns it': { role: 'OPERATOR', teamRole: 'OWNER' },
  'OPERATOR in it': { role: 'OPERATOR', teamRole: 'MEMBER' },
  'VIEWER who owns it': { role: 'VIEWER', teamRole: 'OWNER' },
  'USER above': { role: 'USER', above: 'OWNER' },
  'OPERATOR above': { role: 'OPERATOR', above: 'MEMBER' },
  'USER outside': { role: 'USER' },
} as const;
type Who = keyof typeof PEOPLE;

interface Combination {
  readonly access: Access;
  readonly who: Who;
}

const WHO = Object.keys(PEOPLE) as Who[];
/** Accesses that changed in steps differ from the others in the chargers that are seen, so fewer people see them. */
const OF_STEPS: readonly Access[] = ['grown', 'added', 'regrown'];
const SEEING: readonly Who[] = ['ADMIN outside', 'USER who owns it', 'OPERATOR in it', 'USER above', 'USER outside'];
const ALL: readonly Combination[] = ACCESS.flatMap((access) =>
  (OF_STEPS.includes(access) ? SEEING : WHO).map((who) => ({ access, who })),
);
const SWAPPED: readonly Combination[] = ACCESS.flatMap((access, index) =>
  [...new Set<Who>(['ADMIN outside', WHO[index % WHO.length] as Who])].map((who) => ({ access, who })),
);

interface Team {
  readonly id: string;
  readonly uuid: string;
}

/** A site, the teams with access, and their members. */
interface Scenario {
  readonly site: string;
  readonly chargers: readonly [string, string];
  readonly teams: Readonly<Record<Access, Team>>;
  readonly people: ReadonlyMap<string, Client>;
  readonly identity: string;
}

const name = () => newAddress('x').split('@')[0] as string;
const future = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString().slice(0, 10);

async function makeTeam(by: Client, parentTeamId?: string): Promise<Team> {
  const made = (await by.call('POST /v1/teams', { body: { name: name(), isPrivate: true, parentTeamId } })).body;
  const { data } = (await by.call('GET /api/v3/teams')).body;
  return { id: made.id, uuid: data.find((row: { name: string }) => row.name === made.name).uuid };
}

/** Gives a team of another organization access by an invite. */
async function share(owner: Client, site: string, other: Client, team: Team, invite: object): Promise<void> {
  const body = { email: other.email, ...invite };
  const made = await owner.call(`POST /api/v3/sites/${site}/teams/invite`, { body });
  expect(made.status).toBe(201);
  const accepted = { token: made.body.invite_token, team_uuid: team.uuid };
  expect((await other.call('POST /api/v3/sites/invite/accept', { body: accepted })).status).toBe(200);
}

/**
 * @param minutes the offset of the clock: a person may make five invites a minute
 * @param tested the combinations that need people
 */
async function makeScenario(
  home: Client,
  away: Client,
  minutes: number,
  tested: readonly Combination[],
): Promise<Scenario> {
  await service.clock(`${minutes}m`);
  const [ownAbove, foreignAbove] = await Promise.all([makeTeam(home), makeTeam(away)]);
  const teams = {} as Record<Access, Team>;
  for (const access of ACCESS) {
    teams[access] = await (access === 'owner' ? makeTeam(home, ownAbove.id) : makeTeam(away, foreignAbove.id));
  }
  const made = await home.call('POST /api/v3/sites', {
    body: { name: 'Depot', team_uuid: teams.owner.uuid, address: 'Quay 1' },
  });
  const site = made.body.data.uuid as string;
  const identity = name();
  const [first, second] = [
    (await home.call(`POST /api/v3/sites/${site}/chargers`, { body: { identity, reference: 'Left' } })).body.data,
    (await home.call(`POST /api/v3/sites/${site}/chargers`, { body: { identity: name(), reference: 'Right' } })).body
      .data,
  ];
  const everything = { can_access_all_assets: true };
  const grant = { ...everything, data_access: true };
  await share(home, site, away, teams.full, everything);
  await share(home, site, away, teams.limited, {
    can_access_all_assets: false,
    accessible_assets: [{ asset_type: 'charger', asset_id: first.id }],
  });
  await share(home, site, away, teams.granted, { ...grant, data_access_expires_at: future(400) });
  await share(home, site, away, teams.expired, { ...grant, data_access_expires_at: future(2) });
  const only = (charger: { id: number }) => ({
    can_access_all_assets: false,
    accessible_assets: [{ asset_type: 'charger', asset_id: charger.id }],
  });
  await service.clock(`${minutes + 2}m`);
  await share(home, site, away, teams.grown, { ...only(first), data_access: true });
  await share(home, site, away, teams.grown, only(second));
  await share(home, site, away, teams.added, everything);
  await share(home, site, away, teams.added, { ...only(second), data_access: true });
  await share(home, site, away, teams.regrown, grant);
  for (const body of [
    { access_of_assets: 'limited_access', accessible_assets: only(first).accessible_assets },
    { access_of_assets: 'full_access' },
  ]) {
    const answer = await home.call(`PUT /api/v3/sites/${site}/teams/${teams.regrown.uuid}/asset-access`, { body });
    expect(answer.status).toBe(200);
  }

  const people = new Map<string, Client>();
  for (const { access, who } of tested) {
    const [owner, above] = access === 'owner' ? [home, ownAbove] : [away, foreignAbove];
    const person = PEOPLE[who];
    // People above or outside are the same for all teams of the organization.
    const shared = 'teamRole' in person ? undefined : `${who} ${access === 'owner'}`;
    const known = shared === undefined ? undefined : people.get(shared);
    const client = known ?? (await service.member(owner, person.role));
    people.set(`${access} ${who}`, client);
    if (known) continue;
    if (shared !== undefined) people.set(shared, client);
    const put = (team: Team, role: string) =>
      owner.call(`PUT /v1/teams/${team.id}/members/${(client as Client & { memberId: string }).memberId}`, {
        body: { role },
      });
    if ('teamRole' in person) await put(teams[access], person.teamRole);
    if ('above' in person) await put(above, person.above);
  }
  return { site, chargers: [first.uuid, second.uuid], teams, people, identity };
}

/** Returns the expected rights, by a second implementation of the rules. */
function rightsOf(access: Access, who: Who) {
  const { role, teamRole, above } = { teamRole: undefined, above: undefined, ...PEOPLE[who] };
  const isIn = role === 'ADMIN' || teamRole !== undefined || above !== undefined;
  // Members of another team with access see through that team.
  const seesBy: readonly Access[] =
    access === 'owner'
      ? isIn
        ? ['owner']
        : []
      : role === 'ADMIN' || above !== undefined
        ? ACCESS.filter((by) => by !== 'owner')
        : isIn && access !== 'stranger'
          ? [access]
          : [];
  const managesTeam = role === 'ADMIN' || (teamRole === 'OWNER' && role !== 'VIEWER');
  const given = (what: 'chargers' | 'sensitive') => new Set(seesBy.flatMap((by) => VISIBLE[by][what]));
  return {
    sees: seesBy.length > 0,
    seen: given('chargers'),
    sensitive: given('sensitive'),
    reports: role === 'ADMIN' || role === 'OPERATOR',
    manages: access === 'owner' && managesTeam,
    managesTeam,
  };
}

/** Returns an answer's status, with the code of a refusal that has one. */
const outcome = ({ status, body }: Answer) => (status >= 400 && body.error ? `${status} ${body.error}` : `${status}`);

let scenarios: readonly Scenario[];

beforeAll(async () => {
  const [one, other] = [(await service.organization('One')).owner, (await service.organization('Other')).owner];
  scenarios = [await makeScenario(one, other, 2, ALL), await makeScenario(other, one, 6, SWAPPED)];
  await service.clock('3d');
}, 240_000);

const sites = [
  [0, 'one organization', ALL],
  [1, 'the other organization', SWAPPED],
] as const;

describe.each(sites)('site %# of %s', (index, _, tested) => {
  test.each(tested)('follows the rules for a team with access "$access" and a $who', async ({ access, who }) => {
    const { site, chargers, teams, people, identity } = scenarios[index] as Scenario;
    const by = people.get(`${access} ${who}`) as Client;
    const rights = rightsOf(access, who);
    const { sees, seen: numbers, sensitive, reports, manages } = rights;
    const call = (route: string, body?: object) => by.call(route, { body });
    const outcomeOf = async (route: string, body?: object) => outcome(await call(route, body));
    /** Returns the expected outcome of a request that needs access and management. */
    const managing = (done: string, isSeen = sees) => (isSeen ? (manages ? done : '403') : '404');
    const S = `/api/v3/sites/${site}`;
    const ST = `${S}/teams/${teams.full.uuid}`;
    const own = `${S}/teams/${teams.owner.uuid}`;

    const seen = await call(`GET ${S}`);
    expect(outcome(seen)).toBe(sees ? '200' : '404');
    if (sees) expect(seen.body.data).toMatchObject({ name: 'Depot', address: sensitive.size > 0 ? 'Quay 1' : null });
    const listed = (await call('GET /api/v3/sites')).body.data.find(({ uuid }: { uuid: string }) => uuid === site);
    expect(listed).toEqual(sees ? seen.body.data : undefined);

    const visible = chargers.filter((_, number) => numbers.has(number));
    const onSite = await call(`GET ${S}/chargers`);
    expect(outcome(onSite)).toBe(sees ? '200' : '404');
    const uuids = (rows: { uuid: string }[]) => rows.map(({ uuid }) => uuid);
    if (sees) expect(uuids(onSite.body.data)).toEqual(visible);
    const all = (await call('GET /api/v3/chargers')).body.data as { uuid: string }[];
    expect(uuids(all).filter((uuid) => chargers.includes(uuid))).toEqual(visible);
    for (const [number, reference] of ['Left', 'Right'].entries()) {
      const uuid = chargers[number] as string;
      const isSeen = visible.includes(uuid);
      const one = await call(`GET /api/v3/chargers/${uuid}`);
      expect(outcome(one)).toBe(isSeen ? '200' : '404');
      if (isSeen) {
        expect(one.body.data.reference).toBe(sensitive.has(number) ? reference : null);
        expect(all.find((row) => row.uuid === uuid)).toEqual(one.body.data);
        expect((onSite.body.data as { uuid: string }[]).find((row) => row.uuid === uuid)).toEqual(one.body.data);
      }
      // Requests that succeed change nothing, so that the next person finds the same state.
      expect(await outcomeOf(`PATCH /api/v3/chargers/${uuid}`, {})).toBe(managing('200', isSeen));
      expect(await outcomeOf(`PUT /api/v3/chargers/${uuid}/status`, {})).toBe(
        isSeen ? (reports ? '200' : '403') : '404',
      );
      if (!manages) expect(await outcomeOf(`DELETE /api/v3/chargers/${uuid}`)).toBe(isSeen ? '403' : '404');
    }
    // The explained access is the actual access.
    const explained = (await call('GET /v1/access')).body.data as {
      siteUuid: string;
      chargerIds: string[] | null;
      sensitiveChargerIds: string[] | null;
    }[];
    const row = explained.find(({ siteUuid }) => siteUuid === site);
    const uuidsOf = (ids: readonly string[] | null | undefined) =>
      ids === null ? [...chargers] : (ids ?? []).map((id) => shortIdAsUuid(id)).sort();
    expect(uuidsOf(row?.chargerIds)).toEqual(visible);
    expect(uuidsOf(row?.sensitiveChargerIds)).toEqual(chargers.filter((_, number) => sensitive.has(number)));
    expect({
      patch: await outcomeOf(`PATCH ${S}`, { name: 'Depot' }),
      delete: await outcomeOf(`DELETE ${S}`),
      charger: await outcomeOf(`POST ${S}/chargers`, { identity }),
      teams: await outcomeOf(`GET ${S}/teams`),
      team: await outcomeOf(`GET ${ST}`),
      none: await outcomeOf(`GET ${S}/teams/${teams.stranger.uuid}`),
      remove: await outcomeOf(`DELETE ${own}`),
      grant: await outcomeOf(`POST ${own}/grant-sensitive-data`, { expires_never: true }),
      revoke: await outcomeOf(`DELETE ${own}/revoke-sensitive-data`),
      assets: await outcomeOf(`PUT ${own}/asset-access`, { access_of_assets: 'full_access' }),
      transfer: await outcomeOf(`POST ${own}/transfer-ownership`),
      request: await outcomeOf(`POST ${ST}/request-sensitive-data`, {
        reason: 'Bills',
        requested_data_expires_at: future(30),
      }),
    }).toEqual({
      patch: managing('200'),
      delete: managing('409 site_has_chargers'),
      charger: managing('422 charger_identity_taken'),
      teams: sees ? '200' : '404',
      team: sees ? '200' : '404',
      none: '404',
      remove: managing('403 site_owner_access'),
      grant: managing('403 site_owner_access'),
      revoke: managing('403 site_owner_access'),
      assets: managing('403 site_owner_access'),
      transfer: managing('403 site_owner_access'),
      // Only managers of the requesting team may request.
      request: sees
        ? access !== 'owner' && (access === 'full' || who === 'ADMIN outside') && rights.managesTeam
          ? '200'
          : '403'
        : '404',
    });
    if (!manages) {
      const invite = { email: newAddress(), can_access_all_assets: true };
      expect(await outcomeOf(`POST ${S}/teams/invite`, invite)).toBe(sees ? '403' : '404');
    }
  });
});
