import { foldIdentity } from '../domain/charger.ts';
import { idTime } from '../domain/ids.ts';
import { dueKeys } from '../table/due.ts';
import { auditPartition, type Key, keys, prefixes } from '../table/keys.ts';
import { get, type Item, stream } from '../table/read.ts';
import { scan } from '../table/scan.ts';
import { Unusable } from './form.ts';

const PAGE = 200;

/** Reads every item of the table, page by page. */
export async function* everyItem(): AsyncGenerator<Item, void> {
  let after: Key | undefined;
  do {
    const { items, next } = await scan(after, PAGE);
    yield* items;
    after = next;
  } while (after);
}

/**
 * Reads the items of one organization: with its members, what they have in it, its sites, and its audit log. What it
 * shares with other organizations stays behind, and counters are those of the remaining items.
 *
 * @throws Unusable if it doesn't exist, or is deleted
 */
export async function* itemsOfOrganization(organizationId: string, now: Date): AsyncGenerator<Item, void> {
  const key = keys.organization(organizationId);
  const organization = await get(key);
  if (!organization || organization.deletedAt !== undefined) throw new Unusable('There is no such organization.');
  const invitations: Item[] = [];
  for await (const item of stream(key.pk)) {
    switch (item.type) {
      case 'Member':
        yield* ofMember(item);
        break;
      case 'Integration':
        yield item;
        yield* existing(keys.membership(String(item.id), organizationId));
        break;
      case 'Invitation':
        yield item;
        invitations.push(item);
        if (invitations.length === PAGE) yield* ofInvitations(invitations.splice(0));
        break;
      case 'Team':
      case 'DiscardedTeam':
        yield* ofTeam(item);
        break;
      default:
        yield item;
    }
  }
  yield* ofInvitations(invitations);
  yield* mails(organizationId);
  for (const month of monthsSince(idTime(organizationId), now)) yield* stream(auditPartition(organizationId, month));
}

/** Reads a member with their person, and what they have in the organization. */
async function* ofMember(member: Item): AsyncGenerator<Item, void> {
  const { organizationId, userId, memberId } = member;
  const [organization, user] = [String(organizationId), keys.user(String(userId))];
  const item = await get(user);
  if (!item) return;
  yield member;
  yield { ...item, organizations: 1 };
  yield* existing(keys.membership(String(userId), organization), keys.address(String(item.email)));
  if (typeof item.identity === 'string') yield* existing(keys.identity(item.identity));
  if (typeof item.reserved === 'string') yield* existing(keys.identity(item.reserved));
  for (const prefix of [`${prefixes.accessToken}${organization}#`, prefixes.team]) {
    for await (const row of stream(user.pk, prefix)) {
      if (row.organizationId === organizationId && row.memberId === memberId) yield row;
    }
  }
}

/** Reads the records of invited addresses, each with its newest invitation. */
async function* ofInvitations(invitations: readonly Item[]): AsyncGenerator<Item, void> {
  const all = await Promise.all(
    invitations.map(async ({ organizationId, id, email }) => {
      const invited = await get(keys.invited(String(email), String(organizationId)));
      const newest = [...((invited?.all ?? []) as Set<string>)].sort().at(-1);
      return newest === id ? invited : undefined;
    }),
  );
  for (const invited of all) if (invited) yield invited;
}

/** Reads a team with its rows, and the sites that it owns. */
async function* ofTeam(team: Item): AsyncGenerator<Item, void> {
  const { organizationId, id } = team as unknown as Record<'organizationId' | 'id', string>;
  const home = keys.teamHome(id);
  const counts = { members: 0, owners: 0, sites: 0, sharedSites: 0 };
  for await (const row of stream(home.pk)) {
    if (!(await isOf(organizationId, row))) continue;
    if (row.type === 'TeamMembership') counts.members += 1;
    if (row.type === 'TeamMembership' && row.role === 'OWNER') counts.owners += 1;
    if (row.type === 'SiteOfTeam') counts[row.isOwner ? 'sites' : 'sharedSites'] += 1;
    yield row;
    if (row.type === 'SiteOfTeam' && row.isOwner) yield* ofSite(String(row.siteId), organizationId);
  }
  if (team.type === 'DiscardedTeam') {
    yield team;
    return;
  }
  const present = Object.entries(counts).filter(([name, count]) => count > 0 || team[name] !== undefined);
  yield { ...team, ...Object.fromEntries(present) };
  yield* existing(keys.teamNumber(Number(team.number)));
}

/** Whether a row of a team is of a present member, or of a site of the organization. */
async function isOf(organizationId: string, { type, memberId, siteId, teamId, isOwner }: Item): Promise<boolean> {
  if (type === 'TeamMembership') return (await get(keys.member(organizationId, String(memberId)))) !== undefined;
  if (type !== 'SiteOfTeam') return true;
  const site = await get(keys.site(String(siteId)));
  return site?.organizationId === organizationId && (!isOwner || site.teamId === teamId);
}

/** Reads a site with everything under it, except the access of other organizations. */
async function* ofSite(siteId: string, organizationId: string): AsyncGenerator<Item, void> {
  let site: Item | undefined;
  let teams = 0;
  for await (const row of stream(keys.site(siteId).pk)) {
    if (row.type === 'Site') site = row;
    // Rows about access and invites name their organization. Chargers and reductions don't.
    else if (row.organizationId === undefined || row.organizationId === organizationId) {
      if (row.type === 'SiteReduction' && !(await isTeamOf(organizationId, row.teamId))) continue;
      if (row.type === 'Charger') yield* ofCharger(row, organizationId);
      else yield row;
      if (row.type === 'SiteAccess') teams += 1;
      if (row.type === 'SiteInvite') yield* ofSiteInvite(row);
    }
  }
  if (!site) return;
  yield { ...site, teams };
  yield* existing(keys.siteNumber(Number(site.number)), keys.job(siteId));
}

/** Reads a charger. While its identity is still claimed in the site's former organization, it comes without a claim. */
async function* ofCharger({ identityIn, ...charger }: Item, organizationId: string): AsyncGenerator<Item, void> {
  const { id, number, identity } = charger;
  const isClaimed = identityIn === organizationId;
  yield { ...charger, ...(isClaimed && { identityIn }) } as Item;
  yield* existing(keys.chargerHome(String(id)), keys.chargerNumber(Number(number)));
  if (isClaimed) yield* existing(keys.chargerIdentity(organizationId, foldIdentity(String(identity))));
}

/** Reads the record of an invite at its address, and whether the address blocked the organization. */
async function* ofSiteInvite({ email, id, organizationId }: Item): AsyncGenerator<Item, void> {
  yield* existing(keys.siteInvited(String(email), String(id)));
  const invited = await get(keys.invited(String(email), String(organizationId)));
  // With invitations, it comes with the newest of them.
  if (!invited || invited.all !== undefined) return;
  for await (const first of stream(keys.address(String(email)).pk, prefixes.siteInvited)) {
    if (first.organizationId !== organizationId) continue;
    if (first.inviteId === id) yield invited;
    return;
  }
}

/** Whether a team is, or was, one of an organization. */
async function isTeamOf(organizationId: string, teamId: unknown): Promise<boolean> {
  const id = String(teamId);
  const rows = await Promise.all([keys.team(organizationId, id), keys.discardedTeam(organizationId, id)].map(get));
  return rows.some((row) => row !== undefined);
}

/** Whether a mail goes to a member, and is about no site or team of another organization. */
async function isMailOf(organizationId: string, { userId, siteId, teamId }: Item): Promise<boolean> {
  const [membership, site, isOwnTeam] = await Promise.all([
    get(keys.membership(String(userId), organizationId)),
    siteId === undefined ? { organizationId } : get(keys.site(String(siteId))),
    teamId === undefined || isTeamOf(organizationId, teamId),
  ]);
  return membership !== undefined && site?.organizationId === organizationId && isOwnTeam;
}

/** Reads the unsent mails of an organization. */
async function* mails(organizationId: string): AsyncGenerator<Item, void> {
  for await (const key of dueKeys()) {
    if (!key.pk.startsWith('MAIL#')) continue;
    const mail = await get(key);
    if (mail?.organizationId === organizationId && (await isMailOf(organizationId, mail))) yield mail;
  }
}

async function* existing(...all: readonly Key[]): AsyncGenerator<Item, void> {
  for (const item of await Promise.all(all.map(get))) if (item) yield item;
}

function* monthsSince(first: Date, now: Date): Generator<string, void> {
  for (let at = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth())); at <= now; ) {
    yield at.toISOString().slice(0, 7);
    at = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1));
  }
}
