import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { INVITATION_STATUSES } from '../../lib/domain/invitation.ts';

/** An item of the table. */
// biome-ignore lint/suspicious/noExplicitAny: the form of items is what is checked
type Item = Readonly<Record<string, any>>;

/** A related item that must exist, and its expected attributes. */
type Relation = readonly [key: string, attributes?: Readonly<Record<string, unknown>>];

/** A condition that must hold: `[description, expected, actual]`. */
type Check = readonly [description: string, expected: unknown, actual: unknown];

/** The invariants of every item of a type. Keys are those of `docs/table.md`, as a second implementation. */
interface Invariants {
  /** Returns `pk|sk`, computed from the other attributes where possible. */
  key(item: Item): string;
  relations?(item: Item, table: Table): readonly Relation[];
  checks?(item: Item, table: Table): readonly Check[];
}

/** All items, indexed for the checks. */
class Table {
  readonly #byKey: ReadonlyMap<string, Item>;
  readonly #byId = new Map<string, Item[]>();

  readonly #chargers: ReadonlyMap<string, Item>;

  readonly #ofSites: ReadonlyMap<string, readonly Item[]>;

  readonly #accesses: Readonly<Record<'siteId' | 'teamId', ReadonlyMap<string, readonly Item[]>>>;

  constructor(items: readonly Item[]) {
    const chargers = items.filter(({ type }) => type === 'Charger');
    this.#chargers = new Map(chargers.map((charger) => [charger.id, charger]));
    this.#ofSites = Map.groupBy(chargers, ({ siteId }) => siteId);
    const accesses = items.filter(({ type }) => type === 'SiteAccess');
    this.#accesses = {
      siteId: Map.groupBy(accesses, ({ siteId }) => siteId),
      teamId: Map.groupBy(accesses, ({ teamId }) => teamId),
    };
    this.#byKey = new Map(items.map((item) => [keyOf(item), item]));
    for (const item of items) {
      const { type, organizationId = item.pk.split('#')[1], userId, resource } = item;
      for (const id of new Set([organizationId, userId, resource?.id])) {
        if (id === undefined) continue;
        const name = `${type} ${id}`;
        this.#byId.set(name, [...(this.#byId.get(name) ?? []), item]);
      }
    }
  }

  get(key: string): Item | undefined {
    return this.#byKey.get(key);
  }

  /** Returns the items of a type with the id of an organization or user, or the audit entries about a resource. */
  of(type: string, id: string): readonly Item[] {
    return this.#byId.get(`${type} ${id}`) ?? [];
  }

  /** Returns the number of audit entries about a resource with one of these actions. */
  entries(id: string, ...actions: readonly string[]): number {
    return this.of('AuditEntry', id).filter(({ action }) => actions.includes(action)).length;
  }

  /** Returns the number of chargers of a site. */
  ofSite(siteId: string): number {
    return this.#ofSites.get(siteId)?.length ?? 0;
  }

  charger(chargerId: string): Item | undefined {
    return this.#chargers.get(chargerId);
  }

  /** Returns the access items of a site or of a team. */
  accesses(of: 'siteId' | 'teamId', id: string): readonly Item[] {
    return this.#accesses[of].get(id) ?? [];
  }

  /** Returns whether an organization exists and is not deleted. Items of deleted ones are deleted in batches. */
  isLive(organizationId: string): boolean {
    const organization = this.get(`ORG#${organizationId}|ORG`);
    return organization !== undefined && organization.deletedAt === undefined;
  }
}

/** The placeholder for the address of an erased person. */
const ERASED = 'erased@erased.invalid';

const INVARIANTS: Readonly<Record<string, Invariants>> = {
  Organization: {
    key: ({ id }) => `ORG#${id}|ORG`,
    checks(item, table) {
      const { id, deletedAt } = item;
      const owners = table.of('Member', id).filter(({ owner }) => owner);
      const invitations = table.of('Counters', id).reduce((total, row) => total + (row.invitations ?? 0), 0);
      return [
        ['entries of its creation', 1, table.entries(id, 'organization.create')],
        ['entries of its deletion', deletedAt ? 1 : 0, table.entries(id, 'organization.delete')],
        ...(table.isLive(id)
          ? ([
              ['roles of its owners', ['ADMIN'], owners.map(({ role }) => role)],
              // Summed over all rows: a resent invitation may take its seat in another row.
              ['counted invitations', table.of('Invitation', id).length, invitations],
            ] as const)
          : []),
        ...due(item, id, deletedAt !== undefined),
      ];
    },
  },

  Counters: {
    key: ({ pk, sk }) => `${pk}|${/^COUNT#([0-9]|1[0-5])$/.exec(sk)?.[0]}`,
    relations: ({ pk }) => [[`${pk}|ORG`]],
    checks({ pk, sk, members = 0, pending = 0, seats = 0, mails = 0, day, teams = 0 }, table) {
      const id = pk.slice('ORG#'.length);
      if (!table.isLive(id)) return [];
      const seated = (type: string) => table.of(type, id).filter(({ seat }) => sk === `COUNT#${seat}`);
      const [memberCount, pendingCount] = [
        seated('Member').length,
        seated('Invitation').filter(({ status }) => status === 'PENDING').length,
      ];
      const requested = table
        .of('AuditEntry', id)
        .filter(
          ({ action, createdAt }) =>
            /^(invitation\.(create|resend)|site-invite\.(create|resend))$/.test(action) && createdAt.startsWith(day),
        ).length;
      return [
        ['members', memberCount, members],
        ['pending', pendingCount, pending],
        ['seats', memberCount + pendingCount, seats],
        ['teams', table.of('Team', id).filter(({ seat }) => sk === `COUNT#${seat}`).length, teams],
        ['whether at least as many mails were requested that day', true, mails <= requested],
      ];
    },
  },

  Member: {
    key: ({ organizationId, memberId }) => `ORG#${organizationId}|MEMBER#${memberId}`,
    relations: ({ organizationId, memberId, userId, role, owner, claimed, profile, seat }) => [
      [`ORG#${organizationId}|ORG`, { type: 'Organization' }],
      [`USER#${userId}|ORG#${organizationId}`, { type: 'Membership', memberId, role, owner }],
      [`USER#${userId}|USER`, { type: 'User', claimed, ...profile }],
      [`ORG#${organizationId}|COUNT#${seat}`, { type: 'Counters' }],
    ],
    checks: ({ organizationId, memberId, userId, tokens, teams }, table) => [
      [
        'whether it has an entry of its creation',
        true,
        table
          .of('AuditEntry', organizationId)
          .some(({ after }) => after?.memberId === memberId || after?.ownerId === memberId),
      ],
      ['entries of its deletion', 0, table.entries(memberId, ...MEMBER_ENDS)],
      ['tokens', table.of('AccessToken', userId).filter((token) => token.memberId === memberId).length, tokens],
      ['teams', table.of('TeamOfUser', userId).filter((row) => row.memberId === memberId).length, teams],
    ],
  },

  Membership: {
    key: ({ userId, organizationId }) => `USER#${userId}|ORG#${organizationId}`,
    relations: ({ userId, organizationId, memberId, role, owner }) => [
      [`ORG#${organizationId}|ORG`, { type: 'Organization' }],
      [`ORG#${organizationId}|MEMBER#${memberId}`, { type: 'Member', userId, role, owner }],
      [`USER#${userId}|USER`, { type: 'User' }],
    ],
  },

  User: {
    key: ({ userId }) => `USER#${userId}|USER`,
    relations: ({ userId, email, claimed, firstName, lastName }) => [
      [`EMAIL#${email}|USER`, { type: 'Address', userId, claimed, firstName, lastName }],
    ],
    checks: (item, table) => {
      const { userId, organizations, claimed } = item;
      return [
        // A placeholder that is not claimed ends.
        ...due(item, userId, !claimed),
        ['organizations', table.of('Membership', userId).length, organizations],
        ['identities', claimed ? 1 : 0, table.of('Identity', userId).length],
      ];
    },
  },

  Address: {
    key: ({ pk }) => `${pk}|USER`,
    relations: ({ pk, userId, claimed }) => [
      [`USER#${userId}|USER`, { type: 'User', email: pk.slice('EMAIL#'.length), claimed }],
    ],
  },

  Identity: {
    key: ({ pk }) => `${/^IDENTITY#[\w-]{43}$/.exec(pk)?.[0]}|IDENTITY`,
    relations: ({ pk, userId, email }) => [
      [`USER#${userId}|USER`, { type: 'User', email, claimed: true, identity: pk.slice('IDENTITY#'.length) }],
    ],
  },

  Invitation: {
    key: ({ organizationId, id }) => `ORG#${organizationId}|INVITATION#${id}`,
    relations({ id, organizationId, email, status, seat, accepted }, table) {
      const [invited, pending] = [`EMAIL#${email}|INVITED#${organizationId}`, status === 'PENDING'];
      const isMember = accepted && table.entries(accepted.memberId, ...MEMBER_ENDS) === 0;
      return [
        [`ORG#${organizationId}|ORG`, { type: 'Organization' }],
        ...(table.isLive(organizationId)
          ? ([
              ...(email === ERASED
                ? []
                : [[invited, { type: 'Invited', ...(pending && { invitationId: id }) }] as const]),
              ...(pending ? [[`ORG#${organizationId}|COUNT#${seat}`] as const] : []),
              ...(isMember ? [[`ORG#${organizationId}|MEMBER#${accepted.memberId}`, { type: 'Member' }] as const] : []),
            ] as const)
          : []),
      ];
    },
    checks(item, table) {
      const { id, organizationId, email, status, accepted, dueAt, expiresAt, delivery, mailStopped } = item;
      const invited = table.get(`EMAIL#${email}|INVITED#${organizationId}`);
      const entries = (...actions: string[]) => table.entries(id, ...actions.map((action) => `invitation.${action}`));
      return [
        ...due(item, id, status === 'PENDING'),
        // A lease may end after the expiry.
        [
          'whether its expiry is due in time',
          true,
          !dueAt || dueAt <= new Date(Date.parse(expiresAt) + 60_000).toJSON(),
        ],
        ['whether it has at most two reminders', true, [0, 1, 2].includes(item.reminders)],
        [
          'whether it has a queued mail that is never sent',
          false,
          status !== 'PENDING' && delivery?.state === 'QUEUED' && !accepted,
        ],
        ['whether its address item lists it', true, invited === undefined || invited.all.has(id)],
        ['whether it has a member', status === 'ACCEPTED', accepted !== undefined],
        ['entries of its creation', 1, entries('create')],
        ['entries of its acceptance', status === 'ACCEPTED' ? 1 : 0, entries('accept')],
        ['entries of its revocation', status === 'REVOKED' ? 1 : 0, entries('revoke')],
        ...(email === ERASED
          ? []
          : ([['entries of its refusal', status === 'DECLINED' ? 1 : 0, entries('decline')]] as const)),
        ['entries of stopped reminders', item.remindersStoppedAt ? 1 : 0, entries('stop-reminders')],
        ['whether its recorded renewal request has an entry', true, !item.renewalRequestedAt || entries('ask') > 0],
        ['whether its recorded expiry has an entry', true, status !== 'EXPIRED' || entries('expire', 'erase') > 0],
        ['whether its stopped mail has an entry', true, !mailStopped || entries(STOPS[mailStopped] ?? '') > 0],
        ['whether its state is known', true, (INVITATION_STATUSES as readonly string[]).includes(status)],
      ];
    },
  },

  Mail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    relations: ({ organizationId, invitationId }, table) =>
      table.isLive(organizationId)
        ? [[`ORG#${organizationId}|INVITATION#${invitationId}`, { type: 'Invitation' }]]
        : [],
    checks: (item, table) => [
      ...due(item, item.id, true),
      [
        'whether the request has an entry',
        true,
        table
          .of('AuditEntry', item.invitationId)
          .some(({ action, organizationId }) => action === 'invitation.ask' && organizationId === item.organizationId),
      ],
      ['its state', 'QUEUED', item.delivery.state],
    ],
  },

  SiteInvite: {
    key: ({ siteId, id }) => `SITE#${siteId}|INVITE#${id}`,
    relations: ({ siteId, id, email, organizationId }, table) => [
      [`EMAIL#${email}|SITEINVITE#${id}`, { type: 'SiteInvited', siteId, organizationId }],
      table.get(`SITE#${siteId}|SITE`)
        ? [`SITE#${siteId}|SITE`, { type: 'Site' }]
        : [`JOB#${siteId}|JOB`, { type: 'Job', siteId }],
    ],
    checks: (item, table) => {
      const { id, siteId, status, accepted, secrets, mailSecrets, delivery, transferOwnership } = item;
      const entriesAfter = (action: string) =>
        table.of('AuditEntry', siteId).filter(({ action: is, after }) => is === action && after?.inviteId === id);
      const entriesBefore = (action: string) =>
        table.of('AuditEntry', siteId).filter(({ action: is, before }) => is === action && before?.inviteId === id);
      return [
        ...due(item, id, true),
        ['entries of its creation', 1, entriesAfter('site-invite.create').length],
        ['whether its acceptance has an entry', status === 'ACCEPTED', entriesAfter('site-invite.accept').length > 0],
        ['whether it has an accepting team', status === 'ACCEPTED', accepted !== undefined],
        ['secrets of the answer', 1, secrets.length],
        [
          'whether its withdrawal has an entry',
          status === 'WITHDRAWN',
          entriesBefore('site-invite.withdraw').length > 0,
        ],
        ['whether it has mailed secrets', true, mailSecrets.length > 0],
        ['whether it has transferOwnership', true, typeof transferOwnership === 'boolean'],
        ['whether its state is known', true, ['QUEUED', 'SENT', 'FAILED'].includes(delivery.state)],
      ];
    },
  },

  SiteInvited: {
    key: ({ pk, inviteId }) => `${pk}|SITEINVITE#${inviteId}`,
    relations: ({ pk, siteId, inviteId, organizationId }) => [
      [`SITE#${siteId}|INVITE#${inviteId}`, { type: 'SiteInvite', email: pk.slice('EMAIL#'.length), organizationId }],
    ],
  },

  SiteRequest: {
    key: ({ siteId, teamId }) => `SITE#${siteId}|REQUEST#${teamId}`,
    relations: ({ siteId, teamId, organizationId, id }, table) => [
      [`SITE#${siteId}|TEAM#${teamId}`, { type: 'SiteAccess', isOwner: false, organizationId }],
      ...(table.get(`SITE#${siteId}|SITE`)
        ? [[`SITE#${siteId}|REQUESTLINKS#${id}`, { type: 'SiteRequestLinks', teamId, organizationId }] as const]
        : []),
    ],
    checks: ({ siteId, id, ttl }, table) => [
      [
        'whether the request has an entry',
        true,
        table
          .of('AuditEntry', siteId)
          .some(({ action, after }) => action === 'site-sensitive.request' && after?.requestId === id),
      ],
      ['whether it has a TTL', true, Number.isInteger(ttl)],
    ],
  },

  SiteRequestLinks: {
    key: ({ siteId, id }) => `SITE#${siteId}|REQUESTLINKS#${id}`,
    relations: ({ siteId }, table) => [
      table.get(`SITE#${siteId}|SITE`)
        ? [`SITE#${siteId}|SITE`, { type: 'Site' }]
        : [`JOB#${siteId}|JOB`, { type: 'Job', siteId }],
    ],
    checks: ({ siteId, teamId, id, decision, secrets, ttl }, table) => [
      [
        'whether a decided request is closed',
        true,
        !decision || table.get(`SITE#${siteId}|REQUEST#${teamId}`)?.id !== id,
      ],
      [
        'malformed secrets',
        [],
        [...(secrets as Set<string>)].filter((secret) => !/^usr_\w{26}#[\w-]{43}$/.test(secret)),
      ],
      ['whether it has a TTL', true, Number.isInteger(ttl)],
    ],
  },

  RequestMail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    checks: (item) => [...due(item, item.id, true), ['its state', 'QUEUED', item.delivery.state]],
  },

  OfferMail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    checks: (item, table) => [
      ...due(item, item.id, true),
      ['its state', 'QUEUED', item.delivery.state],
      [
        'whether an offer was made',
        true,
        table
          .of('AuditEntry', item.organizationId)
          .some(({ action, createdAt }) => action === 'organization.offer-ownership' && createdAt === item.offeredAt),
      ],
    ],
  },

  GrantEndMail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    checks: (item, table) => [
      ...due(item, item.id, true),
      ['its state', 'QUEUED', item.delivery.state],
      [
        'whether a grant ended',
        true,
        table
          .of('AuditEntry', item.siteId)
          .some(({ action, before }) => action === 'site-sensitive.expire' && before?.teamId === item.teamId),
      ],
    ],
  },

  InviteRate: {
    key: ({ pk }) => `${/^LIMIT#invites#usr_\w{26}$/.exec(pk)?.[0]}|LIMIT`,
    checks: ({ count, end, ttl }) => [
      ['whether its count is within the limit', true, count >= 1 && count <= 5],
      ['its end', Math.ceil(Date.parse(end) / 1000), ttl],
    ],
  },

  Invited: {
    key: ({ pk, organizationId }) => `${pk}|INVITED#${organizationId}`,
    relations({ pk, organizationId, invitationId, all }, table) {
      if (!table.isLive(organizationId)) return [[`ORG#${organizationId}|ORG`]];
      const email = pk.slice('EMAIL#'.length);
      // A person who was only invited to a site can block the organization too.
      const ids: string[] = [...(all ?? [])];
      return [
        ...ids.map((id) => [`ORG#${organizationId}|INVITATION#${id}`, { type: 'Invitation' }] as const),
        ...(invitationId
          ? [[`ORG#${organizationId}|INVITATION#${invitationId}`, { status: 'PENDING', email }] as const]
          : []),
      ];
    },
  },

  AccessToken: {
    key: ({ userId, organizationId, tokenId }) => `USER#${userId}|ACCESS#${organizationId}#${tokenId}`,
    relations: ({ userId, organizationId, memberId }, table) => [
      // A token of an ended membership is deleted by a job.
      table.get(`USER#${userId}|ORG#${organizationId}`)?.memberId === memberId
        ? [`ORG#${organizationId}|MEMBER#${memberId}`, { type: 'Member', userId }]
        : [`JOB#${memberId}|JOB`, { type: 'Job', userId, organizationId }],
    ],
    checks: ({ userId, tokenId, made = 0 }, table) => [
      ['created tokens', made, table.of('AccessToken', userId).filter(({ makers }) => makers?.[0] === tokenId).length],
      ['entries of its creation', 1, table.entries(tokenId, 'access-token.create')],
      ['entries of its revocation', 0, table.entries(tokenId, 'access-token.revoke')],
    ],
  },

  Team: {
    key: ({ organizationId, id }) => `ORG#${organizationId}|TEAM#${id}`,
    relations: ({ organizationId, id, number, parentTeamId, isDefault, name }) => [
      [`ORG#${organizationId}|ORG`, { type: 'Organization', ...(isDefault && { defaultTeamId: id }) }],
      [`ORG#${organizationId}|TEAMNAME#${hashed(name)}`, { type: 'TeamName', teamId: id }],
      [`TEAM#${id}|TEAM`, { type: 'TeamHome', organizationId }],
      [`TEAMNO#${number}|TEAM`, { type: 'TeamNumber', teamId: id, organizationId }],
      ...(isDefault ? [] : [[`ORG#${organizationId}|TEAM#${parentTeamId}`, { type: 'Team' }] as const]),
    ],
    checks(item, table) {
      const { organizationId, id, isDefault, parentTeamId, members, owners, sites = 0, sharedSites = 0 } = item;
      const shared = table.accesses('teamId', id).filter(({ isOwner }) => !isOwner);
      const rows = table.of('TeamMembership', organizationId).filter(({ teamId }) => teamId === id);
      const chain = new Set<string>();
      for (let at = item; at && !chain.has(at.id); ) {
        chain.add(at.id);
        at = table.get(`ORG#${organizationId}|TEAM#${at.parentTeamId}`) as Item;
      }
      const { defaultTeamId } = table.get(`ORG#${organizationId}|ORG`) ?? {};
      return [
        ['members', rows.length, members],
        ['owners', rows.filter(({ role }) => role === 'OWNER').length, owners],
        ['whether it has a team above', !isDefault, parentTeamId !== undefined],
        ['whether its chain ends at the default team', true, chain.has(defaultTeamId) && chain.size <= 10],
        ['sites', table.of('Site', organizationId).filter(({ teamId }) => teamId === id).length, sites],
        ['sites of others that it has access to', shared.length, sharedSites],
        ['entries of its creation', isDefault ? 0 : 1, table.entries(id, 'team.create')],
        ['entries of its deletion', 0, table.entries(id, 'team.delete')],
      ];
    },
  },

  DiscardedTeam: {
    key: ({ organizationId, id }) => `ORG#${organizationId}|DISCARDED#${id}`,
    checks(item, table) {
      const { organizationId, id, discardedAt, dueAt } = item;
      const rows = table.of('TeamMembership', organizationId).filter(({ teamId }) => teamId === id);
      return [
        ...(rows.length > 0 || table.accesses('teamId', id).length > 0 || dueAt ? due(item, id, true) : []),
        ['whether it has a deletion time', true, discardedAt !== undefined],
        ['entries of its creation', 1, table.entries(id, 'team.create')],
        ['entries of its deletion', 1, table.entries(id, 'team.delete')],
        ['its former item', undefined, table.get(`ORG#${organizationId}|TEAM#${id}`)?.id],
      ];
    },
  },

  TeamName: {
    key: ({ organizationId, sk }) => `ORG#${organizationId}|${/^TEAMNAME#[\w-]{43}$/.exec(sk)?.[0]}`,
    relations: ({ organizationId, teamId }) => [[`ORG#${organizationId}|TEAM#${teamId}`, { type: 'Team' }]],
    checks: ({ organizationId, teamId, sk }, table) => [
      ['its name', `TEAMNAME#${hashed(table.get(`ORG#${organizationId}|TEAM#${teamId}`)?.name ?? '')}`, sk],
    ],
  },

  TeamHome: {
    key: ({ teamId }) => `TEAM#${teamId}|TEAM`,
    relations: ({ organizationId, teamId }) => [[`ORG#${organizationId}|TEAM#${teamId}`, { type: 'Team' }]],
  },

  TeamNumber: {
    key: ({ number }) => `TEAMNO#${number}|TEAM`,
    relations: ({ organizationId, teamId, number }) => [
      [`ORG#${organizationId}|TEAM#${teamId}`, { type: 'Team', number }],
      [`TEAM#${teamId}|TEAM`],
    ],
  },

  TeamMembership: {
    key: ({ teamId, userId }) => `TEAM#${teamId}|MEMBER#${userId}`,
    relations: ({ teamId, userId, memberId, role }) => [
      [`USER#${userId}|TEAM#${teamId}`, { type: 'TeamOfUser', memberId, role }],
    ],
    checks: ({ organizationId, userId, memberId, teamId }, table) => {
      const isPresent = table.get(`ORG#${organizationId}|MEMBER#${memberId}`) !== undefined;
      const teamExists = table.get(`ORG#${organizationId}|TEAM#${teamId}`) !== undefined;
      const isDue = table.get(`JOB#${memberId}|JOB`) !== undefined;
      const isDiscarded = table.get(`ORG#${organizationId}|DISCARDED#${teamId}`)?.due !== undefined;
      return [
        ['whether it is valid or will be deleted', true, (isPresent && teamExists) || isDue || isDiscarded],
        [
          'whether its member is the user’s membership',
          true,
          !isPresent || isMemberOf(table, userId, organizationId, memberId),
        ],
      ];
    },
  },

  TeamOfUser: {
    key: ({ teamId, userId }) => `USER#${userId}|TEAM#${teamId}`,
    relations: ({ teamId, userId, memberId, role }) => [
      [`TEAM#${teamId}|MEMBER#${userId}`, { type: 'TeamMembership', memberId, role }],
    ],
  },

  Site: {
    key: ({ id }) => `SITE#${id}|SITE`,
    relations: ({ id, number, organizationId, teamId }) => [
      [`ORG#${organizationId}|TEAM#${teamId}`, { type: 'Team' }],
      [`SITENO#${number}|SITE`, { type: 'SiteNumber', siteId: id }],
      [`SITE#${id}|TEAM#${teamId}`, { type: 'SiteAccess', isOwner: true }],
    ],
    checks: ({ id, organizationId, chargers, teams, sharing }, table) => [
      ...(table.isLive(organizationId) ? ([['chargers', table.ofSite(id), chargers]] as const) : []),
      ['teams', table.accesses('siteId', id).length, teams],
      ['owners', 1, table.accesses('siteId', id).filter(({ isOwner }) => isOwner).length],
      ['whether its sharing counter is high enough', true, sharing >= teams - 1],
      ['entries of its creation', 1, table.entries(id, 'site.create')],
      ['entries of its deletion', 0, table.entries(id, 'site.delete')],
    ],
  },

  Charger: {
    key: ({ siteId, id }) => `SITE#${siteId}|CHARGER#${id}`,
    relations: ({ id, siteId, number, identity, identityIn }) => [
      [`SITE#${siteId}|SITE`, { type: 'Site' }],
      [`CHARGER#${id}|CHARGER`, { type: 'ChargerHome', siteId }],
      [`CHARGERNO#${number}|CHARGER`, { type: 'ChargerNumber', chargerId: id }],
      ...(identityIn === undefined
        ? []
        : [
            [
              `CHARGERIDENTITY#${identityIn}#${identity.toLowerCase()}|CHARGER`,
              { type: 'ChargerIdentity', chargerId: id },
            ] as const,
          ]),
    ],
    checks: ({ id, connectionStatus }, table) => [
      ['entries of its creation', 1, table.entries(id, 'charger.create')],
      ['entries of its deletion', 0, table.entries(id, 'charger.delete')],
      [
        'whether its connection status has an entry',
        true,
        connectionStatus === 'never_seen' || table.entries(id, 'charger.report') > 0,
      ],
    ],
  },

  ChargerHome: {
    key: ({ chargerId }) => `CHARGER#${chargerId}|CHARGER`,
    relations: ({ chargerId, siteId }) => [[`SITE#${siteId}|CHARGER#${chargerId}`, { type: 'Charger' }]],
  },

  ChargerNumber: {
    key: ({ number }) => `CHARGERNO#${number}|CHARGER`,
    relations: ({ chargerId }) => [[`CHARGER#${chargerId}|CHARGER`, { type: 'ChargerHome' }]],
    checks: ({ chargerId, number }, table) => [['its number', table.charger(chargerId)?.number, number]],
  },

  ChargerIdentity: {
    key: ({ pk }) => `${pk}|CHARGER`,
    relations: ({ chargerId }) => [[`CHARGER#${chargerId}|CHARGER`, { type: 'ChargerHome' }]],
    checks: ({ chargerId, pk }, table) => [
      [
        'its identity',
        `CHARGERIDENTITY#${table.charger(chargerId)?.identityIn}#${table.charger(chargerId)?.identity.toLowerCase()}`,
        pk,
      ],
    ],
  },

  SiteNumber: {
    key: ({ number }) => `SITENO#${number}|SITE`,
    relations: ({ siteId, number }) => [[`SITE#${siteId}|SITE`, { type: 'Site', number }]],
  },

  SiteReduction: {
    key: ({ siteId, teamId }) => `SITE#${siteId}|REDUCED#${teamId}`,
    checks: ({ ttl }) => [['whether it has a TTL', true, Number.isInteger(ttl)]],
  },

  SiteAccess: {
    key: ({ siteId, teamId }) => `SITE#${siteId}|TEAM#${teamId}`,
    relations: ({ siteId, teamId, organizationId, isOwner, createdAt }, table) => [
      [`TEAM#${teamId}|SITE#${siteId}`, { type: 'SiteOfTeam', organizationId, isOwner, createdAt }],
      table.get(`SITE#${siteId}|SITE`)
        ? [`SITE#${siteId}|SITE`, { type: 'Site', ...(isOwner && { teamId, organizationId }) }]
        : [`JOB#${siteId}|JOB`, { type: 'Job', siteId }],
      table.get(`ORG#${organizationId}|DISCARDED#${teamId}`)
        ? [`ORG#${organizationId}|DISCARDED#${teamId}`]
        : [`ORG#${organizationId}|TEAM#${teamId}`, { type: 'Team' }],
    ],
    checks(item, table) {
      const { siteId, teamId, organizationId, isOwner, assets, grants = [] } = item;
      const begun = table
        .of('AuditEntry', siteId)
        .filter(({ action, after }) => ACCESS_BEGINNINGS.includes(action) && after.teamId === teamId);
      const home = table.get(`SITE#${siteId}|SITE`)?.organizationId;
      const granted: string[] = grants.flatMap((grant: Item) => grant.assets ?? []);
      const missing = [...(assets ?? []), ...granted].filter(
        (id: string) => !table.get(`SITE#${siteId}|CHARGER#${id}`),
      );
      return [
        ...due(
          item,
          siteId,
          grants.some((grant: Item) => grant.expiresAt !== undefined),
        ),
        [
          'whether it has an entry of its creation in its organization',
          true,
          begun.some((entry) => entry.organizationId === organizationId),
        ],
        [
          'whether an owner’s access is limited or has a grant',
          false,
          isOwner && (assets ?? item.grants) !== undefined,
        ],
        ...(home && table.isLive(home) ? ([['named chargers that don’t exist', [], missing]] as const) : []),
        ['named chargers without duplicates', new Set(assets).size, (assets ?? []).length],
        ['chargers of grants without duplicates', new Set(granted).size, granted.length],
        ['chargers of grants without access', [], granted.filter((id) => assets && !assets.includes(id))],
        [
          'whether a limited access has an unlimited grant',
          false,
          assets !== undefined && grants.some((grant: Item) => grant.assets === undefined),
        ],
      ];
    },
  },

  SiteOfTeam: {
    key: ({ siteId, teamId }) => `TEAM#${teamId}|SITE#${siteId}`,
    relations: ({ siteId, teamId, organizationId, isOwner }) => [
      [`SITE#${siteId}|TEAM#${teamId}`, { type: 'SiteAccess', organizationId, isOwner }],
    ],
  },

  Job: {
    key: ({ memberId, siteId }) => `JOB#${memberId ?? siteId}|JOB`,
    checks: (item, table) => [
      ...due(item, item.memberId ?? item.siteId, true),
      [
        'whether its member or site still exists and was not transferred',
        false,
        item.siteId
          ? table.get(`SITE#${item.siteId}|SITE`) !== undefined && table.entries(item.siteId, 'site.transfer') === 0
          : table.get(`ORG#${item.organizationId}|MEMBER#${item.memberId}`) !== undefined,
      ],
    ],
  },

  Idempotency: {
    key: ({ pk }) => `${/^IDEMPOTENCY#[\w-]{43}$/.exec(pk)?.[0]}|IDEMPOTENCY`,
    checks: ({ startedAt, ttl }) => [['its end', Math.ceil(Date.parse(startedAt) / 1000) + 24 * 60 * 60, ttl]],
  },

  Rate: {
    key: ({ pk, ttl }) => `${/^LIMIT#mails#[\w-]{43}$/.exec(pk)?.[0]}|${ttl}`,
    checks: ({ all }) => [['whether its count is within the limit', true, all >= 1 && all <= 50]],
  },

  MailsOfDay: {
    key: ({ pk, sk }) =>
      `${/^LIMIT#day#(all|usr_\w{26})#\d{4}-\d\d-\d\d$/.exec(pk)?.[0]}|${/^[1-5]?\d$|^6[0-3]$/.exec(sk)?.[0]}`,
    checks: ({ pk, count, ttl }) => [
      ['whether its count is positive', true, count >= 1],
      ['its end', Date.parse(pk.slice(-10)) / 1000 + 24 * 60 * 60, ttl],
    ],
  },

  MailEvent: {
    key: ({ pk }) => `${/^SES#[\w-]{43}$/.exec(pk)?.[0]}|SES`,
    relations: ({ organizationId, invitationId }, table) =>
      table.isLive(organizationId) ? [[`ORG#${organizationId}|INVITATION#${invitationId}`]] : [],
    checks: ({ organizationId, kind, ttl }, table) => [
      [
        'whether its organization exists or was deleted',
        true,
        table.get(`ORG#${organizationId}|ORG`) !== undefined ||
          table.entries(organizationId, 'organization.delete') === 1,
      ],
      ['whether its kind is known', true, MAIL_EVENTS.has(kind)],
      ['whether it has a TTL', true, Number.isInteger(ttl)],
    ],
  },

  UnreadMailEvent: {
    key: ({ pk }) => `${/^SES#[\da-f-]{36}$/.exec(pk)?.[0]}|SES`,
    checks: ({ event, ttl }) => [
      ['whether it contains an address', false, event.includes('@')],
      ['whether it has a TTL', true, Number.isInteger(ttl)],
    ],
  },

  AuditEntry: {
    key: ({ organizationId, createdAt, id }) => `AUDIT#${organizationId}#${createdAt.slice(0, 7)}|${id}`,
    // Audit entries remain after the organization is deleted.
    relations: ({ organizationId, resource: { type, id } }, table) =>
      table.isLive(organizationId) && type === 'invitation' ? [[`ORG#${organizationId}|INVITATION#${id}`]] : [],
    checks: ({ organizationId, ttl }, table) => [
      [
        'whether its organization exists or was deleted',
        true,
        table.get(`ORG#${organizationId}|ORG`) !== undefined ||
          table.entries(organizationId, 'organization.delete') === 1,
      ],
      ['whether it has a TTL', true, Number.isInteger(ttl)],
    ],
  },
};

/** The audit actions of the reasons that stop mails. */
const STOPS: Readonly<Record<string, string>> = { bounce: 'bounce', complaint: 'complain' };

/** The kinds of SES's events. */
const MAIL_EVENTS = new Set(['send', 'delivery', 'delay', 'reply', 'softBounce', 'hardBounce', 'complaint', 'failure']);

/** Returns the hash of a team's name in its uniqueness record. */
function hashed(name: string): string {
  const seen = name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\ufffc\u{1d159}]/gu, '');
  const cased = seen.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  const folded = cased.replace(/[\s\u2800]+/gu, ' ').trim();
  return createHash('sha256').update(folded).digest('base64url');
}

function isMemberOf(table: Table, userId: string, organizationId: string, memberId: string): boolean {
  return table.get(`USER#${userId}|ORG#${organizationId}`)?.memberId === memberId;
}

/** The audit actions that begin a team's access to a site. */
const ACCESS_BEGINNINGS = ['site.create', 'site.transfer', 'site-access.create'];

/** The audit actions that end a membership. */
const MEMBER_ENDS = ['member.remove', 'member.leave', 'member.expire'];

/** Checks that an item is in the index of due items, if it must be, with the right key. */
function due({ due: shard, dueAt }: Item, id: string, expected: boolean): Check[] {
  const [, name] = /^\d{4}-\d\d-\d\dT[\d:.]+Z#(\w+)#[0-9a-f]{6}$/.exec(dueAt) ?? [];
  return [
    ['its shard', expected ? `DUE#${Number.parseInt(id.slice(-1), 32) % 16}` : undefined, shard],
    ['the id in its index key', expected ? id : undefined, name],
    ['whether it is in the index', expected, dueAt !== undefined],
  ];
}

function keyOf({ pk, sk }: Item): string {
  return `${pk}|${sk}`;
}

/**
 * Expects that a table is consistent: relations hold in both directions, counters are exact, keys match the attributes,
 * states have audit entries, and there are no other items.
 */
export function expectConsistent(items: readonly Item[]): void {
  const table = new Table(items);
  expect(items.flatMap((item) => problemsOf(item, table))).toEqual([]);
}

/** Returns sentences about the errors of an item. */
function problemsOf(item: Item, table: Table): string[] {
  const key = keyOf(item);
  const invariants = INVARIANTS[item.type];
  if (!invariants) return [`${key} is of the unknown type ${item.type}.`];
  const checks: Check[] = [['its key', invariants.key(item), key], ...(invariants.checks?.(item, table) ?? [])];
  for (const [to, attributes = {}] of invariants.relations?.(item, table) ?? []) {
    const other = table.get(to);
    checks.push([`whether ${to} exists`, true, other !== undefined]);
    for (const [name, expected] of Object.entries(other ? attributes : {})) {
      checks.push([`${name} of ${to}`, expected, other?.[name]]);
    }
  }
  return checks.flatMap(([description, ...values]) => {
    const [expected, actual] = values.map((value) => JSON.stringify(value));
    return expected === actual ? [] : [`${key}: ${description} must be ${expected} but is ${actual}.`];
  });
}
