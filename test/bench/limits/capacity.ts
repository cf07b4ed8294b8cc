import { DEFAULT_LIMITS } from '../../../lib/domain/limits.ts';
import { averageRequest, CUSTOMER } from './load.ts';
import { ASSUMED, QUOTAS } from './quotas.ts';

/** The most members of one organization. Larger customers have several organizations. */
const LARGEST = DEFAULT_LIMITS.members;
/** How many times as large customers are considered. */
export const TIMES = [1, 10, 100, 1000] as const;

/** A limit, and what the largest customer of today needs of it. */
export interface Limit {
  readonly what: string;
  /** What has the limit. */
  readonly of: 'organization' | 'person' | 'table' | 'account';
  readonly unit: 'requests/s' | 'units/s' | 'mails/day' | 'members';
  readonly capacity: number;
  readonly needed: number;
  /** Whether AWS or the configuration of the stage raises it on request. */
  readonly isRaised: boolean;
}

/** Returns the requests a second of the largest customer of today, at the busiest time. */
export function requestsOfCustomer(): number {
  return CUSTOMER.members / CUSTOMER.secondsBetweenRequests;
}

/** Returns every limit, with what the largest customer of today needs of it. */
export function limits(): Limit[] {
  const taken = averageRequest();
  const requests = requestsOfCustomer();
  const limit = (
    of: Limit['of'],
    what: string,
    unit: Limit['unit'],
    capacity: number,
    needed: number,
    isRaised = false,
  ) => ({ what, of, unit, capacity, needed, isRaised }) as const;
  const { partition, table, gateway, concurrency, requestsOfInstance } = QUOTAS;
  const ofPerson = 1 / CUSTOMER.secondsBetweenRequests;
  const mails = CUSTOMER.members * CUSTOMER.invitedInDay;
  return [
    limit('organization', 'members', 'members', LARGEST, CUSTOMER.members, true),
    limit('organization', 'reads of its partition key', 'units/s', partition.read, requests * taken.organizationRead),
    limit('organization', 'reads of its item', 'units/s', partition.read, requests * taken.organizationItem),
    limit(
      'organization',
      'writes of its partition key',
      'units/s',
      partition.write,
      requests * taken.organizationWrite,
    ),
    limit('organization', 'writes of its audit log', 'units/s', partition.write, requests * taken.auditWrite),
    limit('organization', 'mails', 'mails/day', DEFAULT_LIMITS.mailsOfOrganization, mails, true),
    limit('person', 'reads of their partition key', 'units/s', partition.read, ofPerson * taken.read),
    // Each change has a condition on the membership of its actor, so two at once conflict.
    limit('person', 'changes, one after another', 'requests/s', 1000 / ASSUMED.transaction, ofPerson),
    limit('person', 'mails', 'mails/day', DEFAULT_LIMITS.mailsOfPerson, mails, true),
    limit('table', 'reads', 'units/s', table.read, requests * taken.read, true),
    limit('table', 'writes', 'units/s', table.write, requests * taken.write, true),
    limit('account', 'requests to API Gateway', 'requests/s', gateway, requests, true),
    limit('account', 'concurrent Lambda executions', 'requests/s', lambda(taken.ms), requests, true),
    limit('account', 'mails', 'mails/day', DEFAULT_LIMITS.mailsOfDeployment, mails, true),
  ];

  function lambda(ms: number): number {
    return concurrency * Math.min(requestsOfInstance, 1000 / ms);
  }
}

/**
 * Returns the part of a limit that customers need who are so many times as large as the largest of today. Organizations
 * grow to their limit of members; beyond it there are more of them. One person grows with nothing but their mails.
 */
export function usage({ of, what, needed, capacity }: Limit, times: number): number {
  const ofOrganization = Math.min(times, LARGEST / CUSTOMER.members);
  if (of === 'organization') return (needed * ofOrganization) / capacity;
  // One person invites everybody of an organization.
  if (of === 'person') return (needed * (what === 'mails' ? ofOrganization : 1)) / capacity;
  return (needed * times) / capacity;
}

/** Returns the limits that are exceeded at so many times today's largest customer, the most exceeded first. */
export function exceeded(times: number): Limit[] {
  return limits()
    .filter((limit) => usage(limit, times) > 1)
    .sort((one, other) => usage(other, times) - usage(one, times));
}

/** Returns the limit of which customers that are so many times as large need the largest part. */
export function nearest(times: number): Limit {
  return limits().reduce((one, other) => (usage(other, times) > usage(one, times) ? other : one));
}
