import type { RefusalCode } from '../lib/domain/refusal.ts';

/** The remedy of each refusal, for callers. A code without a remedy is a type error. */
export const REMEDIES: Readonly<Record<RefusalCode, string>> = {
  validation_failed: 'Correct the fields that `details` names; `docs/openapi.json` has the schema of each request.',
  malformed_body:
    'Send one JSON document in UTF-8, or the form that the endpoint takes, without duplicate names in an object. The character U+FFFD, which replaces undecodable bytes, is accepted only as `\\ufffd` in JSON. A byte order mark is skipped.',
  malformed_query: 'Encode each parameter as UTF-8 by percent signs; a percent sign itself is `%25`.',
  organization_required:
    'Send the id of one of your organizations, as `GET /v1/organizations` lists them, in `X-Organization-Id`. Only a person who is in exactly one organization can omit it.',
  no_organization:
    'Accept an invitation, or create an organization by `POST /v1/organizations`; `GET /v1/me` shows your pending invitations. You may have been removed from your only organization.',
  redirect_not_allowed:
    'Give a `redirectUrl` whose origin (scheme, host and port) is in `redirectOrigins` of the deployment, by default that of `applicationUrl`; or have it added there.',
  invalid_cursor: 'Begin at the first page again, and send `meta.nextCursor` unchanged, to the same list.',
  team_name_reserved: 'Choose another name.',
  team_not_creatable:
    'Name it with letters, digits and `-_.`, leave out `room.id`, and give the user id of a member as `owner`.',
  unauthenticated: 'Sign in again, and send the ID token as `Authorization: Bearer ...`. It expires at its `exp`.',
  email_claim_missing:
    'Send the ID token instead of the access token, and ask for the scopes `openid email`. If the issuer uses another name for the claim, set `claims` at deployment.',
  sign_in_required:
    'Send the ID token of the invited person too: the inviter also has the link, so the link alone proves nothing. Or resend the invitation: the link in its mail works alone.',
  forbidden: 'Ask an ADMIN of the organization; `docs/endpoints.md` shows the permissions of each role.',
  token_not_allowed: 'Send the ID token of a signed-in person instead.',
  integration_not_allowed:
    'Send the ID token of a signed-in person instead. An integration isn’t a member: it has no profile, tokens, membership or ownership.',
  operator_key_not_allowed:
    'Send the credential of a person or of an integration. An operator key has named permissions only: docs/integrations.md.',
  operator_key_required:
    'Invite the people: `POST /v1/invitations`. Only the operator of the deployment vouches for people, by a key with `member:import`.',
  client_id_forbidden: 'Leave `data.id` out; the answer has the id.',
  field_read_only: 'Leave the field out, or send it unchanged.',
  site_owner_access: 'Name another team, or transfer the site to another team first.',
  email_not_verified: 'Verify the address with the sign-in provider, and sign in again for a token that says so.',
  email_not_accepted:
    'Sign in with an address of ASCII letters, digits and common signs, such as `jane.doe@example.com`. If the claim holds something else, set `claims` at deployment.',
  invitation_for_another_address:
    'Sign in with the invited address, or ask for an invitation of the address that you signed in with.',
  organization_creation_forbidden:
    'Ask the operator of the service: `organizationCreators` lists the allowed addresses at deployment.',
  route_not_found: 'Compare method and path with `docs/endpoints.md`; paths have no slash at the end.',
  organization_not_found: 'Check the id in `X-Organization-Id`. You may have been removed from the organization.',
  member_not_found: 'List the members again: the member was removed, or belongs to another organization.',
  user_not_found: 'Check the id, or name the person by an address.',
  invitation_not_found:
    'Check that the link is complete, and that the id belongs to this organization. The organization may have been deleted.',
  access_token_not_found: 'Check the id: the list shows your own tokens of this organization.',
  integration_not_found: 'List the integrations again: it was revoked, or belongs to another organization.',
  team_not_found: 'List the teams again: it was deleted, is private, or belongs to another organization.',
  team_member_not_found: 'List the members of the team again.',
  site_not_found: 'List the sites again: it was deleted, or belongs to a team that you are not in.',
  site_invite_not_found: 'Take the whole token of the newest mail, or ask for a new invite.',
  sensitive_request_not_found: 'Open the complete link of the newest mail.',
  charger_not_found: 'List the chargers again: it was deleted, or belongs to a team that you are not in.',
  ownership_offer_not_found: 'Read `ownershipOffers` of `GET /v1/me`: the offer was withdrawn, declined or replaced.',
  webhook_not_found: 'List the webhooks again: it was deleted, or belongs to another organization.',
  webhook_delivery_not_found: 'List the deliveries again: they are kept for 14 days.',
  method_not_allowed: 'Use one of the methods in the `Allow` header.',
  not_acceptable: 'Send `Accept: application/vnd.api+json`, without parameters except `profile`, or `*/*`.',
  client_id_taken: 'Leave `data.id` out, or send what is to be changed with PATCH.',
  resource_conflict: 'Send the `type` of the endpoint, and the id of its path.',
  address_taken: 'Sign in with the account that has the address, or give that account another address first.',
  already_member: 'Nothing to do: the person is a member.',
  already_invited: 'Find the invitation in `GET /v1/invitations`, and resend or revoke it.',
  invitation_not_pending: 'Nothing to withdraw: read the invitation for its present state.',
  invitation_not_resendable: 'Make a new invitation.',
  invitation_mail_stopped:
    'Read `delivery` of the invitation for the reason. Revoke it, correct the address or ask its owner for consent, and invite again; SES may have put the address on its suppression list.',
  owner_must_transfer: 'Choose another member: the owner of the organization can be neither demoted nor removed.',
  already_owner: 'Choose another member.',
  member_not_claimed: 'Wait until the member has signed in once, or choose another member.',
  member_limit_reached: 'Remove members or revoke invitations, or raise the limit `members` at deployment.',
  invitation_limit_reached: 'Revoke pending invitations, or raise the limit `pendingInvitations` at deployment.',
  organization_limit_reached: 'Leave an organization, or raise the limit `organizationsOfPerson` at deployment.',
  access_token_limit_reached: 'Revoke tokens that are no longer used.',
  integration_limit_reached: 'Revoke integrations that are no longer used.',
  team_name_taken: 'Choose another name, or free this one by renaming or deleting the team that has it.',
  team_cycle: 'Choose a team that is not below this one.',
  team_too_deep: 'Choose a team further up: the default team and those below it are at most 10 deep.',
  team_has_children: 'Give the teams below it another `parentTeamId`, or delete them first.',
  team_has_sites: 'Delete the sites of the team, or keep it.',
  default_team: 'Nothing to do: the default team exists as long as the organization, and every other team is below it.',
  last_team_owner: 'Make somebody else OWNER of the team first, or delete the team.',
  team_limit_reached: 'Delete teams that are no longer used, or raise the limit `teams` at deployment.',
  team_member_limit_reached: 'Make another team, or raise the limit `membersOfTeam` at deployment.',
  site_has_chargers: 'Delete the chargers of the site first.',
  charger_identity_taken:
    'Compare the identity with the one that the charger itself reports. If it is right, ask the team that had the charger before to delete it.',
  site_limit_reached: 'Delete sites, make another team, or raise `limits.sitesOfTeam` at deployment.',
  charger_limit_reached: 'Delete chargers, make another site, or raise `limits.chargersOfSite` at deployment.',
  site_team_limit_reached:
    'Remove the access of teams that no longer need it, or raise `limits.teamsOfSite` at deployment.',
  asset_limit_reached:
    'Give the team access to all chargers of the site, or raise `limits.assetsOfAccess` at deployment.',
  webhook_limit_reached:
    'Delete a webhook that is no longer needed, or let one receiver hand events on. `limits.webhooks` sets the limit at deployment.',
  webhook_delivery_waiting: 'Wait: it is sent by itself, and `nextAttemptAt` says when.',
  webhook_not_enabled: 'Set its `status` to `ENABLED` first.',
  invitation_expired: 'Ask for the invitation to be resent: the new link works again.',
  invitation_revoked: 'Ask for a new invitation.',
  invitation_declined: 'Ask for a new invitation.',
  invitation_used: 'Sign in with the invited address. If the membership has ended since, ask for a new invitation.',
  invitation_superseded: 'Use the link of the newest mail.',
  inviter_removed: 'Ask another ADMIN to resend the invitation; they become its inviter.',
  ownership_offer_expired: 'Ask the owner to offer it again.',
  site_invite_expired: 'Ask for a new invite.',
  site_invite_used: 'Nothing to do, if you accepted it; otherwise ask for a new invite.',
  site_invite_void:
    'Take the token of the newest mail, or ask somebody who manages the team that owns the site for a new invite.',
  sensitive_request_over: 'Nothing to do: a new request comes with a new mail.',
  decider_removed: 'Ask a person who manages the team that owns the site to decide.',
  body_too_large: 'Send at most 256 KB.',
  unsupported_media_type:
    'Send the `Content-Type` that the answer names, which is also in its `Accept` header, without a charset or with `utf-8`, and without a `Content-Encoding`.',
  idempotency_key_reused: 'Use a new key for each new item; repeat a request only with the same body and the same key.',
  mail_rate_exceeded:
    'Wait for as long as `Retry-After` says: until the UTC day is over. Each member who has accepted adds ten to the limit of a new organization. Or raise the limits at deployment: `mailsOfNewOrganization`, `mailsOfOrganization`, `mailsOfPerson`, `mailsOfDeployment`.',
  recipient_rate_exceeded:
    'Wait for as long as `Retry-After` says. Or raise the limits at deployment: `mailsToAddress` for an organization and a person, `mailsToAddressOfAll`.',
  request_rate_exceeded:
    'Wait for as long as `Retry-After` says, or a second. The gateway refuses requests beyond `throttle` before any function runs: in every API with the body `{"message":"Too Many Requests"}`.',
  internal_error:
    'Try again. If the error persists, give the `requestId` to the operator of the service: the log has one entry with it.',
  busy: 'Wait for as long as `Retry-After` says, and send the same request again. It had no effect; only erasing oneself continues where it stopped.',
  keys_unavailable:
    'Wait for as long as `Retry-After` says, and send the same request again. If the error persists, check that the functions can reach `jwksUri`.',
};
