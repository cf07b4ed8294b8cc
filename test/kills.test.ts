import { expect, test } from 'vitest';
import type { Call } from '../packages/local/aws.ts';
import { expectConsistent } from './support/consistency.ts';
import { type Kill, useKillableService } from './support/kill.ts';
import { type Answer, type Client, newAddress } from './support/service.ts';

// Kills the process of gateway and functions by SIGKILL before and after each AWS call of an operation. Then the
// process restarts on the same data, the client repeats its request, and the sweep runs.

const service = useKillableService();

/** The data that an operation works on. Each run has its own organization. */
interface Scenario {
  readonly id: string;
  readonly owner: Client;
  readonly email: string;
  readonly invitationId: string;
  readonly memberId: string;
  readonly token: string;
  /** The start in hours, if time matters: items of one scenario are due before those of the next. */
  readonly hour: number;
}

interface Operation {
  readonly name: string;
  /** The function during whose calls the process is killed. */
  readonly function: string;
  readonly prepare: (hour: number) => Promise<Scenario>;
  /** @param again whether it is repeated after a restart */
  readonly run: (scenario: Scenario, again: boolean) => Promise<number>;
  /** The audit entry of the operation, which shows whether it was done. */
  readonly action?: string;
  /** The status of the answer, and of the answer to a repetition. */
  readonly status: number;
  readonly repeated: number;
  /** Returns the outcome after two executions; by default the same as after one. */
  readonly twice?: (once: Outcome) => Outcome;
  /** Whether the process is also killed at reads. */
  readonly atReads?: true;
  /** For a sweep: the minutes after which an item of a scenario with hour 0 is due. */
  readonly after?: number;
  /** The status of its links after all runs, if they are neither valid nor used. */
  readonly links?: number;
}

/** The final state, the same for every scenario. Lists are sorted. */
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

async function organized(hour = 0): Promise<Scenario> {
  const { id, owner } = await service.organization();
  return { id, owner, email: newAddress('invitee'), invitationId: '', memberId: '', token: '', hour };
}

async function invited(hour = 0): Promise<Scenario> {
  // The clock is set first: a later sign-in would be from the future.
  await service.clock(`${hour}h`);
  const scenario = await organized(hour);
  const body = { email: scenario.email, role: 'USER' };
  const answer = await scenario.owner.call('POST /v1/invitations', { body });
  await service.clock(0);
  const [mail] = await service.mails(scenario.email);
  return { ...scenario, invitationId: answer.body.id, token: mail ? await service.linkToken(scenario.email) : '' };
}

async function joined(hour = 0): Promise<Scenario> {
  const scenario = await invited(hour);
  await service.clock(`${hour}h`);
  const answer = await service.call('POST /v1/invitations/accept', { body: { token: scenario.token } });
  await service.clock(0);
  return { ...scenario, memberId: answer.body.member.id };
}

/** Creates a member who has signed in once. */
async function claimed(hour = 0): Promise<Scenario & { readonly member: Client }> {
  const scenario = await joined(hour);
  const person = await service.person(scenario.email);
  expect((await person.call('GET /v1/me')).status).toBe(200);
  return { ...scenario, member: person.in(scenario.id) };
}

const DAY = 24 * 60;

/** Returns a sweep that has a due item the given minutes after the start of a scenario. */
function sweptAfter(after: number): Pick<Operation, 'after' | 'run'> {
  return { after, run: ({ hour }, again) => sweepAt(after + hour * 60 + (again ? 10 : 5)) };
}

/** More hours than any operation has kills. */
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
    ...{ status: 200, repeated: 410 },
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
    name: 'creating an access token',
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
      const scenario = await claimed();
      const { id, owner, memberId } = scenario;
      await owner.call(`POST /v1/organizations/${id}/transfer-ownership`, { body: { memberId } });
      return scenario;
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
      const scenario = await joined();
      const earlier = await service.person(newAddress('earlier'), { subject: scenario.email });
      expect((await earlier.call('GET /v1/me')).status).toBe(200);
      return scenario;
    },
    run: async ({ email }) => statusOf((await service.person(email, { subject: email })).call('GET /v1/organizations')),
    action: 'member.claim',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'erasing a person',
    function: 'me/erase',
    prepare: async () => {
      const scenario = await claimed();
      const second = await scenario.owner.call('POST /v1/organizations', { body: { name: 'Second' } });
      const body = { email: scenario.email, role: 'USER' };
      const invite = scenario.owner.in(second.body.id).call('POST /v1/invitations', { body });
      expect(await statusOf(invite)).toBe(201);
      return scenario;
    },
    run: async ({ email }) => statusOf((await service.person(email)).call('DELETE /v1/me')),
    action: 'member.leave',
    ...{ status: 204, repeated: 204 },
  },
];

/** Creates an organization with a member who is in two of its teams. */
async function withTeams(hour = 0): Promise<Scenario & { readonly teamId: string; readonly otherId: string }> {
  const scenario = await joined(hour);
  // The owner's token is from that hour, and a token from the future is refused.
  await service.clock(`${hour}h`);
  const make = async (name: string) =>
    (await scenario.owner.call('POST /v1/teams', { body: { name } })).body.id as string;
  const [teamId, otherId] = [await make('One'), await make('Other')];
  for (const id of [teamId, otherId]) {
    expect(await statusOf(scenario.owner.call(`PUT /v1/teams/${id}/members/${scenario.memberId}`, { body: {} }))).toBe(
      200,
    );
  }
  await service.clock(0);
  return { ...scenario, teamId, otherId };
}

const teamsOf = async (scenario: Scenario): Promise<{ id: string; isDefault: boolean; name: string }[]> =>
  (await scenario.owner.call('GET /v1/teams')).body.data;
const teamNamed = async (scenario: Scenario, name: string) =>
  (await teamsOf(scenario)).find((team) => team.name === name)?.id ?? `team_${'0'.repeat(20)}`;

REQUESTS.push(
  {
    name: 'inviting with an idempotency key',
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
    name: 'bulk inviting with an idempotency key',
    function: 'invitations/bulk',
    prepare: () => organized(),
    run: async ({ owner, email }, again) => {
      const rows = Array.from({ length: 30 }, (_, index) => ({
        email: index ? `${index}-${email}` : email,
        role: 'USER',
      }));
      // The lease of the interrupted request ends by then.
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
    name: 'creating a team',
    function: 'teams/create',
    prepare: () => organized(),
    run: ({ owner }) => statusOf(owner.call('POST /v1/teams', { body: { name: 'Made' } })),
    action: 'team.create',
    ...{ status: 201, repeated: 409 },
  },
  {
    name: 'moving a team',
    function: 'teams/update',
    prepare: () => withTeams(),
    run: async (scenario) => {
      const body = { parentTeamId: await teamNamed(scenario, 'One') };
      return statusOf(scenario.owner.call(`PATCH /v1/teams/${await teamNamed(scenario, 'Other')}`, { body }));
    },
    action: 'team.update',
    ...{ status: 200, repeated: 200 },
  },
  {
    name: 'removing a member from a team',
    function: 'teams/remove-member',
    prepare: () => withTeams(),
    run: async (scenario) =>
      statusOf(
        scenario.owner.call(`DELETE /v1/teams/${await teamNamed(scenario, 'One')}/members/${scenario.memberId}`),
      ),
    action: 'team-member.remove',
    ...{ status: 204, repeated: 404 },
  },
  {
    name: 'deleting a team',
    function: 'teams/delete',
    prepare: () => withTeams(),
    run: async (scenario) => statusOf(scenario.owner.call(`DELETE /v1/teams/${await teamNamed(scenario, 'One')}`)),
    action: 'team.delete',
    ...{ status: 204, repeated: 404 },
  },
);

/** Creates an organization with a site, and a team that the site is shared with. */
async function withSite(
  hour = 0,
  end?: string,
): Promise<Scenario & { readonly site: string; readonly shared: string }> {
  const scenario = await organized(hour);
  const { owner } = scenario;
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
  return { ...scenario, site, shared };
}

const siteOf = async ({ owner }: Scenario) => (await owner.call('GET /api/v3/sites')).body.data[0].uuid as string;
const sharedOf = async ({ owner }: Scenario, site: string) =>
  (await owner.call(`GET /api/v3/sites/${site}/teams`)).body.data[1].uuid as string;

REQUESTS.push(
  {
    name: 'inviting to a site with an idempotency key',
    function: 'volttime/invite-team',
    prepare: () => withSite(),
    run: async (scenario) =>
      statusOf(
        scenario.owner.call(`POST /api/v3/sites/${await siteOf(scenario)}/teams/invite`, {
          body: { email: scenario.email },
          headers: { 'idempotency-key': scenario.email },
        }),
      ),
    ...{ status: 201, repeated: 201, links: 404 },
  },
  {
    name: 'requesting sensitive data',
    function: 'volttime/request-sensitive-data',
    prepare: () => withSite(),
    run: async (scenario) => {
      const site = await siteOf(scenario);
      const path = `/api/v3/sites/${site}/teams/${await sharedOf(scenario, site)}/request-sensitive-data`;
      return statusOf(
        scenario.owner.call(`POST ${path}`, { body: { reason: 'Repair', requested_expires_never: true } }),
      );
    },
    action: 'site-sensitive.request',
    ...{ status: 200, repeated: 200 },
    twice: (once) => ({ ...once, entries: [...once.entries, 'site-sensitive.request'].sort() }),
  },
);

REQUESTS.push({
  name: 'publishing an event',
  function: 'events/publish',
  prepare: () => organized(),
  run: async ({ owner, email }) => {
    const status = await statusOf(owner.call('POST /v1/invitations', { body: { email, role: 'USER' } }));
    // Waits until the stream is read.
    await service.events();
    return [201, 409].includes(status) ? 200 : status;
  },
  ...{ status: 200, repeated: 200 },
});

const SWEEPS: readonly Operation[] = [
  {
    name: 'ends a grant of sensitive data',
    function: 'scheduled/sweep',
    after: 2 * DAY,
    prepare: (hour) => withSite(hour, new Date(Date.now() + (2 * DAY + hour * 60) * 60_000).toISOString()),
    run: async ({ hour }, again) => {
      const minute = 2 * DAY + hour * 60 + (again ? 10 : 5);
      await sweepAt(minute);
      // The first run queues the mail, which the second one sends.
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
    name: 'removes an unclaimed placeholder',
    function: 'scheduled/sweep',
    prepare: (hour) => joined(hour),
    ...sweptAfter(30 * DAY),
    action: 'member.expire',
    ...{ status: 200, repeated: 200, links: 410 },
  },
  {
    name: 'deletes the rows of a team',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      const scenario = await withTeams(hour);
      await service.clock(`${hour}h`);
      expect(await statusOf(scenario.owner.call(`DELETE /v1/teams/${scenario.teamId}`))).toBe(204);
      await service.clock(0);
      return scenario;
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
    name: 'deletes the items of an organization',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      const scenario = await invited(hour);
      await service.clock(`${hour}h`);
      expect(await statusOf(scenario.owner.call(`DELETE /v1/organizations/${scenario.id}`))).toBe(204);
      await service.clock(0);
      return scenario;
    },
    ...sweptAfter(0),
    ...{ status: 200, repeated: 200, links: 404 },
  },
  {
    name: 'deletes the remaining items of a former member',
    function: 'scheduled/sweep',
    prepare: async (hour) => {
      const { member, ...scenario } = await claimed(hour);
      await service.clock(`${hour}h`);
      expect(await statusOf(member.call('POST /v1/access-tokens', { body: { name: 'Deploy' } }))).toBe(201);
      expect(await statusOf(member.call(`DELETE /v1/members/${scenario.memberId}`))).toBe(204);
      await service.clock(0);
      return scenario;
    },
    ...sweptAfter(0),
    ...{ status: 200, repeated: 200 },
  },
];

const LONG = { timeout: 600_000 };

test.each(REQUESTS)('$name loses nothing when the process is killed at any call', LONG, survive);
test.each(SWEEPS)('a sweep that $name loses nothing when the process is killed at any call', LONG, survive);

/** A kill and the scenario in which it happens. */
interface KilledRun {
  readonly kill: Kill;
  readonly scenario: Scenario;
  /** The name in messages. */
  readonly name: string;
}

async function survive(operation: Operation): Promise<void> {
  // Processes due items of earlier operations first.
  if (operation.after !== undefined) await sweepAt(operation.after + HOURS * 60);
  const undisturbed = await runUndisturbed(operation);
  const { once, mails } = undisturbed;
  const killedRuns: KilledRun[] = [];
  for (const [index, kill] of killsOf(operation, undisturbed.calls).entries()) {
    killedRuns.push({ kill, scenario: await operation.prepare(index + 1), name: `${kill.fault} ${kill.skip}` });
  }

  const done: boolean[] = [];
  for (const { kill, scenario, name } of killedRuns) {
    await service.killDuring(kill, () => operation.run(scenario, false));
    const items = await service.items();
    await expectConsistent(items);
    const isDone = outcomeOf(scenario, items).entries.includes(operation.action ?? '');
    done.push(isDone);
    // The client repeats the request, because it got no answer.
    expect(await operation.run(scenario, true), name).toBe(isDone ? operation.repeated : operation.status);
  }
  if (operation.action) {
    // A single call completes the operation.
    expect(done).toEqual(done.toSorted());
    expect([done[0], done.at(-1)]).toEqual([false, true]);
  }

  await settle(operation, killedRuns);
  const published = new Set((await service.events()).map(({ detail }) => detail.id));
  const items = await service.items();
  await expectConsistent(items);
  for (const [index, { scenario, name }] of killedRuns.entries()) {
    const entries = items.filter(({ type, organizationId }) => type === 'AuditEntry' && organizationId === scenario.id);
    const lost = entries.filter(({ id }) => !published.has(id as string)).map(({ action }) => action);
    expect(lost, `${name}: entries without an event`).toEqual([]);
    expect(outcomeOf(scenario, items), name).toEqual(done[index] && operation.twice ? operation.twice(once) : once);
    const extra = (await mailsOf(scenario)) - mails;
    expect([0, 1], `${name}: additional mails`).toContain(extra);
  }
}

/** The calls and the outcome of an operation without a kill. */
interface UndisturbedRun {
  readonly calls: readonly Call[];
  readonly once: Outcome;
  readonly mails: number;
}

async function runUndisturbed(operation: Operation): Promise<UndisturbedRun> {
  const scenario = await operation.prepare(0);
  const earlier = (await service.calls()).length;
  expect(await operation.run(scenario, false), operation.name).toBe(operation.status);
  const parts = (await service.calls()).slice(earlier).filter((call) => call.function === operation.function);
  await settle(operation, [{ scenario }]);
  return {
    calls: [...new Map(parts.map((part) => [part.call, part])).values()],
    once: outcomeOf(scenario, await service.items()),
    mails: await mailsOf(scenario),
  };
}

/** Returns the number of mails to the invitee and to the inviter. */
async function mailsOf({ email, owner }: Scenario): Promise<number> {
  return (await service.mails(email)).length + (await service.mails(owner.email)).length;
}

/** The sweep queries all shards in parallel. The first and the last query represent all. */
const SHARDS = 16;

/** Returns the kills before and after each call. A read has only one kill, and only with `atReads`. */
function killsOf({ function: name, atReads }: Operation, calls: readonly Call[]): Kill[] {
  const isSweep = name === 'scheduled/sweep';
  return calls.flatMap(({ operation }, skip) => {
    const before = { function: name, skip, fault: 'kill-process-before' } as const;
    // A sweep reads and takes leases in parallel, so the order of its calls varies.
    const isRead = /^(BatchGetItem|Query)$/.test(operation) && !(isSweep && atReads && skip >= SHARDS);
    if (!isRead) return [before, { ...before, fault: 'kill-process-after' }];
    return atReads && (!isSweep || skip === 0 || skip === SHARDS - 1) ? [before] : [];
  });
}

/** Runs the sweep after all leases, and accepts by the link of each mail. */
async function settle({ links }: Operation, all: readonly Pick<KilledRun, 'scenario'>[]): Promise<void> {
  await sweepAt(5);
  for (const { scenario } of all) {
    for (const { text } of await service.mails(scenario.email)) {
      const [, token] = /token=([\w-]{64})/.exec(text) ?? [];
      // An offer of ownership has no link.
      if (token === undefined) continue;
      expect(links ? [links] : [200, 410]).toContain(await accept(token));
    }
  }
}

function outcomeOf({ id, owner, email }: Scenario, items: readonly Record<string, unknown>[]): Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: items of any type
  const all = items as readonly Record<string, any>[];
  const organizations = new Set([
    id,
    ...all.flatMap((item) => (item.type === 'Member' && item.profile.email === owner.email ? item.organizationId : [])),
  ]);
  const itemsOf = (type: string) =>
    all.filter((item) => item.type === type && organizations.has(item.organizationId ?? item.pk.slice('ORG#'.length)));
  const nameOf = (address: string) => (address === email ? 'invitee' : address === owner.email ? 'owner' : address);
  const sum = (field: string) => itemsOf('Counters').reduce((total, row) => total + (row[field] ?? 0), 0);
  return {
    members: itemsOf('Member')
      .map(({ profile, role, claimed }) => `${nameOf(profile.email)} ${role} ${claimed ? 'claimed' : ''}`)
      .sort(),
    invitations: itemsOf('Invitation')
      .map(({ status, role, delivery }) => `${role} ${status} ${delivery.state}`)
      .sort(),
    counters: Object.fromEntries(['members', 'pending', 'seats', 'invitations'].map((name) => [name, sum(name)])),
    tokens: itemsOf('AccessToken').length,
    entries: itemsOf('AuditEntry')
      .map(({ action }) => action)
      .sort(),
  };
}
