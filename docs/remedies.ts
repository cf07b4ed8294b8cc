import type { RefusalCode } from '../lib/domain/refusal.ts';

/** What whoever meets a refusal can do about it. A code without a remedy is a type error. */
export const REMEDIES: Readonly<Record<RefusalCode, string>> = {
  validation_failed: 'Correct the fields that `details` names; `docs/openapi.json` has the schema of each request.',
  malformed_body: 'Send one JSON document in UTF-8.',
  organization_required:
    'Send the id of one of your organizations, as `GET /v1/organizations` lists them, in `X-Organization-Id`. Only a person who is in exactly one may leave it out.',
  invalid_cursor: 'Begin at the first page again, and send `meta.nextCursor` unchanged, to the list that gave it out.',
  unauthenticated: 'Sign in again, and send the ID token as `Authorization: Bearer ...`. It ends at its `exp`.',
  email_claim_missing:
    'Send the ID token instead of the access token, and ask for the scopes `openid email`. If the issuer names the claim otherwise, set `claims` at deployment.',
  forbidden: 'Ask an ADMIN of the organization; `docs/endpoints.md` shows what each role may.',
  email_not_verified: 'Verify the address with the sign-in provider, and sign in again for a token that says so.',
  invitation_for_another_address: 'Sign in with the invited address, or have this one invited.',
  organization_creation_forbidden: 'Ask whoever runs the service: the addresses that may are set at deployment.',
  route_not_found: 'Compare method and path with `docs/endpoints.md`; paths have no slash at the end.',
  organization_not_found: 'Check the id in `X-Organization-Id`. You may have been removed from the organization.',
  member_not_found: 'List the members again: the member was removed, or belongs to another organization.',
  invitation_not_found:
    'Check that the link is whole, and the id one of this organization. The organization may have ended since.',
  method_not_allowed: 'Use one of the methods in the `Allow` header.',
  address_taken: 'Sign in with the account that has the address, or free the address there first.',
  already_member: 'Nothing to do: the person is in.',
  already_invited: 'Find the invitation in `GET /v1/invitations`, and resend or revoke it.',
  invitation_not_pending: 'Nothing to withdraw: read the invitation for what became of it.',
  invitation_not_resendable: 'Make a new invitation.',
  invitation_mail_stopped:
    'Read `delivery` of the invitation for why. Revoke it, correct the address or have its owner agree, and invite again; SES may have put the address on its suppression list.',
  owner_must_transfer: 'Act on another member: who owns the organization can be neither demoted nor removed.',
  member_limit_reached: 'Remove members or revoke invitations, or raise the limit `members` at deployment.',
  invitation_limit_reached: 'Revoke pending invitations, or raise the limit `pendingInvitations` at deployment.',
  organization_limit_reached: 'Leave an organization, or raise the limit `organizationsOfPerson` at deployment.',
  invitation_expired: 'Ask for the invitation to be resent: it is revived with a new link.',
  invitation_revoked: 'Ask for a new invitation.',
  invitation_declined: 'Ask for a new invitation.',
  invitation_used: 'Sign in with the invited address. If the membership has ended since, ask for a new invitation.',
  invitation_superseded: 'Use the link of the newest mail.',
  inviter_removed: 'Ask another ADMIN to resend the invitation, whose inviter they become.',
  body_too_large: 'Send at most 256 KB.',
  unsupported_media_type: 'Send the `Content-Type` that `docs/openapi.json` has for the request.',
  idempotency_key_reused: 'Take a new key for each thing that is to be created; send the same body with the same key.',
  mail_rate_exceeded:
    'Wait for as long as `Retry-After` says: until the day of UTC is over. Or raise the limit `mailsOfOrganization` at deployment.',
  recipient_rate_exceeded: 'Wait for as long as `Retry-After` says. Or raise the limit `mailsToAddress` at deployment.',
  internal_error:
    'Try again. If it stays, give the `requestId` to whoever runs the service: the log has one entry with it.',
  access_token_limit_reached: 'Revoke tokens that are no longer used.',
  access_token_not_found: 'Check the id: the list shows your own tokens of this organization.',
  member_not_claimed: 'Wait until they have signed in once, or choose another member.',
  token_not_allowed: 'Send the ID token of a signed-in person instead.',
  busy: 'Wait for as long as `Retry-After` says, and send the same request again. Nothing of it was done, but for erasing oneself, which goes on where it stopped.',
};
