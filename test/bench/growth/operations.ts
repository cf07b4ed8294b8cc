import { teamIdAsHex } from '../../../lib/domain/team.ts';
import { type Caller, type Grown, invite } from './organization.ts';

type Run = () => Promise<unknown>;

/** An operation whose time is measured in organizations of several sizes. */
export interface Operation {
  readonly what: string;
  /** The smallest size that it is compared with: a page of a list must be full. */
  readonly from: number;
  /** Why it may grow; undefined: it must not. */
  readonly grows?: string;
  /** Prepares a run, unmeasured. */
  prepare(): Promise<Run>;
}

/** The size of the smallest organization in which each list has a full page and a second one. */
export const FULL = 100;

/** Returns the operations in an organization. Each size has the same, in the same order. */
export async function operationsOf(grown: Grown): Promise<Operation[]> {
  return [...(await lists(grown)), ...checks(grown), ...changes(grown), ...growing(grown)];
}

/** First pages, and pages of cursors. */
async function lists(grown: Grown): Promise<Operation[]> {
  const { owner, team, workerEmail, size } = grown;
  const list = (what: string, by: Caller, route: string, query = {}, path = {}): Operation => ({
    ...{ what, from: FULL },
    prepare: async () => () => by(route, { query, path }),
  });
  const after = async (what: string, route: string, path = {}): Promise<Operation> => {
    const cursor = await middle(owner, route, path, size);
    return list(`${what}, page of a cursor`, owner, route, cursor && { cursor }, path);
  };
  const ofTeam = 'GET /v1/teams/{id}/members';
  return [
    list('members, first page', owner, 'GET /v1/members'),
    await after('members', 'GET /v1/members'),
    list('members of an address', owner, 'GET /v1/members', { email: workerEmail }),
    list('members searched by an address', owner, 'GET /v1/members', { search: workerEmail }),
    list('invitations, first page', owner, 'GET /v1/invitations'),
    await after('invitations', 'GET /v1/invitations'),
    list('invitations of an address', owner, 'GET /v1/invitations', { email: workerEmail }),
    list('audit log, first page', owner, 'GET /v1/audit-logs'),
    await after('audit log', 'GET /v1/audit-logs'),
    list('teams, first page, by an ADMIN', owner, 'GET /v1/teams'),
    await after('teams', 'GET /v1/teams'),
    list('members of a team, first page', owner, ofTeam, {}, { id: team }),
    await after('members of a team', ofTeam, { id: team }),
    list("Rocket.Chat's list of all teams", owner, 'GET /api/v1/teams.listAll', { count: '20' }),
    list("Rocket.Chat's members of a team", owner, 'GET /api/v1/teams.members', {
      ...{ teamId: teamIdAsHex(team), count: '20' },
    }),
  ];
}

/** The rows between two pages by which the middle of a list is found, and the last page number. */
const [LARGEST_PAGE, LAST_PAGE] = [100, 1000];

/** Returns the cursor of a page in the middle of a list, as far as page numbers reach; undefined for a short list. */
async function middle(owner: Caller, route: string, path: object, size: number): Promise<string | undefined> {
  const perPage = size > FULL ? String(LARGEST_PAGE) : '20';
  const page = Math.min(LAST_PAGE, Math.max(1, Math.floor(size / 2 / Number(perPage))));
  const values = { path: { ...path } };
  // The audit log has no page numbers.
  const query = route.includes('audit-logs') ? { perPage } : { perPage, page: String(page) };
  const { meta } = await owner(route, { ...values, query });
  // A list that is shorter than the organization, such as that of teams.
  if (meta.nextCursor === null) return (await owner(route, { ...values, query: { perPage } })).meta.nextCursor;
  return meta.nextCursor;
}

/** Reads of one thing, and checks of access. */
function checks({ id, owner, worker, team, privateTeam, invitation, site, workerId }: Grown): Operation[] {
  const check = (what: string, by: Caller, route: string, query = {}, path = {}): Operation => ({
    ...{ what, from: 0 },
    prepare: async () => () => by(route, { query, path }),
  });
  const access = 'GET /v1/access';
  return [
    check('own profile', worker, 'GET /v1/me'),
    check('organization', worker, 'GET /v1/organizations/{organizationId}', {}, { organizationId: id }),
    check('member', worker, 'GET /v1/members/{id}', {}, { id: workerId }),
    check('invitation', owner, 'GET /v1/invitations/{id}', {}, { id: invitation }),
    check('own team', worker, 'GET /v1/teams/{id}', {}, { id: team }),
    check('private team below the own one', worker, 'GET /v1/teams/{id}', {}, { id: privateTeam }),
    check('access of a member to a site', owner, access, { site, member: workerId }),
    check('site, by an ADMIN', owner, 'GET /api/v3/sites/{site}', {}, { site }),
    check('site, by a team above its own', worker, 'GET /api/v3/sites/{site}', {}, { site }),
    check('teams of a site', owner, 'GET /api/v3/sites/{site}/teams', {}, { site }),
  ];
}

/** Changes. Each one leaves the organization as large as it was, or one row larger. */
function changes({ owner, as, newAddress, team, workerId }: Grown): Operation[] {
  const change = (what: string, prepare: () => Promise<Run>): Operation => ({ what, from: 0, prepare });
  /** Invites a person, who has signed in before. */
  const invited = async () => {
    const email = newAddress();
    const person = await as(email);
    await person('GET /v1/me');
    const body = { token: await invite(owner, email) };
    return (route: string) => person(route, { body });
  };
  let teams = 0;
  let isViewer = false;
  return [
    change('invite', async () => () => invite(owner, newAddress())),
    change('accept', async () => {
      const answer = await invited();
      return () => answer('POST /v1/invitations/accept');
    }),
    change('decline', async () => {
      const answer = await invited();
      return () => answer('POST /v1/invitations/decline');
    }),
    change('change of a role', async () => () => {
      isViewer = !isViewer;
      return owner('PATCH /v1/members/{id}', { path: { id: workerId }, body: { role: isViewer ? 'VIEWER' : 'USER' } });
    }),
    change('removal of a member', async () => {
      const { member } = await (await invited())('POST /v1/invitations/accept');
      return () => owner('DELETE /v1/members/{id}', { path: { id: member.id } });
    }),
    change('new team below a team', async () => () => {
      teams += 1;
      return owner('POST /v1/teams', { body: { name: `New ${teams}`, parentTeamId: team } });
    }),
  ];
}

const OWN_TEAMS = 'GET /api/v1/teams.list';

/** Operations that read more in a larger organization. */
function growing({ owner, worker, workerId, size }: Grown): Operation[] {
  const list = (what: string, grows: string, by: Caller, route: string, query = {}): Operation => ({
    ...{ what, grows, from: FULL },
    prepare: async () => () => by(route, { query }),
  });
  const page = String(Math.min(LAST_PAGE, Math.max(1, Math.floor(size / 2 / LARGEST_PAGE))));
  const allTeams = 'reads all teams';
  const below = `${allTeams}: no key is by parent`;
  return [
    list('members, page number in the middle', 'reads all rows before it', owner, 'GET /v1/members', {
      ...{ page, perPage: String(LARGEST_PAGE) },
    }),
    list('members of a role that few have', 'reads 1,000 rows', owner, 'GET /v1/members', { role: 'ADMIN' }),
    list('members searched by a name', 'reads 1,000 rows', owner, 'GET /v1/members', { search: 'nobody at all' }),
    list('teams, first page, by a USER', `${allTeams}: its total counts what they see`, worker, 'GET /v1/teams'),
    list("Rocket.Chat's list of own teams", 'one query for all: fewer units than a read of each', worker, OWN_TEAMS),
    list('access of a member to all sites', below, owner, 'GET /v1/access', { member: workerId }),
    list('own access to all sites', below, worker, 'GET /v1/access'),
    list("Papershift's list of teams", 'answers all teams', owner, 'GET /api/v1/teams'),
    list("Volt Time's list of teams", 'answers all teams', owner, 'GET /api/v3/teams'),
    list("Volt Time's list of sites", below, owner, 'GET /api/v3/sites'),
    list("Rocket.Chat's search of teams", `${allTeams}: no key is by name`, owner, 'GET /api/v1/teams.autocomplete', {
      name: 'team',
    }),
  ];
}
