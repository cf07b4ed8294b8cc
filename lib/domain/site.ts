/** A location with chargers. A team owns it. Timestamps are ISO 8601 in UTC with milliseconds. */
export interface Site {
  readonly id: string;
  /** Its numeric id, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  /** The owning team, and its organization. */
  readonly teamId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly address?: string;
  /** An IANA name, such as `Europe/Amsterdam`. */
  readonly timezone?: string;
  /** How many chargers it has. */
  readonly chargers: number;
  /** How many teams have access, including the owner. */
  readonly teams: number;
  /** The version of its sharing, for optimistic concurrency: each change of a team's access increments it. */
  readonly sharing: number;
  /** How often it was transferred to another owner. Invites from before a transfer are void, also if it returns. */
  readonly transfers: number;
  /** The user who created it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * The sensitive fields. In every dialect they are empty for people without a grant. They may reveal who charges there:
 * the location of a site, the owner's name for a charger, and a charger's error message.
 */
export const SENSITIVE_FIELDS = {
  site: ['address'],
  charger: ['reference', 'errorInfo'],
} as const;

/** Whether this is the IANA name of a time zone. */
export function isTimeZone(name: string): boolean {
  // `Intl` accepts offsets such as `+01:00` too: they are not names.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
