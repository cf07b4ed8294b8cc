/** What happened, as `GET /v1/audit-logs` names it. */
export const AUDIT_ACTIONS = [
  'organization.create',
  'organization.update',
  'organization.offer-ownership',
  'organization.withdraw-ownership',
  'organization.decline-ownership',
  'organization.transfer',
  'organization.delete',
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
] as const;
export type AuditAction = (typeof AUDIT_ACTIONS)[number];

/** Who did it: a person, an access token, the holder of a link, the operator, the service itself, or SES by its id of a mail. */
export type AuditActor =
  | { readonly type: 'user'; readonly id: string }
  | { readonly type: 'apiKey'; readonly id: string }
  | { readonly type: 'link'; readonly id: string }
  | { readonly type: 'organization'; readonly id: string }
  | { readonly type: 'operator'; readonly id: 'rebind' }
  | { readonly type: 'system'; readonly id: 'sweep' }
  | { readonly type: 'ses'; readonly id: string };

/** Where a change came from; part of its audit entry. */
export interface Origin {
  readonly requestId: string;
  /** The caller's address; null for what the service does by itself. */
  readonly sourceAddress: string | null;
}

/** One entry: ids only, never names or addresses, so that erasing a person doesn't rewrite history. */
export interface AuditEntry extends Origin {
  readonly id: string;
  readonly action: AuditAction;
  readonly organizationId: string;
  readonly actor: AuditActor;
  readonly resource: {
    readonly type: 'organization' | 'member' | 'invitation' | 'accessToken' | 'team' | 'site' | 'charger';
    readonly id: string;
  };
  /** What changed, where it fits. */
  readonly before?: Readonly<Record<string, unknown>>;
  readonly after?: Readonly<Record<string, unknown>>;
  readonly createdAt: string;
}

/** What a change needs to know of the request that asks for it: when, who and from where. */
export interface Occasion {
  readonly now: Date;
  readonly by: AuditActor;
  readonly origin: Origin;
}

/** An occasion as an organization is told of it in which nobody acted: the caller's address is none of its business. */
export function withoutSourceAddress<T extends Pick<Occasion, 'origin'>>(occasion: T): T {
  return { ...occasion, origin: { ...occasion.origin, sourceAddress: null } };
}

/**
 * An occasion as another organization than the actor's is told of it: which organization acted, not who in it.
 *
 * @param organizationId the actor's
 */
export function forOtherOrganization(occasion: Occasion, organizationId: string): Occasion {
  const { type } = occasion.by;
  const by =
    type === 'user' || type === 'apiKey' ? ({ type: 'organization', id: organizationId } as const) : occasion.by;
  return withoutSourceAddress({ ...occasion, by });
}

/**
 * The occasion of what an invited person does who isn't a member: the organization learns neither who they are nor from
 * where they come.
 */
export function byLinkHolder({ now, origin }: Pick<Occasion, 'now' | 'origin'>, invitationId: string): Occasion {
  return withoutSourceAddress({ now, origin, by: { type: 'link', id: invitationId } });
}
