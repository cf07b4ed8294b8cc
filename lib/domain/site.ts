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
  /** The user who made it. */
  readonly createdBy: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** That a team has access to a site: as its owner, or because the owner shares it. */
export interface SiteAccess {
  readonly siteId: string;
  readonly teamId: string;
  /** Of the team. */
  readonly organizationId: string;
  readonly isOwner: boolean;
  /** Whether it is all of the site. */
  readonly allAssets: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
}

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
