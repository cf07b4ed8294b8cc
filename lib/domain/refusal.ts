/**
 * All refusal codes with their HTTP status. The set is closed: any other error is a defect, answered with
 * `internal_error`. `docs/errors.md` has the meaning and remedy of each.
 */
export const REFUSALS = {
  validation_failed: 400,
  malformed_body: 400,
  malformed_query: 400,
  organization_required: 400,
  no_organization: 400,
  redirect_not_allowed: 400,
  invalid_cursor: 400,
  team_name_reserved: 400,
  team_not_creatable: 400,
  unauthenticated: 401,
  email_claim_missing: 401,
  sign_in_required: 401,
  forbidden: 403,
  token_not_allowed: 403,
  integration_not_allowed: 403,
  operator_key_not_allowed: 403,
  operator_key_required: 403,
  client_id_forbidden: 403,
  field_read_only: 403,
  site_owner_access: 403,
  email_not_verified: 403,
  email_not_accepted: 403,
  invitation_for_another_address: 403,
  organization_creation_forbidden: 403,
  route_not_found: 404,
  organization_not_found: 404,
  member_not_found: 404,
  user_not_found: 404,
  invitation_not_found: 404,
  access_token_not_found: 404,
  integration_not_found: 404,
  team_not_found: 404,
  team_member_not_found: 404,
  site_not_found: 404,
  site_invite_not_found: 404,
  sensitive_request_not_found: 404,
  charger_not_found: 404,
  ownership_offer_not_found: 404,
  webhook_not_found: 404,
  webhook_delivery_not_found: 404,
  method_not_allowed: 405,
  not_acceptable: 406,
  client_id_taken: 409,
  resource_conflict: 409,
  address_taken: 409,
  already_member: 409,
  already_invited: 409,
  invitation_not_pending: 409,
  invitation_not_resendable: 409,
  invitation_mail_stopped: 409,
  owner_must_transfer: 409,
  already_owner: 409,
  member_not_claimed: 409,
  member_limit_reached: 409,
  invitation_limit_reached: 409,
  organization_limit_reached: 409,
  access_token_limit_reached: 409,
  integration_limit_reached: 409,
  team_name_taken: 409,
  team_cycle: 409,
  team_too_deep: 409,
  team_has_children: 409,
  team_has_sites: 409,
  default_team: 409,
  last_team_owner: 409,
  team_limit_reached: 409,
  team_member_limit_reached: 409,
  site_has_chargers: 409,
  charger_identity_taken: 409,
  site_limit_reached: 409,
  charger_limit_reached: 409,
  site_team_limit_reached: 409,
  asset_limit_reached: 409,
  webhook_limit_reached: 409,
  webhook_delivery_waiting: 409,
  webhook_not_enabled: 409,
  invitation_expired: 410,
  invitation_revoked: 410,
  invitation_declined: 410,
  invitation_used: 410,
  invitation_superseded: 410,
  inviter_removed: 410,
  ownership_offer_expired: 410,
  site_invite_expired: 410,
  site_invite_used: 410,
  site_invite_void: 410,
  sensitive_request_over: 410,
  decider_removed: 410,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  mail_rate_exceeded: 429,
  recipient_rate_exceeded: 429,
  request_rate_exceeded: 429,
  internal_error: 500,
  busy: 503,
  keys_unavailable: 503,
} as const;
export type RefusalCode = keyof typeof REFUSALS;

/** The mistakes of an input: field path -> sentences, or the values from which a dialect makes sentences. */
export type Details = Readonly<Record<string, readonly string[]>>;

/** The deliberate refusal of a request. It is the only error whose content a caller sees. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly details: Details | undefined;
  /** Headers of the answer, such as `Allow`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: RefusalCode, details?: Details, headers: Readonly<Record<string, string>> = {}) {
    super(code);
    this.name = 'Refusal';
    this.code = code;
    this.details = details;
    this.headers = headers;
  }
}
