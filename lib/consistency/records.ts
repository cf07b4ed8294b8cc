import { MAIL_EVENT_KINDS } from '../domain/mail-event.ts';
import { isOperatorPermission } from '../domain/operator-key.ts';
import { nextRotation, type PublicKey } from '../domain/signing-key.ts';
import { WEBHOOK_STATUSES } from '../domain/webhook.ts';
import { WEBHOOKS_DUE } from '../table/due.ts';
import { type Key, keys } from '../table/keys.ts';
import { SIGNING_ID } from '../table/signing-keys.ts';
import { dueChecks, exists, isLive, matching, type Rule, related, same } from './rule.ts';

/** The rule of a mail that waits: it is due until it is sent. */
const MAIL: Rule = {
  key: ({ id }) => keys.mail(id),
  check: async (row) => [...dueChecks(row, row.id, true), same('its state', 'QUEUED', row.delivery.state)],
};

const RENEWAL_MAIL: Rule = {
  ...MAIL,
  async check(row, table) {
    const { organizationId, invitationId } = row;
    return [
      ...((await MAIL.check?.(row, table)) ?? []),
      ...((await isLive(table, organizationId))
        ? [await related(table, keys.invitation(organizationId, invitationId), { type: 'Invitation' })]
        : []),
    ];
  },
};

const JOB: Rule = {
  key: ({ memberId, siteId }) => keys.job(memberId ?? siteId),
  check: async (row, table) => [
    ...dueChecks(row, row.memberId ?? row.siteId, true),
    ...(row.memberId
      ? [same('whether its member exists', false, await exists(table, keys.member(row.organizationId, row.memberId)))]
      : []),
  ],
};

const IDEMPOTENCY: Rule = {
  key: ({ pk }) => keys.idempotency(matching(/[\w-]{43}$/, pk)),
  check: async ({ startedAt, ttl }) => [same('its end', Math.ceil(Date.parse(startedAt) / 1000) + 24 * 60 * 60, ttl)],
};

const RATE: Rule = {
  key: ({ pk, ttl }) => keys.rate('mails', matching(/[\w-]{43}$/, pk), ttl),
  check: async ({ all }) => [same('whether its count is positive', true, all >= 1)],
};

const MAILS_OF_DAY: Rule = {
  key: ({ pk, sk }) => ({
    pk: matching(/^LIMIT#day#(all|(?:usr|int|org)_\w{26})#\d{4}-\d\d-\d\d$/, pk),
    sk: matching(/^[1-5]?\d$|^6[0-3]$/, sk),
  }),
  check: async ({ pk, count, late = 0, bounced = 0, complained = 0, held, forAll, ttl }) => [
    // A row that has counted no mail may be one of the brake.
    same(
      'whether its counts are positive',
      true,
      count >= 0 && (count + late + bounced + complained >= 1 || Boolean(held ?? forAll)),
    ),
    same('its end', Date.parse(pk.slice(-10)) / 1000 + 24 * 60 * 60, ttl),
  ],
};

const INVITE_RATE: Rule = {
  key: ({ pk }) => keys.inviteRate(matching(/(usr|int)_\w{26}$/, pk)),
  check: async ({ count, end, ttl }) => [
    same('whether its count is positive', true, count >= 1),
    same('its end', Math.ceil(Date.parse(end) / 1000), ttl),
  ],
};

const MAIL_EVENT: Rule = {
  key: ({ pk }) => keys.mailEvent(matching(/[\w-]{43}$/, pk)),
  check: async ({ organizationId, invitationId, kind, ttl }, table) => [
    same('whether its kind is known', true, MAIL_EVENT_KINDS.includes(kind)),
    same('whether it has a TTL', true, Number.isInteger(ttl)),
    // An event counts for the brake also if its invitation is gone.
    ...(organizationId !== undefined && (await isLive(table, organizationId))
      ? [await related(table, keys.invitation(organizationId, invitationId))]
      : []),
  ],
};

const UNREAD_MAIL_EVENT: Rule = {
  key: ({ pk }) => keys.mailEvent(matching(/[\da-f-]{36}$/, pk)),
  check: async ({ event, ttl }) => [
    same('whether it contains an address', false, event.includes('@')),
    same('whether it has a TTL', true, Number.isInteger(ttl)),
  ],
};

const AUDIT_ENTRY: Rule = {
  key: ({ organizationId, createdAt, id }): Key => keys.auditEntry(organizationId, id, createdAt),
  // Audit entries remain after the organization is deleted.
  check: async ({ organizationId, resource, ttl }, table) => [
    same('whether it has a TTL', true, Number.isInteger(ttl)),
    ...(resource.type === 'invitation' && (await isLive(table, organizationId))
      ? [await related(table, keys.invitation(organizationId, resource.id))]
      : []),
  ],
};

/** An import that was begun, and not finished. */
const IMPORT: Rule = {
  key: ({ file }) => keys.import(file),
  check: async () => [same('whether the import has ended', true, false)],
};

/** The signing keys, and apart from them their public halves. */
const SIGNING: Rule = {
  key: () => keys.signingKeys,
  check: async (row, table) => [
    ...dueChecks(row, SIGNING_ID, true),
    same('when its next change is due', nextRotation(row.keys).toISOString(), row.dueAt.split('#')[0]),
    same('the published keys', publicHalves(row.keys), publicHalves((await table.get(keys.publishedKeys))?.keys ?? [])),
  ],
};

const PUBLISHED: Rule = {
  key: () => keys.publishedKeys,
  check: async (_row, table) => [await related(table, keys.signingKeys)],
};

function publicHalves(all: readonly PublicKey[]): string {
  return all.map(({ kid, x, y }) => [kid, x, y].join()).join();
}

const OPERATOR_KEY: Rule = {
  key: ({ id }) => keys.operatorKey(id),
  check: async ({ permissions }) => [
    same('whether its permissions are known', true, [...permissions].every(isOperatorPermission)),
  ],
};

const WEBHOOK: Rule = {
  key: ({ organizationId, id }) => keys.webhook(organizationId, id),
  check: async ({ organizationId, status, secretVersion }, table) => [
    await related(table, keys.organization(organizationId), { type: 'Organization' }),
    same('whether its state is known', true, (WEBHOOK_STATUSES as readonly string[]).includes(status)),
    same('whether its secret has a version', true, Number.isInteger(secretVersion) && secretVersion >= 1),
  ],
};

const WEBHOOK_SECRET: Rule = {
  key: ({ webhookId, version }) => keys.webhookSecret(webhookId, version),
  check: async ({ webhookId, organizationId }, table) => [
    await related(table, keys.webhook(organizationId, webhookId), { type: 'Webhook' }),
  ],
};

/** A delivery outlives its webhook, until its TTL. */
const WEBHOOK_DELIVERY: Rule = {
  key: ({ webhookId, id }) => keys.webhookDelivery(webhookId, id),
  check: async ({ delivery, due, dueAt, ttl }) => [
    same('whether it has a TTL', true, Number.isInteger(ttl)),
    same('its partition of the index', delivery.state === 'QUEUED' ? WEBHOOKS_DUE : undefined, due),
    same('whether it is in the index', delivery.state === 'QUEUED', dueAt !== undefined),
  ],
};

export const RECORDS: Readonly<Record<string, Rule>> = {
  Job: JOB,
  Mail: RENEWAL_MAIL,
  OfferMail: MAIL,
  WelcomeMail: MAIL,
  RequestMail: MAIL,
  GrantEndMail: MAIL,
  Idempotency: IDEMPOTENCY,
  Rate: RATE,
  MailsOfDay: MAILS_OF_DAY,
  InviteRate: INVITE_RATE,
  MailEvent: MAIL_EVENT,
  UnreadMailEvent: UNREAD_MAIL_EVENT,
  AuditEntry: AUDIT_ENTRY,
  Import: IMPORT,
  SigningKeys: SIGNING,
  PublishedKeys: PUBLISHED,
  OperatorKey: OPERATOR_KEY,
  Webhook: WEBHOOK,
  WebhookSecret: WEBHOOK_SECRET,
  WebhookDelivery: WEBHOOK_DELIVERY,
};
