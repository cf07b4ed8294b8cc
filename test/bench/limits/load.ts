import { COSTS } from '../../../docs/costs.ts';
import { ENTITIES } from '../../../docs/entities.ts';
import { functions } from '../../../functions/index.ts';
import { type Key, keys } from '../../../lib/table/keys.ts';
import { memberItems } from '../service.ts';
import { ASSUMED } from './quotas.ts';

/** The largest customer of today, by assumption: one organization. */
export const CUSTOMER = {
  members: 10_000,
  /** Seconds between two requests of a member at the busiest time of a day. */
  secondsBetweenRequests: 100,
  /** The part of the members that is invited again or anew in a day. */
  invitedInDay: 0.01,
} as const;

/** The part of each endpoint in the requests of the busiest time, by assumption. */
export const MIX: Readonly<Record<string, number>> = {
  'me/read': 0.5,
  'access/explain': 0.2,
  'members/list': 0.15,
  'teams/list': 0.1,
  'invitations/list': 0.03,
  'invitations/create': 0.005,
  'invitations/accept': 0.005,
  'members/update': 0.01,
};

/** What an average request of the mix takes. */
export interface Taken {
  /** Units of the whole table. */
  readonly read: number;
  readonly write: number;
  /** Units of the partition key of the organization, and of its audit log. */
  readonly organizationRead: number;
  readonly organizationWrite: number;
  readonly auditWrite: number;
  /** Units of the organization's item alone, which nearly every request reads. */
  readonly organizationItem: number;
  /** Milliseconds in a function instance. */
  readonly ms: number;
}

/** The rows of a page of members, by default. */
const PAGE = 20;
/** Bytes of a read unit, strongly consistent. */
const READ_UNIT = 4096;
/** A transaction costs two write units for each item of up to 1 KB. */
const OF_TRANSACTION = 2;

/** Returns what an average request takes: the recorded units of each endpoint, weighted by the mix. */
export function averageRequest(): Taken {
  const taken = Object.entries(MIX).map(([name, part]) => {
    const cost = COSTS[name];
    const found = functions.find((one) => one.name === name);
    if (!cost || found?.declaration.kind !== 'http') throw new Error(`There are no costs of ${name}.`);
    const ofOrganization = (types: readonly string[]) => types.filter((type) => prefixOf(type) === 'ORG').length;
    // The costs are those of a small organization, whose page of members is smaller than one unit.
    const longer = name === 'members/list' ? pageUnits() - 1 : 0;
    return {
      part,
      read: cost.read + longer,
      write: cost.write,
      organizationRead: ofOrganization(cost.reads) + longer,
      organizationWrite: OF_TRANSACTION * ofOrganization(cost.writes),
      auditWrite: OF_TRANSACTION * cost.writes.filter((type) => type === 'AuditEntry').length,
      organizationItem: cost.reads.filter((type) => type === 'Organization').length,
      ms: found.declaration.depth * ASSUMED.roundTrip + ASSUMED.work,
    };
  });
  const mean = (field: keyof Taken) => taken.reduce((sum, one) => sum + one.part * one[field], 0);
  return {
    ...{ read: mean('read'), write: mean('write'), ms: mean('ms') },
    ...{ organizationRead: mean('organizationRead'), organizationWrite: mean('organizationWrite') },
    ...{ auditWrite: mean('auditWrite'), organizationItem: mean('organizationItem') },
  };
}

/** Returns the first segment of the partition key of a type of items. */
function prefixOf(type: string): string | undefined {
  const found = Object.entries(ENTITIES).find(([, { types }]) => types.includes(type))?.[0];
  const build = keys[found as keyof typeof keys] as ((...parts: readonly string[]) => Key) | Key | undefined;
  const key = typeof build === 'function' ? build('', '', '') : build;
  return key?.pk.split('#')[0];
}

/** Returns the read units of a page of members, with one row of the next page. */
function pageUnits(): number {
  const { items } = memberItems('org_01k806tfs2fem51f7c11lc6q1f', ['jane.doe@example.com']);
  return Math.ceil(((PAGE + 1) * sizeOf(items[0] as object)) / READ_UNIT);
}

/** Returns the size of an item as DynamoDB counts it, nearly: names and values, a byte for each truth value. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value !== 'object' || value === null) return typeof value === 'number' ? 2 : 1;
  return Object.entries(value).reduce((sum, [name, each]) => sum + Buffer.byteLength(name) + sizeOf(each), 3);
}
