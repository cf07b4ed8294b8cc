import { type AuditContext, forOtherOrganization } from '../domain/audit.ts';
import type { Charger } from '../domain/charger.ts';
import type { AccessPath } from '../domain/reach.ts';
import type { Site } from '../domain/site.ts';
import { isChargerShown, type Visibility } from '../domain/visibility.ts';
import { actorIs, actorMay } from '../organizations/members.ts';
import type { TableAccess } from '../table/access.ts';
import { keys } from '../table/keys.ts';
import { Stale, transact, type Write } from '../table/write.ts';
import { chargerEntry, without } from './charger-changes.ts';
import { changesOf } from './site-changes.ts';

/** Table access of `reportCharger`. */
export const REPORT_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
};

/** The reported state of a charger; undefined: unchanged; null: removed. */
export type ChargerReport = {
  readonly [F in 'connectionStatus' | 'status' | 'error' | 'errorInfo']?: Charger[F] | null | undefined;
};

/** A charger whose state an actor reports. */
export interface ReportedCharger {
  /** The access that gives the actor the permission to report. */
  readonly accessPath: AccessPath;
  readonly site: Site;
  readonly charger: Charger;
  /** What the actor may see of the site. */
  readonly visibility: Visibility;
}

/** Records the reported state of a charger. */
export async function reportCharger(
  auditContext: AuditContext,
  { accessPath, site, charger, visibility }: ReportedCharger,
  report: ChargerReport,
): Promise<Charger> {
  // An actor who may not see the text must not learn that a guess equals it.
  const compared = isChargerShown(charger, visibility) ? charger : { ...charger, errorInfo: '\0' };
  const { set, remove } = changesOf<Charger>(compared, report as Partial<Charger>);
  if (Object.keys(set).length + remove.length === 0) return charger;
  const updatedAt = auditContext.now.toISOString();
  // Audit entries contain no free text.
  const { errorInfo: _text, ...after } = set;
  const isHome = accessPath.actor.organizationId === site.organizationId;
  await transact([
    ...actorReports(accessPath),
    { type: 'check', key: keys.site(site.id), when: [{ attribute: 'sharing', is: site.sharing }] },
    {
      type: 'update',
      key: keys.charger(site.id, charger.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ exists: 'pk' }],
    },
    chargerEntry(
      isHome ? auditContext : forOtherOrganization(auditContext, accessPath.actor.organizationId),
      { site, charger },
      { action: 'charger.report', after },
    ),
  ]);
  return without({ ...charger, ...set, updatedAt }, remove);
}

/** Returns conditions that the actor may still report chargers by this access. */
function actorReports({ actor, teamMembership }: AccessPath): Write[] {
  if (actor.role === 'ADMIN') return actorIs(actor, { attribute: 'role', is: 'ADMIN' });
  if (!teamMembership) throw new Stale();
  return [
    ...actorMay(actor, 'charger:report'),
    {
      type: 'check',
      key: keys.teamMember(teamMembership.teamId, actor.userId),
      when: [{ attribute: 'memberId', is: actor.memberId }],
    },
  ];
}
