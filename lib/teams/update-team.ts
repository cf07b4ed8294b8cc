import type { AuditContext } from '../domain/audit.ts';
import type { Actor } from '../domain/member.ts';
import type { Organization } from '../domain/organization.ts';
import { Refusal } from '../domain/refusal.ts';
import { heightOf, type Team, type TeamMembership } from '../domain/team.ts';
import { foldName } from '../domain/user-text.ts';
import { type TableAccess, union } from '../table/access.ts';
import { audit } from '../table/audit.ts';
import { keys } from '../table/keys.ts';
import { transact, type Write } from '../table/write.ts';
import { nameWrite, type OrUndefined } from './create-team.ts';
import { actorManages } from './team-members.ts';
import { byId, placeBelow } from './team-tree.ts';
import { listTeams, nameKey } from './teams.ts';

/** Table access of `updateTeam` without a move. */
export const RENAME_TEAM: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['ORG', 'AUDIT'],
  UpdateItem: ['ORG'],
  DeleteItem: ['ORG'],
};

/** Table access of `updateTeam`. */
export const UPDATE_TEAM: TableAccess = union(RENAME_TEAM, { Query: ['ORG'], ConditionCheckItem: ['ORG'] });

/** The changes of a team; undefined: unchanged. */
export type TeamChanges = OrUndefined<
  Pick<Team, 'name' | 'description' | 'isPrivate' | 'parentTeamId' | 'kind' | 'email' | 'room'>
>;

/** A team to change, as it was read, and the actor. */
export interface TeamChange {
  readonly actor: Actor;
  /** The actor's membership in the team. */
  readonly own: TeamMembership | undefined;
  readonly organization: Organization;
  readonly team: Team;
}

/**
 * Changes a team, or moves it with its subtree.
 *
 * @throws Refusal `team_name_taken`, `default_team`, `team_not_found` for the parent, `team_cycle`, `team_too_deep`
 */
export async function updateTeam(
  auditContext: AuditContext,
  { actor, own, organization, team }: TeamChange,
  changes: TeamChanges,
): Promise<Team> {
  const changed = Object.fromEntries(
    Object.entries(changes).filter(([name, value]) => value !== undefined && value !== team[name as keyof Team]),
  ) as Partial<Team>;
  if (Object.keys(changed).length === 0) return team;
  const { name, parentTeamId } = changed;
  const isRenamed = name !== undefined && foldName(name) !== foldName(team.name);
  let tree: Write[] = [];
  if (parentTeamId !== undefined) {
    if (team.isDefault) throw new Refusal('default_team');
    const teams = byId(await listTeams(organization.id));
    tree = await placeBelow(organization, parentTeamId, heightOf(team.id, teams.values()), { team, teams });
  }
  const updatedAt = auditContext.now.toISOString();
  await transact([
    ...actorManages(actor, own, team),
    {
      type: 'update',
      key: keys.team(organization.id, team.id),
      set: { ...changed, updatedAt },
      when: (['name', 'parentTeamId', ...Object.keys(changed)] as (keyof Team)[]).map((attribute) =>
        team[attribute] === undefined ? { absent: attribute } : { attribute, is: team[attribute] },
      ),
    },
    ...(isRenamed
      ? [
          nameWrite(team, name),
          {
            type: 'delete',
            key: nameKey(organization.id, team.name),
            when: [{ attribute: 'teamId', is: team.id }],
          } as const,
        ]
      : []),
    ...tree,
    audit(auditContext, {
      action: 'team.update',
      organizationId: organization.id,
      resource: { type: 'team', id: team.id },
      ...(parentTeamId !== undefined && { before: { parentTeamId: team.parentTeamId }, after: { parentTeamId } }),
    }),
  ]);
  return { ...team, ...changed, updatedAt };
}
