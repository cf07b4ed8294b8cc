import type { AuditAction, AuditActor, AuditEntry } from './audit.ts';

/** The source of all events, by which rules of a bus select them. */
export const EVENT_SOURCE = 'muster';

/** The type of the event of each audit action: what happened to which kind of resource. */
export const EVENT_TYPES = {
  'organization.create': 'organization.created',
  'organization.update': 'organization.updated',
  'organization.offer-ownership': 'organization.ownership_offered',
  'organization.withdraw-ownership': 'organization.ownership_offer_withdrawn',
  'organization.decline-ownership': 'organization.ownership_offer_declined',
  'organization.transfer': 'organization.ownership_transferred',
  'organization.delete': 'organization.deleted',
  'organization.repair': 'organization.repaired',
  'member.import': 'member.imported',
  'member.update': 'member.updated',
  'member.remove': 'member.removed',
  'member.leave': 'member.left',
  'member.claim': 'member.claimed',
  'member.expire': 'member.expired',
  'member.rebind': 'member.rebound',
  'invitation.create': 'invitation.created',
  'invitation.resend': 'invitation.resent',
  'invitation.revoke': 'invitation.revoked',
  'invitation.accept': 'invitation.accepted',
  'invitation.decline': 'invitation.declined',
  'invitation.expire': 'invitation.expired',
  'invitation.ask': 'invitation.renewal_requested',
  'invitation.stop-reminders': 'invitation.reminders_stopped',
  // A mail came back, or SES refused it: `after.state` tells which.
  'invitation.bounce': 'invitation.delivery_failed',
  'invitation.reject': 'invitation.delivery_failed',
  'invitation.complain': 'invitation.complained',
  'invitation.erase': 'invitation.erased',
  'team.create': 'team.created',
  'team.update': 'team.updated',
  'team.delete': 'team.deleted',
  'team-member.add': 'team_member.added',
  'team-member.update': 'team_member.updated',
  'team-member.remove': 'team_member.removed',
  'site.create': 'site.created',
  'site.update': 'site.updated',
  'site.delete': 'site.deleted',
  'site.transfer': 'site.transferred',
  'site-access.create': 'site_access.created',
  'site-access.update': 'site_access.updated',
  'site-access.remove': 'site_access.removed',
  'site-sensitive.request': 'sensitive_data.requested',
  'site-sensitive.grant': 'sensitive_data.granted',
  'site-sensitive.revoke': 'sensitive_data.revoked',
  'site-sensitive.decline': 'sensitive_data.declined',
  'site-sensitive.expire': 'sensitive_data.expired',
  'site-invite.create': 'site_invite.created',
  'site-invite.resend': 'site_invite.resent',
  'site-invite.withdraw': 'site_invite.withdrawn',
  'site-invite.accept': 'site_invite.accepted',
  'site-invite.erase': 'site_invite.erased',
  'charger.create': 'charger.created',
  'charger.update': 'charger.updated',
  'charger.delete': 'charger.deleted',
  'charger.report': 'charger.reported',
  'access-token.create': 'access_token.created',
  'access-token.revoke': 'access_token.revoked',
  'integration.create': 'integration.created',
  'integration.update': 'integration.updated',
  'integration.rotate': 'integration.rotated',
  'integration.revoke': 'integration.revoked',
  'webhook.create': 'webhook.created',
  'webhook.update': 'webhook.updated',
  'webhook.rotate-secret': 'webhook.secret_rotated',
  // Only the tested webhook gets it, whatever types it wants.
  'webhook.test': 'webhook.tested',
  'webhook.disable': 'webhook.disabled',
  'webhook.delete': 'webhook.deleted',
} as const satisfies Readonly<Record<AuditAction, string>>;
export type EventType = (typeof EVENT_TYPES)[AuditAction];

/** The types of events, in the order of their actions. The mark leaves them out of the functions that don't need them. */
export const ALL_EVENT_TYPES: readonly EventType[] = /* @__PURE__ */ Array.from(
  /* @__PURE__ */ new Set(/* @__PURE__ */ Object.values(EVENT_TYPES)),
);

/** The version of the form of events. A new field doesn't change it. */
export const EVENT_VERSION = 1;

/** An event: a change that the audit log of an organization has. Without names and addresses, as the log. */
export interface MusterEvent {
  /** The id of the audit entry. Each delivery of the event has it, so that receivers recognize duplicates. */
  readonly id: string;
  readonly type: EventType;
  readonly version: typeof EVENT_VERSION;
  /** When it happened, as an ISO time. */
  readonly time: string;
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly resource: AuditEntry['resource'];
  readonly before?: AuditEntry['before'];
  readonly after?: AuditEntry['after'];
  readonly requestId: string;
}

/** An entry that is this much older than its row, in milliseconds, is history. The stream itself forgets rows sooner. */
const HISTORY = 24 * 60 * 60_000;

/** Whether an audit entry is history that an import has brought, and not a change. @param at when its row was written */
export function isHistory({ createdAt }: Pick<AuditEntry, 'createdAt'>, at: Date): boolean {
  return at.getTime() - Date.parse(createdAt) > HISTORY;
}

/**
 * Returns the event of an audit entry. It leaves out the caller's IP address.
 *
 * @returns undefined for an action of a newer version
 */
export function eventOf(entry: AuditEntry): MusterEvent | undefined {
  const { id, action, createdAt: time, organizationId, actor, resource, before, after, requestId } = entry;
  if (!Object.hasOwn(EVENT_TYPES, action)) return undefined;
  return {
    ...{ id, type: EVENT_TYPES[action], version: EVENT_VERSION, time, organizationId, actor, resource },
    ...(before && { before }),
    ...(after && { after }),
    requestId,
  };
}
