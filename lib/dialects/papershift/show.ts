import { configuration } from '../../configuration.ts';
import { idAsUuid } from '../../domain/ids.ts';
import type { Organization } from '../../domain/organization.ts';
import { type Team, type TeamMembership, teamIdAsUuid, teamMembershipAsUuid } from '../../domain/team.ts';
import { TEAM } from './document.ts';
import { type Comparable, passes } from './filter.ts';
import type { Fields, Relation, TeamQuery } from './query.ts';

const TEAM_MEMBERSHIP = 'team_membership';

/** The data for showing teams, besides the teams. */
export interface View {
  readonly organization: Organization;
  /** Whether the caller may manage a team. */
  manages(team: Team): boolean;
  /** Returns a team's parent, if it is to be included and visible to the caller. */
  parentOf?(team: Team): Team | undefined;
  /** Returns a team's members, if they are to be included. */
  membershipsOf?(team: Team): readonly TeamMembership[];
}

/** Returns the attributes of a team, in the documented order. */
export function attributesOf(team: Team, organization: Organization) {
  return {
    account_id: idAsUuid(organization.id),
    discarded_at: team.discardedAt ?? null,
    name: team.name,
    parent_team_id: team.parentTeamId === undefined ? null : teamIdAsUuid(team.parentTeamId),
  };
}

/** Returns the read-only attributes of a new team. */
export function newAttributes(organization: Organization) {
  return { account_id: idAsUuid(organization.id), discarded_at: null };
}

function attributesOfMembership({ teamId, userId, role, createdAt, updatedAt }: TeamMembership) {
  return {
    team_id: teamIdAsUuid(teamId),
    user_id: idAsUuid(userId),
    role: role.toLowerCase(),
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

/** Returns the URL of a team. */
export function addressOf(team: Team): string {
  return `${configuration().publicUrl}/api/v1/teams/${teamIdAsUuid(team.id)}`;
}

/** Returns the document of one team. */
export function showTeam(team: Team, query: TeamQuery, view: View) {
  return document([team], query, view, ([data]) => data);
}

/** Returns the document of a page of teams. */
export function showTeams(teams: readonly Team[], query: TeamQuery, view: View) {
  return document(teams, query, view, (data) => data);
}

function document<T>(
  teams: readonly Team[],
  query: TeamQuery,
  view: View,
  primary: (data: readonly TeamResource[]) => T,
) {
  const data = teams.map((team) => teamResource(team, query, view));
  if (query.include === undefined) return { data: primary(data) };
  const shown = new Set(teams.map(({ id }) => id));
  const parents = query.include.parent
    ? teams.flatMap((team) => {
        const parent = view.parentOf?.(team);
        // Each parent is included once, and not if it is in the primary data.
        if (!parent || shown.has(parent.id)) return [];
        shown.add(parent.id);
        return isIncluded('parent_team', teamView(parent, view), query)
          ? [teamResource(parent, query, view, false)]
          : [];
      })
    : [];
  const memberships = teams.flatMap((team) =>
    membershipsIn(team, query, view).map((row) => membershipResource(row, query.fields)),
  );
  return { data: primary(data), included: [...parents, ...memberships] };
}

/** Returns the fields of a team for filtering and sorting. */
export function teamView(team: Team, { organization }: Pick<View, 'organization'>): Comparable {
  return { id: teamIdAsUuid(team.id), ...attributesOf(team, organization) };
}

function isIncluded(relation: Relation, shown: Comparable, { included }: TeamQuery): boolean {
  return included.filter((filter) => filter.relation === relation).every((filter) => passes(shown, filter));
}

function membershipsIn(team: Team, query: TeamQuery, view: View): readonly TeamMembership[] {
  if (!query.include?.members) return [];
  return (view.membershipsOf?.(team) ?? []).filter((row) =>
    isIncluded('team_memberships', { id: teamMembershipAsUuid(row), ...attributesOfMembership(row) }, query),
  );
}

type TeamResource = ReturnType<typeof teamResource>;

/** @param isPrimary false for an included team, which has no relationships */
function teamResource(team: Team, query: TeamQuery, view: View, isPrimary = true) {
  const { fields } = query;
  const attributes = chosen(attributesOf(team, view.organization), fields.team);
  const related = isPrimary ? chosen(relationshipsOf(team, query, view), fields.team) : undefined;
  const manages = team.discardedAt === undefined && view.manages(team);
  return {
    id: teamIdAsUuid(team.id),
    type: TEAM,
    ...(attributes && { attributes }),
    ...(related && { relationships: related }),
    meta: {
      permissions: {
        actions: { edit: manages, delete: manages && !team.isDefault },
        team_memberships: { create: manages, edit: manages, delete: manages },
      },
    },
  };
}

/** Returns the relationships to included resources. */
function relationshipsOf(team: Team, query: TeamQuery, view: View) {
  const { parentTeamId } = team;
  const { include } = query;
  return {
    ...(include?.parent && {
      parent_team: { data: parentTeamId === undefined ? null : { id: teamIdAsUuid(parentTeamId), type: TEAM } },
    }),
    ...(include?.members && {
      team_memberships: {
        data: membershipsIn(team, query, view).map((row) => ({ id: teamMembershipAsUuid(row), type: TEAM_MEMBERSHIP })),
        // The members of a large team aren't all included.
        meta: { total: team.members },
      },
    }),
  };
}

function membershipResource(row: TeamMembership, fields: Fields) {
  const attributes = chosen(attributesOfMembership(row), fields.team_membership);
  return { id: teamMembershipAsUuid(row), type: TEAM_MEMBERSHIP, ...(attributes && { attributes }) };
}

/** Returns the fields of a sparse fieldset; undefined if there are none. */
function chosen<T extends object>(all: T, fields: ReadonlySet<string> | undefined): Partial<T> | undefined {
  const left = Object.entries(all).filter(([name]) => !fields || fields.has(name));
  return left.length > 0 ? (Object.fromEntries(left) as Partial<T>) : undefined;
}
