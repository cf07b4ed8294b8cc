import type { RefusalCode } from './refusal.ts';
import type { SensitiveGrant } from './site-access.ts';

/** A team's request for the sensitive data of a site. It is open until it is decided or replaced. */
export interface SiteRequest extends SensitiveGrant {
  readonly id: string;
  readonly siteId: string;
  /** The requesting team, and its organization. */
  readonly teamId: string;
  readonly organizationId: string;
  /** Text of the user. */
  readonly reason: string;
  /** The requesting user. */
  readonly requestedBy: string;
  readonly createdAt: string;
}

/** The mailed links to a request, and the decision that was made through one. It outlives the request. */
export interface SiteRequestLinks extends Pick<SiteRequest, 'id' | 'siteId' | 'teamId' | 'organizationId'> {
  /** `<user>#<hash>` for each mailed secret. */
  readonly secrets: ReadonlySet<string>;
  readonly decision?: Decision;
}

/** The decision about a request. */
export type Decision = 'granted' | 'declined';

const DAY = 24 * 60 * 60_000;

/**
 * How many days a link can decide a request, unless the request expires earlier, and how many days the links are kept
 * after that.
 */
const REQUEST_DAYS = 30;

/** Returns when the links to a request expire. */
export function requestEnd({ createdAt, expiresAt }: Pick<SiteRequest, 'createdAt' | 'expiresAt'>): string {
  const end = new Date(Date.parse(createdAt) + REQUEST_DAYS * DAY).toISOString();
  return expiresAt !== undefined && expiresAt < end ? expiresAt : end;
}

/** Returns the TTL of a request's links, in seconds. */
export function requestTtl(request: Pick<SiteRequest, 'createdAt' | 'expiresAt'>): number {
  return Math.ceil((Date.parse(requestEnd(request)) + REQUEST_DAYS * DAY) / 1000);
}

/** The refusals of a link to a request, for the declarations of endpoints. */
export const REQUEST_REFUSALS = [
  'sensitive_request_not_found',
  'sensitive_request_over',
  'decider_removed',
] as const satisfies readonly RefusalCode[];
