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
import { DIALECT_PATTERNS } from './patterns-of-dialects.ts';

/** What is read and written to find out who calls, and whether they may. */
export const CALLERS: readonly { readonly caller: string; readonly when: string; readonly pattern: Pattern }[] = [
  {
    caller: 'person',
    when: 'each request that is about no organization; of one that is, the first that the function sees of a person',
    pattern: {
      reads: 'Identity, Address',
      writes:
        'the first sign-in: User, Address, Identity. An address that a placeholder had, names for empty fields, another verified address: the same, and Member and AuditEntry in each organization. The first since the issuer changed: User, both Identity items, AuditEntry in each organization',
    },
  },
  {
    caller: 'member',
    when: "each request that is about an organization; the items are read beside the endpoint's own",
    pattern: {
      reads:
        'Membership, Organization; Identity of a person, AccessToken of a token; before that the Membership items of the person, where no header names the organization',
    },
  },
  {
    caller: 'site',
    when: 'each request that is about a site or what is below it',
    pattern: {
      reads:
        'SiteNumber, where the path has the integer; then Site with every SiteAccess, Membership and TeamOfUser of the caller; then Organization, and Team of those with access that may be theirs: every Team of an organization where the caller may be above one of them',
    },
  },
];

const INVITING: Pattern = {
  reads:
    'Counters, MailsOfDay, Address, Invited, Team of those it is for, User of the inviter; then the Invitation in the way',
  writes: 'Invitation, Invited, Counters, Rate, MailsOfDay, AuditEntry; after the mail: Invitation',
};
const ACCEPTING: Pattern = {
  reads: 'Organization, Invitation; then Membership of the inviter, Address, Team of those it is for',
  writes:
    'Invitation, Invited, Member, Membership, User, Address of somebody new, Counters, AuditEntry; for each team Team, TeamMembership, TeamOfUser',
};
const DECLINING: Pattern = {
  reads: 'Organization, Invitation',
  writes: 'Invitation, Invited, Counters, AuditEntry',
};
const BLOCKING: Pattern = {
  reads: 'Organization and Invitation, or Site and SiteInvite; then Invited',
  writes: 'Invited, and the pending Invitation',
};
const BLOCKING_SIGNED_IN: Pattern = { reads: 'Invited', writes: 'Invited, and the pending Invitation' };

/** By the name of the function. One that is missing shows what its role allows, and no more. */
export const PATTERNS: Readonly<Record<string, Pattern>> = {
  ...DIALECT_PATTERNS,
  'access-tokens/create': { writes: 'AccessToken, Member (one more), AuditEntry' },
  'access-tokens/list': { reads: 'every AccessToken of the caller in the organization' },
  'access-tokens/revoke': {
    reads: 'AccessToken',
    writes: 'AccessToken (deleted), and those made by it, Member (so many less), AuditEntry',
  },
  'access/explain': {
    reads:
      'Member; then their TeamOfUser items and every Team; then SiteOfTeam of those, a page of each; then Site with every SiteAccess. Of a site that is named SiteNumber before, and who is in the teams: TeamMembership, Member',
  },
  'audit-logs/list': { reads: 'a page of AuditEntry, newest first: up to 12 queries, of a month at most each' },
  'events/mail': {
    reads: 'MailEvent, Invitation',
    writes:
      'MailEvent, Invitation; of a bounce, complaint or rejection AuditEntry too. An event that is not understood: UnreadMailEvent',
  },
  'health/read': { reads: 'one key that no item has' },
  'invitations/accept': ACCEPTING,
  'invitations/block': BLOCKING,
  'invitations/bulk': {
    reads:
      'all rows in one step: Counters, MailsOfDay, User of the inviter; for each row Address, Invited, Team of those it is for; then each Invitation in the way',
    writes:
      'for each row Invitation, Invited, Counters, Rate, MailsOfDay, AuditEntry: as many rows as fit into one transaction; one that fails again is written row by row. No mail: the scheduled function sends them',
  },
  'invitations/create': INVITING,
  'invitations/decline': DECLINING,
  'invitations/list': {
    reads:
      'a page of Invitation, newest first, and Counters; with a filter no Counters, and up to 1,000 Invitation items, or those that Invited names for an address',
  },
  'invitations/read': { reads: 'Invitation' },
  'invitations/resend': {
    reads: 'Invitation, Counters, MailsOfDay, User of the inviter; of one recorded as EXPIRED also Address, Invited',
    writes:
      'Invitation, Counters, Rate, MailsOfDay, AuditEntry; of one recorded as EXPIRED also Invited; after the mail: Invitation',
  },
  'invitations/revoke': { reads: 'Invitation', writes: 'Invitation, Invited, Counters, AuditEntry' },
  'me/block-organization': {
    reads: 'Invited, every SiteInvited of the address',
    writes: 'Invited, and the pending Invitation',
  },
  'me/unblock-organization': BLOCKING_SIGNED_IN,
  'me/erase': {
    reads:
      'every Membership, every Invited and SiteInvited of the address; then Organization, Member, Invitation of each',
    writes:
      'for each membership as `DELETE /v1/members/{id}`: Membership, Member (deleted); for each organization Invitation (the address taken out), Invited (deleted), Counters of a pending one, AuditEntry; SiteInvite and SiteInvited (deleted), AuditEntry; at last User, Address, Identity (deleted)',
  },
  'me/read': {
    reads:
      'User, every Membership and TeamOfUser, every Invited of the address; then Organization, Team, Invitation of each',
  },
  'me/update': {
    reads: 'User; then every Membership',
    writes: 'User, Address, Identity; Member and AuditEntry in each organization',
  },
  'members/list': {
    reads: 'a page of Member, and Counters; with a filter no Counters, and up to 1,000 Member items',
  },
  'members/read': { reads: 'Member' },
  'members/remove': {
    reads: 'Member; of an owner who is alone Counters',
    writes:
      'Membership, Member (deleted), Counters, User, AuditEntry; Job, if the member has access tokens or teams. Of an owner who is alone Organization (marked, and due to be cleared), if Counters are still the same',
  },
  'members/update': { reads: 'Member', writes: 'Membership, Member, AuditEntry' },
  'organizations/create': {
    reads: 'User',
    writes:
      'Organization, Member, Membership, User, Counters, AuditEntry; of the default team Team, TeamName, TeamHome, TeamNumber',
  },
  'organizations/list': { reads: 'every Membership; then Organization of each' },
  'organizations/read': {},
  'organizations/update': { writes: 'Organization, AuditEntry' },
  'organizations/delete': { writes: 'Organization (marked, and due to be cleared), AuditEntry' },
  'organizations/transfer': {
    reads: 'Member, User',
    writes: 'Organization (the offer), OfferMail, Rate, AuditEntry; after the mail: OfferMail (deleted)',
  },
  'organizations/accept-ownership': {
    reads: 'then Member of both',
    writes: 'Organization (no offer), Membership and Member of both, AuditEntry',
  },
  'organizations/decline-ownership': { writes: 'Organization (no offer), AuditEntry' },
  'organizations/withdraw-ownership': { writes: 'Organization (no offer), AuditEntry' },
  'pages/accept': ACCEPTING,
  'pages/accept-site-invite': ACCEPTING_A_SITE,
  'pages/ask': {
    reads: 'Organization, Invitation; then User and Membership of the inviter',
    writes: 'Invitation, Mail, Rate, AuditEntry; after the mail: Mail (deleted)',
  },
  'pages/block': BLOCKING,
  'pages/blocking': { reads: 'Organization and Invitation, or Site and SiteInvite' },
  'pages/decide-sensitive-data': {
    reads:
      'Site, SiteRequestLinks; then SiteRequest, SiteAccess, Team and Organization of both, Membership and TeamMembership of the recipient',
    writes:
      'SiteRequest (deleted), SiteRequestLinks, Site (the count of its access), SiteAccess where it is granted, AuditEntry in both organizations',
  },
  'pages/decline': DECLINING,
  'pages/invitation': { reads: 'Organization, Invitation; then User and Membership of the inviter' },
  'pages/reminders': { reads: 'Organization, Invitation' },
  'pages/sensitive-data': {
    reads:
      'Site, SiteRequestLinks; then SiteRequest, SiteAccess, Team and Organization of both, Membership and TeamMembership of the recipient; User who asks',
  },
  'pages/site-invite': {
    reads:
      'Site, SiteInvite; then Team and Organization of the owner, Membership and TeamMembership of the inviter, Address; then Membership and TeamOfUser of its user, then Organization and Team of each',
  },
  'pages/stop-reminders': { reads: 'Organization, Invitation', writes: 'Invitation, AuditEntry' },
  'scheduled/sweep': {
    reads:
      'the index, each shard; the items that are due: Invitation, Mail, OfferMail, RequestMail, GrantEndMail, SiteInvite, SiteAccess, Organization, DiscardedTeam, User, Job; for a mail Organization, User and Membership of the inviter, and of a mail about a site Site, Team, TeamMembership; for a grant that is over who manages the team; for what is cleared the items below it',
    writes: [
      'a mail of an invitation or invite: Invitation or SiteInvite (claimed, then the delivery)',
      'another mail: Mail, OfferMail, RequestMail, GrantEndMail (claimed, then deleted); of a request also SiteRequestLinks',
      'an invitation whose period is over: Invitation, Invited, Counters, AuditEntry',
      'a grant that is over: SiteAccess, Site, GrantEndMail, AuditEntry in both organizations',
      'an invite to be forgotten: SiteInvite, SiteInvited (deleted)',
      'Job of a membership: AccessToken, TeamMembership, TeamOfUser (deleted), Team',
      'Job of a site: SiteAccess, SiteOfTeam, SiteInvite, SiteInvited, SiteRequest, SiteRequestLinks (deleted), Team (one less)',
      'Job of a site that went to another organization: Charger, ChargerIdentity',
      'DiscardedTeam: SiteAccess and SiteOfTeam of sites of others, SiteRequest (deleted), Site (one less), AuditEntry; TeamMembership, TeamOfUser (deleted), Member',
      'a placeholder that nobody claimed: as by removing it, then User, Address (deleted)',
      'a deleted Organization: all its items but AuditEntry (deleted), User of each member; of its teams what a DiscardedTeam leaves, and their Site and Charger items with all that making them wrote: SiteNumber, ChargerHome, ChargerNumber, TeamHome, TeamNumber, TeamName (deleted); a Job for each site',
    ].join('. '),
  },
  'teams/create': {
    reads: 'Counters; below another team than the default one it, then every Team',
    writes: `${CREATING_A_TEAM.writes}; below another team than the default one also Organization (the count of the tree)`,
  },
  'teams/delete': DELETING_A_TEAM,
  'teams/list': { reads: 'every Team, TeamOfUser of the caller' },
  'teams/list-members': { reads: `${SEEING_A_TEAM.reads}; a page of TeamMembership; then Member` },
  'teams/put-member': {
    reads: `${SEEING_A_TEAM.reads}; Member; then TeamMembership of the member`,
    writes: CHANGING_A_TEAM_MEMBER,
  },
  'teams/read': SEEING_A_TEAM,
  'teams/remove-member': {
    reads: `${SEEING_A_TEAM.reads}; Member; then TeamMembership of the member`,
    writes: REMOVING_A_TEAM_MEMBER,
  },
  'teams/update': UPDATING_A_TEAM,
};
