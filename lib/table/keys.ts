/** A primary key. Every key of the table is built in this file; `docs/table.md` shows them. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export const keys = {
  organization: (organizationId: string) => key(`ORG#${organizationId}`, 'ORG'),
  counter: (organizationId: string, row: number) => key(`ORG#${organizationId}`, `COUNT#${row}`),
  member: (organizationId: string, memberId: string) => key(`ORG#${organizationId}`, `MEMBER#${memberId}`),
  invitation: (organizationId: string, invitationId: string) =>
    key(`ORG#${organizationId}`, `INVITATION#${invitationId}`),
  user: (userId: string) => key(`USER#${userId}`, 'USER'),
  membership: (userId: string, organizationId: string) => key(`USER#${userId}`, `ORG#${organizationId}`),
  address: (email: string) => key(`EMAIL#${email}`, 'USER'),
  invited: (email: string, organizationId: string) => key(`EMAIL#${email}`, `INVITED#${organizationId}`),
  identity: (hash: string) => key(`IDENTITY#${hash}`, 'IDENTITY'),
  accessToken: (userId: string, organizationId: string, tokenId: string) =>
    key(`USER#${userId}`, `ACCESS#${organizationId}#${tokenId}`),
  team: (organizationId: string, teamId: string) => key(`ORG#${organizationId}`, `TEAM#${teamId}`),
  /** A team that was deleted: no list of the others has to read it. */
  discardedTeam: (organizationId: string, teamId: string) => key(`ORG#${organizationId}`, `DISCARDED#${teamId}`),
  /** A team's name, folded and hashed. */
  teamName: (organizationId: string, hash: string) => key(`ORG#${organizationId}`, `TEAMNAME#${hash}`),
  /** Where a team lives. */
  teamHome: (teamId: string) => key(`TEAM#${teamId}`, 'TEAM'),
  /** A team by its integer. */
  teamNumber: (number: number) => key(`TEAMNO#${number}`, 'TEAM'),
  /** Who is in a team, both ways. */
  teamMember: (teamId: string, userId: string) => key(`TEAM#${teamId}`, `MEMBER#${userId}`),
  teamOf: (userId: string, teamId: string) => key(`USER#${userId}`, `TEAM#${teamId}`),
  site: (siteId: string) => key(`SITE#${siteId}`, 'SITE'),
  /** A site by its integer. */
  siteNumber: (number: number) => key(`SITENO#${number}`, 'SITE'),
  /** A team's access to a site, both ways. */
  siteAccess: (siteId: string, teamId: string) => key(`SITE#${siteId}`, `TEAM#${teamId}`),
  siteOfTeam: (teamId: string, siteId: string) => key(`TEAM#${teamId}`, `SITE#${siteId}`),
  /** That a team's access to a site became less. */
  siteReduction: (siteId: string, teamId: string) => key(`SITE#${siteId}`, `REDUCED#${teamId}`),
  /** A team's request for the sensitive data of a site. */
  siteRequest: (siteId: string, teamId: string) => key(`SITE#${siteId}`, `REQUEST#${teamId}`),
  /** A charger of a site. */
  charger: (siteId: string, chargerId: string) => key(`SITE#${siteId}`, `CHARGER#${chargerId}`),
  /** Where a charger stands. */
  chargerHome: (chargerId: string) => key(`CHARGER#${chargerId}`, 'CHARGER'),
  /** A charger by its identity in an organization, folded, and by its integer. */
  chargerIdentity: (organizationId: string, identity: string) =>
    key(`CHARGERIDENTITY#${organizationId}#${identity}`, 'CHARGER'),
  chargerNumber: (number: number) => key(`CHARGERNO#${number}`, 'CHARGER'),
  /** An invite to a site, and under the invited address that there is one: what has to forget it with the person. */
  siteInvite: (siteId: string, inviteId: string) => key(`SITE#${siteId}`, `INVITE#${inviteId}`),
  siteInvited: (email: string, inviteId: string) => key(`EMAIL#${email}`, `SITEINVITE#${inviteId}`),
  /** The links to a request for sensitive data, which may be over. */
  siteRequestLinks: (siteId: string, requestId: string) => key(`SITE#${siteId}`, `REQUESTLINKS#${requestId}`),
  /** What is left to do when something has ended, under the id of what ended. */
  job: (id: string) => key(`JOB#${id}`, 'JOB'),
  auditEntry: (organizationId: string, entryId: string, createdAt: string) =>
    key(auditPartition(organizationId, createdAt.slice(0, 7)), entryId),
  /** What is counted in a window, which is known by its end in seconds. */
  rate: (what: 'mails', of: string, end: number) => key(`LIMIT#${what}#${of}`, `${end}`),
  /** Mails of a day of UTC: of a person, or of all. */
  mailsOfDay: (of: string, day: string, row: number) => key(`LIMIT#day#${of}#${day}`, `${row}`),
  /** How many invites somebody has made in the window that their first one opened. */
  inviteRate: (userId: string) => key(`LIMIT#invites#${userId}`, 'LIMIT'),
  /** A request that creates something once, under the hash of who sent it, its route and its key. */
  idempotency: (hash: string) => key(`IDEMPOTENCY#${hash}`, 'IDEMPOTENCY'),
  /** A mail that isn't an invitation's. */
  mail: (id: string) => key(`MAIL#${id}`, 'MAIL'),
  /** What SES told: under the hash of what it is known by, or SNS's id where it can't be read. */
  mailEvent: (id: string) => key(`SES#${id}`, 'SES'),
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

function key(pk: string, sk: string): Key {
  return { pk, sk };
}
