import type { Occasion } from '../domain/audit.ts';
import { type Charger, foldIdentity } from '../domain/charger.ts';
import { newId, newNumber } from '../domain/ids.ts';
import type { Limits } from '../domain/limits.ts';
import type { Actor } from '../domain/member.ts';
import type { Site } from '../domain/site.ts';
import type { Team, TeamMembership } from '../domain/team.ts';
import type { TableAccess } from './access.ts';
import { audit } from './audit.ts';
import { keys, prefixes } from './keys.ts';
import { actorMay } from './members.ts';
import { get, query } from './read.ts';
import { changesOf, getSite, listAccessOf } from './sites.ts';
import { actorManages } from './team-members.ts';
import { transact, type Write } from './write.ts';

/** What `findCharger` does to the table, and `readOwner` of its site. */
export const FIND_CHARGER: TableAccess = { BatchGetItem: ['CHARGER', 'CHARGERNO', 'SITE', 'ORG', 'TEAM'] };

/** A charger with the site on which it stands. */
export interface FoundCharger extends Pick<Site, 'organizationId' | 'teamId'> {
  readonly charger: Charger;
  readonly site: Site;
}

/** A charger by its id or its integer. */
export async function findCharger(
  by: { readonly id: string } | { readonly number: number } | undefined,
): Promise<FoundCharger | undefined> {
  const chargerId = by && ('id' in by ? by.id : await chargerOfNumber(by.number));
  const home = chargerId && ((await get(keys.chargerHome(chargerId))) as unknown as { siteId: string } | undefined);
  if (!home) return;
  const [site, charger] = await Promise.all([getSite(home.siteId), get(keys.charger(home.siteId, chargerId))]);
  if (!site || !charger) return;
  const { organizationId, teamId } = site;
  return { site, charger: charger as unknown as Charger, organizationId, teamId };
}

async function chargerOfNumber(number: number): Promise<string | undefined> {
  return ((await get(keys.chargerNumber(number))) as unknown as { chargerId: string } | undefined)?.chargerId;
}

/** What makes a charger. */
export type NewCharger = Pick<Charger, 'identity'> & { readonly reference?: string | undefined };

/** What `createCharger` does to the table. */
export const CREATE_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['SITE', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO', 'AUDIT'],
  UpdateItem: ['SITE'],
};

/**
 * Makes a charger on a site.
 *
 * @param own what the actor is in the team that owns the site
 * @param also what else is written with it
 * @throws Refusal `charger_identity_taken`, `charger_limit_reached`
 */
export async function createCharger(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  site: Site,
  input: NewCharger,
  limits: Limits,
  also: (charger: Charger) => readonly Write[] = () => [],
): Promise<Charger> {
  const at = occasion.now.toISOString();
  const charger: Charger = {
    ...{ id: newId('charger', occasion.now), number: newNumber(), siteId: site.id },
    ...(input as Pick<Charger, 'identity'>),
    ...{ connectionStatus: 'never_seen', createdBy: actor.userId, createdAt: at, updatedAt: at },
  };
  const { id: chargerId, number } = charger;
  const absent = [{ absent: 'pk' }] as const;
  await transact([
    ...actorManages(actor, own, team),
    { type: 'put', key: keys.charger(site.id, chargerId), item: { type: 'Charger', v: 1, ...charger }, when: absent },
    {
      type: 'put',
      key: keys.chargerHome(chargerId),
      item: { type: 'ChargerHome', v: 1, chargerId, siteId: site.id },
      when: absent,
    },
    {
      type: 'put',
      key: keys.chargerNumber(number),
      item: { type: 'ChargerNumber', v: 1, number, chargerId },
      when: absent,
    },
    identityWrite(charger, charger.identity),
    {
      type: 'update',
      key: keys.site(site.id),
      add: { chargers: 1 },
      when: [
        { attribute: 'teamId', is: team.id },
        { attribute: 'chargers', below: limits.chargersOfSite },
      ],
      refuse: ({ chargers }) => (Number(chargers) >= limits.chargersOfSite ? 'charger_limit_reached' : undefined),
    },
    entry(occasion, 'charger.create', site, charger, { after: { siteId: site.id } }),
    ...also(charger),
  ]);
  return charger;
}

/** The part that takes an identity for a charger. */
function identityWrite({ id: chargerId }: Charger, identity: string): Write {
  return {
    type: 'put',
    key: keys.chargerIdentity(foldIdentity(identity)),
    item: { type: 'ChargerIdentity', v: 1, chargerId },
    when: [{ absent: 'pk' }],
    refuse: 'charger_identity_taken',
  };
}

function entry(
  occasion: Occasion,
  action: 'charger.create' | 'charger.update' | 'charger.delete' | 'charger.report',
  { organizationId }: Site,
  { id }: Charger,
  more: { readonly before?: Record<string, unknown>; readonly after?: Record<string, unknown> } = {},
): Write {
  return audit(occasion, { action, organizationId, resource: { type: 'charger', id }, ...more });
}

/** What `updateCharger` does to the table. */
export const UPDATE_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['CHARGERIDENTITY', 'AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['CHARGERIDENTITY'],
};

/** What may change about a charger: undefined stays as it is, and null is taken away. */
export interface ChargerChanges {
  readonly identity?: string | undefined;
  readonly reference?: string | null | undefined;
}

/** Changes a charger. @throws Refusal `charger_identity_taken` */
export async function updateCharger(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  { site, charger }: FoundCharger,
  changes: ChargerChanges,
): Promise<Charger> {
  const { set, remove } = changesOf(charger, changes);
  if (Object.keys(set).length + remove.length === 0) return charger;
  const updatedAt = occasion.now.toISOString();
  const { identity } = set;
  const isRenamed = identity !== undefined && foldIdentity(identity) !== foldIdentity(charger.identity);
  await transact([
    ...actorManages(actor, own, team),
    isOwnedBy(team, site),
    {
      type: 'update',
      key: keys.charger(site.id, charger.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ attribute: 'identity', is: charger.identity }],
    },
    ...(isRenamed ? [identityWrite(charger, identity), identityRemoval(charger)] : []),
    entry(occasion, 'charger.update', site, charger),
  ]);
  return without({ ...charger, ...set, updatedAt }, remove);
}

/** The condition that a team still owns a site. */
function isOwnedBy({ id }: Team, site: Site): Write {
  return { type: 'check', key: keys.site(site.id), when: [{ attribute: 'teamId', is: id }] };
}

function identityRemoval({ id, identity }: Charger): Write {
  return {
    type: 'delete',
    key: keys.chargerIdentity(foldIdentity(identity)),
    when: [{ attribute: 'chargerId', is: id }],
  };
}

function without(charger: Charger, names: readonly string[]): Charger {
  return Object.fromEntries(Object.entries(charger).filter(([name]) => !names.includes(name))) as unknown as Charger;
}

/** What `deleteCharger` does to the table. */
export const DELETE_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
  DeleteItem: ['SITE', 'CHARGER', 'CHARGERIDENTITY', 'CHARGERNO'],
};

/** Deletes a charger, whose identity is free from then on. */
export async function deleteCharger(
  occasion: Occasion,
  actor: Actor,
  own: TeamMembership | undefined,
  team: Team,
  { site, charger }: FoundCharger,
): Promise<void> {
  await transact([
    ...actorManages(actor, own, team),
    isOwnedBy(team, site),
    ...chargerRemoval(charger),
    entry(occasion, 'charger.delete', site, charger, { before: { siteId: site.id } }),
  ]);
}

/** The parts that delete the items of a charger, and take it from the count of its site. */
export function chargerRemoval(charger: Charger): Write[] {
  const { id, siteId, number, identity } = charger;
  return [
    { type: 'delete', key: keys.charger(siteId, id), when: [{ attribute: 'identity', is: identity }] },
    { type: 'delete', key: keys.chargerHome(id) },
    { type: 'delete', key: keys.chargerNumber(number) },
    identityRemoval(charger),
    { type: 'update', key: keys.site(siteId), add: { chargers: -1 }, when: [{ exists: 'pk' }] },
  ];
}

/** What `reportCharger` does to the table. */
export const REPORT_CHARGER: TableAccess = {
  ConditionCheckItem: ['USER', 'TEAM', 'SITE'],
  PutItem: ['AUDIT'],
  UpdateItem: ['SITE'],
};

/** What is reported of a charger: undefined stays as it is, and null is taken away. */
export type ChargerReport = {
  readonly [F in 'connectionStatus' | 'status' | 'error' | 'errorInfo']?: Charger[F] | null | undefined;
};

/**
 * Records how a charger is.
 *
 * @param place the place in a team by which the actor sees the charger; undefined for an ADMIN
 */
export async function reportCharger(
  occasion: Occasion,
  actor: Actor,
  place: TeamMembership | undefined,
  { site, charger, teamId }: FoundCharger,
  report: ChargerReport,
): Promise<Charger> {
  const { set, remove } = changesOf<Charger>(charger, report as Partial<Charger>);
  if (Object.keys(set).length + remove.length === 0) return charger;
  const updatedAt = occasion.now.toISOString();
  // The log has no text that people wrote.
  const { errorInfo: _text, ...after } = set;
  await transact([
    ...actorMay(actor, 'charger:report'),
    ...(place
      ? [
          {
            type: 'check',
            key: keys.teamMember(place.teamId, actor.userId),
            when: [{ attribute: 'memberId', is: actor.memberId }],
          } as const,
        ]
      : []),
    { type: 'check', key: keys.site(site.id), when: [{ attribute: 'teamId', is: teamId }] },
    {
      type: 'update',
      key: keys.charger(site.id, charger.id),
      set: { ...set, updatedAt },
      remove,
      when: [{ exists: 'pk' }],
    },
    entry(occasion, 'charger.report', site, charger, { after }),
  ]);
  return without({ ...charger, ...set, updatedAt }, remove);
}

/** Chargers of a site, the oldest first. */
export async function listChargers(
  siteId: string,
  { skip = 0, limit }: { readonly skip?: number; readonly limit: number },
): Promise<Charger[]> {
  const { pk } = keys.site(siteId);
  return (await query({ pk, prefix: prefixes.charger, skip, limit })) as unknown as Charger[];
}

/** What `listChargersOf` does to the table. */
export const LIST_CHARGERS: TableAccess = { BatchGetItem: ['SITE'], Query: ['SITE', 'TEAM'] };

/** How many teams, and how many sites, are asked at once. */
const TEAMS = 25;
const SITES = 100;

/**
 * The chargers on the sites that some teams own, one site after another, each's oldest first. Sites know how many there
 * are, so that those before the part that is wanted aren't read.
 */
export async function listChargersOf(
  teams: readonly Team[],
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<Charger[]> {
  const chargers: Charger[] = [];
  let before = skip;
  for await (const sites of sitesOf(teams)) {
    let room = limit - chargers.length;
    const wanted = sites.flatMap(({ id, chargers: count }) => {
      const [from, take] = [Math.min(before, count), Math.min(count - Math.min(before, count), room)];
      before -= from;
      room -= take;
      return take > 0 ? [listChargers(id, { skip: from, limit: take })] : [];
    });
    chargers.push(...(await Promise.all(wanted)).flat());
    if (chargers.length >= limit) break;
  }
  return chargers;
}

async function* sitesOf(teams: readonly Team[]): AsyncGenerator<Site[]> {
  const owning = teams.filter(({ sites = 0 }) => sites > 0);
  for (let start = 0; start < owning.length; start += TEAMS) {
    const rows = await Promise.all(owning.slice(start, start + TEAMS).map(({ id }) => listAccessOf(id)));
    const ids = rows.flat().map(({ siteId }) => siteId);
    for (let at = 0; at < ids.length; at += SITES) {
      const sites = await Promise.all(ids.slice(at, at + SITES).map(getSite));
      yield sites.filter((site) => site !== undefined);
    }
  }
}
