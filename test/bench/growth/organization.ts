import { DEFAULT_LIMITS } from '../../../lib/domain/limits.ts';
import { teamIdAsUuid } from '../../../lib/domain/team.ts';
import type { Functions } from '../peers/muster.ts';
import { type Filling, fill } from './filling.ts';

/** The values of a call: those of the path's parameters, of the query, and the body. */
interface Values {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
}

/** Calls a route as one person. Returns the body of the answer. @throws Error for a refusal */
// biome-ignore lint/suspicious/noExplicitAny: benchmarks check the form of answers
export type Caller = (route: string, values?: Values) => Promise<any>;

/** An organization with many rows, and the ids of a few of them. */
export interface Grown {
  readonly id: string;
  /** The number of its members, of its pending invitations and of its audit entries, besides a few. */
  readonly size: number;
  /** An ADMIN, and a USER who is in a team above the private one. */
  readonly owner: Caller;
  readonly worker: Caller;
  /** Signs in a person. */
  as(email: string): Promise<Caller>;
  readonly workerId: string;
  readonly workerEmail: string;
  readonly team: string;
  readonly privateTeam: string;
  readonly invitation: string;
  /** The UUID of a site that the private team owns. */
  readonly site: string;
  /** Returns an address that nobody has. */
  newAddress(): string;
}

/** The members of the team, at most: some people join it during the measurement. */
const IN_TEAM = DEFAULT_LIMITS.membersOfTeam - 1000;
/** The teams that an organization is filled with, at most: some exist already. */
const TEAMS = DEFAULT_LIMITS.teams - 3;

/** Creates an organization by calls to the API, and adds many rows of each kind. */
export async function grow(functions: Functions, size: number): Promise<Grown> {
  const name = `size-${size}`;
  let addresses = 0;
  const newAddress = () => {
    addresses += 1;
    return `invitee.${addresses}@${name}.example.com`;
  };
  const token = (email: string) => functions.token(email);
  const creator = callerOf(functions, { authorization: `Bearer ${await token(`owner@${name}.example.com`)}` });
  const { id } = await creator('POST /v1/organizations', { body: { name: `Organization ${size}` } });
  const as = async (email: string) =>
    callerOf(functions, { authorization: `Bearer ${await token(email)}`, 'x-organization-id': id });
  const owner = await as(`owner@${name}.example.com`);
  const workerEmail = `worker@${name}.example.com`;
  const worker = await as(workerEmail);

  const { member: joined } = await worker('POST /v1/invitations/accept', {
    body: { token: await invite(owner, workerEmail) },
  });
  const team = await owner('POST /v1/teams', { body: { name: 'Field service' } });
  const body = { name: 'Depot', isPrivate: true, parentTeamId: team.id };
  const privateTeam = await owner('POST /v1/teams', { body });
  await owner('PUT /v1/teams/{id}/members/{memberId}', {
    ...{ path: { id: team.id, memberId: joined.id }, body: { role: 'MEMBER' } },
  });
  const { data: site } = await owner('POST /api/v3/sites', {
    body: { name: 'Depot', team_uuid: teamIdAsUuid(privateTeam.id) },
  });
  const invitation = await owner('POST /v1/invitations', {
    body: { email: newAddress(), role: 'USER', sendEmail: false },
  });
  const filling: Filling = {
    ...{ organizationId: id, ownerId: team.createdBy, teamId: team.id, defaultTeamId: team.parentTeamId },
    ...{ members: size, invitations: size, auditEntries: size, teams: Math.min(size, TEAMS) },
    ...{ inTeam: Math.min(size, IN_TEAM), existing: { members: 2, invitations: 2, pending: 1, teams: 3 } },
  };
  await fill(functions, filling);
  return {
    ...{ id, size, owner, worker, as, workerEmail, newAddress, workerId: joined.id },
    ...{ team: team.id, privateTeam: privateTeam.id, invitation: invitation.id, site: site.uuid },
  };
}

/** Creates an invitation. Returns the token of its link. */
export async function invite(owner: Caller, email: string): Promise<string> {
  const { link } = await owner('POST /v1/invitations', { body: { email, role: 'USER', sendEmail: false } });
  return new URL(link).searchParams.get('token') as string;
}

function callerOf({ invoke }: Functions, headers: Readonly<Record<string, string>>): Caller {
  return (route, { path = {}, query, body } = {}) => {
    const filled = (route.split(' ')[1] as string).replaceAll(/\{(\w+)\}/g, (_, name) => path[name] as string);
    return invoke(route, filled, {
      headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
      pathParameters: path,
      ...(query && { rawQueryString: new URLSearchParams(query).toString(), queryStringParameters: { ...query } }),
      ...(body && { body: JSON.stringify(body) }),
    });
  };
}
