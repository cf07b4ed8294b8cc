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

/** A team that somebody manages, and its organization. */
export interface ManagedTeam {
  readonly team: Team;
  readonly organization: Organization;
}

/** The teams that somebody manages, in whatever organizations: those that they own, and all where they are an ADMIN. */
export async function listManaged(userId: string, limit: number): Promise<ManagedTeam[]> {
  const [memberships, own] = await Promise.all([listMemberships(userId), listTeamsOf(userId)]);
  const [present, teams] = await Promise.all([
    withOrganizations(memberships),
    Promise.all(
      memberships.map((actor) => {
        if (actor.role === 'ADMIN') return listTeams(actor.organizationId, limit);
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

/** Rows that are read at once in search of somebody. */
const ROWS = 1000;

/** How many people hear of something about a team at most. */
const MOST = 10;

/**
 * Who is told of what is about a team: its owners, or where none of them may manage it, the ADMINs of its organization.
 * There always is an ADMIN.
 */
export async function listTeamManagers({ id, organizationId }: Pick<Team, 'id' | 'organizationId'>): Promise<Member[]> {
  const owners = await firstOf(
    (after) => listTeamMembers(id, { after, limit: ROWS }),
    (row) => row.userId,
    (rows) => present(organizationId, rows),
  );
  if (owners.length > 0) return owners;
  return firstOf(
    (after) => listMembers(organizationId, { after, limit: ROWS }),
    (member) => member.memberId,
    async (members) => members.filter(({ role }) => role === 'ADMIN'),
  );
}

/** Owners of a team who are in its organization still, and may manage it. */
async function present(organizationId: string, rows: readonly TeamMembership[]): Promise<Member[]> {
  const owners = rows.filter(({ role }) => role === 'OWNER').slice(0, 2 * MOST);
  const members = await Promise.all(owners.map(({ memberId }) => getMember(organizationId, memberId)));
  return members.filter(
    (member, index): member is Member =>
      member !== undefined && isIn(member, owners[index]) && mayManage(member, owners[index]),
  );
}

/** The first of those who are wanted: of the first part of a list that has any. */
async function firstOf<T>(
  read: (after: string | undefined) => Promise<T[]>,
  place: (row: T) => string,
  wanted: (rows: readonly T[]) => Promise<Member[]>,
): Promise<Member[]> {
  for (let after: string | undefined; ; ) {
    const rows = await read(after);
    const found = await wanted(rows);
    const last = rows.at(-1);
    if (found.length > 0 || rows.length < ROWS || !last) return found.slice(0, MOST);
    after = place(last);
  }
}
