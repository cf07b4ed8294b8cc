import type { AuditContext } from '../domain/audit.ts';
import type { Actor } from '../domain/member.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import { actorIs } from '../organizations/members.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact } from '../table/write.ts';
import { actorManages, countInTeam, leaveWrites, rolesToAssign } from './team-members.ts';

/** Table access of `removeTeamMember` for a member who leaves. */
export const LEAVE_TEAM: TableAccess = {
  ConditionCheckItem: ['USER'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['TEAM', 'USER'],
};

/** Table access of `removeTeamMember`. */
export const REMOVE_TEAM_MEMBER: TableAccess = union(LEAVE_TEAM, { ConditionCheckItem: ['TEAM'] });

/** A member to remove from a team, and the actor. */
export interface TeamMemberRemoval {
  readonly actor: Actor;
  /** The actor's membership in the team. */
  readonly own: TeamMembership | undefined;
  readonly team: Team;
  /** The member's current row in the team. */
  readonly row: TeamMembership;
}

/**
 * Removes a member from a team, or lets them leave.
 *
 * @throws Refusal `last_team_owner`
 */
export async function removeTeamMember(
  auditContext: AuditContext,
  { actor, own, team, row }: TeamMemberRemoval,
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
    countInTeam(team, { members: -1, owners: row.role === 'OWNER' ? -1 : 0 }),
    audit(auditContext, {
      action: 'team-member.remove',
      organizationId: team.organizationId,
      resource: { type: 'team', id: team.id },
      before: { memberId: row.memberId, role: row.role },
    }),
  ]);
}
