import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { expect, inject, test } from 'vitest';
import { fingerprint } from '../../cdk/fingerprint.ts';
import type { Fault } from '../../packages/local/faults.ts';
import { type Answer, type Client, newAddress, type RequestOptions, useService } from '../support/service.ts';
import {
  begin,
  type Call,
  type Caller,
  defaultTeamOf,
  type Answer as Expected,
  isCounted,
  isLive,
  newWorld,
  outcomesOf,
  passTime,
  showOrganization,
  showPerson,
  type World,
} from './model.ts';
import {
  duelOf,
  excludeEachOther,
  type Intention,
  meaningOf,
  type Operation,
  oneLevelMore,
  SLOW_WRITES,
  sequences,
} from './operations.ts';

// Runs random operations of random people, some in parallel, with faults of DynamoDB calls and jumps in time. Each
// answer is compared with the model's. The visible state is compared at the end and at some steps in between.
const service = useService({}, false);

/**
 * The number of sequences, their seed, and the path of a failing one from its report. With MUSTER_SEQUENCES the seed is
 * random. Otherwise it is a hash of the service's sources, so it changes only with them.
 */
const SEQUENCES = Number(process.env.MUSTER_SEQUENCES ?? (inject('whole') ? 40 : 5));
const SEED = Number(process.env.MUSTER_SEED ?? (process.env.MUSTER_SEQUENCES ? randomInt(2 ** 31) : seedOfSources()));
const PATH = process.env.MUSTER_PATH;

function seedOfSources(): number {
  return Number.parseInt(fingerprint(['lib', 'functions']).slice(0, 7), 16);
}

/** The time limit for the sequences, in milliseconds. Shrinking a failing one has the rest of the timeout. */
const TIME_LIMIT = SEQUENCES * 8000 + 60_000;

test('random operations, some in parallel, have the answers and results of the model', {
  timeout: TIME_LIMIT + 60_000,
}, async () => {
  console.log(`${SEQUENCES} sequences with the seed ${SEED}; MUSTER_SEED=${SEED} repeats them.`);
  await fc.assert(fc.asyncProperty(sequences, run), {
    seed: SEED,
    ...(PATH && { path: PATH }),
    numRuns: SEQUENCES,
    interruptAfterTimeLimit: TIME_LIMIT,
    markInterruptAsFailure: true,
  });
});

/** Runs a sequence with its own people. */
async function run(operations: readonly (Operation | null)[]): Promise<void> {
  const sequence = new Sequence();
  await service.clock(0);
  try {
    for (const operation of operations) if (operation) await sequence.step(operation);
    await sequence.compare();
  } catch (error) {
    throw new Error(`${sequence.history.join('\n')}\n${(error as Error).message}`);
  } finally {
    await service.faults([]);
  }
}

/** The maximum total time of a sequence, in hours: after 30 days unclaimed placeholders end. */
const LONGEST_WAIT = 29 * 24;

class Sequence {
  /** The calls and answers so far. */
  readonly history: string[] = [];
  readonly #people = Array.from({ length: 6 }, (_, index) => newAddress(`p${index}`));
  readonly #clients = new Map<string, Promise<Client>>();
  /** The secrets of links and access tokens, by the model's names. */
  readonly #texts = new Map<string, string>();
  /** The service's ids, by the model's names. */
  #ids: ReadonlyMap<string, string> = new Map();
  #world = newWorld();
  #steps = 0;
  #hours = 0;

  async step(operation: Operation): Promise<void> {
    if ('levels' in operation) {
      for (let level = 0; level < operation.levels; level += 1) await this.step(oneLevelMore(level));
      return;
    }
    if ('duel' in operation) {
      // Prerequisites are separate steps before.
      for (let attempt = 0; attempt < 8; attempt += 1) {
        const calls = duelOf(operation, this.#world, this.#people);
        this.#steps += 1;
        await this.#do(calls, calls.length > 1 ? SLOW_WRITES : null);
        if (calls.length !== 1) return;
      }
      return;
    }
    this.#steps += 1;
    if ('hours' in operation) return this.#wait(operation.hours);
    const { beside, fault, who } = operation;
    const meaning = (intention: Intention) => meaningOf(intention, this.#world, this.#people, [...this.#ids.keys()]);
    const first = meaning(operation);
    const second = beside && meaning({ ...operation, ...beside, kind: beside.kind ?? operation.kind });
    const calls = second && !excludeEachOther(first, second) ? [first, second] : [first];
    await this.#do(calls, fault ?? (calls.length > 1 && who % 2 ? SLOW_WRITES : null));
    // The visible state is compared now and then.
    if (operation.kind === 'list') await this.compare();
  }

  /** Makes one call, or several in parallel, and updates the model from the answers. */
  async #do(calls: readonly Call[], fault: Fault | null): Promise<void> {
    if (fault) await service.faults([fault]);
    const answers = await Promise.all(calls.map((call) => this.#send(call)));
    if (fault) await service.faults([]);
    const lines = calls.map((call, index) => `${JSON.stringify(call)} -> ${textOf(answers[index] as Answer)}`);
    this.history.push(
      `${this.#steps}. ${lines.join('\n   in parallel: ')}${fault ? ` with ${JSON.stringify(fault)}` : ''}`,
    );
    await this.#learn(calls, answers);
  }

  /** Expects that the service and the model show the same. */
  async compare(): Promise<void> {
    this.#ids = await this.#compared(this.#world, this.#ids);
  }

  async #wait(hours: number): Promise<void> {
    const duration = Math.min(hours, LONGEST_WAIT - this.#hours);
    this.#hours += duration;
    passTime(this.#world, duration);
    await service.clock(`${this.#hours}h`);
    this.history.push(`${this.#steps}. ${duration} hours pass`);
  }

  /** Returns a signed-in client of a person. */
  #client(address: string, unverified = false): Promise<Client> {
    const key = `${address} ${unverified}`;
    const client = this.#clients.get(key) ?? service.person(address, { name: 'Jane Doe', unverified });
    this.#clients.set(key, client);
    return client;
  }

  /** Returns a client with an older ID token of the same subject, with another address. */
  #oldClient(address: string): Promise<Client> {
    const key = `${address} old`;
    const client =
      this.#clients.get(key) ??
      this.#client(address).then(({ token }) => {
        const { sub, iat } = JSON.parse(Buffer.from(token.split('.')[1] as string, 'base64url').toString());
        return service.person(`was-${address}`, { name: 'Jane Old', subject: sub, claims: { iat: iat - 3600 } });
      });
    this.#clients.set(key, client);
    return client;
  }

  async #send(call: Call): Promise<Answer> {
    if (call.do === 'sweep') return service.call('POST /_local/sweep');
    const { route, body } = this.#request(call);
    const headers = {
      ...(await this.#credential(call.by)),
      ...('organization' in call && call.organization && { 'x-organization-id': this.#id(call.organization) }),
    };
    return service.call(route, { headers, ...(body !== undefined && { body }) });
  }

  async #credential(by: Caller): Promise<Record<string, string>> {
    if (by.kind === 'nobody') return {};
    const signedIn = (other: Exclude<Caller, { kind: 'token' | 'nobody' }>) =>
      other.kind === 'person' && other.isOld
        ? this.#oldClient(other.address)
        : this.#client(other.address, other.kind === 'unverified');
    const text = by.kind === 'token' ? this.#texts.get(by.token) : (await signedIn(by)).token;
    return { authorization: `Bearer ${text}` };
  }

  #id(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`The id of ${name} is unknown.`);
    return id;
  }

  #request(call: Exclude<Call, { do: 'sweep' }>): RequestOptions & { readonly route: string } {
    const organization = 'organization' in call && call.organization ? this.#id(call.organization) : '';
    switch (call.do) {
      case 'create organization':
        return { route: 'POST /v1/organizations', body: { name: call.name } };
      case 'rename organization':
        return { route: `PATCH /v1/organizations/${organization}`, body: { name: call.name } };
      case 'delete organization':
        return { route: `DELETE /v1/organizations/${organization}` };
      case 'offer ownership': {
        const body = { memberId: this.#id(call.member) };
        return { route: `POST /v1/organizations/${organization}/transfer-ownership`, body };
      }
      case 'accept ownership':
      case 'decline ownership': {
        const [verb] = call.do.split(' ');
        return { route: `POST /v1/organizations/${organization}/transfer-ownership/${verb}` };
      }
      case 'withdraw ownership':
        return { route: `DELETE /v1/organizations/${organization}/transfer-ownership` };
      case 'invite':
        return {
          route: 'POST /v1/invitations',
          body: {
            ...{ email: call.address, role: call.role, teams: call.teams.map((team) => this.#id(team)) },
            ...(call.isHanded && { sendEmail: false }),
          },
        };
      case 'resend':
        return { route: `POST /v1/invitations/${this.#id(call.invitation)}/resend` };
      case 'revoke':
        return { route: `DELETE /v1/invitations/${this.#id(call.invitation)}` };
      case 'accept':
      case 'decline':
        return { route: `POST /v1/invitations/${call.do}`, body: { token: this.#texts.get(call.link) } };
      case 'block':
      case 'unblock': {
        const body = { token: this.#texts.get(call.link), blocked: call.do === 'block' };
        return { route: 'POST /v1/invitations/block', body };
      }
      case 'change role':
        return { route: `PATCH /v1/members/${this.#id(call.member)}`, body: { role: call.role } };
      case 'remove member':
        return { route: `DELETE /v1/members/${this.#id(call.member)}` };
      case 'create token':
        return {
          route: 'POST /v1/access-tokens',
          body: { name: 'Program', role: call.role, expiresInDays: call.days },
        };
      case 'revoke token':
        return { route: `DELETE /v1/access-tokens/${this.#id(call.token)}` };
      case 'create team': {
        const { name, isPrivate, parent } = call;
        const parentTeamId = parent && this.#id(parent);
        return { route: 'POST /v1/teams', body: { name, isPrivate, parentTeamId } };
      }
      case 'update team': {
        const { name, isPrivate, parent } = call;
        const parentTeamId = parent && this.#id(parent);
        return { route: `PATCH /v1/teams/${this.#id(call.team)}`, body: { name, isPrivate, parentTeamId } };
      }
      case 'delete team':
        return { route: `DELETE /v1/teams/${this.#id(call.team)}` };
      case 'show team':
        return { route: `GET /v1/teams/${this.#id(call.team)}` };
      case 'list team members':
        return { route: `GET /v1/teams/${this.#id(call.team)}/members` };
      case 'put team member':
        return {
          route: `PUT /v1/teams/${this.#id(call.team)}/members/${this.#id(call.member)}`,
          body: { role: call.role },
        };
      case 'remove team member':
        return { route: `DELETE /v1/teams/${this.#id(call.team)}/members/${this.#id(call.member)}` };
      case 'list':
        return { route: `GET /v1/${call.what}` };
      case 'show me':
        return { route: 'GET /v1/me' };
      case 'list organizations':
        return { route: 'GET /v1/organizations' };
      case 'erase me':
        return { route: 'DELETE /v1/me' };
    }
  }

  /** Updates the model with an outcome that matches the answers, in any order of the calls. */
  async #learn(calls: readonly Call[], answers: readonly Answer[]): Promise<void> {
    const letters = ['', 'b'];
    const begun = calls.map((call, index) => begin(call, this.#steps, `${this.#steps}${letters[index]}`));
    const outcomes = outcomesOf(this.#world, begun);
    const possible = outcomes.filter((outcome) =>
      outcome.answers.every((expected, index) => isAsExpected(answers[index] as Answer, expected)),
    );
    if (possible.length === 0) {
      const expected = new Set(outcomes.map((outcome) => JSON.stringify(outcome.answers)));
      throw new Error(`The model says ${[...expected].join(' or ')}.`);
    }
    const problems: unknown[] = [];
    for (const outcome of possible) {
      try {
        const ids = new Map(this.#ids);
        for (const [index, { made = {} }] of outcome.answers.entries()) {
          const call = calls[index] as Call;
          learnMade(ids, call, made, answers[index]?.body);
          if (call.do === 'create organization' && made.organization) {
            await this.#learnDefaultTeam(ids, made.organization, call.by);
          }
        }
        // If answers don't determine the order, the visible state does.
        this.#ids = possible.length > 1 ? await this.#compared(outcome.world, ids) : ids;
        this.#world = outcome.world;
        await this.#readTexts(outcome.answers, answers);
        return;
      } catch (error) {
        problems.push(error);
      }
    }
    throw problems[0];
  }

  async #learnDefaultTeam(ids: Map<string, string>, organization: string, by: Caller): Promise<void> {
    const headers = { ...(await this.#credential(by)), 'x-organization-id': ids.get(organization) as string };
    const { body } = await service.call('GET /v1/teams', { headers });
    learn(ids, defaultTeamOf(organization), body.data.find(({ isDefault }: Row) => isDefault).id);
  }

  async #readTexts(expected: readonly Expected[], answers: readonly Answer[]): Promise<void> {
    for (const [index, { made = {} }] of expected.entries()) {
      if (made.token) this.#texts.set(made.token, answers[index]?.body.token);
      if (made.handed) {
        const { link } = answers[index]?.body ?? {};
        this.#texts.set(made.handed, new URL(link).searchParams.get('token') as string);
      }
      const mail = made.link && this.#world.mails.find(({ link }) => link === made.link);
      if (mail) this.#texts.set(mail.link, await service.linkToken(mail.address));
    }
  }

  /** Expects that the service shows the same as a world. Returns the ids, including new ones. */
  async #compared(world: World, before: ReadonlyMap<string, string>): Promise<ReadonlyMap<string, string>> {
    const ids = new Map(before);
    const people = world.users.filter(({ claimed }) => claimed);
    const shownPeople = await sequentially(people, async ({ id, address }) => {
      const client = await this.#client(address);
      const { body } = await client.call('GET /v1/me');
      learn(ids, id, body.id);
      const hasTokens = world.tokens.some(({ user }) => user === id);
      return [address, await shownPerson(client, body, hasTokens)] as const;
    });
    const live = world.organizations.filter(({ id }) => isLive(world, id));
    const shownOrganizations = await sequentially(live, async ({ id }) => {
      const owner = world.members.find((member) => member.organization === id && member.owner);
      const { address = '' } = world.users.find((user) => user.id === owner?.user) ?? {};
      const client = (await this.#client(address)).in(ids.get(id) as string);
      const expected = showOrganization(world, id);
      const counted = world.teams.filter((team) => isCounted(world, team.id)).map((team) => ids.get(team.id));
      return [id, await shownOrganization(client, expected.entries, new Set(counted))] as const;
    });
    const expected = {
      people: Object.fromEntries(people.map(({ address }) => [address, showPerson(world, address)])),
      organizations: Object.fromEntries(live.map(({ id }) => [id, showOrganization(world, id)])),
    };
    const shown = {
      people: Object.fromEntries(shownPeople),
      organizations: Object.fromEntries(shownOrganizations),
    };
    expect(sorted(named(shown, ids))).toEqual(sorted(known(expected, ids)));
    return ids;
  }
}

function textOf({ status, body }: Answer): string {
  return `${status} ${body?.error ?? ''}`;
}

function isAsExpected({ status, body }: Answer, expected: Expected): boolean {
  // Each code has one status, which the harness checks.
  if (typeof expected.error === 'object') return expected.error.includes(body?.error);
  return status === expected.status && (status < 400 ? undefined : body?.error) === expected.error;
}

/** Records an id from the service. @throws Error if name and id don't map one to one */
function learn(ids: Map<string, string>, name: string, id: string): void {
  const known = ids.get(name);
  const other = [...ids].find(([, each]) => each === id)?.[0];
  if ((known ?? id) !== id || (other ?? name) !== name) {
    throw new Error(`${name} is ${known ?? 'new'}, but the service says ${id}, which is ${other ?? 'new'}.`);
  }
  ids.set(name, id);
}

/** Records the ids of created resources from an answer. */
function learnMade(
  ids: Map<string, string>,
  call: Call,
  { organization, member, user, invitation, token, team }: NonNullable<Expected['made']>,
  body: Answer['body'],
): void {
  const isAccepted = call.do === 'accept';
  if (organization) learn(ids, organization, body.id);
  if (member) learn(ids, member, isAccepted ? body.member.id : body.memberId);
  if (user) learn(ids, user, body.member.userId);
  if (invitation) learn(ids, invitation, body.id);
  if (token) learn(ids, token, body.id);
  if (team) learn(ids, team, body.id);
}

type Row = Answer['body'];

/** Reads the counterpart of `showPerson` from the service. */
async function shownPerson(client: Client, me: Row, hasTokens: boolean) {
  const { id, memberships, invitations, teams } = me;
  return {
    id,
    memberships: memberships.map((each: Row) => ({
      id: each.id,
      organization: each.organizationId,
      name: each.organizationName,
      role: each.role,
      owner: each.owner,
    })),
    teams: teams.map((each: Row) => ({
      id: each.id,
      name: each.name,
      organization: each.organizationId,
      role: each.role,
    })),
    seen: await sequentially(memberships, async ({ organizationId }: Row) => {
      const { rows } = await rowsOf(client.in(organizationId), 'teams');
      return { organization: organizationId, teams: rows.map((each) => each.id) };
    }),
    invitations: invitations.map((each: Row) => each.id),
    blocked: me.blockedOrganizations.map((each: Row) => each.organizationId),
    offers: me.ownershipOffers.map((each: Row) => each.organizationId),
    tokens: hasTokens ? await tokensOf(client, memberships) : [],
  };
}

async function tokensOf(client: Client, memberships: readonly Row[]): Promise<Row[]> {
  const lists = await sequentially(memberships, ({ organizationId }) =>
    rowsOf(client.in(organizationId), 'access-tokens'),
  );
  return lists.flatMap(({ rows }) => rows.map(({ id }) => id));
}

/**
 * Reads the counterpart of `showOrganization` from the service. The audit log is split by the expected steps.
 *
 * @param counted the ids of the teams with an exact member count
 */
async function shownOrganization(
  client: Client,
  steps: readonly (readonly unknown[])[],
  counted: ReadonlySet<string | undefined>,
) {
  const [members, invitations, log, teams] = await Promise.all([
    rowsOf(client, 'members'),
    rowsOf(client, 'invitations'),
    rowsOf(client, 'audit-logs'),
    rowsOf(client, 'teams'),
  ]);
  const inTeams = await sequentially(teams.rows, ({ id }) => rowsOf(client, `teams/${id}/members`));
  const entries = log.rows.reverse().map(({ action, actorType, actorId, resourceType, resourceId, metadata }) => {
    // Times are not in the model.
    const text = JSON.stringify(metadata, (key, value) => (key === 'expiresAt' ? undefined : value));
    return { action, actorType, actorId, resourceType, resourceId, metadata: JSON.parse(text) };
  });
  return {
    members: members.rows.map((each) => ({
      id: each.id,
      user: each.userId,
      address: each.userProfile.email,
      claimed: each.claimed,
      role: each.role,
      owner: each.owner,
    })),
    memberCount: members.total,
    invitations: invitations.rows.map((each) => ({
      id: each.id,
      address: each.email,
      role: each.role,
      inviter: each.invitedBy,
      teams: each.teams,
      joined: each.joinedTeams,
      status: each.status,
    })),
    invitationCount: invitations.total,
    teams: teams.rows.map(({ id, name, isPrivate, isDefault, parentTeamId, memberCount }, index) => ({
      ...{ id, name, isPrivate, parent: parentTeamId, isDefault },
      members: inTeams[index]?.rows.map(({ memberId, userId, role }) => ({ member: memberId, user: userId, role })),
      ...(counted.has(id) && { memberCount }),
    })),
    entries: [...steps.map((step) => entries.splice(0, step.length)), ...(entries.length > 0 ? [entries] : [])],
  };
}

/** Maps values one after another. In parallel, workers of one function would displace those of others. */
async function sequentially<T, R>(all: readonly T[], one: (each: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const each of all) results.push(await one(each));
  return results;
}

/** Reads all pages of a list. */
async function rowsOf(client: Client, list: string): Promise<{ rows: Row[]; total: number | undefined }> {
  const rows: Row[] = [];
  let cursor = '';
  for (;;) {
    const answer = await client.call(`GET /v1/${list}?perPage=100${cursor}`);
    const { body } = answer;
    if (answer.status !== 200) throw new Error(`${client.email} lists ${list}: ${textOf(answer)}.`);
    rows.push(...body.data);
    if (!body.meta.nextCursor) return { rows, total: body.meta.total };
    cursor = `&cursor=${body.meta.nextCursor}`;
  }
}

/** Replaces the service's ids by the model's names. Unknown users, such as erased ones, get a common name. */
function named(shown: unknown, ids: ReadonlyMap<string, string>): unknown {
  const names = new Map([...ids].map(([name, id]) => [id, name]));
  const text = JSON.stringify(shown).replace(
    /\b(?:(org|usr|mem|inv|key)_[0-9a-v]{26}|team_[0-9a-v]{20})\b/g,
    (id, kind) => names.get(id) ?? (kind === 'usr' ? SOMEBODY : id),
  );
  return JSON.parse(text);
}

/** Replaces users whose ids were never returned by the common name. */
function known(expected: unknown, ids: ReadonlyMap<string, string>): unknown {
  const text = JSON.stringify(expected).replace(/(?<=")user [^"]+/g, (name) => (ids.has(name) ? name : SOMEBODY));
  return JSON.parse(text);
}

const SOMEBODY = 'somebody';

/** Sorts every list except the steps of an audit log. */
function sorted(value: unknown, isSteps = false): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) {
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, sorted(value[key as never], key === 'entries')]));
  }
  const all = value.map((each) => sorted(each));
  return isSteps ? all : all.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
}
