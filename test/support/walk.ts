import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { INVITATION_STATUSES } from '../../lib/domain/invitation.ts';

/** An item as the table has it. */
// biome-ignore lint/suspicious/noExplicitAny: the walk looks into items whose form it is there to check
type Item = Readonly<Record<string, any>>;

/** Another item that there has to be, and what that one has to say. */
type Relation = readonly [key: string, says?: Readonly<Record<string, unknown>>];

/** Something that there has to be: `[what, wanted, found]`. */
type Fact = readonly [what: string, wanted: unknown, found: unknown];

/** What is true of every item of a type, whatever happened. Keys are those of `docs/table.md`, written down once more. */
interface Kind {
  /** `pk|sk`, made from the attributes wherever they tell. */
  key(item: Item): string;
  relations?(item: Item, table: Table): readonly Relation[];
  facts?(item: Item, table: Table): readonly Fact[];
}

/** All items, by what the walk asks for. */
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

  /** Items of a type that carry the id of an organization or a user; audit entries that are about something. */
  of(type: string, id: string): readonly Item[] {
    return this.#byId.get(`${type} ${id}`) ?? [];
  }

  /** How many audit entries say that one of these things happened to something. */
  entries(id: string, ...actions: readonly string[]): number {
    return this.of('AuditEntry', id).filter(({ action }) => actions.includes(action)).length;
  }

  /** How many chargers stand on a site. */
  ofSite(siteId: string): number {
    return this.#ofSites.get(siteId)?.length ?? 0;
  }

  charger(chargerId: string): Item | undefined {
    return this.#chargers.get(chargerId);
  }

  /** The rows of teams' access to a site, or of a team's to sites. */
  accesses(of: 'siteId' | 'teamId', id: string): readonly Item[] {
    return this.#accesses[of].get(id) ?? [];
  }

  /** Whether an organization is there and not deleted; what a deleted one still holds is cleared bit by bit. */
  isLive(organizationId: string): boolean {
    const organization = this.get(`ORG#${organizationId}|ORG`);
    return organization !== undefined && organization.deletedAt === undefined;
  }
}

/** What stands where the address of an erased person was. */
const ERASED = 'erased@erased.invalid';

const KINDS: Readonly<Record<string, Kind>> = {
  Organization: {
    key: ({ id }) => `ORG#${id}|ORG`,
    facts(item, table) {
      const { id, deletedAt } = item;
      const owners = table.of('Member', id).filter(({ owner }) => owner);
      const invitations = table.of('Counters', id).reduce((total, row) => total + (row.invitations ?? 0), 0);
      return [
        ['entries of its creation', 1, table.entries(id, 'organization.create')],
        ['entries of its end', deletedAt ? 1 : 0, table.entries(id, 'organization.delete')],
        ...(table.isLive(id)
          ? ([
              ['roles of its owners', ['ADMIN'], owners.map(({ role }) => role)],
              // Not by row: an invitation that is revived may take its seat in another one.
              ['invitations, counted', table.of('Invitation', id).length, invitations],
            ] as const)
          : []),
        ...due(item, id, deletedAt !== undefined),
      ];
    },
  },

  Counters: {
    key: ({ pk, sk }) => `${pk}|${/^COUNT#([0-9]|1[0-5])$/.exec(sk)?.[0]}`,
    relations: ({ pk }) => [[`${pk}|ORG`]],
    facts({ pk, sk, members = 0, pending = 0, seats = 0, mails = 0, day, teams = 0 }, table) {
      const id = pk.slice('ORG#'.length);
      if (!table.isLive(id)) return [];
      const seated = (type: string) => table.of(type, id).filter(({ seat }) => sk === `COUNT#${seat}`);
      const [sitting, waiting] = [
        seated('Member').length,
        seated('Invitation').filter(({ status }) => status === 'PENDING').length,
      ];
      const asked = table
        .of('AuditEntry', id)
        .filter(
          ({ action, createdAt }) =>
            /^(invitation\.(create|resend)|site-invite\.(create|resend))$/.test(action) && createdAt.startsWith(day),
        ).length;
      return [
        ['members', sitting, members],
        ['pending', waiting, pending],
        ['seats', sitting + waiting, seats],
        ['teams', table.of('Team', id).filter(({ seat }) => sk === `COUNT#${seat}`).length, teams],
        ['whether so many mails were asked for that day', true, mails <= asked],
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
    facts: ({ organizationId, memberId, userId, tokens, teams }, table) => [
      [
        'whether an entry tells of its beginning',
        true,
        table
          .of('AuditEntry', organizationId)
          .some(({ after }) => after?.memberId === memberId || after?.ownerId === memberId),
      ],
      ['entries of its end', 0, table.entries(memberId, ...MEMBER_ENDS)],
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
    facts: (item, table) => {
      const { userId, organizations, claimed } = item;
      return [
        // A placeholder ends when nobody claims it.
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
      const [guard, pending] = [`EMAIL#${email}|INVITED#${organizationId}`, status === 'PENDING'];
      const isMember = accepted && table.entries(accepted.memberId, ...MEMBER_ENDS) === 0;
      return [
        [`ORG#${organizationId}|ORG`, { type: 'Organization' }],
        ...(table.isLive(organizationId)
          ? ([
              ...(email === ERASED
                ? []
                : [[guard, { type: 'Invited', ...(pending && { invitationId: id }) }] as const]),
              ...(pending ? [[`ORG#${organizationId}|COUNT#${seat}`] as const] : []),
              ...(isMember ? [[`ORG#${organizationId}|MEMBER#${accepted.memberId}`, { type: 'Member' }] as const] : []),
            ] as const)
          : []),
      ];
    },
    facts(item, table) {
      const { id, organizationId, email, status, accepted, dueAt, expiresAt, delivery, mailStopped } = item;
      const guard = table.get(`EMAIL#${email}|INVITED#${organizationId}`);
      const ends = (...actions: string[]) => table.entries(id, ...actions.map((action) => `invitation.${action}`));
      return [
        ...due(item, id, status === 'PENDING'),
        // A lease may outlast the period by the time that a mail takes.
        ['whether its end is due in time', true, !dueAt || dueAt <= new Date(Date.parse(expiresAt) + 60_000).toJSON()],
        ['whether it has at most two reminders', true, [0, 1, 2].includes(item.reminders)],
        [
          'whether a mail waits that nobody sends',
          false,
          status !== 'PENDING' && delivery?.state === 'QUEUED' && !accepted,
        ],
        ['whether its address has it', true, guard === undefined || guard.all.has(id)],
        ['whether it made a member', status === 'ACCEPTED', accepted !== undefined],
        ['entries of its creation', 1, ends('create')],
        ['entries of its acceptance', status === 'ACCEPTED' ? 1 : 0, ends('accept')],
        ['entries of its revocation', status === 'REVOKED' ? 1 : 0, ends('revoke')],
        ...(email === ERASED
          ? []
          : ([['entries of its refusal', status === 'DECLINED' ? 1 : 0, ends('decline')]] as const)),
        ['entries of its reminders’ end', item.remindersStoppedAt ? 1 : 0, ends('stop-reminders')],
        ['whether its renewal was requested, if it says so', true, !item.renewalRequestedAt || ends('ask') > 0],
        ['whether it is over, if it says so', true, status !== 'EXPIRED' || ends('expire', 'erase') > 0],
        ['whether an entry says why its mail was stopped', true, !mailStopped || ends(STOPS[mailStopped] ?? '') > 0],
        ['whether there is such a state', true, (INVITATION_STATUSES as readonly string[]).includes(status)],
      ];
    },
  },

  Mail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    relations: ({ organizationId, invitationId }, table) =>
      table.isLive(organizationId)
        ? [[`ORG#${organizationId}|INVITATION#${invitationId}`, { type: 'Invitation' }]]
        : [],
    facts: (item, table) => [
      ...due(item, item.id, true),
      [
        'whether somebody asked',
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
    facts: (item, table) => {
      const { id, siteId, status, accepted, secrets, mailSecrets, delivery, transferOwnership } = item;
      const tells = (action: string) =>
        table.of('AuditEntry', siteId).filter(({ action: is, after }) => is === action && after?.inviteId === id);
      const ends = (action: string) =>
        table.of('AuditEntry', siteId).filter(({ action: is, before }) => is === action && before?.inviteId === id);
      return [
        ...due(item, id, true),
        ['entries of its creation', 1, tells('site-invite.create').length],
        ['whether it was accepted, if it says so', status === 'ACCEPTED', tells('site-invite.accept').length > 0],
        ['whether it says for whom', status === 'ACCEPTED', accepted !== undefined],
        ['secrets for who is signed in', 1, secrets.length],
        ['whether it was withdrawn, if it says so', status === 'WITHDRAWN', ends('site-invite.withdraw').length > 0],
        ['whether it has secrets of mails', true, mailSecrets.length > 0],
        ['whether it says whether it is a transfer', true, typeof transferOwnership === 'boolean'],
        ['whether there is such a state', true, ['QUEUED', 'SENT', 'FAILED'].includes(delivery.state)],
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
    facts: ({ siteId, id, ttl }, table) => [
      [
        'whether somebody asked',
        true,
        table
          .of('AuditEntry', siteId)
          .some(({ action, after }) => action === 'site-sensitive.request' && after?.requestId === id),
      ],
      ['whether it is kept for a time', true, Number.isInteger(ttl)],
    ],
  },

  SiteRequestLinks: {
    key: ({ siteId, id }) => `SITE#${siteId}|REQUESTLINKS#${id}`,
    relations: ({ siteId }, table) => [
      table.get(`SITE#${siteId}|SITE`)
        ? [`SITE#${siteId}|SITE`, { type: 'Site' }]
        : [`JOB#${siteId}|JOB`, { type: 'Job', siteId }],
    ],
    facts: ({ siteId, teamId, id, decision, secrets, ttl }, table) => [
      [
        'whether it is over, if it was decided',
        true,
        !decision || table.get(`SITE#${siteId}|REQUEST#${teamId}`)?.id !== id,
      ],
      [
        'secrets that are none',
        [],
        [...(secrets as Set<string>)].filter((secret) => !/^usr_\w{26}#[\w-]{43}$/.test(secret)),
      ],
      ['whether it is kept for a time', true, Number.isInteger(ttl)],
    ],
  },

  RequestMail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    facts: (item) => [...due(item, item.id, true), ['its state', 'QUEUED', item.delivery.state]],
  },

  OfferMail: {
    key: ({ id }) => `MAIL#${id}|MAIL`,
    facts: (item, table) => [
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
    facts: (item, table) => [
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
    facts: ({ count, end, ttl }) => [
      ['whether it counts at most what it may', true, count >= 1 && count <= 5],
      ['its end', Math.ceil(Date.parse(end) / 1000), ttl],
    ],
  },

  Invited: {
    key: ({ pk, organizationId }) => `${pk}|INVITED#${organizationId}`,
    relations({ pk, organizationId, invitationId, all }, table) {
      if (!table.isLive(organizationId)) return [[`ORG#${organizationId}|ORG`]];
      const email = pk.slice('EMAIL#'.length);
      // Who blocks an organization by an invite to a site need not have been invited to it.
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
      // Of a membership that has ended it is cleared.
      table.get(`USER#${userId}|ORG#${organizationId}`)?.memberId === memberId
        ? [`ORG#${organizationId}|MEMBER#${memberId}`, { type: 'Member', userId }]
        : [`JOB#${memberId}|JOB`, { type: 'Job', userId, organizationId }],
    ],
    facts: ({ userId, tokenId, made = 0 }, table) => [
      [
        'what came from it',
        made,
        table.of('AccessToken', userId).filter(({ makers }) => makers?.[0] === tokenId).length,
      ],
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
    facts(item, table) {
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
        ['whether the default team is above all', true, chain.has(defaultTeamId) && chain.size <= 10],
        ['sites', table.of('Site', organizationId).filter(({ teamId }) => teamId === id).length, sites],
        ['sites that others share with it', shared.length, sharedSites],
        ['entries of its creation', isDefault ? 0 : 1, table.entries(id, 'team.create')],
        ['entries of its end', 0, table.entries(id, 'team.delete')],
      ];
    },
  },

  DiscardedTeam: {
    key: ({ organizationId, id }) => `ORG#${organizationId}|DISCARDED#${id}`,
    facts(item, table) {
      const { organizationId, id, discardedAt, dueAt } = item;
      const rows = table.of('TeamMembership', organizationId).filter(({ teamId }) => teamId === id);
      return [
        ...(rows.length > 0 || table.accesses('teamId', id).length > 0 || dueAt ? due(item, id, true) : []),
        ['whether it says when', true, discardedAt !== undefined],
        ['entries of its creation', 1, table.entries(id, 'team.create')],
        ['entries of its end', 1, table.entries(id, 'team.delete')],
        ['whether it is gone', undefined, table.get(`ORG#${organizationId}|TEAM#${id}`)?.id],
      ];
    },
  },

  TeamName: {
    key: ({ organizationId, sk }) => `ORG#${organizationId}|${/^TEAMNAME#[\w-]{43}$/.exec(sk)?.[0]}`,
    relations: ({ organizationId, teamId }) => [[`ORG#${organizationId}|TEAM#${teamId}`, { type: 'Team' }]],
    facts: ({ organizationId, teamId, sk }, table) => [
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
    facts: ({ organizationId, userId, memberId, teamId }, table) => {
      const isPresent = table.get(`ORG#${organizationId}|MEMBER#${memberId}`) !== undefined;
      const isThere = table.get(`ORG#${organizationId}|TEAM#${teamId}`) !== undefined;
      const isDue = table.get(`JOB#${memberId}|JOB`) !== undefined;
      const isDiscarded = table.get(`ORG#${organizationId}|DISCARDED#${teamId}`)?.due !== undefined;
      return [
        ['whether it counts or is to be cleared', true, (isPresent && isThere) || isDue || isDiscarded],
        [
          'whether its membership is the user’s',
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
    facts: ({ id, organizationId, chargers, teams, sharing }, table) => [
      ...(table.isLive(organizationId) ? ([['chargers', table.ofSite(id), chargers]] as const) : []),
      ['teams', table.accesses('siteId', id).length, teams],
      ['owners', 1, table.accesses('siteId', id).filter(({ isOwner }) => isOwner).length],
      ['whether changes of its sharing are counted', true, sharing >= teams - 1],
      ['entries of its creation', 1, table.entries(id, 'site.create')],
      ['entries of its end', 0, table.entries(id, 'site.delete')],
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
    facts: ({ id, connectionStatus }, table) => [
      ['entries of its creation', 1, table.entries(id, 'charger.create')],
      ['entries of its end', 0, table.entries(id, 'charger.delete')],
      [
        'whether it was seen, if it says so',
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
    facts: ({ chargerId, number }, table) => [['its number', table.charger(chargerId)?.number, number]],
  },

  ChargerIdentity: {
    key: ({ pk }) => `${pk}|CHARGER`,
    relations: ({ chargerId }) => [[`CHARGER#${chargerId}|CHARGER`, { type: 'ChargerHome' }]],
    facts: ({ chargerId, pk }, table) => [
      [
        'whose it is',
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
    facts: ({ ttl }) => [['whether it is forgotten', true, Number.isInteger(ttl)]],
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
    facts(item, table) {
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
          'whether an entry of its organization tells of its beginning',
          true,
          begun.some((entry) => entry.organizationId === organizationId),
        ],
        ['whether an owner is limited, or has a grant', false, isOwner && (assets ?? item.grants) !== undefined],
        ...(home && table.isLive(home) ? ([['chargers that it names and that are none', [], missing]] as const) : []),
        ['how often it names a charger', new Set(assets).size, (assets ?? []).length],
        ['how often its grants name a charger', new Set(granted).size, granted.length],
        ['chargers of a grant that it has no access to', [], granted.filter((id) => assets && !assets.includes(id))],
        [
          'whether it is limited and a grant is of all',
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
    facts: (item, table) => [
      ...due(item, item.memberId ?? item.siteId, true),
      [
        'whether what has ended is there, or has gone nowhere',
        false,
        item.siteId
          ? table.get(`SITE#${item.siteId}|SITE`) !== undefined && table.entries(item.siteId, 'site.transfer') === 0
          : table.get(`ORG#${item.organizationId}|MEMBER#${item.memberId}`) !== undefined,
      ],
    ],
  },

  Idempotency: {
    key: ({ pk }) => `${/^IDEMPOTENCY#[\w-]{43}$/.exec(pk)?.[0]}|IDEMPOTENCY`,
    facts: ({ startedAt, ttl }) => [['its end', Math.ceil(Date.parse(startedAt) / 1000) + 24 * 60 * 60, ttl]],
  },

  Rate: {
    key: ({ pk, ttl }) => `${/^LIMIT#mails#[\w-]{43}$/.exec(pk)?.[0]}|${ttl}`,
    facts: ({ all }) => [['whether it counts at most what it may', true, all >= 1 && all <= 50]],
  },

  MailsOfDay: {
    key: ({ pk, sk }) =>
      `${/^LIMIT#day#(all|usr_\w{26})#\d{4}-\d\d-\d\d$/.exec(pk)?.[0]}|${/^[1-5]?\d$|^6[0-3]$/.exec(sk)?.[0]}`,
    facts: ({ pk, count, ttl }) => [
      ['whether it counts something', true, count >= 1],
      ['its end', Date.parse(pk.slice(-10)) / 1000 + 24 * 60 * 60, ttl],
    ],
  },

  MailEvent: {
    key: ({ pk }) => `${/^SES#[\w-]{43}$/.exec(pk)?.[0]}|SES`,
    relations: ({ organizationId, invitationId }, table) =>
      table.isLive(organizationId) ? [[`ORG#${organizationId}|INVITATION#${invitationId}`]] : [],
    facts: ({ organizationId, kind, ttl }, table) => [
      [
        'whether its organization is there or was deleted',
        true,
        table.get(`ORG#${organizationId}|ORG`) !== undefined ||
          table.entries(organizationId, 'organization.delete') === 1,
      ],
      ['whether there is such a kind', true, MAIL_EVENTS.has(kind)],
      ['whether it is kept for a time', true, Number.isInteger(ttl)],
    ],
  },

  UnreadMailEvent: {
    key: ({ pk }) => `${/^SES#[\da-f-]{36}$/.exec(pk)?.[0]}|SES`,
    facts: ({ event, ttl }) => [
      ['whether it has an address', false, event.includes('@')],
      ['whether it is kept for a time', true, Number.isInteger(ttl)],
    ],
  },

  AuditEntry: {
    key: ({ organizationId, createdAt, id }) => `AUDIT#${organizationId}#${createdAt.slice(0, 7)}|${id}`,
    // The log outlives the organization.
    relations: ({ organizationId, resource: { type, id } }, table) =>
      table.isLive(organizationId) && type === 'invitation' ? [[`ORG#${organizationId}|INVITATION#${id}`]] : [],
    facts: ({ organizationId, ttl }, table) => [
      [
        'whether its organization is there or was deleted',
        true,
        table.get(`ORG#${organizationId}|ORG`) !== undefined ||
          table.entries(organizationId, 'organization.delete') === 1,
      ],
      ['whether it is kept for a time', true, Number.isInteger(ttl)],
    ],
  },
};

/** What the entries of what stops mails are called. */
const STOPS: Readonly<Record<string, string>> = { bounce: 'bounce', complaint: 'complain' };

/** What SES's events mean. */
const MAIL_EVENTS = new Set(['send', 'delivery', 'delay', 'reply', 'softBounce', 'hardBounce', 'complaint', 'failure']);

/** The name of a team as its guard has it. */
function hashed(name: string): string {
  const seen = name.normalize('NFKC').replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\ufffc\u{1d159}]/gu, '');
  const cased = seen.toLowerCase().toUpperCase().toLowerCase().normalize('NFKC');
  const folded = cased.replace(/[\s\u2800]+/gu, ' ').trim();
  return createHash('sha256').update(folded).digest('base64url');
}

function isMemberOf(table: Table, userId: string, organizationId: string, memberId: string): boolean {
  return table.get(`USER#${userId}|ORG#${organizationId}`)?.memberId === memberId;
}

/** What an audit entry of the beginning of a team's access to a site is called. */
const ACCESS_BEGINNINGS = ['site.create', 'site.transfer', 'site-access.create'];

/** What an audit entry of a member's end is called. */
const MEMBER_ENDS = ['member.remove', 'member.leave', 'member.expire'];

/** Whether an item is in the index of what is due, at its place, when it has to be. */
function due({ due: shard, dueAt }: Item, id: string, wanted: boolean): Fact[] {
  const [, name] = /^\d{4}-\d\d-\d\dT[\d:.]+Z#(\w+)#[0-9a-f]{6}$/.exec(dueAt) ?? [];
  return [
    ['its shard', wanted ? `DUE#${Number.parseInt(id.slice(-1), 32) % 16}` : undefined, shard],
    ['whose place in the index it has', wanted ? id : undefined, name],
    ['whether it has a place', wanted, dueAt !== undefined],
  ];
}

function keyOf({ pk, sk }: Item): string {
  return `${pk}|${sk}`;
}

/**
 * Walks over every item of a table: each relation is found from both of its ends, each counter is what it counts, each
 * key is made from its item's attributes, each state has its audit entry, and there is nothing else.
 */
export function expectConsistent(items: readonly Item[]): void {
  const table = new Table(items);
  expect(items.flatMap((item) => problemsOf(item, table))).toEqual([]);
}

/** Sentences about what is wrong with an item. */
function problemsOf(item: Item, table: Table): string[] {
  const key = keyOf(item);
  const kind = KINDS[item.type];
  if (!kind) return [`${key} is of the unknown type ${item.type}.`];
  const facts: Fact[] = [['its key', kind.key(item), key], ...(kind.facts?.(item, table) ?? [])];
  for (const [to, says = {}] of kind.relations?.(item, table) ?? []) {
    const other = table.get(to);
    facts.push([`whether ${to} is there`, true, other !== undefined]);
    for (const [name, wanted] of Object.entries(other ? says : {})) {
      facts.push([`${name} of ${to}`, wanted, other?.[name]]);
    }
  }
  return facts.flatMap(([what, ...values]) => {
    const [wanted, found] = values.map((value) => JSON.stringify(value));
    return wanted === found ? [] : [`${key}: ${what} has to be ${wanted} and is ${found}.`];
  });
}
