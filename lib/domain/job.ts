/** What a membership that has ended left behind: access tokens and places in teams, which are to be cleared. */
export interface MembershipJob {
  readonly userId: string;
  readonly organizationId: string;
  readonly memberId: string;
}

/** What is left to do about a site that was deleted, or that went to a team of another organization. */
export interface SiteJob {
  readonly siteId: string;
  /** The id of the charger behind which identities are still to be moved to the other organization. */
  readonly movedTo?: string;
}

/** What is left to do when something has ended. */
export type Job = MembershipJob | SiteJob;
