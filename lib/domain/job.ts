/** Cleanup after a membership has ended: its access tokens and team memberships are deleted. */
export interface MembershipJob {
  readonly userId: string;
  readonly organizationId: string;
  readonly memberId: string;
}

/** Cleanup after a site was deleted, or transferred to a team of another organization. */
export interface SiteJob {
  readonly siteId: string;
  /**
   * The cursor of a transfer: identities of chargers after this id still have to be moved to the other organization.
   */
  readonly movedTo?: string;
}

/** Deferred cleanup. */
export type Job = MembershipJob | SiteJob;
