import { expect, test } from 'vitest';
import type { Call } from '../packages/local/aws.ts';
import { type Kill, useMortalService } from './support/kill.ts';
import { type Answer, type Client, newAddress } from './support/service.ts';
import { expectConsistent } from './support/walk.ts';

// The process that holds gateway and functions dies by SIGKILL at each call to AWS of an operation in turn, before the
// call and after it. Then it starts on the same data, the client repeats its request, and the sweep runs.

const service = useMortalService();

/** What an operation works on: each time another organization, so that one process serves one kill and what follows. */
interface Place {
  readonly id: string;
  readonly owner: Client;
  readonly email: string;
  readonly invitationId: string;
  readonly memberId: string;
  readonly token: string;
  /** Hours after the start, where time matters: what is due for one place isn't yet for the next. */
  readonly hour: number;
}

interface Operation {
  readonly name: string;
  /** The function whose calls are counted, and at whose calls the process dies. */
  readonly function: string;
  readonly prepare: (hour: number) => Promise<Place>;
  /** @param again whether somebody repeats it after a restart */
  readonly run: (place: Place, again: boolean) => Promise<number>;
  /** The audit entry that is there when it was done; without one it can't be told. */
  readonly action?: string;
  /** What it answers, and what when it is repeated after it was done. */
  readonly status: number;
  readonly repeated: number;
  /** What there is in the end when it was done and then once more; by default the same as after once. */
  readonly twice?: (once: Outcome) => Outcome;
  /** Whether it dies at reads too. */
  readonly atReads?: true;
  /** For a sweep: minutes from the start after which it has something to do for a place of hour 0. */
  readonly after?: number;
  /** What its links answer in the end, if not that they are good, or used. */
  readonly links?: number;
}

/** What there is in the end, the same for every place: each list is sorted. */
interface Outcome {
  readonly members: readonly string[];
  readonly invitations: readonly string[];
  readonly counters: Readonly<Record<string, number>>;
  readonly tokens: number;
  /** The actions of the audit log. */
  readonly entries: readonly string[];
}

const statusOf = async (answer: Promise<Answer>) => (await answer).status;
const accept = (token: string, client?: Client) =>
  statusOf((client ?? service).call('POST /v1/invitations/accept', { body: { token } }));
const sweepAt = async (minutes: number) => {
  await service.clock(`${minutes}m`);
  await service.sweep();
  await service.clock(0);
  return 200;
};

async function organized(hour = 0): Promise<Place> {
  const { id, owner } = await service.organization();
  return { id, owner, email: newAddress('invitee'), invitationId: '', memberId: '', token: '', hour };
}

async function invited(hour = 0): Promise<Place> {
  // Before the organization: a sign-in of later isn't one yet.
  await service.clock(`${hour}h`);
  const place = await organized(hour);
  const body = { email: place.email, role: 'USER' };
  const answer = await place.owner.call('POST /v1/invitations', { body });
  await service.clock(0);
  const [mail] = await service.mails(place.email);
  return { ...place, invitationId: answer.body.id, token: mail ? await service.linkToken(place.email) : '' };
}

async function joined(hour = 0): Promise<Place> {
  const place = await invited(hour);
  await service.clock(`${hour}h`);
  const answer = await service.call('POST /v1/invitations/accept', { body: { token: place.token } });
  await service.clock(0);
  return { ...place, memberId: answer.body.member.id };
}

/** Joined, and signed in once. */
async function claimed(hour = 0): Promise<Place & { readonly member: Client }> {
  const place = await joined(hour);
  const person = await service.person(place.email);
  expect((await person.call('GET /v1/me')).status).toBe(200);
  return { ...place, member: person.in(place.id) };
}

const DAY = 24 * 60;

/** A sweep that has something to do so many minutes after a place was made. */
function sweptAfter(after: number): Pick<Operation, 'after' | 'run'> {
  return { after, run: ({ hour }, again) => sweepAt(after + hour * 60 + (again ? 10 : 5)) };
}

/** Hours that no operation has places for: it dies at fewer calls. */
const HOURS = 100;

const REQUESTS: Operation[] = [
  {
    name: 'creating an organization',
    function: 'organizations/create',
    prepare: async (hour) => {
      const owner = await service.person(newAddress('owner'));
      return { id: '', owner, email: newAddress('invitee'), invitationId: '', memberId: '', token: '', hour };
    },
    run: ({ owner }) => statusOf(owner.call('POST /v1/organizations', { body: { name: 'Acme' } })),
    action: 'organization.create',
    ...{ status: 201, repeated: 201 },
    twice: ({ members, counters, entries }) => ({
      members: [...members, ...members],
      invitations: [],
      tokens: 0,
      counters: Object.fromEntries(Object.entries(counters).map(([name, value]) => [name, 2 * value])),
      entries: [...entries, ...entries],
    }),
  },
  {
    name: 'inviting',
    function: 'invitations/create',
    prepare: () => organized(),
    run: ({ owner, email }) => statusOf(owner.call('POST /v1/invitations', { body: { email, role: 'USER' } })),
    action: 'invitation.create',
    ...{ status: 201, repeated: 409, atReads: true },
  },
  {
    name: 'resending',
    function: 'invitations/resend',
    prepare: () => invited(),
    run: ({ owner, invitationId }) => statusOf(owner.call(`POST /v1/invitations/${invitationId}/resend`)),
    action: 'invitation.resend',
    ...{ status: 200, repeated: 200, atReads: true },
    twice: (once) => ({ ...once, entries: [...once.entries, 'invitation.resend'].sort() }),
  },
  {
    name: 'revoking',
    function: 'invitations/revoke',
    prepare: () => invited(),
    run: ({ owner, invitationId }) => statusOf(owner.call(`DELETE /v1/invitations/${invitationId}`)),
    action: 'invitation.revoke',
    ...{ status: 204, repeated: 409 },
  },
  {
    name: 'accepting by the link alone',
    function: 'invitations/accept',
    prepare: () => invited(),
    run: ({ token }) => accept(token),
    action: 'invitation.accept',
    ...{ status: 200, repeated: 200, atReads: true },
  },
  {
    name: 'accepting at the first sign-in',
    function: 'invitations/accept',
    prepare: () => invited(),
    run: async ({ token, email }) => accept(token, await service.person(email)),
    action: 'invitation.accept',
    ...{ status: 200, repeated: 200, atReads: true },
  },
  {
    name: 'signing in for the first time after accepting by the link',
    function: 'organizations/list',
    prepare: () => joined(),
    run: async ({ email }) =>
      statusOf((await service.person(email, { name: 'Jane Doe' })).call('GET /v1/organizations')),
    action: 'member.claim',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'changing a role',
    function: 'members/update',
    prepare: () => joined(),
    run: ({ owner, memberId }) => statusOf(owner.call(`PATCH /v1/members/${memberId}`, { body: { role: 'ADMIN' } })),
    action: 'member.update',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'removing a member',
    function: 'members/remove',
    prepare: () => joined(),
    run: ({ owner, memberId }) => statusOf(owner.call(`DELETE /v1/members/${memberId}`)),
    action: 'member.remove',
    ...{ status: 204, repeated: 404 },
  },
  {
    name: 'declining',
    function: 'invitations/decline',
    prepare: () => invited(),
    run: ({ token }) => statusOf(service.call('POST /v1/invitations/decline', { body: { token } })),
    action: 'invitation.decline',
    ...{ status: 200, repeated: 409 },
  },
  {
    name: 'recording a bounce',
    function: 'events/mail',
    prepare: () => invited(),
    run: async ({ email }) => {
      const bounce = { bounceType: 'Permanent', bouncedRecipients: [{ emailAddress: email }] };
      await service.mailEvent({ eventType: 'Bounce', bounce });
      return 200;
    },
    action: 'invitation.bounce',
    ...{ status: 200, repeated: 200, atReads: true },
  },
  {
    name: 'requesting a new invitation',
    function: 'pages/ask',
    prepare: () => invited(-8 * 24),
    run: ({ token }) =>
      statusOf(
        service.call('POST /invitations/ask', {
          body: `token=${token}`,
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        }),
      ),
    action: 'invitation.ask',
    ...{ status: 200, repeated: 200, links: 410, atReads: true },
  },
  {
    name: 'making an access token',
    function: 'access-tokens/create',
    prepare: () => organized(),
    run: ({ owner }) => statusOf(owner.call('POST /v1/access-tokens', { body: { name: 'Deploy' } })),
    action: 'access-token.create',
    ...{ status: 201, repeated: 201 },
    twice: (once) => ({ ...once, tokens: 2, entries: ['access-token.create', ...once.entries] }),
  },
  {
    name: 'offering the ownership',
    function: 'organizations/transfer',
    prepare: () => claimed(),
    run: ({ id, owner, memberId }) =>
      statusOf(owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } })),
    action: 'organization.offer-ownership',
    ...{ status: 202, repeated: 202 },
  },
  {
    name: 'accepting the ownership',
    function: 'organizations/accept-ownership',
    prepare: async () => {
      const place = await claimed();
      const { id, owner, memberId } = place;
      await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } });
      return place;
    },
    run: async ({ id, email }) =>
      statusOf((await service.person(email)).call(`POST /v1/organizations/${id}/transfer-ownership/accept`)),
    action: 'organization.transfer',
    ...{ status: 200, repeated: 404 },
  },
  {
    name: 'refusing further invitations',
    function: 'invitations/block',
    prepare: () => invited(),
    run: ({ token }) => statusOf(service.call('POST /v1/invitations/block', { body: { token } })),
    ...{ status: 204, repeated: 204 },
  },
  {
    name: 'deleting an organization',
    function: 'organizations/delete',
    prepare: () => invited(),
    run: ({ id, owner }) => statusOf(owner.call(`DELETE /v1/organizations/${id}`)),
    action: 'organization.delete',
    ...{ status: 204, repeated: 404, links: 404 },
  },
  {
    name: 'taking over the memberships of another address',
    function: 'organizations/list',
    prepare: async () => {
      const place = await joined();
      const earlier = await service.person(newAddress('earlier'), { subject: place.email });
      expect((await earlier.call('GET /v1/me')).status).toBe(200);
      return place;
    },
    run: async ({ email }) => statusOf((await service.person(email, { subject: email })).call('GET /v1/organizations')),
    action: 'member.claim',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'erasing oneself',
    function: 'me/erase',
    prepare: async () => {
      const place = await claimed();
      const second = await place.owner.call('POST /v1/organizations', { body: { name: 'Second' } });
      const body = { email: place.email, role: 'USER' };
      const invite = place.owner.in(second.body.id).call('POST /v1/invitations', { body });
      expect(await statusOf(invite)).toBe(201);
      return place;
    },
    run: async ({ email }) => statusOf((await service.person(email)).call('DELETE /v1/me')),
    action: 'member.leave',
    ...{ status: 204, repeated: 204 },
  },
];

/** An organization with a member who is in two teams of its. */
async function teamed(hour = 0): Promise<Place & { readonly teamId: string; readonly otherId: string }> {
  const place = await joined(hour);
  const make = async (name: string) => (await place.owner.call('POST /v1/teams', { body: { name } })).body.id as string;
  const [teamId, otherId] = [await make('One'), await make('Other')];
  for (const id of [teamId, otherId]) {
    expect(await statusOf(place.owner.call(`PUT /v1/teams/${id}/members/${place.memberId}`, { body: {} }))).toBe(200);
  }
  return { ...place, teamId, otherId };
}

const teamsOf = async (place: Place): Promise<{ id: string; isDefault: boolean; name: string }[]> =>
  (await place.owner.call('GET /v1/teams')).body.data;
const teamNamed = async (place: Place, name: string) =>
  (await teamsOf(place)).find((team) => team.name === name)?.id ?? `team_${'0'.repeat(20)}`;

REQUESTS.push(
  {
    name: 'inviting under a key',
    function: 'invitations/create',
    prepare: () => organized(),
    run: ({ owner, email }) =>
      statusOf(
        owner.call('POST /v1/invitations', {
          body: { email, role: 'USER' },
          headers: { 'idempotency-key': email },
        }),
      ),
    action: 'invitation.create',
    ...{ status: 201, repeated: 201 },
  },
  {
    name: 'inviting many under a key',
    function: 'invitations/bulk',
    prepare: () => organized(),
    run: async ({ owner, email }, again) => {
      const rows = Array.from({ length: 30 }, (_, index) => ({
        email: index ? `${index}-${email}` : email,
        role: 'USER',
      }));
      // Whoever was broken off may be at work until then.
      if (again) await service.clock('30s');
      const status = await statusOf(
        owner.call('POST /v1/invitations/bulk', {
          body: { invitations: rows },
          headers: { 'idempotency-key': email },
        }),
      );
      await service.clock(0);
      return status;
    },
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'making a team',
    function: 'teams/create',
    prepare: () => organized(),
    run: ({ owner }) => statusOf(owner.call('POST /v1/teams', { body: { name: 'Made' } })),
    action: 'team.create',
    ...{ status: 201, repeated: 409 },
  },
  {
    name: 'moving a team',
    function: 'teams/update',
    prepare: () => teamed(),
    run: async (place) => {
      const body = { parentTeamId: await teamNamed(place, 'One') };
      return statusOf(place.owner.call(`PATCH /v1/teams/${await teamNamed(place, 'Other')}`, { body }));
    },
    action: 'team.update',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'taking somebody out of a team',
    function: 'teams/remove-member',
    prepare: () => teamed(),
    run: async (place) =>
      statusOf(place.owner.call(`DELETE /v1/teams/${await teamNamed(place, 'One')}/members/${place.memberId}`)),
    action: 'team-member.remove',
    ...{ status: 204, repeated: 404 },
  },
  {
    name: 'deleting a team',
    function: 'teams/delete',
    prepare: () => teamed(),
    run: async (place) => statusOf(place.owner.call(`DELETE /v1/teams/${await teamNamed(place, 'One')}`)),
    action: 'team.delete',
    ...{ status: 204, repeated: 404 },
  },
);

/** An organization with a site, and a team that the site is shared with. */
async function sited(hour = 0, end?: string): Promise<Place & { readonly site: string; readonly shared: string }> {
  const place = await organized(hour);
  const { owner } = place;
  const team = async () => {
    const body = { name: newAddress('team'), email: owner.email, type: 'Other' };
    return (await owner.call('POST /api/v3/teams', { body })).body.data.uuid as string;
  };
  const body = { name: 'Depot', team_uuid: await team() };
  const site = (await owner.call('POST /api/v3/sites', { body })).body.data.uuid;
  const shared = await team();
  const grant = end === undefined ? {} : { data_access: true, data_access_expires_at: end };
  const invited = await owner.call(`POST /api/v3/sites/${site}/teams/invite`, {
    body: { email: owner.email, ...grant },
  });
  const accepted = { token: invited.body.invite_token, team_uuid: shared };
  expect(await statusOf(owner.call('POST /api/v3/sites/invite/accept', { body: accepted }))).toBe(200);
  return { ...place, site, shared };
}

const siteOf = async ({ owner }: Place) => (await owner.call('GET /api/v3/sites')).body.data[0].uuid as string;
const sharedOf = async ({ owner }: Place, site: string) =>
  (await owner.call(`GET /api/v3/sites/${site}/teams`)).body.data[1].uuid as string;

REQUESTS.push(
  {
    name: 'inviting to a site under a key',
    function: 'volttime/invite-team',
    prepare: () => sited(),
    run: async (place) =>
      statusOf(
        place.owner.call(`POST /api/v3/sites/${await siteOf(place)}/teams/invite`, {
          body: { email: place.email },
          headers: { 'idempotency-key': place.email },
        }),
      ),
    ...{ status: 201, repeated: 201, links: 404 },
  },
  {
    name: 'requesting sensitive data',
    function: 'volttime/request-sensitive-data',
    prepare: () => sited(),
    run: async (place) => {
      const site = await siteOf(place);
      const path = `/api/v3/sites/${site}/teams/${await sharedOf(place, site)}/request-sensitive-data`;
      return statusOf(place.owner.call(`POST ${path}`, { body: { reason: 'Repair', requested_expires_never: true } }));
    },
    action: 'site-sensitive.request',
    ...{ status: 200, repeated: 200 },
    twice: (once) => ({ ...once, entries: [...once.entries, 'site-sensitive.request'].sort() }),
  },
);

const SWEEPS: readonly Operation[] = [
  {
    name: 'ends a grant of sensitive data',
    function: 'scheduled/sweep',
    after: 2 * DAY,
    prepare: (hour) => sited(hour, new Date(Date.now() + (2 * DAY + hour * 60) * 60_000).toISOString()),
    run: async ({ hour }, again) => {
      const minute = 2 * DAY + hour * 60 + (again ? 10 : 5);
      await sweepAt(minute);
      // The mail that tells of it is due from then on.
      return sweepAt(minute + 1);
    },
    action: 'site-sensitive.expire',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'sends a reminder',
    function: 'scheduled/sweep',
    prepare: (hour) => invited(hour),
    ...sweptAfter(3.5 * DAY),
    ...{ status: 200, repeated: 200, atReads: true },
  },
  {
    name: 'ends somebody whom nobody claimed',
    function: 'scheduled/sweep',
    prepare: (hour) => joined(hour),
    ...sweptAfter(30 * DAY),
    action: 'member.expire',
    ...{ status: 200, repeated: 200, links: 410 },
  },
  {
    name: 'clears a team',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      const place = await teamed(hour);
      await service.clock(`${hour}h`);
      expect(await statusOf(place.owner.call(`DELETE /v1/teams/${place.teamId}`))).toBe(204);
      await service.clock(0);
      return place;
    },
    ...sweptAfter(0),
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'sends a mail',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      await service.faults([{ action: 'ses:SendRawEmail', fault: 'error' }]);
      return invited(hour);
    },
    ...sweptAfter(0),
    ...{ status: 200, repeated: 200, atReads: true },
  },
  {
    name: 'records an expiry',
    function: 'scheduled/sweep',
    prepare: (hour) => invited(hour),
    ...sweptAfter(7 * DAY),
    action: 'invitation.expire',
    ...{ status: 200, repeated: 200, atReads: true },
  },
  {
    name: 'clears an organization',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      const place = await invited(hour);
      await service.clock(`${hour}h`);
      expect(await statusOf(place.owner.call(`DELETE /v1/organizations/${place.id}`))).toBe(204);
      await service.clock(0);
      return place;
    },
    ...sweptAfter(0),
    ...{ status: 200, repeated: 200, links: 404 },
  },
  {
    name: 'clears what a member left behind',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      const { member, ...place } = await claimed(hour);
      await service.clock(`${hour}h`);
      expect(await statusOf(member.call('POST /v1/access-tokens', { body: { name: 'Deploy' } }))).toBe(201);
      expect(await statusOf(member.call(`DELETE /v1/members/${place.memberId}`))).toBe(204);
      await service.clock(0);
      return place;
    },
    ...sweptAfter(0),
    ...{ status: 200, repeated: 200 },
  },
];

const LONG = { timeout: 600_000 };

test.each(REQUESTS)('$name loses nothing, whichever of its calls the process dies at', LONG, survive);
test.each(SWEEPS)('nor does a sweep, which $name', LONG, survive);

/** One death: where, and on what. */
interface Death {
  readonly kill: Kill;
  readonly place: Place;
  /** For messages. */
  readonly name: string;
}

async function survive(operation: Operation): Promise<void> {
  // What earlier operations left to do would be in between.
  if (operation.after !== undefined) await sweepAt(operation.after + HOURS * 60);
  const undisturbed = await leaveUndisturbed(operation);
  const { once, mails } = undisturbed;
  const deaths: Death[] = [];
  for (const [index, kill] of killsOf(operation, undisturbed.calls).entries()) {
    deaths.push({ kill, place: await operation.prepare(index + 1), name: `${kill.fault} ${kill.skip}` });
  }

  const done: boolean[] = [];
  for (const { kill, place, name } of deaths) {
    await service.die(kill, () => operation.run(place, false));
    const items = await service.items();
    expectConsistent(items);
    const isDone = outcomeOf(place, items).entries.includes(operation.action ?? '');
    done.push(isDone);
    // Whoever got no answer asks again.
    expect(await operation.run(place, true), name).toBe(isDone ? operation.repeated : operation.status);
  }
  if (operation.action) {
    // There is one call with which it is done.
    expect(done).toEqual(done.toSorted());
    expect([done[0], done.at(-1)]).toEqual([false, true]);
  }

  await settle(operation, deaths);
  const items = await service.items();
  expectConsistent(items);
  for (const [index, { place, name }] of deaths.entries()) {
    expect(outcomeOf(place, items), name).toEqual(done[index] && operation.twice ? operation.twice(once) : once);
    const extra = (await mailsOf(place)) - mails;
    expect([0, 1], `${name}: mails more than without`).toContain(extra);
  }
}

/** What an operation calls, and what there is in the end, when nothing dies. */
interface Undisturbed {
  readonly calls: readonly Call[];
  readonly once: Outcome;
  readonly mails: number;
}

async function leaveUndisturbed(operation: Operation): Promise<Undisturbed> {
  const place = await operation.prepare(0);
  const earlier = (await service.calls()).length;
  expect(await operation.run(place, false), operation.name).toBe(operation.status);
  const parts = (await service.calls()).slice(earlier).filter((call) => call.function === operation.function);
  await settle(operation, [{ place }]);
  return {
    calls: [...new Map(parts.map((part) => [part.call, part])).values()],
    once: outcomeOf(place, await service.items()),
    mails: await mailsOf(place),
  };
}

/** How many mails left, to the invitee and to the inviter. */
async function mailsOf({ email, owner }: Place): Promise<number> {
  return (await service.mails(email)).length + (await service.mails(owner.email)).length;
}

/** The sweep asks all shards at once, each by a call of the same kind: the first of them and the last stand for all. */
const SHARDS = 16;

/** Before and after each call. One that reads leaves nothing: it counts once, and where every call is asked for. */
function killsOf({ function: name, atReads }: Operation, calls: readonly Call[]): Kill[] {
  const isSweep = name === 'scheduled/sweep';
  return calls.flatMap(({ operation }, skip) => {
    const before = { function: name, skip, fault: 'kill-process-before' } as const;
    // A sweep reads and claims at once, in whatever order: then each may be either.
    const isRead = /^(BatchGetItem|Query)$/.test(operation) && !(isSweep && atReads && skip >= SHARDS);
    if (!isRead) return [before, { ...before, fault: 'kill-process-after' }];
    return atReads && (!isSweep || skip === 0 || skip === SHARDS - 1) ? [before] : [];
  });
}

/** Lets the world go on: the sweep runs when leases are over, and whoever got a mail opens its link. */
async function settle({ links }: Operation, all: readonly Pick<Death, 'place'>[]): Promise<void> {
  await sweepAt(5);
  for (const { place } of all) {
    for (const { text } of await service.mails(place.email)) {
      const [, token] = /token=([\w-]{64})/.exec(text) ?? [];
      // An offer of ownership has no link.
      if (token === undefined) continue;
      expect(links ? [links] : [200, 410]).toContain(await accept(token));
    }
  }
}

function outcomeOf({ id, owner, email }: Place, items: readonly Record<string, unknown>[]): Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: items of whatever type
  const all = items as readonly Record<string, any>[];
  const organizations = new Set([
    id,
    ...all.flatMap((item) => (item.type === 'Member' && item.profile.email === owner.email ? item.organizationId : [])),
  ]);
  const here = (type: string) =>
    all.filter((item) => item.type === type && organizations.has(item.organizationId ?? item.pk.slice('ORG#'.length)));
  const nameOf = (address: string) => (address === email ? 'invitee' : address === owner.email ? 'owner' : address);
  const sum = (field: string) => here('Counters').reduce((total, row) => total + (row[field] ?? 0), 0);
  return {
    members: here('Member')
      .map(({ profile, role, claimed }) => `${nameOf(profile.email)} ${role} ${claimed ? 'claimed' : ''}`)
      .sort(),
    invitations: here('Invitation')
      .map(({ status, role, delivery }) => `${role} ${status} ${delivery.state}`)
      .sort(),
    counters: Object.fromEntries(['members', 'pending', 'seats', 'invitations'].map((name) => [name, sum(name)])),
    tokens: here('AccessToken').length,
    entries: here('AuditEntry')
      .map(({ action }) => action)
      .sort(),
  };
}
