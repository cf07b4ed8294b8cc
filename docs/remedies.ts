import type { RefusalCode } from '../lib/domain/refusal.ts';

/** What a caller can do about a refusal. A code without a remedy is a type error. */
export const REMEDIES: Readonly<Record<RefusalCode, string>> = {
  validation_failed: 'Correct the fields that `details` names; `docs/openapi.json` has the schema of each request.',
  malformed_body:
    'Send one JSON document in UTF-8, or the form that the endpoint takes, in which no object has a name twice. The character U+FFFD, which replaces one that could not be read, is accepted only as `\\ufffd` in JSON. A byte order mark is skipped.',
  malformed_query: 'Encode each parameter as UTF-8 by percent signs; a percent sign itself is `%25`.',
  organization_required:
    'Send the id of one of your organizations, as `GET /v1/organizations` lists them, in `X-Organization-Id`. Only a person who is in exactly one may leave it out.',
  no_organization:
    'Accept an invitation, or make an organization by `POST /v1/organizations`; `GET /v1/me` shows what waits for you. You may have been removed from the only one.',
  invalid_cursor: 'Begin at the first page again, and send `meta.nextCursor` unchanged, to the list that gave it out.',
  team_name_reserved: 'Choose another name.',
  team_not_creatable:
    'Name it with letters, digits and `-_.`, leave out `room.id`, and give the user id of a member as `owner`.',
  unauthenticated: 'Sign in again, and send the ID token as `Authorization: Bearer ...`. It ends at its `exp`.',
  email_claim_missing:
    'Send the ID token instead of the access token, and ask for the scopes `openid email`. If the issuer names the claim otherwise, set `claims` at deployment.',
  sign_in_required:
    'Send the ID token of the invited person with it: the inviter has the link too, so it proves nothing. Or resend the invitation: the link in its mail works alone.',
  forbidden: 'Ask an ADMIN of the organization; `docs/endpoints.md` shows what each role may.',
  token_not_allowed: 'Send the ID token of a signed-in person instead.',
  client_id_forbidden: 'Leave `data.id` out; the answer has the id.',
  field_read_only: 'Leave the field out, or send it as it was read.',
  site_owner_access: 'Name another team, or transfer the site to one first.',
  email_not_verified: 'Verify the address with the sign-in provider, and sign in again for a token that says so.',
  email_not_accepted:
    'Sign in with an address of ASCII letters, digits and common signs, such as `jane.doe@example.com`. If the claim holds something else, set `claims` at deployment.',
  invitation_for_another_address: 'Sign in with the invited address, or have this one invited.',
  organization_creation_forbidden: 'Ask the operator of the service: the addresses that may are set at deployment.',
  route_not_found: 'Compare method and path with `docs/endpoints.md`; paths have no slash at the end.',
  organization_not_found: 'Check the id in `X-Organization-Id`. You may have been removed from the organization.',
  member_not_found: 'List the members again: the member was removed, or belongs to another organization.',
  invitation_not_found:
    'Check that the link is whole, and the id one of this organization. The organization may have ended since.',
  access_token_not_found: 'Check the id: the list shows your own tokens of this organization.',
  team_not_found: 'List the teams again: it was deleted, is private, or belongs to another organization.',
  team_member_not_found: 'List the members of the team again.',
  site_not_found: 'List the sites again: it was deleted, or belongs to a team that you are not in.',
  site_invite_not_found: 'Take the whole token of the newest mail, or ask for a new invite.',
  sensitive_request_not_found: 'Open the link of the newest mail, all of it.',
  charger_not_found: 'List the chargers again: it was deleted, or belongs to a team that you are not in.',
  ownership_offer_not_found:
    'Read `ownershipOffers` of `GET /v1/me`: the offer was withdrawn or declined, or made to somebody else since.',
  method_not_allowed: 'Use one of the methods in the `Allow` header.',
  not_acceptable: 'Send `Accept: application/vnd.api+json`, without parameters but `profile`, or `*/*`.',
  client_id_taken: 'Leave `data.id` out, or send what is to be changed with PATCH.',
  resource_conflict: 'Send the type that the endpoint has, and the id of its path.',
  address_taken: 'Sign in with the account that has the address, or free the address there first.',
  already_member: 'Nothing to do: the person is in.',
  already_invited: 'Find the invitation in `GET /v1/invitations`, and resend or revoke it.',
  invitation_not_pending: 'Nothing to withdraw: read the invitation for what became of it.',
  invitation_not_resendable: 'Make a new invitation.',
  invitation_mail_stopped:
    'Read `delivery` of the invitation for why. Revoke it, correct the address or have its owner agree, and invite again; SES may have put the address on its suppression list.',
  owner_must_transfer: 'Act on another member: the owner of the organization can be neither demoted nor removed.',
  already_owner: 'Choose another member.',
  member_not_claimed: 'Wait until they have signed in once, or choose another member.',
  member_limit_reached: 'Remove members or revoke invitations, or raise the limit `members` at deployment.',
  invitation_limit_reached: 'Revoke pending invitations, or raise the limit `pendingInvitations` at deployment.',
  organization_limit_reached: 'Leave an organization, or raise the limit `organizationsOfPerson` at deployment.',
  access_token_limit_reached: 'Revoke tokens that are no longer used.',
  team_name_taken: 'Choose another name, or free this one by renaming or deleting the team that has it.',
  team_cycle: 'Choose a team that is not below this one.',
  team_too_deep: 'Choose a team further up: the default team and those below it are at most 10 deep.',
  team_has_children: 'Give the teams below it another `parentTeamId`, or delete them first.',
  team_has_sites: 'Delete the sites of the team, or keep it.',
  default_team: 'Nothing to do: every other team is below the default team, which lives as long as the organization.',
  last_team_owner: 'Make somebody else OWNER of the team first, or delete the team.',
  team_limit_reached: 'Delete teams that are no longer used, or raise the limit `teams` at deployment.',
  team_member_limit_reached: 'Make another team, or raise the limit `membersOfTeam` at deployment.',
  site_has_chargers: 'Delete the chargers of the site first.',
  charger_identity_taken:
    'Compare the identity with what the charger itself says. If it is right, ask the team that had the charger before to delete it.',
  site_limit_reached: 'Delete sites, make another team, or raise `limits.sitesOfTeam` at deployment.',
  charger_limit_reached: 'Delete chargers, make another site, or raise `limits.chargersOfSite` at deployment.',
  site_team_limit_reached:
    'Remove the access of teams that no longer need it, or raise `limits.teamsOfSite` at deployment.',
  asset_limit_reached:
    'Give the team access to all chargers of the site, or raise `limits.assetsOfAccess` at deployment.',
  invitation_expired: 'Ask for the invitation to be resent: it is revived with a new link.',
  invitation_revoked: 'Ask for a new invitation.',
  invitation_declined: 'Ask for a new invitation.',
  invitation_used: 'Sign in with the invited address. If the membership has ended since, ask for a new invitation.',
  invitation_superseded: 'Use the link of the newest mail.',
  inviter_removed: 'Ask another ADMIN to resend the invitation; they become its inviter.',
  ownership_offer_expired: 'Ask the owner to offer it again.',
  site_invite_expired: 'Ask for a new invite.',
  site_invite_used: 'Nothing to do, if it was you; else ask for a new invite.',
  site_invite_void:
    'Take the token of the newest mail, or ask somebody who manages the team that owns the site for a new invite.',
  sensitive_request_over: 'Nothing to do: a new request comes with a new mail.',
  decider_removed: 'Ask somebody to decide who manages the team that owns the site.',
  body_too_large: 'Send at most 256 KB.',
  unsupported_media_type:
    'Send the `Content-Type` that the answer names, which is also in its `Accept` header, without a charset or with `utf-8`, and without a `Content-Encoding`.',
  idempotency_key_reused: 'Take a new key for each thing that is to be created; send the same body with the same key.',
  mail_rate_exceeded:
    'Wait for as long as `Retry-After` says: until the day of UTC is over. Each member who has accepted adds ten to what a new organization may send. Or raise the limits at deployment: `mailsOfNewOrganization`, `mailsOfOrganization`, `mailsOfPerson`, `mailsOfDeployment`.',
  recipient_rate_exceeded:
    'Wait for as long as `Retry-After` says. Or raise the limits at deployment: `mailsToAddress` for an organization and a person, `mailsToAddressOfAll`.',
  request_rate_exceeded:
    'Wait for as long as `Retry-After` says, or a second. The gateway refuses what is beyond `throttle` before any function sees it: in every API with the body `{"message":"Too Many Requests"}`.',
  internal_error:
    'Try again. If it stays, give the `requestId` to the operator of the service: the log has one entry with it.',
  busy: 'Wait for as long as `Retry-After` says, and send the same request again. Nothing of it was done; only erasing oneself continues where it stopped.',
  keys_unavailable:
    'Wait for as long as `Retry-After` says, and send the same request again. If it stays so, see whether the functions reach `jwksUri`.',
};
