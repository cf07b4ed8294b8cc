/** A primary key. This file builds all keys of the table; `docs/table.md` lists them. */
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
  integration: (organizationId: string, integrationId: string) =>
    key(`ORG#${organizationId}`, `INTEGRATION#${integrationId}`),
  /** A credential of the deployment. They are few, in one partition, so that they can be listed. */
  operatorKey: (keyId: string) => key('OPERATOR#keys', `KEY#${keyId}`),
  user: (userId: string) => key(`USER#${userId}`, 'USER'),
  membership: (userId: string, organizationId: string) => key(`USER#${userId}`, `ORG#${organizationId}`),
  address: (email: string) => key(`EMAIL#${email}`, 'USER'),
  invited: (email: string, organizationId: string) => key(`EMAIL#${email}`, `INVITED#${organizationId}`),
  identity: (hash: string) => key(`IDENTITY#${hash}`, 'IDENTITY'),
  accessToken: (userId: string, organizationId: string, tokenId: string) =>
    key(`USER#${userId}`, `ACCESS#${organizationId}#${tokenId}`),
  team: (organizationId: string, teamId: string) => key(`ORG#${organizationId}`, `TEAM#${teamId}`),
  /** The tombstone of a deleted team, apart from the other teams so that their lists don't read it. */
  discardedTeam: (organizationId: string, teamId: string) => key(`ORG#${organizationId}`, `DISCARDED#${teamId}`),
  /** The uniqueness record of a team's name, folded and hashed. */
  teamName: (organizationId: string, hash: string) => key(`ORG#${organizationId}`, `TEAMNAME#${hash}`),
  /** The organization of a team. */
  teamHome: (teamId: string) => key(`TEAM#${teamId}`, 'TEAM'),
  /** A team by its numeric id. */
  teamNumber: (number: number) => key(`TEAMNO#${number}`, 'TEAM'),
  /** A team membership, listed by team and by user. */
  teamMember: (teamId: string, userId: string) => key(`TEAM#${teamId}`, `MEMBER#${userId}`),
  teamOf: (userId: string, teamId: string) => key(`USER#${userId}`, `TEAM#${teamId}`),
  site: (siteId: string) => key(`SITE#${siteId}`, 'SITE'),
  /** A site by its numeric id. */
  siteNumber: (number: number) => key(`SITENO#${number}`, 'SITE'),
  /** A team's access to a site, listed by site and by team. */
  siteAccess: (siteId: string, teamId: string) => key(`SITE#${siteId}`, `TEAM#${teamId}`),
  siteOfTeam: (teamId: string, siteId: string) => key(`TEAM#${teamId}`, `SITE#${siteId}`),
  /** The record that a team's access to a site was reduced. */
  siteReduction: (siteId: string, teamId: string) => key(`SITE#${siteId}`, `REDUCED#${teamId}`),
  /** A team's request for the sensitive data of a site. */
  siteRequest: (siteId: string, teamId: string) => key(`SITE#${siteId}`, `REQUEST#${teamId}`),
  charger: (siteId: string, chargerId: string) => key(`SITE#${siteId}`, `CHARGER#${chargerId}`),
  /** The site of a charger. */
  chargerHome: (chargerId: string) => key(`CHARGER#${chargerId}`, 'CHARGER'),
  /** A charger by its folded identity in an organization. */
  chargerIdentity: (organizationId: string, identity: string) =>
    key(`CHARGERIDENTITY#${organizationId}#${identity}`, 'CHARGER'),
  /** A charger by its numeric id. */
  chargerNumber: (number: number) => key(`CHARGERNO#${number}`, 'CHARGER'),
  siteInvite: (siteId: string, inviteId: string) => key(`SITE#${siteId}`, `INVITE#${inviteId}`),
  /** A reference to an invite under the invited address, for the erasure of a person. */
  siteInvited: (email: string, inviteId: string) => key(`EMAIL#${email}`, `SITEINVITE#${inviteId}`),
  /** The links to a request for sensitive data. They outlive the request. */
  siteRequestLinks: (siteId: string, requestId: string) => key(`SITE#${siteId}`, `REQUESTLINKS#${requestId}`),
  webhook: (organizationId: string, webhookId: string) => key(`ORG#${organizationId}`, `WEBHOOK#${webhookId}`),
  /** A version of a webhook's secret. */
  webhookSecret: (webhookId: string, version: number) => key(`WEBHOOKSECRET#${webhookId}`, `VERSION#${version}`),
  /** The delivery of an event to a webhook. */
  webhookDelivery: (webhookId: string, deliveryId: string) => key(`WEBHOOK#${webhookId}`, deliveryId),
  /** Deferred cleanup, under the id of the deleted resource. */
  job: (id: string) => key(`JOB#${id}`, 'JOB'),
  auditEntry: (organizationId: string, entryId: string, createdAt: string) =>
    key(auditPartition(organizationId, createdAt.slice(0, 7)), entryId),
  /** A rate counter of a window. `end` is the end of the window in seconds. */
  rate: (what: 'mails', of: string, end: number) => key(`LIMIT#${what}#${of}`, `${end}`),
  /** Mails of a UTC day: of a person, or of the deployment. */
  mailsOfDay: (of: string, day: string, row: number) => key(`LIMIT#day#${of}#${day}`, `${row}`),
  /** How many invites to sites a user has created in the window that the first of them opened. */
  inviteRate: (userId: string) => key(`LIMIT#invites#${userId}`, 'LIMIT'),
  /** An idempotency record, under the hash of caller, route, organization and idempotency key. */
  idempotency: (hash: string) => key(`IDEMPOTENCY#${hash}`, 'IDEMPOTENCY'),
  /** A mail that isn't an invitation's. */
  mail: (id: string) => key(`MAIL#${id}`, 'MAIL'),
  /** An event of SES, under the hash of its deduplication key; an unreadable notification, under SNS's id. */
  mailEvent: (id: string) => key(`SES#${id}`, 'SES'),
  /** An import in progress, under the hash of its file. */
  import: (hash: string) => key(`IMPORT#${hash}`, 'IMPORT'),
  /** The keys that sign statements of memberships, with their private halves. */
  signingKeys: { pk: 'SIGNING#keys', sk: 'SIGNING' },
  /** Their public halves. */
  publishedKeys: { pk: 'JWKS#keys', sk: 'JWKS' },
  /** `GET /v1/health` reads this key. The item never exists. */
  health: { pk: 'HEALTH#table', sk: 'HEALTH' },
};

/** The sort key prefixes of the kinds of items in a partition. */
export const prefixes = {
  counter: 'COUNT#',
  member: 'MEMBER#',
  invitation: 'INVITATION#',
  integration: 'INTEGRATION#',
  operatorKey: 'KEY#',
  membership: 'ORG#',
  invited: 'INVITED#',
  accessToken: 'ACCESS#',
  team: 'TEAM#',
  discardedTeam: 'DISCARDED#',
  site: 'SITE#',
  charger: 'CHARGER#',
  siteInvited: 'SITEINVITE#',
  siteInvite: 'INVITE#',
  webhook: 'WEBHOOK#',
};

/**
 * A query of a site's partition after this sort key returns the site, then the access of its teams, and nothing else.
 */
export const BEFORE_SITE = 'SIT';

/** Returns the partition key of an organization's audit entries of one month (`yyyy-mm`). */
export function auditPartition(organizationId: string, month: string): string {
  return `AUDIT#${organizationId}#${month}`;
}

function key(pk: string, sk: string): Key {
  return { pk, sk };
}
