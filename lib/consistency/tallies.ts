import { keys } from '../table/keys.ts';
import type { Reader, Row } from './rule.ts';

/** What the partition of an organization has. Its size doesn't depend on that of the organization. */
export interface OrganizationTally {
  readonly rows: readonly { members: number; pending: number; teams: number }[];
  invitations: number;
  webhooks: number;
  /** The sum over all rows: a resent invitation may take its seat in another row. */
  countedInvitations: number;
  integrations: number;
  /** The roles of its owners, of the first ones. */
  readonly owners: string[];
}

/** The counter rows of an organization, and one for rows with another seat. */
const SEATS = 17;

/** Counts the rows of an organization. */
export function organizationTally(table: Reader, organizationId: string): Promise<OrganizationTally> {
  const { pk } = keys.organization(organizationId);
  return table.once(pk, async () => {
    const rows = Array.from({ length: SEATS }, () => ({ members: 0, pending: 0, teams: 0 }));
    const tally: OrganizationTally = {
      rows,
      invitations: 0,
      webhooks: 0,
      countedInvitations: 0,
      integrations: 0,
      owners: [],
    };
    for await (const { type, seat, status, owner, role, invitations = 0 } of table.rows(pk)) {
      const row = rows[seat] ?? (rows[SEATS - 1] as (typeof rows)[number]);
      if (type === 'Counters') tally.countedInvitations += invitations;
      if (type === 'Invitation') tally.invitations += 1;
      if (type === 'Integration') tally.integrations += 1;
      if (type === 'Invitation' && status === 'PENDING') row.pending += 1;
      if (type === 'Team') row.teams += 1;
      if (type === 'Webhook') tally.webhooks += 1;
      if (type !== 'Member') continue;
      row.members += 1;
      if (owner && tally.owners.length < 2) tally.owners.push(role);
    }
    return tally;
  });
}

export interface TeamTally {
  members: number;
  owners: number;
  sites: number;
  sharedSites: number;
  /** All rows that a deletion has to clear. */
  left: number;
}

/** Counts the rows of a team. An own site counts while it exists, a shared one while the access does. */
export function teamTally(table: Reader, teamId: string): Promise<TeamTally> {
  const { pk } = keys.teamHome(teamId);
  return table.once(pk, async () => {
    const tally: TeamTally = { members: 0, owners: 0, sites: 0, sharedSites: 0, left: 0 };
    for await (const { type, role, isOwner, siteId } of table.rows(pk)) {
      if (type === 'TeamMembership' || type === 'SiteOfTeam') tally.left += 1;
      if (type === 'TeamMembership') tally.members += 1;
      if (type === 'TeamMembership' && role === 'OWNER') tally.owners += 1;
      if (type !== 'SiteOfTeam') continue;
      if (!isOwner) tally.sharedSites += 1;
      else if ((await table.get(keys.site(siteId)))?.teamId === teamId) tally.sites += 1;
    }
    return tally;
  });
}

export interface SiteTally {
  chargers: number;
  teams: number;
  owners: number;
}

/** Counts the rows of a site. */
export function siteTally(table: Reader, siteId: string): Promise<SiteTally> {
  const { pk } = keys.site(siteId);
  return table.once(pk, async () => {
    const tally = { chargers: 0, teams: 0, owners: 0 };
    for await (const { type, isOwner } of table.rows(pk)) {
      if (type === 'Charger') tally.chargers += 1;
      if (type === 'SiteAccess') tally.teams += 1;
      if (type === 'SiteAccess' && isOwner) tally.owners += 1;
    }
    return tally;
  });
}

/** What the partition of a person has: it is small, by the limits of a person. */
export interface UserTally {
  rows: number;
  readonly organizationIds: string[];
  /** The numbers of access tokens by member id, and by the token that made them; of team memberships by member id. */
  readonly tokens: Map<string, number>;
  readonly made: Map<string, number>;
  readonly teams: Map<string, number>;
}

/** Counts the rows of a person. */
export function userTally(table: Reader, userId: string): Promise<UserTally> {
  const { pk } = keys.user(userId);
  return table.once(pk, async () => {
    const tally: UserTally = { rows: 0, organizationIds: [], tokens: new Map(), made: new Map(), teams: new Map() };
    for await (const { type, memberId, makers, organizationId } of table.rows(pk)) {
      tally.rows += 1;
      if (type === 'Membership') tally.organizationIds.push(organizationId);
      if (type === 'AccessToken') more(tally.tokens, memberId);
      if (type === 'AccessToken' && makers?.[0]) more(tally.made, makers[0]);
      if (type === 'TeamOfUser') more(tally.teams, memberId);
    }
    return tally;
  });
}

function more(counts: Map<string, number>, of: string): void {
  counts.set(of, (counts.get(of) ?? 0) + 1);
}

/** Whether a person has no row left. */
export async function isGone(table: Reader, { userId }: Row): Promise<boolean> {
  return (await userTally(table, userId)).rows === 0;
}
