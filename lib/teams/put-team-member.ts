import type { AuditContext } from '../domain/audit.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor, Member } from '../domain/member.ts';
import { Refusal } from '../domain/refusal.ts';
import { isIn, type Team, type TeamMembership, type TeamRole } from '../domain/team.ts';
import { getMember } from '../organizations/members.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { retryWhileStale, transact } from '../table/write.ts';
import {
  actorManages,
  countInTeam,
  getTeamMembership,
  joinWrites,
  ownersCorrection,
  rolesToAssign,
  teamExists,
} from './team-members.ts';

/** Table access of `putTeamMember` for a member of the team. */
export const CHANGE_TEAM_MEMBER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'ORG'],
  PutItem: ['AUDIT'],
  UpdateItem: ['ORG', 'TEAM', 'USER'],
};

/** Table access of `putTeamMember`. */
export const PUT_TEAM_MEMBER: TableAccess = union(CHANGE_TEAM_MEMBER, { PutItem: ['TEAM', 'USER'] });

/** The teams that a placeholder user may be in: a first sign-in takes over all of them in one transaction. */
const TEAMS_OF_PLACEHOLDER = 20;

/** Refuses to add a placeholder to more teams than allowed. @throws Refusal `member_not_claimed` */
export function refuseUnclaimed({ claimed, teams }: Member): void {
  if (!claimed && teams >= TEAMS_OF_PLACEHOLDER) throw new Refusal('member_not_claimed');
}

/**
 * Adds members to a team or changes their roles, one transaction each. Changes before a refused one are kept.
 *
 * @param placeOf returns a member's new role. `present` is the member's current membership in the team, if any. Refuses
 *   roles that the actor may not give, according to `own`, the actor's membership in the team.
 */
export async function putTeamMembers(
  auditContext: AuditContext,
  {
    actor,
    team,
    members,
    limits,
  }: { readonly actor: Actor; readonly team: Team; readonly members: readonly Member[]; readonly limits: Limits },
  placeOf: (
    member: Member,
    present: TeamMembership | undefined,
    own: TeamMembership | undefined,
  ) => Pick<TeamMembership, 'role' | 'roles'>,
): Promise<void> {
  for (const each of members) {
    // Earlier members are committed, so a conflict retries only this one.
    await retryWhileStale(async () => {
      const [own, row, member] = await Promise.all([
        getTeamMembership(team.id, actor.userId),
        getTeamMembership(team.id, each.userId),
        getMember(team.organizationId, each.memberId),
      ]);
      if (!member) return;
      const { role, roles } = placeOf(member, isIn(member, row) ? row : undefined, own);
      await putTeamMember(auditContext, { actor, own, team, member, role, row, roles, limits });
    });
  }
}

/** A membership in a team that an actor gives to a member. */
export interface TeamMemberPlacement {
  readonly actor: Actor;
  /** The actor's membership in the team. */
  readonly own: TeamMembership | undefined;
  readonly team: Team;
  readonly member: Member;
  readonly role: TeamRole;
  /** Rocket.Chat's names of the role; undefined: derived from `role`. */
  readonly roles?: readonly string[] | undefined;
  /** The member's row in the team, current or stale. */
  readonly row: TeamMembership | undefined;
  readonly limits: Limits;
}

/**
 * Adds a member to a team, or changes their role in it.
 *
 * @throws Refusal `team_member_limit_reached`, `last_team_owner`, `member_not_claimed`
 */
export async function putTeamMember(
  auditContext: AuditContext,
  { actor, own, team, member, role, roles, row: present, limits }: TeamMemberPlacement,
): Promise<TeamMembership> {
  const { now } = auditContext;
  const at = now.toISOString();
  const { userId, memberId } = member;
  const isMember = isIn(member, present);
  const hasRoles = roles === undefined || roles.join('\n') === present?.roles?.join('\n');
  if (isMember && present?.role === role && hasRoles) return present;
  const entry = (before?: TeamRole) =>
    audit(auditContext, {
      action: before ? 'team-member.update' : 'team-member.add',
      organizationId: team.organizationId,
      resource: { type: 'team', id: team.id },
      ...(before && { before: { memberId, role: before } }),
      after: { memberId, role },
    });
  if (isMember && present) {
    const owners = (role === 'OWNER' ? 1 : 0) - (present.role === 'OWNER' ? 1 : 0);
    const change = {
      type: 'update',
      set: { role, updatedAt: at, ...(roles && { roles }) },
      ...(roles === undefined && { remove: ['roles'] }),
      when: [
        { attribute: 'memberId', is: memberId },
        { attribute: 'role', is: present.role },
        // The new `roles` extend those that were read.
        ...(roles === undefined
          ? []
          : [present.roles ? { attribute: 'roles', is: present.roles } : { absent: 'roles' }]),
      ],
    } as const;
    await transact([
      ...actorManages(actor, own, team, rolesToAssign(role, present.role)),
      { ...change, key: keys.teamMember(team.id, userId) },
      { ...change, key: keys.teamOf(userId, team.id) },
      owners === 0 ? teamExists(team) : countInTeam(team, { owners }),
      entry(present.role),
    ]);
    const { roles: _before, ...kept } = present;
    return { ...kept, role, ...(roles && { roles }), updatedAt: at };
  }
  refuseUnclaimed(member);
  // A stale row is still counted, with its old role.
  const owners = (role === 'OWNER' ? 1 : 0) - (present?.role === 'OWNER' ? 1 : 0);
  await transact([
    ...actorManages(actor, own, team, rolesToAssign(role)),
    ...joinWrites(team, member, { role, roles, by: actor.userId, now, stale: present }),
    ...(present ? ownersCorrection(team, owners) : [countInTeam(team, { members: 1, owners }, limits)]),
    entry(),
  ]);
  const { id: teamId, organizationId } = team;
  const createdBy = actor.userId;
  return { teamId, organizationId, userId, memberId, role, createdBy, createdAt: at, updatedAt: at };
}
