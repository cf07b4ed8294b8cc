import { type Check, isLive, type Reader, type Row, same } from '../../lib/consistency/rule.ts';
import { keys } from '../../lib/table/keys.ts';

/**
 * What only tests can check: their table has every audit entry from the beginning, and the default limits. The audit
 * entries of a deployment end.
 */
export class History {
  readonly #byId = new Map<string, Row[]>();

  constructor(items: readonly Row[]) {
    for (const item of items) {
      if (item.type !== 'AuditEntry') continue;
      for (const id of new Set([item.organizationId, item.resource?.id])) {
        const entries = this.#byId.get(id);
        if (entries) entries.push(item);
        else this.#byId.set(id, [item]);
      }
    }
  }

  /** Returns the audit entries of an organization, or about a resource. */
  of(id: string): readonly Row[] {
    return this.#byId.get(id) ?? [];
  }

  /** Returns the number of audit entries about a resource with one of these actions. */
  entries(id: string, ...actions: readonly string[]): number {
    return this.of(id).filter(({ action, resource }) => actions.includes(action) && resource?.id === id).length;
  }
}

type Checks = (item: Row, history: History, table: Reader) => Promise<readonly Check[]> | readonly Check[];

/** The audit actions that end a membership. */
const MEMBER_ENDS = ['member.remove', 'member.leave', 'member.expire'];

/** The audit actions that begin a team's access to a site. */
const ACCESS_BEGINNINGS = ['site.create', 'site.transfer', 'site-access.create'];

/** The audit actions of the reasons that stop mails. */
const STOPS: Readonly<Record<string, string>> = { bounce: 'bounce', complaint: 'complain' };

/** The placeholder for the address of an erased person. */
const ERASED = 'erased@erased.invalid';

/** Checks that an organization exists, or existed. */
const ofOrganization: Checks = async ({ organizationId }, history, table) => [
  same(
    'whether its organization exists or was deleted',
    true,
    (await table.get(keys.organization(organizationId))) !== undefined ||
      history.entries(organizationId, 'organization.delete') === 1,
  ),
];

/** The checks of each type of items. */
export const HISTORY: Readonly<Record<string, Checks>> = {
  Organization: ({ id, deletedAt }, history) => [
    same('entries of its creation', 1, history.entries(id, 'organization.create')),
    same('entries of its deletion', deletedAt ? 1 : 0, history.entries(id, 'organization.delete')),
  ],

  async Counters({ pk, mails = 0, day }, history, table) {
    const id = pk.slice('ORG#'.length);
    if (!(await isLive(table, id))) return [];
    const requested = history
      .of(id)
      .filter(
        ({ action, createdAt }) =>
          /^(invitation\.(create|resend)|site-invite\.(create|resend)|member\.import)$/.test(action) &&
          createdAt.startsWith(day),
      ).length;
    return [same('whether at least as many mails were requested that day', true, mails <= requested)];
  },

  Member: ({ organizationId, memberId }, history) => [
    same(
      'whether it has an entry of its creation',
      true,
      history.of(organizationId).some(({ after }) => after?.memberId === memberId || after?.ownerId === memberId),
    ),
    same('entries of its deletion', 0, history.entries(memberId, ...MEMBER_ENDS)),
  ],

  async Invitation(item, history, table) {
    const { id, organizationId, email, status, accepted, mailStopped } = item;
    const entries = (...actions: string[]) => history.entries(id, ...actions.map((action) => `invitation.${action}`));
    const isMember =
      accepted && history.entries(accepted.memberId, ...MEMBER_ENDS) === 0 && (await isLive(table, organizationId));
    return [
      ...(isMember
        ? [same('its member', 'Member', (await table.get(keys.member(organizationId, accepted.memberId)))?.type)]
        : []),
      same('entries of its creation', 1, entries('create')),
      same('entries of its acceptance', status === 'ACCEPTED' ? 1 : 0, entries('accept')),
      same('entries of its revocation', status === 'REVOKED' ? 1 : 0, entries('revoke')),
      ...(email === ERASED ? [] : [same('entries of its refusal', status === 'DECLINED' ? 1 : 0, entries('decline'))]),
      same('entries of stopped reminders', item.remindersStoppedAt ? 1 : 0, entries('stop-reminders')),
      same('whether its recorded renewal request has an entry', true, !item.renewalRequestedAt || entries('ask') > 0),
      same('whether its recorded expiry has an entry', true, status !== 'EXPIRED' || entries('expire', 'erase') > 0),
      same('whether its stopped mail has an entry', true, !mailStopped || entries(STOPS[mailStopped] ?? '') > 0),
    ];
  },

  Mail: ({ invitationId, organizationId }, history) => [
    same(
      'whether the request has an entry',
      true,
      history
        .of(invitationId)
        .some((entry) => entry.action === 'invitation.ask' && entry.organizationId === organizationId),
    ),
  ],

  SiteInvite({ id, siteId, status }, history) {
    const count = (action: string, where: 'before' | 'after') =>
      history.of(siteId).filter((entry) => entry.action === action && entry[where]?.inviteId === id).length;
    return [
      same('entries of its creation', 1, count('site-invite.create', 'after')),
      same('whether its acceptance has an entry', status === 'ACCEPTED', count('site-invite.accept', 'after') > 0),
      same('whether its withdrawal has an entry', status === 'WITHDRAWN', count('site-invite.withdraw', 'before') > 0),
    ];
  },

  SiteRequest: ({ siteId, id }, history) => [
    same(
      'whether the request has an entry',
      true,
      history.of(siteId).some(({ action, after }) => action === 'site-sensitive.request' && after?.requestId === id),
    ),
  ],

  OfferMail: ({ organizationId, offeredAt }, history) => [
    same(
      'whether an offer was made',
      true,
      history
        .of(organizationId)
        .some(({ action, createdAt }) => action === 'organization.offer-ownership' && createdAt === offeredAt),
    ),
  ],

  GrantEndMail: ({ siteId, teamId }, history) => [
    same(
      'whether a grant ended',
      true,
      history.of(siteId).some(({ action, before }) => action === 'site-sensitive.expire' && before?.teamId === teamId),
    ),
  ],

  AccessToken: ({ tokenId }, history) => [
    same('entries of its creation', 1, history.entries(tokenId, 'access-token.create')),
    same('entries of its revocation', 0, history.entries(tokenId, 'access-token.revoke')),
  ],

  Integration: ({ id, rotatedAt }, history) => [
    same('entries of its creation', 1, history.entries(id, 'integration.create')),
    same('entries of its revocation', 0, history.entries(id, 'integration.revoke')),
    same('whether its rotation has an entry', rotatedAt !== undefined, history.entries(id, 'integration.rotate') > 0),
  ],

  Team: ({ id, isDefault }, history) => [
    same('entries of its creation', isDefault ? 0 : 1, history.entries(id, 'team.create')),
    same('entries of its deletion', 0, history.entries(id, 'team.delete')),
  ],

  DiscardedTeam: ({ id }, history) => [
    same('entries of its creation', 1, history.entries(id, 'team.create')),
    same('entries of its deletion', 1, history.entries(id, 'team.delete')),
  ],

  Site: ({ id }, history) => [
    same('entries of its creation', 1, history.entries(id, 'site.create')),
    same('entries of its deletion', 0, history.entries(id, 'site.delete')),
  ],

  Charger: ({ id, connectionStatus }, history) => [
    same('entries of its creation', 1, history.entries(id, 'charger.create')),
    same('entries of its deletion', 0, history.entries(id, 'charger.delete')),
    same(
      'whether its connection status has an entry',
      true,
      connectionStatus === 'never_seen' || history.entries(id, 'charger.report') > 0,
    ),
  ],

  SiteAccess: ({ siteId, teamId, organizationId }, history) => [
    same(
      'whether it has an entry of its creation in its organization',
      true,
      history
        .of(siteId)
        .some(
          (entry) =>
            ACCESS_BEGINNINGS.includes(entry.action) &&
            entry.after.teamId === teamId &&
            entry.organizationId === organizationId,
        ),
    ),
  ],

  Job: async ({ siteId }, history, table) =>
    siteId
      ? [
          same(
            'whether its site still exists and was not transferred',
            false,
            (await table.get(keys.site(siteId))) !== undefined && history.entries(siteId, 'site.transfer') === 0,
          ),
        ]
      : [],

  InviteRate: ({ count }) => [same('whether its count is within the limit', true, count <= 5)],
  Rate: ({ all }) => [same('whether its count is within the limit', true, all <= 50)],
  // An event of a deleted invitation counts for the brake, and names nobody.
  MailEvent: (item, history, table) => (item.organizationId === undefined ? [] : ofOrganization(item, history, table)),
  AuditEntry: ofOrganization,
};
