import { showAddress } from '../../domain/address.ts';
import type { Charger } from '../../domain/charger.ts';
import { shortIdAsUuid } from '../../domain/ids.ts';
import type { Site } from '../../domain/site.ts';
import { isSensitiveShown, lastEnd, type SiteAccess } from '../../domain/site-access.ts';
import { inviteStatusAt, type SiteInvite } from '../../domain/site-invite.ts';
import type { Team } from '../../domain/team.ts';

/** Formats a time as Laravel's Carbon does, with microseconds. Stored times have milliseconds. */
function showTime(at: string): string {
  return at.replace('Z', '000Z');
}

/** Returns a team, its fields in the documented order. */
export function showTeam({ id, number, kind = 'Other', name, email, createdAt, updatedAt }: Team) {
  return {
    ...{ uuid: shortIdAsUuid(id), id: number, is_personal_team: kind === 'Personal', name, type: kind },
    ...{ email: email ? showAddress(email) : null, created_at: showTime(createdAt), updated_at: showTime(updatedAt) },
  };
}

export function showSite({ id, number, name, address, timezone, teamId, createdAt, updatedAt }: Site) {
  return {
    ...{ uuid: shortIdAsUuid(id), id: number, name, address: address ?? null, timezone: timezone ?? null },
    ...{ team_uuid: shortIdAsUuid(teamId), created_at: showTime(createdAt), updated_at: showTime(updatedAt) },
  };
}

/** Returns a team with its current access to a site. */
export function showSiteTeam({ team, access }: { readonly team: Team; readonly access: SiteAccess }, now: Date) {
  const { id, name, kind = 'Other', email, createdAt, updatedAt } = team;
  const isShown = isSensitiveShown(access, now);
  const end = isShown ? lastEnd(access) : undefined;
  return {
    ...{ uuid: shortIdAsUuid(id), name, type: kind, email: email ? showAddress(email) : null },
    access: {
      ...{ is_owner: access.isOwner, data_access: isShown, data_access_expires_at: end ? showTime(end) : null },
      can_access_all_assets: access.assets === undefined,
      ...{ created_at: showTime(access.createdAt), updated_at: showTime(access.updatedAt) },
    },
    ...{ created_at: showTime(createdAt), updated_at: showTime(updatedAt) },
  };
}

/** Returns a charger, its fields in the documented order. This product has no licenses. */
export function showCharger(charger: Charger) {
  const { id, number, identity, reference, connectionStatus, status, error, errorInfo, createdAt, updatedAt } = charger;
  return {
    ...{
      uuid: shortIdAsUuid(id),
      id: number,
      identity,
      reference: reference ?? null,
      connection_status: connectionStatus,
    },
    ...{ status: status ?? null, error: error ?? null, error_info: errorInfo ?? null },
    ...{ created_at: showTime(createdAt), updated_at: showTime(updatedAt) },
    licenses: { smart: false, pro: false },
  };
}

/**
 * Returns the answer to a new site invite.
 *
 * @param given the token and the page to accept it; undefined: a replayed answer
 */
export function showInvite(invite: SiteInvite, given?: { token: string; web: string }) {
  const { number, expiresAt } = invite;
  const email = showAddress(invite.email);
  const expires = { expires_at: showTime(expiresAt) };
  if (!given) return { message: INVITED, invite: { id: number, email, ...expires } };
  const { token, web } = given;
  return {
    message: INVITED,
    invite: { id: number, email, token, ...expires },
    invite_token: token,
    invite_links: { web, deep_link: `pluggy://invite/${token}` },
  };
}
const INVITED = 'Invite created successfully';

/** Returns a site invite for the list of a site's invites, with its current status. */
export function showListedInvite(invite: SiteInvite, now: Date) {
  const { number, email, transferOwnership, sensitive, assets, createdAt, expiresAt } = invite;
  return {
    ...{ id: number, email, status: inviteStatusAt(invite, now).toLowerCase(), transfer_ownership: transferOwnership },
    ...{ data_access: sensitive !== undefined, can_access_all_assets: assets === undefined },
    data_access_expires_at: sensitive?.expiresAt === undefined ? null : showTime(sensitive.expiresAt),
    ...{ created_at: showTime(createdAt), expires_at: showTime(expiresAt) },
  };
}
