/** A primary key. Every key of the table is built in this file; `docs/table.md` shows them. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const keys = {
  organization: (organizationId: string): Key => ({ pk: `ORG#${organizationId}`, sk: 'ORG' }),
  counter: (organizationId: string, row: number): Key => ({ pk: `ORG#${organizationId}`, sk: `COUNT#${row}` }),
  member: (organizationId: string, memberId: string): Key => ({
    pk: `ORG#${organizationId}`,
    sk: `MEMBER#${memberId}`,
  }),
  invitation: (organizationId: string, invitationId: string): Key => ({
    pk: `ORG#${organizationId}`,
    sk: `INVITATION#${invitationId}`,
  }),
  user: (userId: string): Key => ({ pk: `USER#${userId}`, sk: 'USER' }),
  membership: (userId: string, organizationId: string): Key => ({ pk: `USER#${userId}`, sk: `ORG#${organizationId}` }),
  address: (email: string): Key => ({ pk: `EMAIL#${email}`, sk: 'USER' }),
  invited: (email: string, organizationId: string): Key => ({ pk: `EMAIL#${email}`, sk: `INVITED#${organizationId}` }),
  identity: (hash: string): Key => ({ pk: `IDENTITY#${hash}`, sk: 'IDENTITY' }),
  accessToken: (userId: string, organizationId: string, tokenId: string): Key => ({
    pk: `USER#${userId}`,
    sk: `ACCESS#${organizationId}#${tokenId}`,
  }),
  team: (organizationId: string, teamId: string): Key => ({ pk: `ORG#${organizationId}`, sk: `TEAM#${teamId}` }),
  /** A team that was deleted: no list of the others has to read it. */
  discardedTeam: (organizationId: string, teamId: string): Key => ({
    pk: `ORG#${organizationId}`,
    sk: `DISCARDED#${teamId}`,
  }),
  /** A team's name, folded and hashed. */
  teamName: (organizationId: string, hash: string): Key => ({ pk: `ORG#${organizationId}`, sk: `TEAMNAME#${hash}` }),
  /** Where a team lives. */
  teamHome: (teamId: string): Key => ({ pk: `TEAM#${teamId}`, sk: 'TEAM' }),
  /** A team by its integer. */
  teamNumber: (number: number): Key => ({ pk: `TEAMNO#${number}`, sk: 'TEAM' }),
  /** Who is in a team, both ways. */
  teamMember: (teamId: string, userId: string): Key => ({ pk: `TEAM#${teamId}`, sk: `MEMBER#${userId}` }),
  teamOf: (userId: string, teamId: string): Key => ({ pk: `USER#${userId}`, sk: `TEAM#${teamId}` }),
  site: (siteId: string): Key => ({ pk: `SITE#${siteId}`, sk: 'SITE' }),
  /** A site by its integer. */
  siteNumber: (number: number): Key => ({ pk: `SITENO#${number}`, sk: 'SITE' }),
  /** A team's access to a site, both ways. */
  siteAccess: (siteId: string, teamId: string): Key => ({ pk: `SITE#${siteId}`, sk: `TEAM#${teamId}` }),
  siteOfTeam: (teamId: string, siteId: string): Key => ({ pk: `TEAM#${teamId}`, sk: `SITE#${siteId}` }),
  /** That a team's access to a site became less. */
  siteReduction: (siteId: string, teamId: string): Key => ({ pk: `SITE#${siteId}`, sk: `REDUCED#${teamId}` }),
  /** A team's request for the sensitive data of a site. */
  siteRequest: (siteId: string, teamId: string): Key => ({ pk: `SITE#${siteId}`, sk: `REQUEST#${teamId}` }),
  /** A charger of a site. */
  charger: (siteId: string, chargerId: string): Key => ({ pk: `SITE#${siteId}`, sk: `CHARGER#${chargerId}` }),
  /** Where a charger stands. */
  chargerHome: (chargerId: string): Key => ({ pk: `CHARGER#${chargerId}`, sk: 'CHARGER' }),
  /** A charger by its identity in an organization, folded, and by its integer. */
  chargerIdentity: (organizationId: string, identity: string): Key => ({
    pk: `CHARGERIDENTITY#${organizationId}#${identity}`,
    sk: 'CHARGER',
  }),
  chargerNumber: (number: number): Key => ({ pk: `CHARGERNO#${number}`, sk: 'CHARGER' }),
  /** An invite to a site, and under the invited address that there is one: what has to forget it with the person. */
  siteInvite: (siteId: string, inviteId: string): Key => ({ pk: `SITE#${siteId}`, sk: `INVITE#${inviteId}` }),
  siteInvited: (email: string, inviteId: string): Key => ({ pk: `EMAIL#${email}`, sk: `SITEINVITE#${inviteId}` }),
  /** The links to a request for sensitive data, which may be over. */
  siteRequestLinks: (siteId: string, requestId: string): Key => ({
    pk: `SITE#${siteId}`,
    sk: `REQUESTLINKS#${requestId}`,
  }),
  /** What is left to do when something has ended, under the id of what ended. */
  job: (id: string): Key => ({ pk: `JOB#${id}`, sk: 'JOB' }),
  auditEntry: (organizationId: string, entryId: string, createdAt: string): Key => ({
    pk: auditPartition(organizationId, createdAt.slice(0, 7)),
    sk: entryId,
  }),
  /** What is counted in a window, which is known by its end in seconds. */
  rate: (what: 'mails', of: string, end: number): Key => ({ pk: `LIMIT#${what}#${of}`, sk: `${end}` }),
  /** Mails of a day of UTC: of a person, or of all. */
  mailsOfDay: (of: string, day: string, row: number): Key => ({ pk: `LIMIT#day#${of}#${day}`, sk: `${row}` }),
  /** How many invites somebody has made in the window that their first one opened. */
  inviteRate: (userId: string): Key => ({ pk: `LIMIT#invites#${userId}`, sk: 'LIMIT' }),
  /** A request that creates something once, under the hash of who sent it, its route and its key. */
  idempotency: (hash: string): Key => ({ pk: `IDEMPOTENCY#${hash}`, sk: 'IDEMPOTENCY' }),
  /** A mail that isn't an invitation's. */
  mail: (id: string): Key => ({ pk: `MAIL#${id}`, sk: 'MAIL' }),
  /** What SES told: under the hash of what it is known by, or SNS's id where it can't be read. */
  mailEvent: (id: string): Key => ({ pk: `SES#${id}`, sk: 'SES' }),
  /** Read by `GET /v1/health`; no such item is ever written. */
  health: { pk: 'HEALTH#table', sk: 'HEALTH' },
};

/** Items of one kind in a partition, by the start of their sort keys. */
export const prefixes = {
  counter: 'COUNT#',
  member: 'MEMBER#',
  invitation: 'INVITATION#',
  membership: 'ORG#',
  invited: 'INVITED#',
  accessToken: 'ACCESS#',
  team: 'TEAM#',
  discardedTeam: 'DISCARDED#',
  site: 'SITE#',
  charger: 'CHARGER#',
  siteInvited: 'SITEINVITE#',
  siteInvite: 'INVITE#',
};

/**
 * Behind this sort key of a site's partition stand the site itself and then the teams that have access, and nothing else.
 */
export const BEFORE_SITE = 'SIT';

/** The partition of an organization's audit entries of one month (`yyyy-mm`). */
export function auditPartition(organizationId: string, month: string): string {
  return `AUDIT#${organizationId}#${month}`;
}
