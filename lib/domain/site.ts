/** A place with chargers, which a team owns. Timestamps are ISO 8601 in UTC with milliseconds. */
export interface Site {
  readonly id: string;
  /** Its other name, an integer below 2^53 that is unique in the deployment. */
  readonly number: number;
  /** The team that owns it, and the organization of that team. */
  readonly teamId: string;
  readonly organizationId: string;
  readonly name: string;
  readonly address?: string;
  /** An IANA name, such as `Europe/Amsterdam`. */
  readonly timezone?: string;
  /** How many chargers stand on it. */
  readonly chargers: number;
  /** How many teams have access, the owner among them. */
  readonly teams: number;
  /** Grows with every change of which team has access to what: whoever changes it by an older one begins again. */
  readonly sharing: number;
  /** How often it went to another owner: invites of an earlier ownership are void, also when it comes back. */
  readonly transfers: number;
  /** The user who made it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/**
 * The fields that only whoever may see sensitive data is shown, in every dialect; to others they are empty. It is what
 * may tell who charges there: where a site is, what its owner calls a charger, and what a charger says went wrong.
 */
export const SENSITIVE_FIELDS = {
  site: ['address'],
  charger: ['reference', 'errorInfo'],
} as const;

/** Whether there is a time zone of this IANA name. */
export function isTimeZone(name: string): boolean {
  // Offsets such as `+01:00` are known too, and are no names.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
