import type { RefusalCode } from './refusal.ts';
import type { SensitiveGrant } from './site-access.ts';

/** That a team asks for the sensitive data of a site. It stands until it is decided or another takes its place. */
export interface SiteRequest extends SensitiveGrant {
  readonly id: string;
  readonly siteId: string;
  /** The team that asks, and its organization. */
  readonly teamId: string;
  readonly organizationId: string;
  /** A user's words. */
  readonly reason: string;
  /** The user who asks. */
  readonly requestedBy: string;
  readonly createdAt: string;
}

/** The links to a request that were mailed, and what was decided by one. It outlives the request. */
export interface SiteRequestLinks extends Pick<SiteRequest, 'id' | 'siteId' | 'teamId' | 'organizationId'> {
  /** `<user>#<hash>` for each secret that was mailed. */
  readonly secrets: ReadonlySet<string>;
  readonly decision?: Decision;
}

/** What the holder of a link says to a request. */
export type Decision = 'granted' | 'declined';

const DAY = 24 * 60 * 60_000;

/** How long a request can be decided by a link, in days, unless it asks for less, and how long that is known after. */
const REQUEST_DAYS = 30;

/** When a request can't be decided by a link any more. */
export function requestEnd({ createdAt, expiresAt }: Pick<SiteRequest, 'createdAt' | 'expiresAt'>): string {
  const end = new Date(Date.parse(createdAt) + REQUEST_DAYS * DAY).toISOString();
  return expiresAt !== undefined && expiresAt < end ? expiresAt : end;
}

/** When what is left of a request is garbage, in seconds. */
export function requestGarbage(request: Pick<SiteRequest, 'createdAt' | 'expiresAt'>): number {
  return Math.ceil((Date.parse(requestEnd(request)) + REQUEST_DAYS * DAY) / 1000);
}

/** How the link to a request is refused. */
export const REQUEST_REFUSALS = [
  'sensitive_request_not_found',
  'sensitive_request_over',
  'decider_removed',
] as const satisfies readonly RefusalCode[];
