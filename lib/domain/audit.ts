/** The actions of audit entries, as `GET /v1/audit-logs` names them. */
export const AUDIT_ACTIONS = [
  'organization.create',
  'organization.update',
  'organization.offer-ownership',
  'organization.withdraw-ownership',
  'organization.decline-ownership',
  'organization.transfer',
  'organization.delete',
  'organization.repair',
  'member.import',
  'member.update',
  'member.remove',
  'member.leave',
  'member.claim',
  'member.expire',
  'member.rebind',
  'invitation.create',
  'invitation.resend',
  'invitation.revoke',
  'invitation.accept',
  'invitation.decline',
  'invitation.expire',
  'invitation.ask',
  'invitation.stop-reminders',
  'invitation.bounce',
  'invitation.complain',
  'invitation.reject',
  'invitation.erase',
  'team.create',
  'team.update',
  'team.delete',
  'team-member.add',
  'team-member.update',
  'team-member.remove',
  'site.create',
  'site.update',
  'site.delete',
  'site.transfer',
  'site-access.create',
  'site-access.update',
  'site-access.remove',
  'site-sensitive.request',
  'site-sensitive.grant',
  'site-sensitive.revoke',
  'site-sensitive.decline',
  'site-sensitive.expire',
  'site-invite.create',
  'site-invite.resend',
  'site-invite.withdraw',
  'site-invite.accept',
  'site-invite.erase',
  'charger.create',
  'charger.update',
  'charger.delete',
  'charger.report',
  'access-token.create',
  'access-token.revoke',
  'integration.create',
  'integration.update',
  'integration.rotate',
  'integration.revoke',
  'webhook.create',
  'webhook.update',
  'webhook.rotate-secret',
  'webhook.test',
  'webhook.disable',
  'webhook.delete',
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/**
 * Who acted: a person, an access token, an integration, the holder of a link, another organization, the operator, the
 * service itself, or SES. SES is identified by its id of the mail.
 */
export type AuditActor =
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'apiKey'; readonly id: string }
  | { readonly type: 'integration'; readonly id: string }
  | { readonly type: 'link'; readonly id: string }
  | { readonly type: 'organization'; readonly id: string }
  /** The operator by a command, or by a key. */
  | { readonly type: 'operator'; readonly id: 'rebind' | 'check-table' | `opk_${string}` }
  | { readonly type: 'system'; readonly id: 'sweep' }
  | { readonly type: 'ses'; readonly id: string };

/** The request that caused a change; part of the audit entry. */
export interface Origin {
  readonly requestId: string;
  /** The caller's IP address; null where the service acted by itself, or where the organization may not see it. */
  readonly sourceAddress: string | null;
}

/** An audit entry. It has ids only, no names or addresses, so that erasing a person doesn't rewrite history. */
export interface AuditEntry extends Origin {
  readonly id: string;
  readonly action: AuditAction;
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly resource: {
    readonly type:
      | 'organization'
      | 'member'
      | 'invitation'
      | 'accessToken'
      | 'integration'
      | 'team'
      | 'site'
      | 'charger'
      | 'webhook';
    readonly id: string;
  };
  /** The changed values, where that is useful. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

/** The context of a change: when it happens, who acts, and from where. */
export interface AuditContext {
  readonly now: Date;
  readonly by: AuditActor;
  readonly origin: Origin;
}

/** Returns an audit context without the caller's IP address, for an organization that must not see it. */
export function withoutSourceAddress<T extends Pick<AuditContext, 'origin'>>(auditContext: T): T {
  return { ...auditContext, origin: { ...auditContext.origin, sourceAddress: null } };
}

/**
 * Returns an audit context for the audit log of another organization than the actor's: the actor is the organization, not
 * the person.
 *
 * @param organizationId the actor's organization
 */
export function forOtherOrganization(auditContext: AuditContext, organizationId: string): AuditContext {
  const isOfOrganization = ['user', 'apiKey', 'integration'].includes(auditContext.by.type);
  const by = isOfOrganization ? ({ type: 'organization', id: organizationId } as const) : auditContext.by;
  return withoutSourceAddress({ ...auditContext, by });
}

/**
 * Returns the audit context of a change by an invited person who isn't a member. The organization sees neither their user id
 * nor their IP address.
 */
export function byLinkHolder(
  { now, origin }: Pick<AuditContext, 'now' | 'origin'>,
  invitationId: string,
): AuditContext {
  return withoutSourceAddress({ now, origin, by: { type: 'link', id: invitationId } });
}
