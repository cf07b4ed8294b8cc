import { forOtherOrganization, type Occasion } from '../domain/audit.ts';
import type { Charger } from '../domain/charger.ts';
import { type Insight, isChargerShown } from '../domain/insight.ts';
import type { Way } from '../domain/reach.ts';
import type { Site } from '../domain/site.ts';
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

/** What is reported of a charger: undefined stays as it is, and null is taken away. */
export type ChargerReport = {
  readonly [F in 'connectionStatus' | 'status' | 'error' | 'errorInfo']?: Charger[F] | null | undefined;
};

/** A charger of which somebody reports. */
export interface ReportedCharger {
  /** By which they reach it, in whose organization they may. */
  readonly way: Way;
  readonly site: Site;
  readonly charger: Charger;
  /** What they see of the site. */
  readonly insight: Insight;
}

/** Records how a charger is. */
export async function reportCharger(
  occasion: Occasion,
  { way, site, charger, insight }: ReportedCharger,
  report: ChargerReport,
): Promise<Charger> {
  // Whoever isn't shown a text isn't told either that it is the one they guessed.
  const compared = isChargerShown(charger, insight) ? charger : { ...charger, errorInfo: '\0' };
  const { set, remove } = changesOf<Charger>(compared, report as Partial<Charger>);
  if (Object.keys(set).length + remove.length === 0) return charger;
  const updatedAt = occasion.now.toISOString();
  // The log has no text that people wrote.
  const { errorInfo: _text, ...after } = set;
  const isHome = way.actor.organizationId === site.organizationId;
  await transact([
    ...actorReports(way),
    { type: 'check', key: keys.site(site.id), when: [{ attribute: 'sharing', is: site.sharing }] },
    {
      type: 'update',
      key: keys.charger(site.id, charger.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ exists: 'pk' }],
    },
    chargerEntry(
      isHome ? occasion : forOtherOrganization(occasion, way.actor.organizationId),
      { site, charger },
      { action: 'charger.report', after },
    ),
  ]);
  return without({ ...charger, ...set, updatedAt }, remove);
}

/** The conditions that the actor may still report how the chargers are that they reach by a team. */
function actorReports({ actor, place }: Way): Write[] {
  if (actor.role === 'ADMIN') return actorIs(actor, { attribute: 'role', is: 'ADMIN' });
  if (!place) throw new Stale();
  return [
    ...actorMay(actor, 'charger:report'),
    {
      type: 'check',
      key: keys.teamMember(place.teamId, actor.userId),
      when: [{ attribute: 'memberId', is: actor.memberId }],
    },
  ];
}
