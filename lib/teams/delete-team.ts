import type { AuditContext } from '../domain/audit.ts';
import type { Actor } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import type { TableAccess } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { count } from '../table/counters.ts';
import { dueAttributes } from '../table/due.ts';
import { keys } from '../table/keys.ts';
import { transact, type Write } from '../table/write.ts';
import { actorManages } from './team-members.ts';
import { treeWrite } from './team-tree.ts';
import { listTeams, nameKey } from './teams.ts';

/** Table access of `deleteTeam`. */
export const DELETE_TEAM: TableAccess = {
  Query: ['ORG'],
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['ORG', 'AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['ORG', 'TEAM', 'TEAMNO'],
};

/** A team to delete, and the actor. */
export interface TeamDeletion {
  readonly actor: Actor;
  /** The actor's membership in the team. */
  readonly own: TeamMembership | undefined;
  readonly organization: Organization;
  readonly team: Team;
}

/**
 * Deletes a team, releases its name and ends its memberships. A cascade deletes the rows of its members later.
 *
 * @throws Refusal `default_team`, `team_has_children`, `team_has_sites`
 */
export async function deleteTeam(
  auditContext: AuditContext,
  { actor, own, organization, team }: TeamDeletion,
): Promise<Team> {
  if (team.isDefault) throw new Refusal('default_team');
  const teams = await listTeams(organization.id);
  if (teams.some(({ parentTeamId }) => parentTeamId === team.id)) throw new Refusal('team_has_children');
  if (team.sites) throw new Refusal('team_has_sites');
  const at = auditContext.now.toISOString();
  const discarded: Team = { ...team, updatedAt: at, discardedAt: at };
  const item = { ...discarded, type: 'DiscardedTeam', ...dueAttributes(team.id, at) };
  await transact([
    ...actorManages(actor, own, team),
    ...teamRemoval(team),
    { type: 'check', key: keys.team(organization.id, team.id), when: [{ attribute: 'sites', below: 1 }] },
    { type: 'put', key: keys.discardedTeam(organization.id, team.id), item },
    treeWrite(organization, 'moves'),
    count(organization.id, team.seat, 'teamDeleted'),
    audit(auditContext, {
      action: 'team.delete',
      organizationId: organization.id,
      resource: { type: 'team', id: team.id },
    }),
  ]);
  return discarded;
}

/** Returns writes that delete the items of a team, provided it hasn't changed since it was read. */
export function teamRemoval({ id, organizationId, name, number, updatedAt }: Team): Write[] {
  return [
    {
      type: 'delete',
      key: keys.team(organizationId, id),
      when: [
        { attribute: 'name', is: name },
        { attribute: 'updatedAt', is: updatedAt },
      ],
    },
    { type: 'delete', key: nameKey(organizationId, name), when: [{ attribute: 'teamId', is: id }] },
    { type: 'delete', key: keys.teamHome(id) },
    { type: 'delete', key: keys.teamNumber(number) },
  ];
}
