import {
  ACCEPTING_A_SITE,
  CHANGING_A_TEAM_MEMBER,
  CREATING_A_TEAM,
  DELETING_A_TEAM,
  type Pattern,
  REMOVING_A_TEAM_MEMBER,
  SEEING_A_TEAM,
  UPDATING_A_TEAM,
} from './pattern.ts';

const LISTING_MY_TEAMS: Pattern = {
  reads: 'Membership and TeamOfUser of the caller; then their Organization items, and every Team of each',
};
const INVITING_TO_A_SITE: Pattern = {
  reads:
    'ChargerNumber; then Organization, User of the caller, Counters, MailsOfDay, InviteRate, Invited of the address, Charger of those named',
  writes: 'SiteInvite, SiteInvited, InviteRate, Rate, Counters, MailsOfDay, AuditEntry; after the mail: SiteInvite',
};
const CHANGING_A_GRANT =
  'SiteAccess, Site (the count of its access), SiteRequest (deleted), AuditEntry in both organizations';

/** Of the endpoints that answer as other products' APIs do. */
export const DIALECT_PATTERNS: Readonly<Record<string, Pattern>> = {
  'papershift/create-team': {
    reads:
      'Counters; Team above, and TeamMembership of the caller in it; every Team, unless it is below the default team',
    writes: `${CREATING_A_TEAM.writes}; below another team also Organization (the count of the tree)`,
  },
  'papershift/delete-team': DELETING_A_TEAM,
  'papershift/list-teams': {
    reads:
      'every Team, TeamOfUser of the caller; DiscardedTeam, where a filter is about them; of what is included TeamMembership, then Member',
  },
  'papershift/put-team': UPDATING_A_TEAM,
  'papershift/read-team': {
    reads: 'Team, TeamMembership of the caller; of what is included the Team above, TeamMembership of all, then Member',
  },
  'papershift/update-team': UPDATING_A_TEAM,
  'rocketchat/add-members': {
    reads: 'Team (by its name TeamName before), TeamMembership of the caller, Member; then TeamMembership of those',
    writes: `for each member, in a transaction of its own: ${CHANGING_A_TEAM_MEMBER}`,
  },
  'rocketchat/autocomplete': { reads: 'every Team, TeamOfUser of the caller' },
  'rocketchat/create': {
    reads: 'Counters, up to 1,000 Member items, User of the caller, TeamName',
    writes:
      'as `POST /v1/teams`: Team, TeamName, TeamHome, TeamNumber, TeamMembership, TeamOfUser, Member, Counters, AuditEntry',
  },
  'rocketchat/delete': DELETING_A_TEAM,
  'rocketchat/info': {
    reads: `${SEEING_A_TEAM.reads}; User who made it`,
  },
  'rocketchat/leave': { reads: 'Team, TeamMembership of the caller', writes: REMOVING_A_TEAM_MEMBER },
  'rocketchat/list': { reads: 'every Team, TeamOfUser of the caller; then User who made each' },
  'rocketchat/list-all': { reads: 'every Team; then User who made each' },
  'rocketchat/list-children': { reads: 'Team, TeamMembership of the caller' },
  'rocketchat/list-rooms': { reads: 'Team, TeamMembership of the caller' },
  'rocketchat/list-rooms-of-user': { reads: 'Team, TeamMembership of the caller' },
  'rocketchat/members': {
    reads: 'Team, TeamMembership of the caller; then a page of TeamMembership; then Member, User',
  },
  'rocketchat/remove-member': {
    reads: 'Team, TeamMembership of the caller, Member; then TeamMembership of the member',
    writes: REMOVING_A_TEAM_MEMBER,
  },
  'rocketchat/update': {
    reads: 'Team, TeamMembership of the caller',
    writes: 'Team, AuditEntry; to rename it both TeamName items',
  },
  'rocketchat/update-member': {
    reads: 'Team, TeamMembership of the caller, Member; then TeamMembership of the member',
    writes: CHANGING_A_TEAM_MEMBER,
  },
  'volttime/accept-invite': ACCEPTING_A_SITE,
  'volttime/create-charger': {
    writes: 'Charger, ChargerHome, ChargerIdentity, ChargerNumber, Site (one more), AuditEntry',
  },
  'volttime/create-site': {
    reads: 'TeamHome; then Team, TeamMembership of the caller; every Team, where the caller may be above it',
    writes: 'Site, SiteNumber, SiteAccess, SiteOfTeam, Team (one more), AuditEntry',
  },
  'volttime/create-team': CREATING_A_TEAM,
  'volttime/create-team-v2': CREATING_A_TEAM,
  'volttime/delete-charger': {
    reads: 'ChargerHome (by the integer ChargerNumber before); then Charger',
    writes:
      'Charger, ChargerHome, ChargerIdentity, ChargerNumber (deleted), Site (one less), SiteAccess that names it, AuditEntry',
  },
  'volttime/delete-site': {
    writes: 'Site, SiteNumber, SiteAccess, SiteOfTeam (deleted), Team (one less), Job, AuditEntry',
  },
  'volttime/grant-sensitive-data': {
    reads: 'Team that it is about (TeamHome or TeamNumber before)',
    writes: CHANGING_A_GRANT,
  },
  'volttime/invite-team': INVITING_TO_A_SITE,
  'volttime/invite-team-v1': INVITING_TO_A_SITE,
  'volttime/list-chargers': {
    reads: `${LISTING_MY_TEAMS.reads}; then SiteOfTeam of each team; then Site, SiteAccess of those that are shared with them, Organization of their owners; then Charger of each site`,
  },
  'volttime/list-invites': { reads: 'every SiteInvite of the site' },
  'volttime/list-site-chargers': { reads: 'a page of Charger' },
  'volttime/list-site-teams': { reads: 'then Team and Organization of each SiteAccess' },
  'volttime/list-sites': {
    reads: `${LISTING_MY_TEAMS.reads}; then SiteOfTeam of each team; then Site, SiteAccess of those that are shared with them, Organization of their owners`,
  },
  'volttime/list-team-chargers': {
    reads:
      'TeamHome (by the integer TeamNumber before); then Team, TeamMembership of the caller; then SiteOfTeam; then Site; then Charger of each site',
  },
  'volttime/list-teams': LISTING_MY_TEAMS,
  'volttime/list-teams-v2': LISTING_MY_TEAMS,
  'volttime/read-charger': { reads: 'ChargerHome (by the integer ChargerNumber before); then Charger' },
  'volttime/read-site': {},
  'volttime/read-site-team': { reads: 'Team that it is about (TeamHome or TeamNumber before), its Organization' },
  'volttime/remove-site-team': {
    reads: 'Team that it is about (TeamHome or TeamNumber before)',
    writes:
      'SiteAccess, SiteOfTeam, SiteRequest (deleted), SiteReduction, Site and Team (one less), AuditEntry in both organizations',
  },
  'volttime/report-charger': {
    reads: 'ChargerHome (by the integer ChargerNumber before); then Charger',
    writes: 'Charger, AuditEntry',
  },
  'volttime/request-sensitive-data': {
    reads:
      'Team that it is about (TeamHome or TeamNumber before); then Organization of both, User of the caller, TeamMembership or Member of who manages the owning team',
    writes:
      'SiteRequest, SiteRequestLinks, RequestMail and Rate for each recipient, AuditEntry in both organizations; after the mails: RequestMail (deleted)',
  },
  'volttime/resend-invite': {
    reads:
      'SiteInvite; then Organization, User of the caller, Counters, MailsOfDay, InviteRate, Invited of the address',
    writes: 'SiteInvite, InviteRate, Rate, Counters, MailsOfDay, AuditEntry; after the mail: SiteInvite',
  },
  'volttime/revoke-sensitive-data': {
    reads: 'Team that it is about (TeamHome or TeamNumber before), SiteRequest',
    writes: `${CHANGING_A_GRANT}; SiteReduction`,
  },
  'volttime/transfer-site': {
    reads: 'Team that it is about (TeamHome or TeamNumber before)',
    writes:
      'Site, SiteAccess and SiteOfTeam of both teams, Team of both (counts), SiteRequest (deleted), Job where the organization is another, AuditEntry in both organizations',
  },
  'volttime/update-asset-access': {
    reads: 'Team that it is about (TeamHome or TeamNumber before), ChargerNumber; then Charger of those named',
    writes:
      'SiteAccess, Site (the count of its access), SiteReduction where it is less, AuditEntry in both organizations',
  },
  'volttime/update-charger': {
    reads: 'ChargerHome (by the integer ChargerNumber before); then Charger',
    writes: 'Charger, the old and the new ChargerIdentity, AuditEntry',
  },
  'volttime/update-site': { writes: 'Site, AuditEntry' },
  'volttime/withdraw-invite': { reads: 'SiteInvite', writes: 'SiteInvite, AuditEntry' },
};
