import type { Occasion } from '../domain/audit.ts';
import type { Actor } from '../domain/member.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import { actorIs } from '../organizations/members.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact } from '../table/write.ts';
import { actorManages, countInTeam, leaveWrites, rolesToAssign } from './team-members.ts';

/** What `removeTeamMember` does to the table for whoever leaves by themselves. */
export const LEAVE_TEAM: TableAccess = {
  ConditionCheckItem: ['USER'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['TEAM', 'USER'],
};

/** What `removeTeamMember` does to the table. */
export const REMOVE_TEAM_MEMBER: TableAccess = union(LEAVE_TEAM, { ConditionCheckItem: ['TEAM'] });

/**
 * Takes a member out of a team, or lets them leave.
 *
 * @param row the member's row, of the present membership
 * @throws Refusal `last_team_owner`
 */
export async function removeTeamMember(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  row: TeamMembership,
): Promise<void> {
  const leaving = row.memberId === actor.memberId;
  await transact([
    ...(leaving ? actorIs(actor) : actorManages(actor, own, team, rolesToAssign(row.role))),
    ...leaveWrites(row, [{ attribute: 'role', is: row.role }]),
    {
      type: 'update',
      key: keys.member(team.organizationId, row.memberId),
      add: { teams: -1 },
      when: [{ exists: 'pk' }],
    },
    countInTeam(team, -1, row.role === 'OWNER' ? -1 : 0),
    audit(occasion, {
      action: 'team-member.remove',
      organizationId: team.organizationId,
      resource: { type: 'team', id: team.id },
      before: { memberId: row.memberId, role: row.role },
    }),
  ]);
}
