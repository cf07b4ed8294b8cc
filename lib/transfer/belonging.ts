import { hasItsKey } from '../consistency/rules.ts';
import type { Item } from '../table/read.ts';
import { Unusable } from './form.ts';

// The file of one organization comes from whoever was its customer, so it may give access to that organization only.
// Each row has the key that its rule gives it, and names the organization of the header, and people, teams, sites and
// chargers whose own rows are in the file. An import stores none of those rows if the table has them already, so a row
// of the file never names what was there before.

/** What a row may name: the attribute, the kind of partition, and the types whose rows define ids, by an attribute. */
const NAMED = [
  { name: 'userId', kind: 'USER', definers: { User: 'userId', Integration: 'id' }, what: 'a person who' },
  // Of a deleted team, only its tombstone is left.
  { name: 'teamId', kind: 'TEAM', definers: { TeamHome: 'teamId', DiscardedTeam: 'id' }, what: 'a team that' },
  { name: 'siteId', kind: 'SITE', definers: { Site: 'id' }, what: 'a site that' },
  { name: 'chargerId', kind: 'CHARGER', definers: { ChargerHome: 'chargerId' }, what: 'a charger that' },
] as const;

/** The partitions whose keys begin with an organization. */
const OF_ORGANIZATION = new Set(['ORG', 'AUDIT', 'CHARGERIDENTITY']);

/** The types whose `id` is one of these ids, too. */
const BY_ID: Readonly<Record<string, string>> = { Team: 'teamId', DiscardedTeam: 'teamId', Charger: 'chargerId' };

/**
 * Expects that every item of an organization's export belongs to it. Keeps the ids of its people, teams, sites and
 * chargers.
 *
 * @param read reads the items from the beginning, in the order of their lines
 * @throws Unusable with the number of the first line that doesn't
 */
export async function expectOwn(organizationId: string, read: () => AsyncIterable<Item>): Promise<void> {
  const ids = new Map<string, Set<unknown>>(NAMED.map(({ name }) => [name, new Set()]));
  let isThere = false;
  // The first line is the header.
  let line = 1;
  for await (const item of read()) {
    line += 1;
    if (!hasItsKey(item)) throw new Unusable(`Line ${line} has a key that differs from its attributes.`);
    if (!isOf(organizationId, item)) throw new Unusable(`Line ${line} belongs to another organization.`);
    if (item.type === 'Organization') isThere = true;
    for (const { name, definers } of NAMED) {
      const by = new Map(Object.entries(definers)).get(String(item.type));
      if (by !== undefined) ids.get(name)?.add(item[by]);
    }
  }
  if (!isThere) throw new Unusable('The export lacks its organization.');
  line = 1;
  for await (const item of read()) {
    line += 1;
    // An audit entry tells what was, and gives nothing.
    if (item.type === 'AuditEntry') continue;
    const missing = NAMED.find(({ name, kind }) => namedBy(item, name, kind).some((id) => !ids.get(name)?.has(id)));
    if (missing) throw new Unusable(`Line ${line} names ${missing.what} isn’t in the export.`);
  }
}

/** Whether an item names no other organization. */
function isOf(organizationId: string, item: Item): boolean {
  const { type, id, pk, identityIn = organizationId } = item;
  const [kind = '', first] = pk.split('#');
  const named = [item.organizationId ?? organizationId, identityIn];
  if (OF_ORGANIZATION.has(kind)) named.push(first);
  if (type === 'Organization') named.push(id);
  return named.every((each) => each === organizationId);
}

/** Returns the ids of a kind that an item names, also by its key. */
function namedBy(item: Item, name: string, kind: string): unknown[] {
  const [first, ...others] = item.pk.split('#');
  const ids = first === kind ? [others.join('#')] : [];
  if (item[name] !== undefined) ids.push(item[name] as string);
  if (BY_ID[item.type as string] === name) ids.push(item.id as string);
  return ids;
}
