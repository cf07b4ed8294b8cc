import { type Key, keys } from '../lib/table/keys.ts';

/** Items of the table that have one form of key. */
export interface Entity {
  /** The attribute `type` of the items, or several; none where no such item is ever written. */
  readonly types: readonly string[];
  /** What the items hold, for `docs/table.md`. */
  readonly holds: string;
  /** The file in `lib` that reads and writes them. */
  readonly code: string;
}

/** What each key is of. Keys and prefixes come from `keys`; an entry that is missing is a type error. */
export const ENTITIES: Readonly<Record<keyof typeof keys, Entity>> = {
  organization: {
    types: ['Organization'],
    holds:
      'name, language, default team, a count of changes to the tree of teams ([why](adr/0017-two-counters-protect-the-tree-of-teams.md)), [the offer of its ownership](adr/0025-an-offer-of-ownership-is-an-attribute.md); `deletedAt` once it is deleted',
    code: 'organizations/organizations.ts',
  },
  counter: {
    types: ['Counters'],
    holds:
      'one of 16 rows, each a share of: members, pending invitations, seats, invitations, teams, mails of the day ([why 16](adr/0003-counters-over-sixteen-rows.md))',
    code: 'table/counters.ts',
  },
  member: {
    types: ['Member'],
    holds:
      'role, profile, when they joined, the numbers of their access tokens and teams; lists are in this order ([why the profile](adr/0004-members-carry-the-profile.md))',
    code: 'organizations/members.ts',
  },
  invitation: {
    types: ['Invitation'],
    holds:
      'address, role, state, delivery, hashes of the secrets of its links: those that were [mailed and those that were handed out](adr/0024-consent-before-membership.md)',
    code: 'invitations/invitations.ts',
  },
  team: { types: ['Team'], holds: 'name, the team above it, the number of its members', code: 'teams/teams.ts' },
  discardedTeam: {
    types: ['DiscardedTeam'],
    holds: 'what a deleted team was, and when it was deleted',
    code: 'teams/teams.ts',
  },
  teamName: {
    types: ['TeamName'],
    holds: 'the team that has a name; the hash is of the name in lower case',
    code: 'teams/create-team.ts',
  },
  teamHome: { types: ['TeamHome'], holds: 'the organization of a team', code: 'teams/teams.ts' },
  teamNumber: {
    types: ['TeamNumber'],
    holds: 'the team that has an integer, for dialects with integer ids',
    code: 'teams/teams.ts',
  },
  teamMember: {
    types: ['TeamMembership'],
    holds: 'role in the team, and the member id: a row of an earlier membership no longer counts',
    code: 'teams/team-members.ts',
  },
  teamOf: { types: ['TeamOfUser'], holds: 'the same, found by the person', code: 'teams/team-members.ts' },
  user: {
    types: ['User'],
    holds: 'names, address, the identity that they sign in with, the number of their organizations',
    code: 'people/people.ts',
  },
  membership: {
    types: ['Membership'],
    holds: 'what authorization reads: member id, role, whether they are the owner',
    code: 'organizations/members.ts',
  },
  accessToken: {
    types: ['AccessToken'],
    holds:
      'name, highest role, end, hash of the secret, member id, the tokens that it was made by, the number of tokens made by it ([why](adr/0030-tokens-made-by-tokens-are-revoked-together.md))',
    code: 'people/access-tokens.ts',
  },
  address: { types: ['Address'], holds: 'the user that has an address', code: 'people/people.ts' },
  invited: {
    types: ['Invited'],
    holds:
      'the pending invitation of an address in an organization, if there is one, and the ids of all ([why](adr/0010-the-uniqueness-record-of-an-invited-address-is-kept.md)); `blockedAt` once the address [wants no more](adr/0026-blocked-mails-go-to-the-simulator.md)',
    code: 'invitations/invitations.ts',
  },
  siteInvited: {
    types: ['SiteInvited'],
    holds: 'that there is an invite to a site for the address',
    code: 'sites/site-invites.ts',
  },
  identity: {
    types: ['Identity'],
    holds:
      'the user of an issuer and subject, by a hash of both, and when the claims that are kept were issued ([why](adr/0032-the-newest-token-decides-the-profile.md))',
    code: 'people/people.ts',
  },
  site: {
    types: ['Site'],
    holds:
      'name, address, time zone, the owning team and its organization, the numbers of chargers and of teams with access, a count of changes to that access ([why](adr/0023-a-site-and-its-teams-are-one-read.md))',
    code: 'sites/sites.ts',
  },
  siteNumber: { types: ['SiteNumber'], holds: 'the site that has an integer', code: 'sites/sites.ts' },
  siteAccess: {
    types: ['SiteAccess'],
    holds:
      'the access of a team to a site, and whether the team owns it; which chargers, if not all; the grants of sensitive data ([why one row](adr/0021-access-to-a-site-is-one-row.md))',
    code: 'sites/sharing.ts',
  },
  siteOfTeam: {
    types: ['SiteOfTeam'],
    holds: 'that a team has access to a site, and whether it owns it',
    code: 'sites/sharing.ts',
  },
  siteReduction: {
    types: ['SiteReduction'],
    holds: "when a team's access was last reduced: invites from before don't give it back; `ttl` ends it",
    code: 'sites/sharing.ts',
  },
  siteRequest: {
    types: ['SiteRequest'],
    holds: 'a request for sensitive data: who asks, why, until when; `ttl` ends it',
    code: 'sites/site-requests.ts',
  },
  siteRequestLinks: {
    types: ['SiteRequestLinks'],
    holds:
      'the links of a request: to whom they were mailed, hashes of their secrets, what was decided by one; `ttl` ends it',
    code: 'sites/site-requests.ts',
  },
  siteInvite: {
    types: ['SiteInvite'],
    holds:
      'an invite to a site: the address, the inviter, what it gives, hashes of its secrets ([why two kinds](adr/0022-an-invite-has-two-kinds-of-secrets.md)), the delivery of its mail',
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
      'the charger that has an identity in an organization ([why there](adr/0035-charger-identities-are-unique-in-an-organization.md))',
    code: 'sites/charger-identity.ts',
  },
  chargerNumber: { types: ['ChargerNumber'], holds: 'the charger that has an integer', code: 'sites/chargers.ts' },
  job: {
    types: ['Job'],
    holds:
      'what is left to clear, by the id of what ended: access tokens and team memberships of a member, or everything below a site',
    code: 'cascades/clearing.ts',
  },
  mail: {
    types: ['Mail', 'OfferMail', 'RequestMail', 'GrantEndMail'],
    holds:
      'a mail that waits, other than of an invitation or invite: that an inviter is asked again, about an offer of ownership, about a request for sensitive data, about the end of a grant; ids only ([why](adr/0014-a-mail-to-an-inviter-is-an-item.md))',
    code: 'outbox/mails.ts',
  },
  mailEvent: {
    types: ['MailEvent', 'UnreadMailEvent'],
    holds:
      "that an event of SES was recorded, and of which invitation, by a hash of the event (`ttl`: 30 days); or an event that couldn't be read, without addresses, by SNS's message id (`ttl`: 14 days)",
    code: 'invitations/mail-events.ts',
  },
  rate: {
    types: ['Rate'],
    holds:
      'how many mails went to a mailbox in a window: from all, from an organization, from a person, by a hash of the mailbox and of whom; the sort key is the end of the window; `ttl` ends it ([why](adr/0016-rates-without-a-hot-row.md))',
    code: 'table/rates.ts',
  },
  mailsOfDay: {
    types: ['MailsOfDay'],
    holds:
      'one of 16 rows of a person (the user id), or of 64 rows of all (`all`): a share of the mails of a day; `ttl` ends it',
    code: 'table/rates.ts',
  },
  inviteRate: {
    types: ['InviteRate'],
    holds: 'how many invites to sites a person has made in the minute that their first one began; `ttl` ends it',
    code: 'table/rates.ts',
  },
  idempotency: {
    types: ['Idempotency'],
    holds:
      'the hash of the body, and the answer, sealed with the key ([why](adr/0015-idempotent-answers-are-stored-encrypted.md)); `ttl`: a day. The hash in the key is of caller, route and `Idempotency-Key`',
    code: 'table/idempotency.ts',
  },
  auditEntry: {
    types: ['AuditEntry'],
    holds: 'who did what, when and from where; ids only; `ttl` ends it',
    code: 'table/audit.ts',
  },
  health: {
    types: [],
    holds: 'nothing: the health check reads it, and no such item is written',
    code: 'table/keys.ts',
  },
};

/** What stands for a parameter of a key that isn't just written into it. */
const PLACEHOLDERS: Readonly<Record<string, string>> = { createdAt: 'yyyy-mm', what: 'mails' };

/** A key with the names of its parameters in place of their values: `ORG#<organizationId>`. */
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

/** The first segment of an item's partition key, by the item's type. */
export const PREFIXES: ReadonlyMap<string, string> = new Map(
  (Object.entries(ENTITIES) as [keyof typeof keys, Entity][]).flatMap(([name, { types }]) =>
    types.map((type) => [type, keyPattern(name).pk.split('#')[0] ?? ''] as const),
  ),
);
