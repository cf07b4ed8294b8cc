import type { Member } from './member.ts';
import { type AccessPath, givesPermission } from './reach.ts';
import type { Site } from './site.ts';
import { isSensitiveShown } from './site-access.ts';
import { type Visibility, visibilityThrough } from './visibility.ts';

/** The actions on a site that an explanation lists. */
export const SITE_ACTIONS = [
  'site:read',
  'sensitive:read',
  'charger:report',
  'sensitive:request',
  'site:manage',
] as const;
export type SiteAction = (typeof SITE_ACTIONS)[number];

/** Why a person acts for a team with access: as an ADMIN of its organization, as its member, or as a parent team's. */
export type AccessBasis = 'ADMIN' | 'TEAM' | 'PARENT_TEAM';

/** One reason why a person may act on a site. */
export interface Reason {
  readonly accessPath: AccessPath;
  readonly by: AccessBasis;
  readonly actions: readonly SiteAction[];
  /** Whether the team's access includes sensitive data now. */
  readonly isSensitiveShown: boolean;
}

/** The permitted actions of a member on a site, with the reasons. */
export interface Explanation {
  readonly member: Member;
  readonly site: Site;
  readonly actions: readonly SiteAction[];
  readonly visibility: Visibility;
  readonly reasons: readonly Reason[];
}

/** Explains what a member may do with a site. Authorization uses the same access paths. */
export function explain(member: Member, site: Site, accessPaths: readonly AccessPath[], now: Date): Explanation {
  const reasons = accessPaths.map((accessPath) => reasonOf(accessPath, now));
  return {
    ...{ member, site, reasons, visibility: visibilityThrough(accessPaths, now) },
    actions: SITE_ACTIONS.filter((action) => reasons.some(({ actions }) => actions.includes(action))),
  };
}

function reasonOf(accessPath: AccessPath, now: Date): Reason {
  const { access, team, teamMembership } = accessPath;
  const isShown = isSensitiveShown(access, now);
  const allowed: Readonly<Record<SiteAction, boolean>> = {
    'site:read': givesPermission('site:read', accessPath),
    'sensitive:read': isShown,
    'charger:report': givesPermission('charger:report', accessPath),
    'sensitive:request': givesPermission('sensitive-data:request', accessPath),
    'site:manage': givesPermission('site:manage', accessPath),
  };
  return {
    accessPath,
    by: teamMembership === undefined ? 'ADMIN' : teamMembership.teamId === team.id ? 'TEAM' : 'PARENT_TEAM',
    actions: SITE_ACTIONS.filter((action) => allowed[action]),
    isSensitiveShown: isShown,
  };
}
