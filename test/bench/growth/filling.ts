import { BatchWriteItemCommand, type BatchWriteItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { newId, newNumber } from '../../../lib/domain/ids.ts';
import { periodEnd } from '../../../lib/domain/invitation.ts';
import { COUNTER_ROWS } from '../../../lib/domain/limits.ts';
import { hashSecret, newSecret } from '../../../lib/domain/link.ts';
import type { Member } from '../../../lib/domain/member.ts';
import type { Team } from '../../../lib/domain/team.ts';
import type { DueInvitation } from '../../../lib/invitations/mail.ts';
import { memberItem, memberWrites } from '../../../lib/organizations/members.ts';
import { newUserWrites } from '../../../lib/people/people.ts';
import { type Attributes, marshall } from '../../../lib/table/attributes.ts';
import { audit } from '../../../lib/table/audit.ts';
import { dueAttributes } from '../../../lib/table/due.ts';
import { keys } from '../../../lib/table/keys.ts';
import { pack } from '../../../lib/table/packed.ts';
import type { Write } from '../../../lib/table/write.ts';
import { teamWrites } from '../../../lib/teams/create-team.ts';
import { joinWrites } from '../../../lib/teams/team-members.ts';
import type { Functions } from '../peers/muster.ts';

/** What an organization gets. */
export interface Filling {
  readonly organizationId: string;
  /** The user id of its owner. */
  readonly ownerId: string;
  /** The team that members join, and the team below which teams are created. */
  readonly teamId: string;
  readonly defaultTeamId: string;
  readonly members: number;
  readonly invitations: number;
  readonly auditEntries: number;
  readonly teams: number;
  /** The members who are in the team. */
  readonly inTeam: number;
  /** Whether members have only the rows that lists read. Such members can't sign in, nor be changed. */
  readonly isListOnly?: boolean;
  /** The rows that the organization has already. */
  readonly existing: Readonly<Record<'members' | 'invitations' | 'pending' | 'teams', number>>;
}

/** Items of one BatchWriteItem, DynamoDB's maximum, and calls at once. */
const BATCH = 25;
const LANES = 4;

/** Writes the items of a large organization to the engine, as the product's own code forms them. */
export async function fill({ engine, table }: Pick<Functions, 'engine' | 'table'>, filling: Filling): Promise<void> {
  const client = new DynamoDBClient(engine);
  const source = batches(itemsOf(filling));
  const lane = async () => {
    for (const batch of source) {
      let left: BatchWriteItemCommandOutput['UnprocessedItems'] = {
        [table]: batch.map((Item) => ({ PutRequest: { Item } })),
      };
      while (left && Object.keys(left).length > 0) {
        left = (await client.send(new BatchWriteItemCommand({ RequestItems: left }))).UnprocessedItems;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    client.destroy();
  }
}

function* batches(items: Iterable<Attributes>): Generator<Attributes[]> {
  let batch: Attributes[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function* itemsOf(filling: Filling): Generator<Attributes> {
  const now = new Date();
  for (let index = 0; index < filling.members; index += 1) yield* puts(memberOf(filling, index, now));
  for (let index = 0; index < filling.invitations; index += 1) yield* puts(invitationOf(filling, index, now));
  for (let index = 0; index < filling.auditEntries; index += 1) yield* puts([entryOf(filling, now)]);
  for (let index = 0; index < filling.teams; index += 1) yield* puts(teamWrites(teamOf(filling, index, now)));
  yield* countersOf(filling);
}

/** Returns the items that writes put. Their other parts, conditions and counts, don't apply to a new organization. */
function* puts(writes: readonly Write[]): Generator<Attributes> {
  for (const write of writes) if (write.type === 'put') yield marshall({ ...write.key, ...pack(write.item) });
}

function memberOf({ organizationId, ownerId, teamId, inTeam, isListOnly }: Filling, index: number, now: Date): Write[] {
  const at = now.toISOString();
  const profile = { firstName: 'Jane', lastName: 'Doe', email: `jane.${index}@${mailDomain(organizationId)}` };
  const claimed = true;
  const member: Member = {
    ...{ memberId: newId('member', now), userId: newId('user', now), organizationId, role: 'USER', owner: false },
    ...{ profile, claimed, seat: index % COUNTER_ROWS, tokens: 0, teams: index < inTeam ? 1 : 0 },
    ...{ createdAt: at, updatedAt: at },
  };
  if (isListOnly) return [{ type: 'put', key: keys.member(organizationId, member.memberId), item: memberItem(member) }];
  const user = { userId: member.userId, ...profile, claimed, organizations: 1, createdAt: at, updatedAt: at };
  const place = { role: 'MEMBER', by: ownerId, now } as const;
  return [
    ...newUserWrites(user, now),
    ...memberWrites(member),
    ...(index < inTeam ? joinWrites({ id: teamId, organizationId }, member, place) : []),
  ];
}

/** Returns the domain of the members' addresses. */
export function mailDomain(organizationId: string): string {
  return `${organizationId.slice(4)}.example.com`;
}

function invitationOf({ organizationId, ownerId }: Filling, index: number, now: Date): Write[] {
  const id = newId('invitation', now);
  const at = now.toISOString();
  const email = `john.${index}@${mailDomain(organizationId)}`;
  const expiresAt = periodEnd(now, 7);
  const invitation: DueInvitation = {
    ...{ id, organizationId, email, inviterId: ownerId, role: 'USER', status: 'PENDING', createdAt: at },
    ...{ updatedAt: at, expiresAt, days: 7, reminders: 0, stopSecrets: [], secrets: [hashSecret(newSecret())] },
    ...{ handedSecrets: [], replacedSecrets: [], seat: index % COUNTER_ROWS, sentAt: at },
    ...dueAttributes(id, expiresAt),
  };
  return [
    { type: 'put', key: keys.invitation(organizationId, id), item: { type: 'Invitation', ...invitation } },
    {
      ...{ type: 'put', key: keys.invited(email, organizationId) },
      item: { type: 'Invited', organizationId, invitationId: id, all: new Set([id]) },
    },
  ];
}

function entryOf({ organizationId, ownerId }: Filling, now: Date): Write {
  const origin = { requestId: 'bench', sourceAddress: '192.0.2.1' };
  return audit(
    { now, origin, by: { type: 'user', id: ownerId } },
    { organizationId, action: 'member.update', resource: { type: 'member', id: newId('member', now) } },
  );
}

function teamOf({ organizationId, ownerId, defaultTeamId }: Filling, index: number, now: Date): Team {
  const at = now.toISOString();
  return {
    ...{ id: newId('team', now), number: newNumber(), organizationId, name: `Team ${index}`, isPrivate: false },
    ...{ isDefault: false, parentTeamId: defaultTeamId, members: 0, owners: 0, createdBy: ownerId },
    ...{ createdAt: at, updatedAt: at, seat: index % COUNTER_ROWS },
  };
}

/** Returns the counter rows, with the rows that exist already. */
function* countersOf({ organizationId, members, invitations, teams, existing }: Filling): Generator<Attributes> {
  for (let row = 0; row < COUNTER_ROWS; row += 1) {
    const share = (count: number) => Math.floor((count + COUNTER_ROWS - 1 - row) / COUNTER_ROWS);
    const [joined, pending] = [share(members + existing.members), share(invitations + existing.pending)];
    yield marshall({
      ...{ ...keys.counter(organizationId, row), type: 'Counters', members: joined, pending, seats: joined + pending },
      ...{ invitations: share(invitations + existing.invitations), teams: share(teams + existing.teams) },
    });
  }
}
