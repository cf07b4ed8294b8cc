/**
 * What an endpoint reads and writes beyond what its kind of caller does, by the types of items. Of what a declaration
 * says only the partition key's first segment, this says which item, and when.
 */
export interface Pattern {
  /** In the order in which they are read; `then` begins another round trip. */
  readonly reads?: string;
  /** What one transaction writes; `after the mail` begins another. */
  readonly writes?: string;
}

// Patterns of several endpoints, in several dialects.

export const CREATING_A_TEAM: Pattern = {
  reads: 'Counters',
  writes:
    'Team, TeamName, TeamHome, TeamNumber, TeamMembership and TeamOfUser of the caller, Member, Counters, AuditEntry',
};
export const SEEING_A_TEAM: Pattern = {
  reads:
    'Team, TeamMembership of the caller; of a private one that they are not in: every Team, TeamOfUser of the caller',
};
export const UPDATING_A_TEAM: Pattern = {
  reads: 'Team, TeamMembership of the caller; to move it the Team to be above it, then every Team',
  writes: 'Team, AuditEntry; to rename it both TeamName items; to move it Organization (the count of the tree)',
};
export const DELETING_A_TEAM: Pattern = {
  reads: 'Team, TeamMembership of the caller; then every Team',
  writes:
    'Team, TeamName, TeamHome, TeamNumber (deleted), DiscardedTeam (due to be cleared), Organization, Counters, AuditEntry',
};
export const CHANGING_A_TEAM_MEMBER =
  'TeamMembership, TeamOfUser, AuditEntry; of somebody new Member and Team too; Team where the number of OWNERs changes';
export const REMOVING_A_TEAM_MEMBER = 'TeamMembership, TeamOfUser (deleted), Team, Member, AuditEntry';
export const ACCEPTING_A_SITE: Pattern = {
  reads:
    'Site, SiteInvite, TeamHome; from the page Address; then Membership, Organization and TeamMembership of who invited and who accepts, SiteAccess of both teams, SiteReduction, Team, Charger of those named',
  writes:
    'SiteInvite, SiteAccess, SiteOfTeam, Site and Team (one more), AuditEntry in both organizations; where the site itself was given as `transfer-ownership`, with Job where the organization is another',
};
