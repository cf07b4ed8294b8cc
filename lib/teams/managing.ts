import type { Member } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { isIn, mayManage, type Team, type TeamMembership } from '../domain/team.ts';
import { getMember, listMembers } from '../organizations/members.ts';
import { listMemberships, withOrganizations } from '../organizations/organizations.ts';
import type { TableAccess } from '../table/access.ts';
import { listTeamMembers, listTeamsOf } from './team-members.ts';
import { getTeam, listTeams } from './teams.ts';

/** Table access of `listManaged`. */
export const LIST_MANAGED: TableAccess = { BatchGetItem: ['ORG'], Query: ['ORG', 'USER'] };

/** A team that a person manages, and its organization. */
export interface ManagedTeam {
  readonly team: Team;
  readonly organization: Organization;
}

/** Returns the teams that a person manages: those they own, and all teams where they are an ADMIN. */
export async function listManaged(userId: string, limit: number): Promise<ManagedTeam[]> {
  const [memberships, own] = await Promise.all([listMemberships(userId), listTeamsOf(userId)]);
  const [present, teams] = await Promise.all([
    withOrganizations(memberships),
    Promise.all(
      memberships.map((actor) => {
        if (actor.role === 'ADMIN') return listTeams(actor.organizationId, { limit });
        const owned = own.filter((row) => isIn(actor, row) && mayManage(actor, row)).slice(0, limit);
        return Promise.all(owned.map(({ teamId }) => getTeam(actor.organizationId, teamId)));
      }),
    ),
  ]);
  const byId = new Map(present.map(({ organization }) => [organization.id, organization]));
  const managed = teams.flat().flatMap((team) => {
    const organization = team && byId.get(team.organizationId);
    return organization ? [{ team, organization }] : [];
  });
  return managed.slice(0, limit);
}

/** The rows of one page while searching. */
const PAGE = 1000;

/** The people who get mails about a team, at most. */
const MAX_MANAGERS = 10;

/**
 * Returns the recipients of mails about a team: its owners, or the organization's ADMINs if no owner may manage it.
 * There is always an ADMIN.
 */
export async function listTeamManagers({ id, organizationId }: Pick<Team, 'id' | 'organizationId'>): Promise<Member[]> {
  const owners = await firstMatches(
    (after) => listTeamMembers(id, { after, limit: PAGE }),
    (row) => row.userId,
    (rows) => managingOwners(organizationId, rows),
  );
  if (owners.length > 0) return owners;
  return firstMatches(
    (after) => listMembers(organizationId, { after, limit: PAGE }),
    (member) => member.memberId,
    async (members) => members.filter(({ role }) => role === 'ADMIN'),
  );
}

/** Returns the owners among team members who are still in the organization and may manage the team. */
async function managingOwners(organizationId: string, rows: readonly TeamMembership[]): Promise<Member[]> {
  const owners = rows.filter(({ role }) => role === 'OWNER').slice(0, 2 * MAX_MANAGERS);
  const members = await Promise.all(owners.map(({ memberId }) => getMember(organizationId, memberId)));
  return members.filter(
    (member, index): member is Member =>
      member !== undefined && isIn(member, owners[index]) && mayManage(member, owners[index]),
  );
}

/** Returns the matches of the first page that has any, at most `MAX_MANAGERS`. */
async function firstMatches<T>(
  read: (after: string | undefined) => Promise<T[]>,
  cursor: (row: T) => string,
  match: (rows: readonly T[]) => Promise<Member[]>,
): Promise<Member[]> {
  for (let after: string | undefined; ; ) {
    const rows = await read(after);
    const found = await match(rows);
    const last = rows.at(-1);
    if (found.length > 0 || rows.length < PAGE || !last) return found.slice(0, MAX_MANAGERS);
    after = cursor(last);
  }
}
