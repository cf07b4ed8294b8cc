// Generated from the declarations by `npm run docs`.
import type { List } from '../pages.ts';
import type { CallOptions, CreateOptions } from '../options.ts';

export type Role =
  | 'ADMIN'
  | 'USER'
  | 'OPERATOR'
  | 'VIEWER';

export type TeamRole =
  | 'OWNER'
  | 'MODERATOR'
  | 'MEMBER';

export type Language =
  | 'en'
  | 'de';

export type InvitationStatus =
  | 'PENDING'
  | 'ACCEPTED'
  | 'REVOKED'
  | 'EXPIRED'
  | 'DECLINED';

export type DeliveryState =
  | 'QUEUED'
  | 'SENT'
  | 'DELIVERED'
  | 'BOUNCED'
  | 'COMPLAINED'
  | 'FAILED';

export type AuditAction =
  | 'organization.create'
  | 'organization.update'
  | 'organization.offer-ownership'
  | 'organization.withdraw-ownership'
  | 'organization.decline-ownership'
  | 'organization.transfer'
  | 'organization.delete'
  | 'organization.repair'
  | 'member.import'
  | 'member.update'
  | 'member.remove'
  | 'member.leave'
  | 'member.claim'
  | 'member.expire'
  | 'member.rebind'
  | 'invitation.create'
  | 'invitation.resend'
  | 'invitation.revoke'
  | 'invitation.accept'
  | 'invitation.decline'
  | 'invitation.expire'
  | 'invitation.ask'
  | 'invitation.stop-reminders'
  | 'invitation.bounce'
  | 'invitation.complain'
  | 'invitation.reject'
  | 'invitation.erase'
  | 'team.create'
  | 'team.update'
  | 'team.delete'
  | 'team-member.add'
  | 'team-member.update'
  | 'team-member.remove'
  | 'site.create'
  | 'site.update'
  | 'site.delete'
  | 'site.transfer'
  | 'site-access.create'
  | 'site-access.update'
  | 'site-access.remove'
  | 'site-sensitive.request'
  | 'site-sensitive.grant'
  | 'site-sensitive.revoke'
  | 'site-sensitive.decline'
  | 'site-sensitive.expire'
  | 'site-invite.create'
  | 'site-invite.resend'
  | 'site-invite.withdraw'
  | 'site-invite.accept'
  | 'site-invite.erase'
  | 'charger.create'
  | 'charger.update'
  | 'charger.delete'
  | 'charger.report'
  | 'access-token.create'
  | 'access-token.revoke'
  | 'integration.create'
  | 'integration.update'
  | 'integration.rotate'
  | 'integration.revoke'
  | 'webhook.create'
  | 'webhook.update'
  | 'webhook.rotate-secret'
  | 'webhook.test'
  | 'webhook.disable'
  | 'webhook.delete';

export type SiteAction =
  | 'site:read'
  | 'sensitive:read'
  | 'charger:report'
  | 'sensitive:request'
  | 'site:manage';

/** A code of the API: why a request is refused. */
export type ApiErrorCode =
  /** The request has fields that are missing, unknown or not valid; details names each. */
  | 'validation_failed'
  /** The body can not be read: it must be JSON or a form, in UTF-8, with no name twice. */
  | 'malformed_body'
  /** The query can not be read: it must be percent-encoded UTF-8. */
  | 'malformed_query'
  /** Name the organization in the X-Organization-Id header. */
  | 'organization_required'
  /** You are in no organization, or not any more. */
  | 'no_organization'
  /** The deployment does not allow redirectUrl to have this origin. */
  | 'redirect_not_allowed'
  /** The cursor was not given out for this list. */
  | 'invalid_cursor'
  /** A valid bearer token is required. */
  | 'unauthenticated'
  /** The token has no e-mail claim: send the ID token, not the access token. */
  | 'email_claim_missing'
  /** This link alone is not enough: sign in with the invited e-mail address. */
  | 'sign_in_required'
  /** Your role does not allow this. */
  | 'forbidden'
  /** An access token can not do this: sign in. */
  | 'token_not_allowed'
  /** An integration can not do this: it is no member and has no account. Sign in. */
  | 'integration_not_allowed'
  /** An operator key can not do this. */
  | 'operator_key_not_allowed'
  /** Only an operator key can make people members who have not accepted: invite them by POST /v1/invitations. */
  | 'operator_key_required'
  /** Verify your e-mail address with your sign-in provider first. */
  | 'email_not_verified'
  /** The e-mail address in the token is none that this service can write to. */
  | 'email_not_accepted'
  /** This invitation is for another e-mail address than the one you are signed in with. */
  | 'invitation_for_another_address'
  /** You may not create organizations. */
  | 'organization_creation_forbidden'
  /** There is no such endpoint. */
  | 'route_not_found'
  /** There is no such organization. */
  | 'organization_not_found'
  /** There is no such member. */
  | 'member_not_found'
  /** There is no such user. */
  | 'user_not_found'
  /** There is no such invitation. */
  | 'invitation_not_found'
  /** There is no such access token. */
  | 'access_token_not_found'
  /** There is no such integration. */
  | 'integration_not_found'
  /** There is no such team. */
  | 'team_not_found'
  /** This member is not in the team. */
  | 'team_member_not_found'
  /** There is no such site. */
  | 'site_not_found'
  /** There is no such invite to a site. */
  | 'site_invite_not_found'
  /** There is no open offer of the ownership. */
  | 'ownership_offer_not_found'
  /** There is no such webhook. */
  | 'webhook_not_found'
  /** There is no such delivery of this webhook. */
  | 'webhook_delivery_not_found'
  /** The endpoint does not have this method. */
  | 'method_not_allowed'
  /** Another account already holds this e-mail address. */
  | 'address_taken'
  /** This address already belongs to a member of the organization. */
  | 'already_member'
  /** This address already has a waiting invitation: resend that one. */
  | 'already_invited'
  /** The invitation is no longer pending. */
  | 'invitation_not_pending'
  /** The invitation is over: only pending and expired ones are resent. */
  | 'invitation_not_resendable'
  /** The address takes no more mail of this invitation: it bounced, or its owner complained. */
  | 'invitation_mail_stopped'
  /** The owner stays an ADMIN and a member until ownership is transferred. */
  | 'owner_must_transfer'
  /** This member is the owner already. */
  | 'already_owner'
  /** Nobody has signed in as this member yet. */
  | 'member_not_claimed'
  /** The organization has as many members and pending invitations as it may have. */
  | 'member_limit_reached'
  /** The organization has as many pending invitations as it may have. */
  | 'invitation_limit_reached'
  /** The person is in as many organizations as one may be. */
  | 'organization_limit_reached'
  /** The member has as many access tokens as one may have. */
  | 'access_token_limit_reached'
  /** The organization has as many integrations as it may have. */
  | 'integration_limit_reached'
  /** Another team of the organization has this name, whatever the letter case. */
  | 'team_name_taken'
  /** A team can not be below itself. */
  | 'team_cycle'
  /** Teams can not be that deep below each other. */
  | 'team_too_deep'
  /** Other teams are below this one: move or delete them first. */
  | 'team_has_children'
  /** The team owns sites: delete them first. */
  | 'team_has_sites'
  /** The default team can be neither moved nor deleted. */
  | 'default_team'
  /** The team would be left without an owner. */
  | 'last_team_owner'
  /** The organization has as many teams as it may have. */
  | 'team_limit_reached'
  /** The team has as many members as it may have. */
  | 'team_member_limit_reached'
  /** The organization has as many webhooks as it may have. */
  | 'webhook_limit_reached'
  /** This delivery is still tried by itself. */
  | 'webhook_delivery_waiting'
  /** This webhook is not enabled. */
  | 'webhook_not_enabled'
  /** The invitation has expired. */
  | 'invitation_expired'
  /** The invitation was withdrawn. */
  | 'invitation_revoked'
  /** The invitation was declined. */
  | 'invitation_declined'
  /** The invitation was used already. */
  | 'invitation_used'
  /** A newer mail was sent for this invitation: use its link. */
  | 'invitation_superseded'
  /** Whoever sent the invitation may no longer invite: ask another admin to resend it. */
  | 'inviter_removed'
  /** The offer was open for seven days, and that is over. */
  | 'ownership_offer_expired'
  /** The body is larger than 256 KB. */
  | 'body_too_large'
  /** The body has a form that the endpoint does not take. */
  | 'unsupported_media_type'
  /** The idempotency key was used with another body. */
  | 'idempotency_key_reused'
  /** As many mails as may be sent in a day were sent: by this organization, by you, or by all together. */
  | 'mail_rate_exceeded'
  /** This mailbox got as many mails as it may in a short time. */
  | 'recipient_rate_exceeded'
  /** There were too many requests in a short time. */
  | 'request_rate_exceeded'
  /** Something went wrong on our side. */
  | 'internal_error'
  /** Too many changes at once: try again. */
  | 'busy'
  /** The sign-in provider can not be asked for its keys right now: try again. */
  | 'keys_unavailable';

export interface Acceptance {
  /** The membership. */
  readonly member: Member;
  /** The invitation in its present state. */
  readonly invitation: Invitation;
}

export interface AccessCheck {
  /** Whether the member has the permission now. */
  readonly allowed: boolean;
  /** The id of the member; of a person who is none, the id that was asked for. */
  readonly member: string;
  /** The permission that was asked for. */
  readonly permission: string;
  /** The resource that was asked for; null: the organization. */
  readonly resource: string | null;
  /** The role of the member in the organization; null for a person who is no member. */
  readonly role: Role | null;
  /** The code with which the API would refuse the member; absent if it is allowed. */
  readonly reason?: 'member_not_found' | 'organization_not_found' | 'team_not_found' | 'site_not_found' | 'forbidden' | 'token_not_allowed' | 'ownership_offer_not_found' | 'ownership_offer_expired';
}

export interface AccessToken {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The id of the user. */
  readonly userId: string;
  /** The highest role of the token; null: the role of its owner. */
  readonly role: Role | null;
  /** When it expires; null: never. */
  readonly expiresAt: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
}

export interface AuditEntry {
  /** The id. */
  readonly id: string;
  /** The action: `<resource>.<verb>`. */
  readonly action: AuditAction;
  /** The type of the changed resource. */
  readonly resourceType: 'organization' | 'member' | 'invitation' | 'accessToken' | 'integration' | 'team' | 'site' | 'charger' | 'webhook';
  /** The id of the changed resource. */
  readonly resourceId: string;
  /** The kind of actor: a signed-in user, an access token, an integration, the holder of a link, a person of another organization, the operator, the service itself, or SES. */
  readonly actorType: 'user' | 'apiKey' | 'integration' | 'link' | 'organization' | 'operator' | 'system' | 'ses';
  /** The id of the actor: a user, an access token, an integration, an invitation or an organization; `system` or `ses`. */
  readonly actorId: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** Always null. */
  readonly workspaceId: null;
  /** The changes; null for none. */
  readonly metadata: {
    /** The changed fields, with their old values. */
    readonly before?: Readonly<Record<string, unknown>>;
    /** The changed fields, with their new values. */
    readonly after?: Readonly<Record<string, unknown>>;
  } | null;
  /** The id of the request in the log. */
  readonly requestId: string;
  /** The network address of the request; null if no request caused the action, or if the log does not keep it. */
  readonly sourceAddress: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
}

export interface BulkAnswer {
  /** The result. */
  readonly data: readonly ({
    /** The index of the row in the request, starting at 0. */
    readonly index: number;
    /** The HTTP status that the row would get as a separate request. */
    readonly status: 201;
    /** The invitation in its present state. */
    readonly invitation: {
      /** The id. */
      readonly id: string | null;
      /** The e-mail address. */
      readonly email: string;
      /** The HTTP status that the row would get as a separate request. */
      readonly status: InvitationStatus;
      /** The future role of the invited person in the organization. */
      readonly role: Role;
      /** The id of the organization. */
      readonly organizationId: string;
      /** The name of the organization. */
      readonly organizationName: string;
      /** When the latest mail was sent; null before the first. */
      readonly sentAt: string | null;
      /** The time of creation, in ISO 8601 and UTC. */
      readonly createdAt: string;
      /** The time of the last change, in ISO 8601 and UTC. */
      readonly updatedAt: string;
      /** When the invitation expires. */
      readonly expiresAt: string;
      /** The id of the user or the integration that invited the person, or last resent the invitation. */
      readonly invitedBy: string;
      /** The delivery of the latest mail; null if no mail is sent because the inviter took the link. */
      readonly delivery: {
        /** The state of the mail, as the service and SES report it. */
        readonly state: DeliveryState;
        /** The number of attempts to hand the mail to SES. */
        readonly attempts: number;
        /** When the mail reached this state. */
        readonly at: string;
        /** Why the mail is not delivered: a category of SES, or a code of the service or the system; null for no failure. */
        readonly reason: string | null;
      } | null;
      /** The language of mails and pages; null: the language of the organization. */
      readonly language: Language | null;
      /** The message of the inviter to the invited person; null for none. */
      readonly message: string | null;
      /** The teams that the person joins by accepting. */
      readonly teams: readonly string[];
      /** The teams that the person joined by accepting; null before. */
      readonly joinedTeams: readonly string[] | null;
      /** The teams that the person did not join by accepting, because a team was deleted or full, or the person was already in it; null before. */
      readonly skippedTeams: readonly string[] | null;
      /** The number of reminders that were mailed. */
      readonly reminders: number;
      /** When the invited person stopped the reminders; null if they did not. */
      readonly remindersStoppedAt: string | null;
      /** Where the browser of the invited person goes in the end, with `organization`, `invitation` and `outcome` in the query; null for none. */
      readonly redirectUrl: string | null;
    };
  } | {
    /** The index of the row in the request, starting at 0. */
    readonly index: number;
    /** The HTTP status that the row would get as a separate request. */
    readonly status: number;
    /** The stable code of the refusal; `docs/errors.md` has its meaning and remedy. */
    readonly error: string;
    /** A sentence for people; its text may change. */
    readonly message: string;
    /** The mistakes in the fields: sentences by the path of the field. */
    readonly details?: Readonly<Record<string, readonly string[]>>;
    /** The number of seconds after which the row may be sent again. */
    readonly retryAfter?: number;
  })[];
}

export interface Declination {
  /** The invitation in its present state. */
  readonly invitation: Invitation;
}

export interface Explanation {
  /** The id of the member in the organization. */
  readonly memberId: string;
  /** The id of the user. */
  readonly userId: string;
  /** The id of the site. */
  readonly siteId: string;
  /** The UUID of the site in Volt Time’s API. */
  readonly siteUuid: string;
  /** The name of the site. */
  readonly siteName: string;
  /** The permissions of the member for the site. */
  readonly actions: readonly SiteAction[];
  /** The chargers that the access includes; null: all chargers of the site. */
  readonly chargerIds: readonly string[] | null;
  /** The chargers whose sensitive data is shown now; null: all chargers of the site. */
  readonly sensitiveChargerIds: readonly string[] | null;
  /** The reasons: each team with access through which the member reaches the site. */
  readonly reasons: readonly ({
    /** How the member gets the access of the team: `TEAM`, as a member of it; `PARENT_TEAM`, as a member of a team above it; `ADMIN`, as an ADMIN of the organization who is in neither. */
    readonly by: 'ADMIN' | 'TEAM' | 'PARENT_TEAM';
    /** The role in the organization, which decides the permissions. */
    readonly role: Role;
    /** The id of the team. */
    readonly teamId: string;
    /** The name of the team. */
    readonly teamName: string;
    /** The id of the team that the member is in; null for an ADMIN who is in no such team. */
    readonly placeTeamId: string | null;
    /** The role of the member in `placeTeamId`; null for an ADMIN who is in no such team. */
    readonly placeRole: TeamRole | null;
    /** Whether the team owns the site or has shared access. */
    readonly share: 'OWNER' | 'SHARED';
    /** The chargers that the access includes; null: all chargers of the site. */
    readonly chargerIds: readonly string[] | null;
    /** Whether this access shows sensitive data now. */
    readonly sensitive: boolean;
    /** When the last grant of sensitive data expires or expired; null: there is none, or it never expires. */
    readonly sensitiveUntil: string | null;
    /** The grants of sensitive data, each with its chargers. */
    readonly grants: readonly ({
      /** The chargers that the access includes; null: all chargers of the site. */
      readonly chargerIds: readonly string[] | null;
      /** When the grant expires or expired; null: never. */
      readonly until: string | null;
    })[];
    /** The permissions that follow from this reason. */
    readonly actions: readonly SiteAction[];
  })[];
}

export interface Health {
  /** Says that the service and its table answer. */
  readonly status: 'ok';
}

export interface ImportAnswer {
  /** The result. */
  readonly data: readonly ({
    /** The index of the row in the request, starting at 0. */
    readonly index: number;
    /** The present state, with expiry decided by the clock. */
    readonly status: 201;
    /** The membership. */
    readonly member: {
      /** The id. */
      readonly id: string | null;
      /** The role in the organization, which decides the permissions. */
      readonly role: Role;
      /** The id of the organization. */
      readonly organizationId: string;
      /** Whether this member owns the organization. */
      readonly owner: boolean;
      /** The id of the user. */
      readonly userId: string | null;
      /** The profile of the user. */
      readonly userProfile: {
        /** The id. */
        readonly id: string | null;
        /** The first name; may be empty. */
        readonly firstName: string;
        /** The last name; may be empty. */
        readonly lastName: string;
        /** The e-mail address. */
        readonly email: string;
      };
      /** The time of creation, in ISO 8601 and UTC. */
      readonly createdAt: string;
      /** The time of the last change, in ISO 8601 and UTC. */
      readonly updatedAt: string;
      /** Whether a person has signed in with the address of the membership. Until then it is a placeholder. */
      readonly claimed: boolean;
    };
  } | {
    /** The index of the row in the request, starting at 0. */
    readonly index: number;
    /** The present state, with expiry decided by the clock. */
    readonly status: number;
    /** The stable code of the refusal; `docs/errors.md` has its meaning and remedy. */
    readonly error: string;
    /** A sentence for people; its text may change. */
    readonly message: string;
    /** The mistakes in the fields: sentences by the path of the field. */
    readonly details?: Readonly<Record<string, readonly string[]>>;
    /** The number of seconds after which the row may be sent again. */
    readonly retryAfter?: number;
  })[];
}

export interface Integration {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The role with which the integration acts. */
  readonly role: Role;
  /** When it expires; null: never. */
  readonly expiresAt: string | null;
  /** The id of the user who created it. */
  readonly createdBy: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** When the token was last replaced; null if it never was. */
  readonly rotatedAt: string | null;
  /** When the replaced token stops working; null if none works. */
  readonly previousTokenUntil: string | null;
}

export interface IntegrationWithToken {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The role with which the integration acts. */
  readonly role: Role;
  /** When it expires; null: never. */
  readonly expiresAt: string | null;
  /** The id of the user who created it. */
  readonly createdBy: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** When the token was last replaced; null if it never was. */
  readonly rotatedAt: string | null;
  /** When the replaced token stops working; null if none works. */
  readonly previousTokenUntil: string | null;
  /** The token, for `Authorization: Bearer`. Only this answer has it; a repeated answer does not. */
  readonly token?: string;
}

export interface Invitation {
  /** The id. */
  readonly id: string;
  /** The e-mail address. */
  readonly email: string;
  /** The present state, with expiry decided by the clock. */
  readonly status: InvitationStatus;
  /** The future role of the invited person in the organization. */
  readonly role: Role;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The name of the organization. */
  readonly organizationName: string;
  /** When the latest mail was sent; null before the first. */
  readonly sentAt: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** When the invitation expires. */
  readonly expiresAt: string;
  /** The id of the user or the integration that invited the person, or last resent the invitation. */
  readonly invitedBy: string;
  /** The delivery of the latest mail; null if no mail is sent because the inviter took the link. */
  readonly delivery: {
    /** The state of the mail, as the service and SES report it. */
    readonly state: DeliveryState;
    /** The number of attempts to hand the mail to SES. */
    readonly attempts: number;
    /** When the mail reached this state. */
    readonly at: string;
    /** Why the mail is not delivered: a category of SES, or a code of the service or the system; null for no failure. */
    readonly reason: string | null;
  } | null;
  /** The language of mails and pages; null: the language of the organization. */
  readonly language: Language | null;
  /** The message of the inviter to the invited person; null for none. */
  readonly message: string | null;
  /** The teams that the person joins by accepting. */
  readonly teams: readonly string[];
  /** The teams that the person joined by accepting; null before. */
  readonly joinedTeams: readonly string[] | null;
  /** The teams that the person did not join by accepting, because a team was deleted or full, or the person was already in it; null before. */
  readonly skippedTeams: readonly string[] | null;
  /** The number of reminders that were mailed. */
  readonly reminders: number;
  /** When the invited person stopped the reminders; null if they did not. */
  readonly remindersStoppedAt: string | null;
  /** Where the browser of the invited person goes in the end, with `organization`, `invitation` and `outcome` in the query; null for none. */
  readonly redirectUrl: string | null;
}

export interface InvitationToMe {
  /** The id. */
  readonly id: string;
  /** The e-mail address. */
  readonly email: string;
  /** The present state, with expiry decided by the clock. */
  readonly status: InvitationStatus;
  /** The role in the organization, which decides the permissions. */
  readonly role: Role;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The name of the organization. */
  readonly organizationName: string;
  /** When the latest mail was sent; null before the first. */
  readonly sentAt: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** When it expires; null: never. */
  readonly expiresAt: string;
  /** The id of the user or the integration that invited the person, or last resent the invitation. */
  readonly invitedBy: string;
  /** The delivery of the latest mail; null if no mail is sent because the inviter took the link. */
  readonly delivery: {
    /** The state of the mail, as the service and SES report it. */
    readonly state: DeliveryState;
    /** The number of attempts to hand the mail to SES. */
    readonly attempts: number;
    /** When the mail reached this state. */
    readonly at: string;
    /** Why the mail is not delivered: a category of SES, or a code of the service or the system; null for no failure. */
    readonly reason: string | null;
  } | null;
  /** The language of mails and pages; null: the language of the organization. */
  readonly language: Language | null;
  /** A sentence for people; its text may change. */
  readonly message: string | null;
  /** The teams that the person joins by accepting. */
  readonly teams: readonly string[];
  /** The teams that the person joined by accepting; null before. */
  readonly joinedTeams: readonly string[] | null;
  /** The teams that the person did not join by accepting, because a team was deleted or full, or the person was already in it; null before. */
  readonly skippedTeams: readonly string[] | null;
  /** The number of reminders that were mailed. */
  readonly reminders: number;
  /** When the invited person stopped the reminders; null if they did not. */
  readonly remindersStoppedAt: string | null;
  /** Where the browser of the invited person goes in the end, with `organization`, `invitation` and `outcome` in the query; null for none. */
  readonly redirectUrl: string | null;
  /** The name of the inviter, or their address if they have no name; null if they have left the organization. */
  readonly inviterName: string | null;
}

export interface Me {
  /** The id. */
  readonly id: string | null;
  /** The e-mail address. */
  readonly email: string;
  /** Whether the issuer says that the address is verified. */
  readonly emailVerified: boolean;
  /** The first name; may be empty. */
  readonly firstName: string;
  /** The last name; may be empty. */
  readonly lastName: string;
  /** The username, for Rocket.Chat’s API. */
  readonly username: string;
  /** The organizations of the caller. */
  readonly memberships: readonly ({
    /** The id. */
    readonly id: string;
    /** The role in the organization, which decides the permissions. */
    readonly role: Role;
    /** The id of the organization. */
    readonly organizationId: string;
    /** The name of the organization. */
    readonly organizationName: string;
    /** Whether this member owns the organization. */
    readonly owner: boolean;
  })[];
  /** The teams of the caller. */
  readonly teams: readonly ({
    /** The id. */
    readonly id: string;
    /** The name. */
    readonly name: string;
    /** The id of the organization. */
    readonly organizationId: string;
    /** The role of the caller in the team. */
    readonly role: TeamRole;
  })[];
  /** The invitations that are pending for the caller. */
  readonly invitations: readonly InvitationToMe[];
  /** The organizations that the caller blocked; their invitations are not listed. */
  readonly blockedOrganizations: readonly ({
    /** The id of the organization. */
    readonly organizationId: string;
    /** The name of the organization. */
    readonly organizationName: string;
    /** When the caller blocked the organization. */
    readonly blockedAt: string;
  })[];
  /** The organizations whose ownership is offered to the caller. */
  readonly ownershipOffers: readonly OwnershipOffer[];
}

export interface Member {
  /** The id. */
  readonly id: string;
  /** The role in the organization, which decides the permissions. */
  readonly role: Role;
  /** The id of the organization. */
  readonly organizationId: string;
  /** Whether this member owns the organization. */
  readonly owner: boolean;
  /** The id of the user. */
  readonly userId: string;
  /** The profile of the user. */
  readonly userProfile: {
    /** The id. */
    readonly id: string;
    /** The first name; may be empty. */
    readonly firstName: string;
    /** The last name; may be empty. */
    readonly lastName: string;
    /** The e-mail address. */
    readonly email: string;
  };
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** Whether a person has signed in with the address of the membership. Until then it is a placeholder. */
  readonly claimed: boolean;
}

export interface Message {
  /** A sentence for people; its text may change. */
  readonly message: string;
}

export interface MyOrganization {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** The language of mails and pages for invitations without a language. */
  readonly language: Language;
  /** The id of the member in the organization. */
  readonly memberId: string;
  /** The role in the organization, which decides the permissions. */
  readonly role: Role;
  /** Whether this member owns the organization. */
  readonly owner: boolean;
}

export interface NewAccessToken {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The id of the user. */
  readonly userId: string;
  /** The highest role of the token; null: the role of its owner. */
  readonly role: Role | null;
  /** When it expires; null: never. */
  readonly expiresAt: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The token, for `Authorization: Bearer`. Only this answer has it; a repeated answer does not. */
  readonly token?: string;
}

export interface NewInvitation {
  /** The id. */
  readonly id: string;
  /** The e-mail address. */
  readonly email: string;
  /** The present state, with expiry decided by the clock. */
  readonly status: InvitationStatus;
  /** The future role of the invited person in the organization. */
  readonly role: Role;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The name of the organization. */
  readonly organizationName: string;
  /** When the latest mail was sent; null before the first. */
  readonly sentAt: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** When the invitation expires. */
  readonly expiresAt: string;
  /** The id of the user or the integration that invited the person, or last resent the invitation. */
  readonly invitedBy: string;
  /** The delivery of the latest mail; null if no mail is sent because the inviter took the link. */
  readonly delivery: {
    /** The state of the mail, as the service and SES report it. */
    readonly state: DeliveryState;
    /** The number of attempts to hand the mail to SES. */
    readonly attempts: number;
    /** When the mail reached this state. */
    readonly at: string;
    /** Why the mail is not delivered: a category of SES, or a code of the service or the system; null for no failure. */
    readonly reason: string | null;
  } | null;
  /** The language of mails and pages; null: the language of the organization. */
  readonly language: Language | null;
  /** The message of the inviter to the invited person; null for none. */
  readonly message: string | null;
  /** The teams that the person joins by accepting. */
  readonly teams: readonly string[];
  /** The teams that the person joined by accepting; null before. */
  readonly joinedTeams: readonly string[] | null;
  /** The teams that the person did not join by accepting, because a team was deleted or full, or the person was already in it; null before. */
  readonly skippedTeams: readonly string[] | null;
  /** The number of reminders that were mailed. */
  readonly reminders: number;
  /** When the invited person stopped the reminders; null if they did not. */
  readonly remindersStoppedAt: string | null;
  /** Where the browser of the invited person goes in the end, with `organization`, `invitation` and `outcome` in the query; null for none. */
  readonly redirectUrl: string | null;
  /** The link that accepts the invitation, if `sendEmail` is false. Only this answer has it; a repeated answer does not. */
  readonly link?: string;
}

export interface NewWebhook {
  /** The id. */
  readonly id: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The URL that events are sent to. It begins with `https://` and leads to a public address. */
  readonly url: string;
  /** The types of events that are sent, as docs/events.md lists them; null: all. */
  readonly events: readonly ('organization.created' | 'organization.updated' | 'organization.ownership_offered' | 'organization.ownership_offer_withdrawn' | 'organization.ownership_offer_declined' | 'organization.ownership_transferred' | 'organization.deleted' | 'organization.repaired' | 'member.imported' | 'member.updated' | 'member.removed' | 'member.left' | 'member.claimed' | 'member.expired' | 'member.rebound' | 'invitation.created' | 'invitation.resent' | 'invitation.revoked' | 'invitation.accepted' | 'invitation.declined' | 'invitation.expired' | 'invitation.renewal_requested' | 'invitation.reminders_stopped' | 'invitation.delivery_failed' | 'invitation.complained' | 'invitation.erased' | 'team.created' | 'team.updated' | 'team.deleted' | 'team_member.added' | 'team_member.updated' | 'team_member.removed' | 'site.created' | 'site.updated' | 'site.deleted' | 'site.transferred' | 'site_access.created' | 'site_access.updated' | 'site_access.removed' | 'sensitive_data.requested' | 'sensitive_data.granted' | 'sensitive_data.revoked' | 'sensitive_data.declined' | 'sensitive_data.expired' | 'site_invite.created' | 'site_invite.resent' | 'site_invite.withdrawn' | 'site_invite.accepted' | 'site_invite.erased' | 'charger.created' | 'charger.updated' | 'charger.deleted' | 'charger.reported' | 'access_token.created' | 'access_token.revoked' | 'integration.created' | 'integration.updated' | 'integration.rotated' | 'integration.revoked' | 'webhook.created' | 'webhook.updated' | 'webhook.secret_rotated' | 'webhook.tested' | 'webhook.disabled' | 'webhook.deleted')[] | null;
  /** Whether it gets events: `ENABLED`, `PAUSED` or `DISABLED`. */
  readonly status: 'ENABLED' | 'PAUSED' | 'DISABLED';
  /** Since when every delivery has failed; null if the last one was received. */
  readonly failingSince: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** The signing secret, which begins with `whsec_`. Only this answer has it; a repeated answer does not. */
  readonly secret?: string;
}

export interface Organization {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** The language of mails and pages for invitations without a language. */
  readonly language: Language;
}

export interface OrganizationWithOffer {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
  /** The language of mails and pages; null: the language of the organization. */
  readonly language: Language;
  /** The open offer of the ownership; null if there is none, or if the caller is neither its owner nor its recipient. */
  readonly ownershipOffer: OwnershipOffer | null;
}

export interface OwnershipOffer {
  /** The id of the organization. */
  readonly organizationId: string;
  /** The name of the organization. */
  readonly organizationName: string;
  /** The id of the member in the organization. */
  readonly memberId: string;
  /** The member who offers the ownership: the owner. */
  readonly offeredBy: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** When it expires; null: never. */
  readonly expiresAt: string;
}

export interface Profile {
  /** The id. */
  readonly id: string;
  /** The e-mail address. */
  readonly email: string;
  /** Whether the issuer says that the address is verified. */
  readonly emailVerified: true;
  /** The first name; may be empty. */
  readonly firstName: string;
  /** The last name; may be empty. */
  readonly lastName: string;
  /** The username, for Rocket.Chat’s API. */
  readonly username: string;
}

export interface RoleDescription {
  /** The role in the organization, which decides the permissions. */
  readonly role: Role;
  /** The name of the role in mails and pages, in each language. */
  readonly label: {
    /** The text in English. */
    readonly en: string;
    /** The text in German. */
    readonly de: string;
  };
  /** What a member with the role may do, in each language. */
  readonly description: {
    /** The text in English. */
    readonly en: string;
    /** The text in German. */
    readonly de: string;
  };
}

export interface RoleList {
  /** The result. */
  readonly data: readonly RoleDescription[];
}

export interface Session {
  /** The statement: a JWT, signed with ES256. */
  readonly token: string;
  /** When the statement expires. */
  readonly expiresAt: string;
}

export interface Team {
  /** The id. */
  readonly id: string;
  /** The name. */
  readonly name: string;
  /** A short description; null for none. */
  readonly description: string | null;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The id of the team above it; null only for the default team. */
  readonly parentTeamId: string | null;
  /** Whether only its members, members of the teams above it, and ADMINs see it. */
  readonly isPrivate: boolean;
  /** Whether it is the default team: the root of the tree, created with the organization. */
  readonly isDefault: boolean;
  /** The number of members of the team. */
  readonly memberCount: number;
  /** The id of the user or the integration that created it. */
  readonly createdBy: string;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
}

export interface TeamMember {
  /** The id of the team. */
  readonly teamId: string;
  /** The id of the member in the organization. */
  readonly memberId: string;
  /** The id of the user. */
  readonly userId: string;
  /** The role of the member in the team. */
  readonly role: TeamRole;
  /** The profile of the user. */
  readonly userProfile: {
    /** The id. */
    readonly id: string;
    /** The first name; may be empty. */
    readonly firstName: string;
    /** The last name; may be empty. */
    readonly lastName: string;
    /** The e-mail address. */
    readonly email: string;
  };
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
}

export interface Webhook {
  /** The id. */
  readonly id: string;
  /** The id of the organization. */
  readonly organizationId: string;
  /** The URL that events are sent to. It begins with `https://` and leads to a public address. */
  readonly url: string;
  /** The types of events that are sent, as docs/events.md lists them; null: all. */
  readonly events: readonly ('organization.created' | 'organization.updated' | 'organization.ownership_offered' | 'organization.ownership_offer_withdrawn' | 'organization.ownership_offer_declined' | 'organization.ownership_transferred' | 'organization.deleted' | 'organization.repaired' | 'member.imported' | 'member.updated' | 'member.removed' | 'member.left' | 'member.claimed' | 'member.expired' | 'member.rebound' | 'invitation.created' | 'invitation.resent' | 'invitation.revoked' | 'invitation.accepted' | 'invitation.declined' | 'invitation.expired' | 'invitation.renewal_requested' | 'invitation.reminders_stopped' | 'invitation.delivery_failed' | 'invitation.complained' | 'invitation.erased' | 'team.created' | 'team.updated' | 'team.deleted' | 'team_member.added' | 'team_member.updated' | 'team_member.removed' | 'site.created' | 'site.updated' | 'site.deleted' | 'site.transferred' | 'site_access.created' | 'site_access.updated' | 'site_access.removed' | 'sensitive_data.requested' | 'sensitive_data.granted' | 'sensitive_data.revoked' | 'sensitive_data.declined' | 'sensitive_data.expired' | 'site_invite.created' | 'site_invite.resent' | 'site_invite.withdrawn' | 'site_invite.accepted' | 'site_invite.erased' | 'charger.created' | 'charger.updated' | 'charger.deleted' | 'charger.reported' | 'access_token.created' | 'access_token.revoked' | 'integration.created' | 'integration.updated' | 'integration.rotated' | 'integration.revoked' | 'webhook.created' | 'webhook.updated' | 'webhook.secret_rotated' | 'webhook.tested' | 'webhook.disabled' | 'webhook.deleted')[] | null;
  /** Whether it gets events: `ENABLED`; `PAUSED` by an ADMIN; `DISABLED` by the service, because nothing was received for five days or the receiver answered 410. */
  readonly status: 'ENABLED' | 'PAUSED' | 'DISABLED';
  /** Since when every delivery has failed; null if the last one was received. */
  readonly failingSince: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
  /** The time of the last change, in ISO 8601 and UTC. */
  readonly updatedAt: string;
}

export interface WebhookDelivery {
  /** The id. */
  readonly id: string;
  /** The id of the webhook. */
  readonly webhookId: string;
  /** The id of the event, which is that of the audit entry, and the `webhook-id` of each attempt. */
  readonly eventId: string;
  /** The type of the event. */
  readonly type: 'organization.created' | 'organization.updated' | 'organization.ownership_offered' | 'organization.ownership_offer_withdrawn' | 'organization.ownership_offer_declined' | 'organization.ownership_transferred' | 'organization.deleted' | 'organization.repaired' | 'member.imported' | 'member.updated' | 'member.removed' | 'member.left' | 'member.claimed' | 'member.expired' | 'member.rebound' | 'invitation.created' | 'invitation.resent' | 'invitation.revoked' | 'invitation.accepted' | 'invitation.declined' | 'invitation.expired' | 'invitation.renewal_requested' | 'invitation.reminders_stopped' | 'invitation.delivery_failed' | 'invitation.complained' | 'invitation.erased' | 'team.created' | 'team.updated' | 'team.deleted' | 'team_member.added' | 'team_member.updated' | 'team_member.removed' | 'site.created' | 'site.updated' | 'site.deleted' | 'site.transferred' | 'site_access.created' | 'site_access.updated' | 'site_access.removed' | 'sensitive_data.requested' | 'sensitive_data.granted' | 'sensitive_data.revoked' | 'sensitive_data.declined' | 'sensitive_data.expired' | 'site_invite.created' | 'site_invite.resent' | 'site_invite.withdrawn' | 'site_invite.accepted' | 'site_invite.erased' | 'charger.created' | 'charger.updated' | 'charger.deleted' | 'charger.reported' | 'access_token.created' | 'access_token.revoked' | 'integration.created' | 'integration.updated' | 'integration.rotated' | 'integration.revoked' | 'webhook.created' | 'webhook.updated' | 'webhook.secret_rotated' | 'webhook.tested' | 'webhook.disabled' | 'webhook.deleted';
  /** Whether the receiver has the event: `PENDING` while it is tried, `DELIVERED` after an answer 2xx, `FAILED` after a day. */
  readonly status: 'PENDING' | 'DELIVERED' | 'FAILED';
  /** The number of attempts. */
  readonly attempts: number;
  /** When it was last tried; null before the first attempt. */
  readonly lastAttemptAt: string | null;
  /** When it is tried next; null if it has ended. */
  readonly nextAttemptAt: string | null;
  /** The status of the last answer; null if there was none. */
  readonly responseStatus: number | null;
  /** Why the last attempt failed: a code of the system, `HTTP_` and the status of the answer, `address_not_allowed` or `secret_missing`; null for no failure. */
  readonly reason: string | null;
  /** The time of creation, in ISO 8601 and UTC. */
  readonly createdAt: string;
}

/** The body of `POST /v1/access-tokens`. */
export interface AccessTokensCreateBody {
  /** The name. */
  readonly name: string;
  /** The number of days after which the token expires; if omitted, it never does. */
  readonly expiresInDays?: number | undefined;
  /** The highest role of the token; if omitted, the role of its owner. */
  readonly role?: Role | undefined;
}

/** The query of `GET /v1/access-tokens`. */
export interface AccessTokensListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The query of `GET /v1/access/check`. */
export interface AccessCheckQuery {
  /** The id of the member, at `GET /v1/access/check` also that of their user; default: the caller. Only ADMINs may name other members. */
  readonly member?: string | undefined;
  /** A permission of the roles, of a team or a site, or of the application’s own; a refusal names all. */
  readonly permission: string;
  /** The id of the organization (the default), of a team, or of a site. */
  readonly resource?: string | undefined;
}

/** The query of `GET /v1/access`. */
export interface AccessExplainQuery {
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
  /** The UUID, integer or id of the site. */
  readonly site?: string | undefined;
  /** The id of the member, at `GET /v1/access/check` also that of their user; default: the caller. Only ADMINs may name other members. */
  readonly member?: string | undefined;
}

/** The query of `GET /v1/audit-logs`. */
export interface AuditLogsListQuery {
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
  /** Only entries with this action. */
  readonly action?: AuditAction | undefined;
  /** Only entries with this `actorId`: the id of a user, an access token, an integration, an operator key or an invitation. */
  readonly actor?: string | undefined;
  /** Only entries at or after this time, in ISO 8601. */
  readonly from?: string | undefined;
  /** Only entries before this time, in ISO 8601. */
  readonly to?: string | undefined;
}

/** The body of `POST /v1/integrations`. */
export interface IntegrationsCreateBody {
  /** The name. */
  readonly name: string;
  /** The role with which the integration acts. */
  readonly role: Role;
  /** The number of days after which the integration expires; if omitted, it never does. */
  readonly expiresInDays?: number | undefined;
}

/** The query of `GET /v1/integrations`. */
export interface IntegrationsListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The body of `POST /v1/integrations/{id}/rotate`. */
export interface IntegrationsRotateBody {
  /** The number of hours for which the present token keeps working; default 0. */
  readonly overlapHours?: number | undefined;
}

/** The body of `PATCH /v1/integrations/{id}`. */
export interface IntegrationsUpdateBody {
  /** The name. */
  readonly name?: string | undefined;
  /** The role with which the integration acts. */
  readonly role?: Role | undefined;
  /** The number of days, from now, after which the integration expires; null: it never does. */
  readonly expiresInDays?: number | null | undefined;
}

/** The body of `POST /v1/invitations/accept`. */
export interface InvitationsAcceptBody {
  /** The secret of the mailed link: the part after `token=`. */
  readonly token: string;
}

/** The body of `POST /v1/invitations/block`. */
export interface InvitationsBlockBody {
  /** The secret of the mailed link: the part after `token=`. */
  readonly token: string;
  /** `site` for a link of an invite to a site; otherwise `invitation`. */
  readonly of?: 'invitation' | 'site' | undefined;
  /** Whether the organization is blocked: true, the default, means no more invitations. */
  readonly blocked?: boolean | undefined;
}

/** The body of `POST /v1/invitations/bulk`. */
export interface InvitationsBulkBody {
  /** The people to invite; each row is processed separately. */
  readonly invitations: readonly ({
    /** The e-mail address. */
    readonly email: string;
    /** The future role of the invited person in the organization. */
    readonly role: Role;
    /** The number of days after which it expires. */
    readonly expiresInDays?: number | undefined;
    /** A message to the invited person, shown in the mail and on the page. */
    readonly message?: string | undefined;
    /** The language of mails and pages; null: the language of the organization. */
    readonly language?: Language | undefined;
    /** The teams that the person joins by accepting. */
    readonly teams?: readonly string[] | undefined;
    /** Where the browser of the invited person goes in the end, with `organization`, `invitation` and `outcome` in the query. Its origin must be allowed by the deployment. */
    readonly redirectUrl?: string | undefined;
  })[];
  /** Returns the result of each row without writing anything. */
  readonly dryRun?: boolean | undefined;
}

/** The body of `POST /v1/invitations`. */
export interface InvitationsCreateBody {
  /** The e-mail address. */
  readonly email: string;
  /** The future role of the invited person in the organization. */
  readonly role: Role;
  /** The number of days after which it expires. */
  readonly expiresInDays?: number | undefined;
  /** A message to the invited person, shown in the mail and on the page. */
  readonly message?: string | undefined;
  /** The language of mails and pages; null: the language of the organization. */
  readonly language?: Language | undefined;
  /** The teams that the person joins by accepting. */
  readonly teams?: readonly string[] | undefined;
  /** Where the browser of the invited person goes in the end, with `organization`, `invitation` and `outcome` in the query. Its origin must be allowed by the deployment. */
  readonly redirectUrl?: string | undefined;
  /** False: no mail is sent, now or later, and the answer has the `link`. */
  readonly sendEmail?: boolean | undefined;
}

/** The body of `POST /v1/invitations/decline`. */
export interface InvitationsDeclineBody {
  /** The secret of the mailed link: the part after `token=`. */
  readonly token: string;
}

/** The query of `GET /v1/invitations`. */
export interface InvitationsListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
  /** Only invitations in this state, by the clock. With a filter there is no total, and a page may be short. */
  readonly status?: InvitationStatus | undefined;
  /** Only invitations whose latest mail is in this state of delivery. */
  readonly delivery?: DeliveryState | undefined;
  /** Only members whose names, username and address have all these words somewhere, or invitations to such an address; a whole address finds only that address. Letter case and accents don’t count. With a filter there is no total, and a page may be short. */
  readonly search?: string | undefined;
  /** Only the member with this address, or the invitations to this address. With a filter there is no total. */
  readonly email?: string | undefined;
}

/** The body of `PATCH /v1/me`. */
export interface MeUpdateBody {
  /** The first name; may be empty. */
  readonly firstName?: string | undefined;
  /** The last name; may be empty. */
  readonly lastName?: string | undefined;
  /** The username, for Rocket.Chat’s API. */
  readonly username?: string | undefined;
}

/** The body of `POST /v1/members`. */
export interface MembersImportBody {
  /** The address of the person. */
  readonly email: string;
  /** The role in the organization, which decides the permissions. */
  readonly role: Role;
  /** The first name, until the person has one. */
  readonly firstName?: string | undefined;
  /** The last name, until the person has one. */
  readonly lastName?: string | undefined;
  /** The ids of teams that the person joins. */
  readonly teams?: readonly string[] | undefined;
  /** The `sub` of the person’s ID tokens: only whoever signs in with it gets the membership. */
  readonly subject?: string | undefined;
  /** The issuer of the subject: that of the deployment, which is the default. */
  readonly issuer?: string | undefined;
  /** True: the person is told by mail; default false. */
  readonly sendEmail?: boolean | undefined;
}

/** The body of `POST /v1/members/bulk`. */
export interface MembersImportBulkBody {
  /** The people to import; each row is processed separately. */
  readonly members: readonly ({
    /** The e-mail address. */
    readonly email: string;
    /** The role in the organization, which decides the permissions. */
    readonly role: Role;
    /** The first name, until the person has one. */
    readonly firstName?: string | undefined;
    /** The last name, until the person has one. */
    readonly lastName?: string | undefined;
    /** The ids of teams that the person joins. */
    readonly teams?: readonly string[] | undefined;
    /** The `sub` of the person’s ID tokens: only whoever signs in with it gets the membership. */
    readonly subject?: string | undefined;
    /** The issuer of the subject: that of the deployment, which is the default. */
    readonly issuer?: string | undefined;
    /** True: the person is told by mail; default false. */
    readonly sendEmail?: boolean | undefined;
  })[];
  /** Returns the result of each row without writing anything. */
  readonly dryRun?: boolean | undefined;
}

/** The query of `GET /v1/members`. */
export interface MembersListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
  /** Only members with this role. With a filter there is no total, and a page may be short. */
  readonly role?: Role | undefined;
  /** Only members whose names, username and address have all these words somewhere, or invitations to such an address; a whole address finds only that address. Letter case and accents don’t count. With a filter there is no total, and a page may be short. */
  readonly search?: string | undefined;
  /** Only the member with this address, or the invitations to this address. With a filter there is no total. */
  readonly email?: string | undefined;
  /** Only the member with this user id. With a filter there is no total. */
  readonly userId?: string | undefined;
  /** Only the member who signs in with this subject (`sub`) at the issuer, or whom the operator imported with it. With a filter there is no total. */
  readonly subject?: string | undefined;
}

/** The body of `PATCH /v1/members/{id}`. */
export interface MembersUpdateBody {
  /** The role in the organization, which decides the permissions. */
  readonly role: Role;
}

/** The body of `POST /v1/organizations`. */
export interface OrganizationsCreateBody {
  /** The name. */
  readonly name: string;
  /** The language of mails and pages for invitations without a language. */
  readonly language?: Language | undefined;
  /** Whether this member owns the organization. */
  readonly owner?: {
    /** The id of the user. */
    readonly userId: string;
  } | {
    /** The e-mail address. */
    readonly email: string;
    /** The first name; may be empty. */
    readonly firstName?: string | undefined;
    /** The last name; may be empty. */
    readonly lastName?: string | undefined;
  } | undefined;
}

/** The query of `GET /v1/organizations`. */
export interface OrganizationsListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The body of `POST /v1/organizations/{organizationId}/transfer-ownership`. */
export interface OrganizationsTransferBody {
  /** The id of the member who is offered the ownership. */
  readonly memberId: string;
}

/** The body of `PATCH /v1/organizations/{organizationId}`. */
export interface OrganizationsUpdateBody {
  /** The name. */
  readonly name?: string | undefined;
  /** The language of mails and pages for invitations without a language. */
  readonly language?: Language | undefined;
}

/** The body of `POST /v1/organizations/{organizationId}/session`. */
export interface SessionsCreateBody {
  /** Whom the statement is for: its `aud`, which the verifier expects. Default: the audience of the ID tokens. */
  readonly audience?: string | undefined;
  /** How long the statement is valid: 300 by default, the most. */
  readonly expiresInSeconds?: number | undefined;
}

/** The body of `POST /v1/teams`. */
export interface TeamsCreateBody {
  /** The name. */
  readonly name: string;
  /** A short description; null for none. */
  readonly description?: string | undefined;
  /** Whether only its members, members of the teams above it, and ADMINs see it. */
  readonly isPrivate?: boolean | undefined;
  /** The id of the team above it; null only for the default team. */
  readonly parentTeamId?: string | undefined;
}

/** The query of `GET /v1/teams`. */
export interface TeamsListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The query of `GET /v1/teams/{id}/members`. */
export interface TeamsListMembersQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The body of `PUT /v1/teams/{id}/members/{memberId}`. */
export interface TeamsPutMemberBody {
  /** The new role of the member in the team. */
  readonly role?: TeamRole | undefined;
}

/** The body of `PATCH /v1/teams/{id}`. */
export interface TeamsUpdateBody {
  /** The name. */
  readonly name?: string | undefined;
  /** A short description; null for none. */
  readonly description?: string | undefined;
  /** Whether only its members, members of the teams above it, and ADMINs see it. */
  readonly isPrivate?: boolean | undefined;
  /** The id of the team above it; null only for the default team. */
  readonly parentTeamId?: string | undefined;
}

/** The body of `POST /v1/webhooks`. */
export interface WebhooksCreateBody {
  /** The URL that events are sent to. It begins with `https://` and leads to a public address. */
  readonly url: string;
  /** The types of events that are sent, as docs/events.md lists them; null: all. */
  readonly events?: readonly ('organization.created' | 'organization.updated' | 'organization.ownership_offered' | 'organization.ownership_offer_withdrawn' | 'organization.ownership_offer_declined' | 'organization.ownership_transferred' | 'organization.deleted' | 'organization.repaired' | 'member.imported' | 'member.updated' | 'member.removed' | 'member.left' | 'member.claimed' | 'member.expired' | 'member.rebound' | 'invitation.created' | 'invitation.resent' | 'invitation.revoked' | 'invitation.accepted' | 'invitation.declined' | 'invitation.expired' | 'invitation.renewal_requested' | 'invitation.reminders_stopped' | 'invitation.delivery_failed' | 'invitation.complained' | 'invitation.erased' | 'team.created' | 'team.updated' | 'team.deleted' | 'team_member.added' | 'team_member.updated' | 'team_member.removed' | 'site.created' | 'site.updated' | 'site.deleted' | 'site.transferred' | 'site_access.created' | 'site_access.updated' | 'site_access.removed' | 'sensitive_data.requested' | 'sensitive_data.granted' | 'sensitive_data.revoked' | 'sensitive_data.declined' | 'sensitive_data.expired' | 'site_invite.created' | 'site_invite.resent' | 'site_invite.withdrawn' | 'site_invite.accepted' | 'site_invite.erased' | 'charger.created' | 'charger.updated' | 'charger.deleted' | 'charger.reported' | 'access_token.created' | 'access_token.revoked' | 'integration.created' | 'integration.updated' | 'integration.rotated' | 'integration.revoked' | 'webhook.created' | 'webhook.updated' | 'webhook.secret_rotated' | 'webhook.tested' | 'webhook.disabled' | 'webhook.deleted')[] | null | undefined;
}

/** The query of `GET /v1/webhooks`. */
export interface WebhooksListQuery {
  /** The number of the page, starting at 1; not together with `cursor`. */
  readonly page?: number | undefined;
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The query of `GET /v1/webhooks/{id}/deliveries`. */
export interface WebhooksListDeliveriesQuery {
  /** The number of rows of a page; default 20. */
  readonly perPage?: number | undefined;
  /** The `meta.nextCursor` of the previous page; continues after that page, in lists of any length. */
  readonly cursor?: string | undefined;
}

/** The body of `PATCH /v1/webhooks/{id}`. */
export interface WebhooksUpdateBody {
  /** The URL that events are sent to. It begins with `https://` and leads to a public address. */
  readonly url?: string | undefined;
  /** The types of events that are sent, as docs/events.md lists them; null: all. */
  readonly events?: readonly ('organization.created' | 'organization.updated' | 'organization.ownership_offered' | 'organization.ownership_offer_withdrawn' | 'organization.ownership_offer_declined' | 'organization.ownership_transferred' | 'organization.deleted' | 'organization.repaired' | 'member.imported' | 'member.updated' | 'member.removed' | 'member.left' | 'member.claimed' | 'member.expired' | 'member.rebound' | 'invitation.created' | 'invitation.resent' | 'invitation.revoked' | 'invitation.accepted' | 'invitation.declined' | 'invitation.expired' | 'invitation.renewal_requested' | 'invitation.reminders_stopped' | 'invitation.delivery_failed' | 'invitation.complained' | 'invitation.erased' | 'team.created' | 'team.updated' | 'team.deleted' | 'team_member.added' | 'team_member.updated' | 'team_member.removed' | 'site.created' | 'site.updated' | 'site.deleted' | 'site.transferred' | 'site_access.created' | 'site_access.updated' | 'site_access.removed' | 'sensitive_data.requested' | 'sensitive_data.granted' | 'sensitive_data.revoked' | 'sensitive_data.declined' | 'sensitive_data.expired' | 'site_invite.created' | 'site_invite.resent' | 'site_invite.withdrawn' | 'site_invite.accepted' | 'site_invite.erased' | 'charger.created' | 'charger.updated' | 'charger.deleted' | 'charger.reported' | 'access_token.created' | 'access_token.revoked' | 'integration.created' | 'integration.updated' | 'integration.rotated' | 'integration.revoked' | 'webhook.created' | 'webhook.updated' | 'webhook.secret_rotated' | 'webhook.tested' | 'webhook.disabled' | 'webhook.deleted')[] | null | undefined;
  /** Whether it gets events. */
  readonly status?: 'ENABLED' | 'PAUSED' | undefined;
}

/** The methods of the client, by resource. */
export interface Resources {
  /** Credentials for programs. */
  readonly accessTokens: {
    /**
     * Creates an access token, with which a program acts for the caller in this organization.
     *
     * Only this answer contains `token`. At each request, the token has the lower of its own role and its owner's role. It ends with the owner's membership. A token that was created with another token has no higher role, expires no later, and is revoked with it.
     *
     * `POST /v1/access-tokens`
     *
     * @throws MusterError `forbidden`, `access_token_limit_reached`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(body: AccessTokensCreateBody, options?: CreateOptions): Promise<NewAccessToken>;
    /**
     * Lists the caller's own access tokens in this organization, oldest first.
     *
     * The number of a member's tokens is limited, so each request reads all of them.
     *
     * `GET /v1/access-tokens`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: AccessTokensListQuery, options?: CallOptions): List<AccessToken>;
    /**
     * Revokes one of the caller's own access tokens, and all tokens created with it, with immediate effect.
     *
     * An access token may revoke itself and the tokens created with it, but no others.
     *
     * `DELETE /v1/access-tokens/{id}`
     *
     * @throws MusterError `access_token_not_found`, `token_not_allowed`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    revoke(id: string, options?: CallOptions): Promise<void>;
  };
  /** Whether a member has a permission, and their permissions for sites, with reasons. */
  readonly access: {
    /**
     * Checks whether a member has a permission now: in the organization, in a team, or for a site.
     *
     * `member` is the id of a member or of their user; default: the caller. The answer follows from the table at this moment, so that a removed member has nothing at the very next check. `permission` is one of the roles, one that depends on a team or a site (`team:manage`, `site:manage`), or one of the application's own. `resource` is the id of the organization (the default), of a team, or of a site. `reason` is the code with which the API would refuse. ADMINs and operators' keys may ask about every member, others only about themselves.
     *
     * `GET /v1/access/check`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    check(query: AccessCheckQuery, options?: CallOptions): Promise<AccessCheck>;
    /**
     * Explains who has access to which sites, and why: with `site` a row for each member with access, with `member` a row for each site that the member has access to, with both one row or none.
     *
     * Without either, the caller's own sites.
     *
     * The reasons are those that decide every request: role, team, parent team, share, grant and expiry. ADMINs may ask about every member, others only about themselves. There is no total, and a page may be short although more pages follow.
     *
     * `GET /v1/access`
     *
     * @throws MusterError `site_not_found`, `member_not_found`, `integration_not_allowed`, `operator_key_not_allowed`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    explain(query?: AccessExplainQuery, options?: CallOptions): List<Explanation>;
  };
  /** The changes in an organization, with actor and time. */
  readonly auditLogs: {
    /**
     * Lists the organization's audit entries, newest first, optionally filtered by action, by actor id, or by time.
     *
     * Entries contain ids, not names or addresses. There is no total, and a page may be short although more pages follow.
     *
     * `GET /v1/audit-logs`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: AuditLogsListQuery, options?: CallOptions): List<AuditEntry>;
  };
  /** Whether the service answers. */
  readonly health: {
    /**
     * Checks the health of the service: the function runs and the table answers.
     *
     * For probes of load balancers and monitors. Reads one item.
     *
     * `GET /v1/health`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `request_rate_exceeded`, `internal_error`, `busy`
     */
    read(options?: CallOptions): Promise<Health>;
  };
  /** Credentials of an organization for its backends. */
  readonly integrations: {
    /**
     * Creates an integration: a credential of the organization for a backend.
     *
     * Only this answer contains `token`. The integration acts as itself, with its own role, in this organization only. It stays when the ADMIN who created it leaves, until it is revoked or expires, or the organization is deleted. Only a signed-in ADMIN can create one.
     *
     * `POST /v1/integrations`
     *
     * @throws MusterError `integration_limit_reached`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(body: IntegrationsCreateBody, options?: CreateOptions): Promise<IntegrationWithToken>;
    /**
     * Lists the organization's integrations, oldest first, also those that have expired.
     *
     * Their number is limited, so each request reads all of them.
     *
     * `GET /v1/integrations`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: IntegrationsListQuery, options?: CallOptions): List<Integration>;
    /**
     * Shows one integration of the organization.
     *
     * `GET /v1/integrations/{id}`
     *
     * @throws MusterError `integration_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(id: string, options?: CallOptions): Promise<Integration>;
    /**
     * Revokes an integration, with immediate effect: its next request is refused.
     *
     * Its pending invitations can't be accepted any more, until somebody resends them.
     *
     * `DELETE /v1/integrations/{id}`
     *
     * @throws MusterError `integration_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    revoke(id: string, options?: CallOptions): Promise<void>;
    /**
     * Replaces the token of an integration.
     *
     * Only this answer contains the new `token`.
     *
     * The present token works for `overlapHours` more, by default not at all. A token that was replaced earlier stops at once, so at most two work at any time.
     *
     * `POST /v1/integrations/{id}/rotate`
     *
     * @throws MusterError `integration_not_found`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    rotate(id: string, body?: IntegrationsRotateBody, options?: CallOptions): Promise<IntegrationWithToken>;
    /**
     * Changes the name, role or expiry of an integration, with immediate effect.
     *
     * Omitted fields stay.
     *
     * An expiry is counted from now, and also renews an integration that has expired.
     *
     * `PATCH /v1/integrations/{id}`
     *
     * @throws MusterError `integration_not_found`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    update(id: string, body?: IntegrationsUpdateBody, options?: CallOptions): Promise<Integration>;
  };
  /** Invite people by e-mail, one or many; accept and decline. */
  readonly invitations: {
    /**
     * Accepts an invitation with the token of its link.
     *
     * The token of a mailed link is enough: the membership belongs to the invited address, and anyone who signs in with that verified address can use it. A link from an answer of the API proves nothing about its holder, and requires the bearer token of the invited person. A bearer token of another address is refused, and the invitation stays pending. Accepting again succeeds with the same membership. The invitation in the answer names the teams that were joined.
     *
     * `POST /v1/invitations/accept`
     *
     * @throws MusterError `invitation_not_found`, `invitation_expired`, `invitation_revoked`, `invitation_declined`, `invitation_used`, `invitation_superseded`, `inviter_removed`, `sign_in_required`, `invitation_for_another_address`, `organization_limit_reached`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    accept(body: InvitationsAcceptBody, options?: CallOptions): Promise<Acceptance>;
    /**
     * Blocks the organization's invitations to the invited address with the token of a link; `blocked` false unblocks them.
     *
     * Any link of any of its mails is accepted, expired or not. `of` is `site` for a link to a site invite. Blocked invitations can still be created and look as if they were mailed, but no mail is sent. The organization isn't notified.
     *
     * `POST /v1/invitations/block`
     *
     * @throws MusterError `invitation_not_found`, `invitation_superseded`, `sign_in_required`, `invitation_for_another_address`, `site_invite_not_found`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    block(body: InvitationsBlockBody, options?: CallOptions): Promise<void>;
    /**
     * Invites up to 100 people in one call.
     *
     * Each row works as `POST /v1/invitations`, and has its own result.
     *
     * An invalid row doesn't affect the others. The mails are queued and sent within a minute. With `dryRun`, nothing is written, and each row has the result to expect, except for mail rate limits.
     *
     * `POST /v1/invitations/bulk`
     *
     * @throws MusterError `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    bulk(body: InvitationsBulkBody, options?: CreateOptions): Promise<BulkAnswer>;
    /**
     * Invites a person to the organization by e-mail.
     *
     * An address with a pending invitation is refused: resend that invitation instead. The mail is tried at once. If SES is slow or down, the invitation is created all the same, with its mail queued. With `sendEmail` false, nothing is ever mailed, and only this answer contains the link. Since the inviter knows that link, only the invited person can accept or decline with it, signed in with the verified address.
     *
     * `POST /v1/invitations`
     *
     * @throws MusterError `redirect_not_allowed`, `team_not_found`, `team_member_limit_reached`, `already_member`, `already_invited`, `invitation_limit_reached`, `member_limit_reached`, `mail_rate_exceeded`, `recipient_rate_exceeded`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(body: InvitationsCreateBody, options?: CreateOptions): Promise<NewInvitation>;
    /**
     * Declines an invitation with the token of its link.
     *
     * The address can be invited again.
     *
     * The token of a mailed link is enough. A link from an answer of the API requires the bearer token of the invited person. A bearer token of another address is refused, and the invitation stays pending.
     *
     * `POST /v1/invitations/decline`
     *
     * @throws MusterError `invitation_not_found`, `invitation_expired`, `invitation_revoked`, `invitation_declined`, `invitation_used`, `invitation_superseded`, `sign_in_required`, `invitation_for_another_address`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    decline(body: InvitationsDeclineBody, options?: CallOptions): Promise<Declination>;
    /**
     * Lists the organization's invitations, newest first, optionally filtered by status, by delivery state, by address, or by a part of it.
     *
     * A page number costs reads of all rows before the page; a cursor only of the page. With a filter, there is no total, and a page may be short although more pages follow: it reads up to 1,000 invitations.
     *
     * `GET /v1/invitations`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: InvitationsListQuery, options?: CallOptions): List<Invitation>;
    /**
     * Shows one invitation, with the delivery of its mail.
     *
     * `GET /v1/invitations/{id}`
     *
     * @throws MusterError `invitation_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(id: string, options?: CallOptions): Promise<Invitation>;
    /**
     * Sends an invitation again, with a new link and a full new period.
     *
     * The caller becomes its inviter.
     *
     * Earlier links show that a newer mail was sent. An expired invitation becomes pending again. An accepted, declined or revoked one is refused, and no mail is sent.
     *
     * `POST /v1/invitations/{id}/resend`
     *
     * @throws MusterError `invitation_not_found`, `invitation_not_resendable`, `already_invited`, `already_member`, `invitation_limit_reached`, `member_limit_reached`, `invitation_mail_stopped`, `mail_rate_exceeded`, `recipient_rate_exceeded`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    resend(id: string, options?: CallOptions): Promise<Message>;
    /**
     * Revokes a pending invitation.
     *
     * Its link then shows this.
     *
     * The invitation stays in the list, as REVOKED. Of a concurrent accept and revoke, exactly one succeeds.
     *
     * `DELETE /v1/invitations/{id}`
     *
     * @throws MusterError `invitation_not_found`, `invitation_not_pending`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    revoke(id: string, options?: CallOptions): Promise<void>;
  };
  /** The caller: profile, memberships, pending invitations and offers. */
  readonly me: {
    /**
     * Accepts an invitation that waits for the caller.
     *
     * `GET /v1/me` lists these.
     *
     * No link is needed: the caller is signed in with the invited address, verified. Works for invitations that were mailed, and for those whose link went to the inviter. Accepting again succeeds with the same membership.
     *
     * `POST /v1/me/invitations/{id}/accept`
     *
     * @throws MusterError `invitation_not_found`, `invitation_expired`, `invitation_revoked`, `invitation_declined`, `invitation_used`, `invitation_for_another_address`, `inviter_removed`, `organization_limit_reached`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    acceptInvitation(id: string, options?: CallOptions): Promise<Acceptance>;
    /**
     * Blocks invitations to the caller from an organization that has invited them.
     *
     * Blocked invitations can still be created and look as if they were mailed, but no mail is sent. The organization isn't notified. `GET /v1/me` lists blocked organizations.
     *
     * `PUT /v1/me/blocked-organizations/{organizationId}`
     *
     * @throws MusterError `organization_not_found`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    blockOrganization(organizationId: string, options?: CallOptions): Promise<void>;
    /**
     * Declines an invitation that waits for the caller.
     *
     * `GET /v1/me` lists these. The address can be invited again.
     *
     * The organization sees that the invitation was declined, and not that it was by somebody with an account.
     *
     * `POST /v1/me/invitations/{id}/decline`
     *
     * @throws MusterError `invitation_not_found`, `invitation_expired`, `invitation_revoked`, `invitation_declined`, `invitation_used`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    declineInvitation(id: string, options?: CallOptions): Promise<Declination>;
    /**
     * Erases the caller: ends their memberships, access tokens and invitations, and removes their names and address everywhere.
     *
     * The owner of an organization has to transfer or delete it first. Audit entries remain, since they contain only ids. The erasure works organization by organization: repeat a call that was interrupted.
     *
     * `DELETE /v1/me`
     *
     * @throws MusterError `owner_must_transfer`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    erase(options?: CallOptions): Promise<void>;
    /**
     * Shows the caller's profile, organizations, teams, pending invitations and ownership offers.
     *
     * Blocked organizations are listed separately, and their invitations aren't shown. `POST /v1/me/invitations/{id}/accept` accepts one of the others.
     *
     * An access token gets only its own organization. A person without a verified address gets only the claims of their token: their address isn't looked up (GHSA-fmh4-wcc4-5jm3).
     *
     * `GET /v1/me`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(options?: CallOptions): Promise<Me>;
    /**
     * Unblocks invitations to the caller from an organization.
     *
     * Succeeds also if they weren't blocked.
     *
     * `DELETE /v1/me/blocked-organizations/{organizationId}`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    unblockOrganization(organizationId: string, options?: CallOptions): Promise<void>;
    /**
     * Sets the caller's names, in all of their organizations.
     *
     * Later sign-ins don't overwrite them.
     *
     * `PATCH /v1/me`
     *
     * @throws MusterError `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `token_not_allowed`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    update(body?: MeUpdateBody, options?: CallOptions): Promise<Profile>;
  };
  /** The members of an organization and their roles. */
  readonly members: {
    /**
     * Makes a person a member without an invitation.
     *
     * Only an operator's key with `member:import` may: the operator vouches for the person. Everybody else invites them.
     *
     * Whoever first signs in with the verified address is the member, or, with a `subject`, whoever signs in with that subject at the issuer. Until then the member isn't claimed, and doesn't end. A pending invitation of the address ends as accepted. With `sendEmail` true, the person is told by mail.
     *
     * `POST /v1/members`
     *
     * @throws MusterError `already_member`, `address_taken`, `team_not_found`, `team_member_limit_reached`, `member_limit_reached`, `organization_limit_reached`, `mail_rate_exceeded`, `recipient_rate_exceeded`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_required`, `email_not_accepted`, `organization_not_found`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    import(body: MembersImportBody, options?: CreateOptions): Promise<Member>;
    /**
     * Makes up to 100 people members in one call.
     *
     * Each row works as `POST /v1/members`, and has its own result.
     *
     * An invalid row doesn't affect the others. Mails are queued and sent within a minute. With `dryRun`, nothing is written, and each row has the result to expect, except for mail rate limits.
     *
     * `POST /v1/members/bulk`
     *
     * @throws MusterError `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_required`, `email_not_accepted`, `organization_not_found`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    importBulk(body: MembersImportBulkBody, options?: CreateOptions): Promise<ImportAnswer>;
    /**
     * Lists the organization's members in the order of joining, optionally filtered by role, by words of names and addresses, by address, by user id, or by the subject of a sign-in at the issuer.
     *
     * A page number costs reads of all rows before the page; a cursor only of the page. With a filter, there is no total, and a page may be short although more pages follow: it reads up to 1,000 members.
     *
     * `GET /v1/members`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: MembersListQuery, options?: CallOptions): List<Member>;
    /**
     * Shows one member of the organization.
     *
     * `GET /v1/members/{id}`
     *
     * @throws MusterError `member_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(id: string, options?: CallOptions): Promise<Member>;
    /**
     * Removes a member, with immediate effect.
     *
     * Every member except the owner may remove themselves.
     *
     * An owner who is the only member may leave too, which deletes the organization. An access token can't remove its owner.
     *
     * `DELETE /v1/members/{id}`
     *
     * @throws MusterError `member_not_found`, `token_not_allowed`, `owner_must_transfer`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    remove(id: string, options?: CallOptions): Promise<void>;
    /**
     * Changes a member's role.
     *
     * The owner stays an ADMIN, and an access token can't change its owner's role. The caller's own role is a condition of the write: if two admins demote each other concurrently, one succeeds.
     *
     * `PATCH /v1/members/{id}`
     *
     * @throws MusterError `member_not_found`, `token_not_allowed`, `owner_must_transfer`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    update(id: string, body: MembersUpdateBody, options?: CallOptions): Promise<Member>;
  };
  /** Create, rename, transfer and delete organizations. */
  readonly organizations: {
    /**
     * Accepts an offer of ownership: the caller becomes the organization's owner and an ADMIN.
     *
     * The former owner stays an ADMIN. They can now be demoted, be removed, or leave.
     *
     * `POST /v1/organizations/{organizationId}/transfer-ownership/accept`
     *
     * @throws MusterError `token_not_allowed`, `ownership_offer_not_found`, `ownership_offer_expired`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    acceptOwnership(organizationId: string, options?: CallOptions): Promise<Member>;
    /**
     * Creates an organization, with the caller as its owner and first ADMIN.
     *
     * The language of its mails is `language`, or the one that the request's `Accept-Language` prefers. The deployment decides who may create organizations: every person with a verified address, or only listed addresses. An operator's key names the `owner`, by the id of a user or by an address. Whoever signs in with that verified address first is the owner; nothing is mailed.
     *
     * `POST /v1/organizations`
     *
     * @throws MusterError `organization_limit_reached`, `organization_creation_forbidden`, `user_not_found`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `token_not_allowed`, `integration_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(body: OrganizationsCreateBody, options?: CreateOptions): Promise<MyOrganization>;
    /**
     * Declines an offer of ownership.
     *
     * The owner stays the owner.
     *
     * `POST /v1/organizations/{organizationId}/transfer-ownership/decline`
     *
     * @throws MusterError `token_not_allowed`, `ownership_offer_not_found`, `ownership_offer_expired`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    declineOwnership(organizationId: string, options?: CallOptions): Promise<void>;
    /**
     * Deletes an organization, with immediate effect: its links and access tokens become invalid.
     *
     * Access tokens and integrations can't delete an organization. The scheduled function deletes its data later. Audit entries remain until their retention ends.
     *
     * `DELETE /v1/organizations/{organizationId}`
     *
     * @throws MusterError `token_not_allowed`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    delete(organizationId: string, options?: CallOptions): Promise<void>;
    /**
     * Lists the caller's organizations, with their membership in each; an access token gets its own organization.
     *
     * The number of a person's organizations is limited, so each request reads all of them.
     *
     * `GET /v1/organizations`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: OrganizationsListQuery, options?: CallOptions): List<MyOrganization>;
    /**
     * Shows one of the caller's organizations.
     *
     * Its owner and the recipient of an open ownership offer also get that offer.
     *
     * `GET /v1/organizations/{organizationId}`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(organizationId: string, options?: CallOptions): Promise<OrganizationWithOffer>;
    /**
     * Offers the organization to another member, who becomes its owner and an ADMIN by accepting.
     *
     * Only the owner may.
     *
     * The member gets a mail, and sees the offer in `GET /v1/me`. Until they accept, the owner stays the owner. The offer is open for seven days. An offer to another member replaces it; repeating it changes nothing.
     *
     * `POST /v1/organizations/{organizationId}/transfer-ownership`
     *
     * @throws MusterError `token_not_allowed`, `member_not_found`, `member_not_claimed`, `already_owner`, `recipient_rate_exceeded`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    transfer(organizationId: string, body: OrganizationsTransferBody, options?: CallOptions): Promise<OwnershipOffer>;
    /**
     * Changes an organization's name or the language of its mails.
     *
     * Later mails and pages use both.
     *
     * `PATCH /v1/organizations/{organizationId}`
     *
     * @throws MusterError `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    update(organizationId: string, body?: OrganizationsUpdateBody, options?: CallOptions): Promise<Organization>;
    /**
     * Withdraws the offer of the organization's ownership.
     *
     * Only the owner may.
     *
     * `DELETE /v1/organizations/{organizationId}/transfer-ownership`
     *
     * @throws MusterError `token_not_allowed`, `ownership_offer_not_found`; also, as others do: `validation_failed`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    withdrawOwnership(organizationId: string, options?: CallOptions): Promise<void>;
  };
  /** The members of an organization and their roles. */
  readonly roles: {
    /**
     * Lists the roles, the most powerful first, with their names and descriptions in each language.
     *
     * These are the words of mails and pages, so that an application can call a role the same. They don't depend on the caller and change only with the deployment.
     *
     * `GET /v1/roles`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `request_rate_exceeded`, `internal_error`, `busy`
     */
    list(options?: CallOptions): Promise<RoleList>;
  };
  /** Signed statements of a membership, which a backend verifies without a call. */
  readonly sessions: {
    /**
     * Signs a short-lived statement of the caller's membership: a JWT with role, teams and permissions.
     *
     * Any backend verifies it with `GET /.well-known/jwks.json`, without a call for each request. `iss` is the public URL of the API. The statement has the role of its moment, and stays valid for at most five minutes after that role has changed; `GET /v1/access/check` answers at once. An access token gets the lower of its own and its owner's role. Nothing is stored, so the audit log has no entry.
     *
     * `POST /v1/organizations/{organizationId}/session`
     *
     * @throws MusterError `validation_failed`, `malformed_body`, `malformed_query`, `unauthenticated`, `email_claim_missing`, `forbidden`, `integration_not_allowed`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(organizationId: string, body?: SessionsCreateBody, options?: CallOptions): Promise<Session>;
  };
  /** The tree of teams, and their members. */
  readonly teams: {
    /**
     * Creates a team, with the caller as its owner.
     *
     * A team that an integration creates has no members: ADMINs manage it.
     *
     * Its parent is `parentTeamId`, by default the default team. Its name is unique in the organization, regardless of case.
     *
     * `POST /v1/teams`
     *
     * @throws MusterError `team_not_found`, `team_name_taken`, `team_too_deep`, `team_limit_reached`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(body: TeamsCreateBody, options?: CreateOptions): Promise<Team>;
    /**
     * Deletes a team, and releases its name.
     *
     * For owners of the team and ADMINs.
     *
     * The default team, teams with child teams, and teams that own sites can't be deleted.
     *
     * `DELETE /v1/teams/{id}`
     *
     * @throws MusterError `team_not_found`, `default_team`, `team_has_children`, `team_has_sites`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    delete(id: string, options?: CallOptions): Promise<void>;
    /**
     * Lists the teams that the caller sees, oldest first.
     *
     * ADMINs see all teams, others public teams, their own, and the teams below their own.
     *
     * For ADMINs, a page number costs reads of all teams before the page; a cursor only of the page. For others, each page reads all teams if the first page doesn't have them: its total counts those that the caller sees.
     *
     * `GET /v1/teams`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: TeamsListQuery, options?: CallOptions): List<Team>;
    /**
     * Lists the members of a team that the caller sees.
     *
     * A page number costs reads of all rows before the page; a cursor only of the page.
     *
     * `GET /v1/teams/{id}/members`
     *
     * @throws MusterError `team_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    listMembers(id: string, query?: TeamsListMembersQuery, options?: CallOptions): List<TeamMember>;
    /**
     * Adds a member of the organization to a team, or changes their role in it.
     *
     * For owners of the team and ADMINs.
     *
     * The default role is MEMBER. The last OWNER stays an OWNER.
     *
     * `PUT /v1/teams/{id}/members/{memberId}`
     *
     * @throws MusterError `team_not_found`, `member_not_found`, `last_team_owner`, `team_member_limit_reached`, `member_not_claimed`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    putMember(id: string, memberId: string, body?: TeamsPutMemberBody, options?: CallOptions): Promise<TeamMember>;
    /**
     * Shows a team that the caller sees.
     *
     * `GET /v1/teams/{id}`
     *
     * @throws MusterError `team_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(id: string, options?: CallOptions): Promise<Team>;
    /**
     * Removes a member from a team.
     *
     * For its owners and ADMINs, and for the member. The last OWNER can't be removed.
     *
     * `DELETE /v1/teams/{id}/members/{memberId}`
     *
     * @throws MusterError `team_not_found`, `member_not_found`, `team_member_not_found`, `last_team_owner`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    removeMember(id: string, memberId: string, options?: CallOptions): Promise<void>;
    /**
     * Changes a team, or moves it with its subtree below another team.
     *
     * For owners of the team and ADMINs.
     *
     * A move can't make a cycle, even with concurrent moves.
     *
     * `PATCH /v1/teams/{id}`
     *
     * @throws MusterError `team_not_found`, `team_name_taken`, `default_team`, `team_cycle`, `team_too_deep`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    update(id: string, body?: TeamsUpdateBody, options?: CallOptions): Promise<Team>;
  };
  /** Receivers of events over HTTP: docs/webhooks.md. */
  readonly webhooks: {
    /**
     * Creates a webhook: each event of the organization is sent to its URL, signed as Standard Webhooks says.
     *
     * Only this answer contains `secret`, with which the receiver verifies signatures. The URL begins with `https://` and leads to a public address.
     *
     * `POST /v1/webhooks`
     *
     * @throws MusterError `webhook_limit_reached`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `idempotency_key_reused`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    create(body: WebhooksCreateBody, options?: CreateOptions): Promise<NewWebhook>;
    /**
     * Deletes a webhook.
     *
     * What waits for it is not sent any more.
     *
     * `DELETE /v1/webhooks/{id}`
     *
     * @throws MusterError `webhook_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    delete(id: string, options?: CallOptions): Promise<void>;
    /**
     * Lists the webhooks of the organization, oldest first.
     *
     * Their number is limited, so each request reads all of them.
     *
     * `GET /v1/webhooks`
     *
     * @throws MusterError `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    list(query?: WebhooksListQuery, options?: CallOptions): List<Webhook>;
    /**
     * Lists the deliveries of a webhook, newest first.
     *
     * They are kept for 14 days.
     *
     * A delivery is retried for a day, with growing pauses. Then it is `FAILED`, and can be sent again.
     *
     * `GET /v1/webhooks/{id}/deliveries`
     *
     * @throws MusterError `webhook_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `invalid_cursor`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    listDeliveries(id: string, query?: WebhooksListDeliveriesQuery, options?: CallOptions): List<WebhookDelivery>;
    /**
     * Returns a webhook, without its secret.
     *
     * `GET /v1/webhooks/{id}`
     *
     * @throws MusterError `webhook_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    read(id: string, options?: CallOptions): Promise<Webhook>;
    /**
     * Sends a delivery again, with the same `webhook-id`, within a minute, and retries it for a day.
     *
     * It has ended before: it was received, or has failed for good.
     *
     * `POST /v1/webhooks/{id}/deliveries/{delivery}/resend`
     *
     * @throws MusterError `webhook_not_found`, `webhook_delivery_not_found`, `webhook_delivery_waiting`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    resendDelivery(id: string, delivery: string, options?: CallOptions): Promise<WebhookDelivery>;
    /**
     * Replaces the secret of a webhook.
     *
     * Only this answer contains the new `secret`. For a day each event has two signatures, by the new and by the previous one.
     *
     * `POST /v1/webhooks/{id}/rotate-secret`
     *
     * @throws MusterError `webhook_not_found`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    rotateSecret(id: string, options?: CallOptions): Promise<NewWebhook>;
    /**
     * Sends a test to a webhook: an event of the type `webhook.tested`, which only this webhook gets.
     *
     * It is signed, delivered and retried as other events are, and is sent at once, also if the last delivery failed. The list of deliveries shows what became of it.
     *
     * `POST /v1/webhooks/{id}/test`
     *
     * @throws MusterError `webhook_not_found`, `webhook_not_enabled`; also, as others do: `validation_failed`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    test(id: string, options?: CallOptions): Promise<WebhookDelivery>;
    /**
     * Changes a webhook: its URL, its types of events, or whether it is paused.
     *
     * While it is paused, it gets no events, and those that wait for it fail. `ENABLED` also ends `DISABLED`.
     *
     * `PATCH /v1/webhooks/{id}`
     *
     * @throws MusterError `webhook_not_found`; also, as others do: `validation_failed`, `malformed_body`, `malformed_query`, `organization_required`, `no_organization`, `unauthenticated`, `email_claim_missing`, `forbidden`, `operator_key_not_allowed`, `email_not_verified`, `email_not_accepted`, `organization_not_found`, `address_taken`, `body_too_large`, `unsupported_media_type`, `request_rate_exceeded`, `internal_error`, `busy`, `keys_unavailable`
     */
    update(id: string, body?: WebhooksUpdateBody, options?: CallOptions): Promise<Webhook>;
  };
}
