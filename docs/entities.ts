import { type Key, keys } from '../lib/table/keys.ts';

/** A kind of items in the table, which share one form of key. */
export interface Entity {
  /** The possible values of the attribute `type`; none if no such item is ever written. */
  readonly types: readonly string[];
  /** The content of the items, for `docs/table.md`. */
  readonly holds: string;
  /** The file in `lib` that reads and writes the items. */
  readonly code: string;
}

/** The entity of each key. Keys and prefixes come from `keys`; a missing entry is a type error. */
export const ENTITIES: Readonly<Record<keyof typeof keys, Entity>> = {
  organization: {
    types: ['Organization'],
    holds:
      'name, language, default team, the counters of changes to the tree of teams ([why](adr/0017-two-counters-protect-the-tree-of-teams.md)), [the offer of its ownership](adr/0025-an-offer-of-ownership-is-an-attribute.md), the number of its integrations; `deletedAt`, the tombstone, after its deletion',
    code: 'organizations/organizations.ts',
  },
  counter: {
    types: ['Counters'],
    holds:
      'one of 16 rows. Each has a share of the counts of members, pending invitations, seats, invitations, teams and mails of the day ([why 16](adr/0003-counters-over-sixteen-rows.md)); `held`, the day on which too many mails came back, and how many of a thousand; `closed` after the only member has left, so that nobody joins',
    code: 'table/counters.ts',
  },
  member: {
    types: ['Member'],
    holds:
      'role, profile, time of joining, as one attribute `fields` ([why](adr/0080-what-a-list-shows-is-one-attribute.md)); the numbers of their access tokens and teams; lists have the order of this key ([why the profile](adr/0004-members-carry-the-profile.md))',
    code: 'organizations/members.ts',
  },
  invitation: {
    types: ['Invitation'],
    holds:
      'address, role, state, delivery, redirect URL, hashes of the secrets of its links, [mailed and handed out](adr/0024-consent-before-membership.md)',
    code: 'invitations/invitations.ts',
  },
  integration: {
    types: ['Integration'],
    holds:
      'name, role, expiry, hashes of the present secret and of the one before, the number of its changes; it has a Membership, and no Member ([why](adr/0071-an-integration-has-a-membership.md))',
    code: 'organizations/integrations.ts',
  },
  team: { types: ['Team'], holds: 'name, parent team, the number of its members', code: 'teams/teams.ts' },
  discardedTeam: {
    types: ['DiscardedTeam'],
    holds: 'the tombstone of a deleted team: its last state, the time of deletion',
    code: 'teams/teams.ts',
  },
  teamName: {
    types: ['TeamName'],
    holds: 'the uniqueness record of a team name: the team; the key has a hash of the folded name',
    code: 'teams/create-team.ts',
  },
  teamHome: { types: ['TeamHome'], holds: 'the organization of a team', code: 'teams/teams.ts' },
  teamNumber: {
    types: ['TeamNumber'],
    holds: 'the uniqueness record of an integer id: the team; for APIs with integer ids',
    code: 'teams/teams.ts',
  },
  teamMember: {
    types: ['TeamMembership'],
    holds: 'role in the team, and the member id: a row with the id of an earlier membership is ignored',
    code: 'teams/team-members.ts',
  },
  teamOf: {
    types: ['TeamOfUser'],
    holds: 'a copy of the team membership, under the user',
    code: 'teams/team-members.ts',
  },
  operatorKey: {
    types: ['OperatorKey'],
    holds:
      'a credential of the deployment: name, permissions, expiry, hashes of the present secret and of the one before ([why](adr/0072-an-operators-key-names-its-permissions.md))',
    code: 'organizations/operator-keys.ts',
  },
  user: {
    types: ['User'],
    holds:
      'names, address, the present identity, the number of their organizations; of a placeholder, whether the operator vouches for it, and the sign-in that it waits for ([why](adr/0073-the-operator-vouches-for-people.md))',
    code: 'people/people.ts',
  },
  membership: {
    types: ['Membership'],
    holds:
      'the data for authorization: member id, role, whether the user is the owner; of an integration, under its id, also the number of its changes',
    code: 'organizations/members.ts',
  },
  accessToken: {
    types: ['AccessToken'],
    holds:
      'name, highest role, expiry, hash of the secret, member id, the ancestor tokens, the number of descendant tokens ([why](adr/0030-tokens-made-by-tokens-are-revoked-together.md))',
    code: 'people/access-tokens.ts',
  },
  address: { types: ['Address'], holds: 'the uniqueness record of an address: the user', code: 'people/people.ts' },
  invited: {
    types: ['Invited'],
    holds:
      'the uniqueness record of an invited address in an organization: the pending invitation, if there is one, and the ids of all invitations ([why](adr/0010-the-uniqueness-record-of-an-invited-address-is-kept.md)); `blockedAt` if the address [blocked the organization](adr/0026-blocked-mails-go-to-the-simulator.md)',
    code: 'invitations/invitations.ts',
  },
  siteInvited: {
    types: ['SiteInvited'],
    holds: 'that an invite to a site exists for the address',
    code: 'sites/site-invites.ts',
  },
  identity: {
    types: ['Identity'],
    holds:
      'the user of an issuer and subject, by a hash of both, and the time of issue of the stored claims ([why](adr/0032-the-newest-token-decides-the-profile.md))',
    code: 'people/people.ts',
  },
  site: {
    types: ['Site'],
    holds:
      'name, address, time zone, the owning team and its organization, the numbers of chargers and of teams with access, the version of that access ([why](adr/0023-a-site-and-its-teams-are-one-read.md))',
    code: 'sites/sites.ts',
  },
  siteNumber: {
    types: ['SiteNumber'],
    holds: 'the uniqueness record of an integer id: the site',
    code: 'sites/sites.ts',
  },
  siteAccess: {
    types: ['SiteAccess'],
    holds:
      'the access of a team to a site, and whether the team owns it; the chargers of a limited access; the grants of sensitive data ([why one row](adr/0021-access-to-a-site-is-one-row.md))',
    code: 'sites/sharing.ts',
  },
  siteOfTeam: {
    types: ['SiteOfTeam'],
    holds: 'that a team has access to a site, and whether it owns it',
    code: 'sites/sharing.ts',
  },
  siteReduction: {
    types: ['SiteReduction'],
    holds: "when a team's access was last reduced: earlier invites don't restore it; has `ttl`",
    code: 'sites/sharing.ts',
  },
  siteRequest: {
    types: ['SiteRequest'],
    holds: 'a request for sensitive data: the requester, the reason, the requested expiry; has `ttl`',
    code: 'sites/site-requests.ts',
  },
  siteRequestLinks: {
    types: ['SiteRequestLinks'],
    holds: 'the links of a request: their recipients, hashes of their secrets, the decision by a link; has `ttl`',
    code: 'sites/site-requests.ts',
  },
  siteInvite: {
    types: ['SiteInvite'],
    holds:
      'an invite to a site: the address, the inviter, the offered access, hashes of its secrets ([why two kinds](adr/0022-an-invite-has-two-kinds-of-secrets.md)), the delivery of its mail',
    code: 'sites/site-invites.ts',
  },
  charger: {
    types: ['Charger'],
    holds: 'identity, reference, status ([why below the site](adr/0020-chargers-live-with-their-site.md))',
    code: 'sites/chargers.ts',
  },
  chargerHome: { types: ['ChargerHome'], holds: 'the site of a charger', code: 'sites/chargers.ts' },
  chargerIdentity: {
    types: ['ChargerIdentity'],
    holds:
      'the uniqueness record of an identity in an organization: the charger ([why](adr/0035-charger-identities-are-unique-in-an-organization.md))',
    code: 'sites/charger-identity.ts',
  },
  chargerNumber: {
    types: ['ChargerNumber'],
    holds: 'the uniqueness record of an integer id: the charger',
    code: 'sites/chargers.ts',
  },
  job: {
    types: ['Job'],
    holds:
      'a cascade that is still to do, by the id of the deleted item: access tokens and team memberships of a member, or everything under a site',
    code: 'cascades/clearing.ts',
  },
  mail: {
    types: ['Mail', 'OfferMail', 'RequestMail', 'GrantEndMail', 'WelcomeMail'],
    holds:
      'an unsent mail that is not of an invitation or invite: it asks an inviter again, tells an imported member, or is about an offer of ownership, a request for sensitive data, or the end of a grant; ids only ([why](adr/0014-a-mail-to-an-inviter-is-an-item.md))',
    code: 'outbox/mails.ts',
  },
  mailEvent: {
    types: ['MailEvent', 'UnreadMailEvent'],
    holds:
      "that an SES event was recorded, and its invitation, by a hash of the event (`ttl`: 30 days); or an event that couldn't be parsed, without addresses, by SNS's message id (`ttl`: 14 days)",
    code: 'invitations/mail-events.ts',
  },
  rate: {
    types: ['Rate'],
    holds:
      'the numbers of mails to a mailbox in a window, of the deployment, of an organization and of a person; the key has a hash of the mailbox; the sort key is the end of the window; has `ttl` ([why](adr/0016-rates-without-a-hot-row.md))',
    code: 'table/rates.ts',
  },
  mailsOfDay: {
    types: ['MailsOfDay'],
    holds:
      'one of 16 rows of a person (the user id), or of 64 rows of the deployment (`all`): a share of the mails of a day. For [the brake](adr/0051-the-brake-counts-what-came-back.md), of the deployment and in 16 rows of an organization (its id): `bounced` and `complained`, the mails of the day that came back, and `late`, those that no limit of the day counts; `forAll`, how many of an organization count for the deployment; `held`, as in `Counters`, of the deployment. Has `ttl`',
    code: 'table/rates.ts',
  },
  inviteRate: {
    types: ['InviteRate'],
    holds: 'the number of invites to sites of a person, in the minute that began with the first; has `ttl`',
    code: 'table/rates.ts',
  },
  idempotency: {
    types: ['Idempotency'],
    holds:
      'the hash of the body, and the answer, encrypted with a key derived from the `Idempotency-Key` ([why](adr/0015-idempotent-answers-are-stored-encrypted.md)); `ttl`: a day. The key has a hash of caller, route, organization and `Idempotency-Key`',
    code: 'table/idempotency.ts',
  },
  auditEntry: {
    types: ['AuditEntry'],
    holds: 'actor, action, time and network address; ids only; has `ttl`',
    code: 'table/audit.ts',
  },
  webhook: {
    types: ['Webhook'],
    holds: 'URL, types of events, state, the version of its secret, since when nothing is received',
    code: 'webhooks/webhooks.ts',
  },
  webhookSecret: {
    types: ['WebhookSecret'],
    holds:
      'a signing secret, [which only the functions that send may read](adr/0066-signing-secrets-are-items-of-their-own.md)',
    code: 'webhooks/webhooks.ts',
  },
  webhookDelivery: {
    types: ['WebhookDelivery'],
    holds: 'the event, the attempts, the status of the last answer; has `ttl`',
    code: 'webhooks/deliveries.ts',
  },
  import: {
    types: ['Import'],
    holds:
      'that an import of a file was begun and has not ended, and how many items are stored; the key has a hash of the file',
    code: 'transfer/import.ts',
  },
  signingKeys: {
    types: ['SigningKeys'],
    holds:
      'the keys that sign statements of memberships, with their private halves, and from when each signs ([why](adr/0068-a-statement-is-signed-by-a-key-in-the-table.md)); no export has them',
    code: 'table/signing-keys.ts',
  },
  publishedKeys: {
    types: ['PublishedKeys'],
    holds: 'the public halves of the signing keys',
    code: 'table/signing-keys.ts',
  },
  health: {
    types: [],
    holds: 'the health check reads this key; no such item exists',
    code: 'table/keys.ts',
  },
};

/** Values for parameters that don't appear unchanged in the key. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { createdAt: 'yyyy-mm', what: 'mails' };

/** Returns a key with the names of its parameters in place of their values: `ORG#<organizationId>`. */
export function keyPattern(name: keyof typeof keys): Key {
  const key: Key | ((...values: never[]) => Key) = keys[name];
  if (typeof key !== 'function') return key;
  const parameters = /^\(([^)]*)\)/.exec(String(key))?.[1] ?? '';
  const values = parameters.split(',').map((parameter) => {
    const name = parameter.trim();
    return PLACEHOLDERS[name] ?? `<${name}>`;
  });
  return key(...(values as never[]));
}

/** Maps an item's type to the first segment of its partition key. */
export const PREFIXES: ReadonlyMap<string, string> = new Map(
  (Object.entries(ENTITIES) as [keyof typeof keys, Entity][]).flatMap(([name, { types }]) =>
    types.map((type) => [type, keyPattern(name).pk.split('#')[0] ?? ''] as const),
  ),
);
