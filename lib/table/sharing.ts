import type { Site, SiteAccess } from '../domain/site.ts';
import { keys } from './keys.ts';
import type { Update, Write } from './write.ts';

/**
 * The part that says that something of who has access to a site changes, unless that was overtaken: by it every such
 * change is one after another, and what was read of all teams' access is still so.
 *
 * @param teams how many teams more have access
 */
export function sharingChange({ id, sharing }: Site, teams = 0): Update {
  return {
    type: 'update',
    key: keys.site(id),
    add: { sharing: 1, ...(teams !== 0 && { teams }) },
    when: [{ attribute: 'sharing', is: sharing }],
  };
}

/** The parts that give a team access to a site: what it has is on the site's row, that it has it on both. */
export function accessWrites(access: SiteAccess): Write[] {
  const { assets: _assets, sensitive: _sensitive, ...both } = access;
  const { siteId, teamId } = access;
  const when = [{ absent: 'pk' }] as const;
  return [
    { type: 'put', key: keys.siteAccess(siteId, teamId), item: { type: 'SiteAccess', v: 1, ...access }, when },
    { type: 'put', key: keys.siteOfTeam(teamId, siteId), item: { type: 'SiteOfTeam', v: 1, ...both }, when },
  ];
}

/** The part that changes what a team has access to; `sharingChange` goes with it. */
export function accessUpdate(
  { siteId, teamId }: SiteAccess,
  set: Readonly<Partial<SiteAccess>>,
  remove: readonly string[] = [],
): Update {
  return { type: 'update', key: keys.siteAccess(siteId, teamId), set, remove, when: [{ exists: 'pk' }] };
}

/** The parts that take a team's access to a site away, and whatever it was granted with it. */
export function accessRemoval({ siteId, teamId }: SiteAccess): Write[] {
  return [
    { type: 'delete', key: keys.siteAccess(siteId, teamId) },
    { type: 'delete', key: keys.siteOfTeam(teamId, siteId) },
  ];
}
