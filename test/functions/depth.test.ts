import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, inject, test } from 'vitest';
import { COSTS, type Cost, costRow, costsText, type RecordedCost } from '../../docs/costs.ts';
import type { Call } from '../../packages/local/aws.ts';
import { ACCEPTING_AS_KNOWN, ACCEPTING_THEMSELVES, ADDED, INVITING_WITHOUT_MAIL } from '../fixtures/units.ts';
import { type Contract, contracts, tested } from '../support/contract.ts';
import { depthOf } from '../support/depth.ts';
import { typesOf } from '../support/item-types.ts';
import { claimedMember, exampleOf, type Home } from '../support/requests.ts';
import { type Answer, type Client, newAddress, useService } from '../support/service.ts';

// Checks the sequential DynamoDB round trips of each endpoint against its declaration, and calls, costs and items
// against docs/costs.json. Each call is delayed, so that parallel calls overlap. The other situations add what the code
// before the handler calls, so the shortened test checks them at one endpoint of each kind.

const calls: Call[] = [];
const service = useService({ onCall: (call) => calls.push(call) });
const DELAY = 25;
const OWNER = { name: 'Ada Owner' };

/** Whether the engine counts units as AWS does. DynamoDB Local counts a transaction's units wrongly. */
const countsUnits =
  !process.env.DYNAMODB_ENDPOINT && (process.env.MUSTER_ENGINE ?? (hasDynoxide() ? 'dynoxide' : '')) === 'dynoxide';

function hasDynoxide(): boolean {
  try {
    return createRequire(import.meta.url).resolve(`@dynoxide/${process.platform}-${process.arch}/package.json`) !== '';
  } catch {
    return false;
  }
}

type Situation = 'as usual' | keyof typeof ADDED;
const SITUATIONS: readonly Situation[] = ['as usual', ...(Object.keys(ADDED) as (keyof typeof ADDED)[])];

/** Endpoints that a person other than the owner calls. This person has signed in before. */
const OTHERS: readonly Contract['name'][] = [
  ...(['organizations/accept-ownership', 'organizations/decline-ownership'] as const),
  ...(['me/block-organization', 'me/unblock-organization'] as const),
  ...(['me/accept-invitation', 'me/decline-invitation'] as const),
];

/** Situations that an endpoint never has: some endpoints are for people who signed in before. */
const NEVER: Partial<Record<Situation, readonly Contract['name'][]>> = {
  'the first time that the function sees the person': OTHERS,
  'the first sign-in after accepting by link alone': [
    ...(['access-tokens/revoke', 'organizations/transfer', 'organizations/withdraw-ownership'] as const),
    ...OTHERS,
  ],
};

/** Lists over all organizations of a person. An access token lists its own organization only. */
const ACROSS_ORGANIZATIONS: readonly Contract['name'][] = [
  ...(['volttime/list-chargers', 'volttime/list-sites', 'volttime/list-teams', 'volttime/list-teams-v2'] as const),
];

/** Endpoints that write nothing, although they aren't called by GET. */
const READING: readonly Contract['name'][] = ['sessions/create'];

/** Endpoints that refuse access tokens, or refuse them for what a person made. */
const NOT_BY_TOKEN: readonly Contract['name'][] = [
  ...(['access-tokens/revoke', 'organizations/delete', 'organizations/transfer'] as const),
  ...(['organizations/accept-ownership', 'organizations/decline-ownership'] as const),
  'organizations/withdraw-ownership',
];

/** Endpoints that the setup of an organization or of the example has already called. */
const CALLED_BEFORE: readonly Contract['name'][] = ['access/explain', 'members/list'];

function canBe(situation: Situation, { name, declaration }: Contract): boolean {
  const { caller, organization, found, route } = declaration;
  const writes = !route.startsWith('GET ') && !READING.includes(name);
  const isOfSite = /\{(site|charger)\}/.test(route);
  const byToken = caller.includes('token') && !NOT_BY_TOKEN.includes(name);
  if (NEVER[situation]?.includes(name)) return false;
  switch (situation) {
    case 'as usual':
      return true;
    case 'without naming the organization':
      return organization && !route.includes('{organizationId}') && isForPeople(declaration);
    case 'reading by an access token':
      return byToken && (organization || found) && !isOfSite && !writes;
    case 'reading about oneself by an access token':
      return byToken && !organization && !found && !ACROSS_ORGANIZATIONS.includes(name);
    case 'reading across organizations by an access token':
      return ACROSS_ORGANIZATIONS.includes(name);
    case 'reading of a site by an access token':
      return isOfSite && !writes;
    case 'writing of a site by an access token':
      return isOfSite && writes;
    case 'writing by an access token':
      return byToken && !isOfSite && writes;
    // Endpoints without an organization read the sign-in each time.
    default:
      return isForPeople(declaration) && (organization || found);
  }
}

function isForPeople({ caller }: Contract['declaration']): boolean {
  return caller.includes('person') && !caller.includes('link');
}

/** Returns the DynamoDB calls of a request to an endpoint, without the calls of its setup. */
async function callsOf(contract: Contract, situation: Situation): Promise<Call[]> {
  const home = await service.organization();
  const { owner } = home;
  const send = async (by: Pick<Client, 'call'>, at: Home = home) => {
    const { route, by: other = by, ...sending } = await exampleOf(contract, service, at);
    return callsDuring(contract, () => other.call(route, sending));
  };
  const warmUp = async () => {
    const { route, by = owner, ...sending } = await exampleOf(contract, service, home);
    await by.call(route, sending);
  };
  if (!isForPeople(contract.declaration)) return send(service);
  switch (situation) {
    case 'as usual':
      // An owner can't be erased.
      if (contract.name === 'me/erase') return send(await claimedMember(service, home));
      await warmUp();
      // A request about the organization itself may have deleted it.
      if (!contract.declaration.route.includes('{organizationId}')) return send(owner);
      return another(owner).then((other) => send(other.owner, other));
    case 'without naming the organization':
      await warmUp();
      return send(await service.person(owner.email, OWNER));
    case 'reading by an access token':
    case 'reading about oneself by an access token':
    case 'reading across organizations by an access token':
    case 'reading of a site by an access token':
    case 'writing of a site by an access token':
    case 'writing by an access token': {
      const { token } = (await owner.call('POST /v1/access-tokens', { body: { name: 'Program' } })).body;
      return send({
        call: (route, sending) =>
          service.call(route, { ...sending, headers: { ...sending?.headers, authorization: `Bearer ${token}` } }),
      });
    }
    case 'the first time that the function sees the person':
      if (CALLED_BEFORE.includes(contract.name)) {
        const other = await service.member(owner, 'ADMIN');
        await other.call('GET /v1/me');
        return send(other);
      }
      return send((await service.person(owner.email)).in(home.id));
    case 'the first sign-in after accepting by link alone':
      return send(await service.member(owner, 'ADMIN'));
  }
}

async function another(owner: Client): Promise<Home> {
  const { id } = (await owner.call('POST /v1/organizations', { body: { name: 'Another' } })).body;
  return { id, owner: owner.in(id) };
}

async function callsDuring(contract: Contract, call: () => Promise<Answer>): Promise<Call[]> {
  const before = calls.length;
  await service.faults([{ function: contract.name, fault: 'delay', ms: DELAY, times: -1 }]);
  const answer = await call();
  await service.faults([]);
  expect(answer, 'the request succeeds').toSatisfy(({ status }) => status < 300);
  return calls.slice(before).filter((part) => part.function === contract.name && part.action.startsWith('dynamodb:'));
}

const READS = ['BatchGetItem', 'GetItem', 'Query', 'TransactGetItems'];
const WRITES = /^dynamodb:(Put|Update|Delete)Item$/;

function costOf(parts: readonly Call[]): Cost {
  const units = (isRead: boolean) =>
    parts
      .filter(({ operation }) => READS.includes(operation) === isRead)
      .reduce((sum, { consumedCapacity }) => sum + ((consumedCapacity as Capacity | null)?.CapacityUnits ?? 0), 0);
  return { calls: new Set(parts.map(({ call }) => call)).size, read: units(true), write: units(false) };
}

interface Capacity {
  readonly CapacityUnits: number;
}

/** Expects that the calls of a request have a depth and costs. */
function expectCost(made: readonly Call[], { depth, ...cost }: Cost & { readonly depth: number }): void {
  expect(depthOf(made), `depth of ${outline(made)}`).toBe(depth);
  const counted = costOf(made);
  expect(countsUnits ? counted : { ...cost, calls: counted.calls }, outline(made)).toEqual(cost);
}

/** Returns calls as text: `BatchGetItem ORG, USER > TransactWriteItems ORG, AUDIT`. */
function outline(made: readonly Call[]): string {
  return [...Map.groupBy(made, ({ call }) => call).values()]
    .map(
      (parts) => `${parts[0]?.operation} ${parts.flatMap(({ keys }) => keys.map((key) => key.split('#')[0])).join()}`,
    )
    .join(' > ');
}

/** Returns the types of the items that a request reads and writes, without those of condition checks. */
function itemsOf(parts: readonly Call[]): Pick<RecordedCost, 'reads' | 'writes'> {
  const types = (some: readonly Call[]) => [...new Set(some.flatMap(({ keys }) => keys.flatMap(typesOf)))].sort();
  return {
    reads: types(parts.filter(({ operation }) => READS.includes(operation))),
    writes: types(parts.filter(({ action }) => WRITES.test(action))),
  };
}

const costsFile = new URL('../../docs/costs.json', import.meta.url);
/** All rows, including those that this run records. */
const costs = { ...COSTS };

/** Expects that an endpoint's usual costs equal its row. `npm run endpoint` updates the row instead. */
function expectRow(name: string, recorded: RecordedCost): void {
  if (costRow(name, recorded) === costRow(name, costs[name] ?? NOTHING)) return;
  if (!inject('recording').keeps) {
    expect.fail(
      `npm run endpoint -- ${name} writes into docs/costs.json what it costs now: ${costRow(name, recorded)},`,
    );
  }
  costs[name] = recorded;
  writeFileSync(costsFile, costsText(costs));
}

const NOTHING: RecordedCost = { calls: 0, read: 0, write: 0, reads: [], writes: [] };

// Parallel calls may not overlap on a busy machine, so tests are retried. Endpoints that only refuse have no costs.
const successful = contracts.filter(({ returns }) => Object.keys(returns).length > 0);

/** Situations that only the code before the handler knows of. They are tested at one endpoint of each kind. */
const ALIKE: readonly Situation[] = [
  'without naming the organization',
  'the first sign-in after accepting by link alone',
];

/** Returns one endpoint for each combination of what selects the code before the handler. */
function ofEachKind(some: readonly Contract[]): Contract[] {
  const kinds = Map.groupBy(some, ({ declaration }) => {
    const { dialect, caller, organization, found, about, permission } = declaration;
    return [dialect, caller, organization, found, about, permission].join(' ');
  });
  return [...kinds.values()].flatMap(([first]) => first ?? []);
}

/** The endpoints that are tested in each situation. */
const inSituation = new Map(
  SITUATIONS.map((situation) => {
    const all = successful.filter((contract) => canBe(situation, contract));
    const possible = ALIKE.includes(situation) && !inject('recording').keeps ? ofEachKind(all) : all;
    return [situation, tested(possible, ['organization', 'found', 'about'])] as const;
  }),
);

const inSome = successful.filter((contract) => [...inSituation.values()].some((some) => some.includes(contract)));

describe.each(inSome.map((contract) => [contract.name, contract] as const))('%s', (name, contract) => {
  test.each(SITUATIONS.filter((situation) => inSituation.get(situation)?.includes(contract)))(
    'makes the declared calls %s',
    { retry: 2 },
    async (situation) => {
      const made = await callsOf(contract, situation);
      if (situation === 'as usual') {
        const counted = costOf(made);
        const { read, write } = countsUnits ? counted : (costs[name] ?? NOTHING);
        expectRow(name, { calls: counted.calls, read, write, ...itemsOf(made) });
        const { depth } = contract.declaration;
        expect(depthOf(made), `functions/${name}.ts declares a depth of ${depth}; it calls ${outline(made)}`).toBe(
          depth,
        );
        return;
      }
      const usual = costs[name] ?? NOTHING;
      const added = ADDED[situation];
      // When only a site is read, confirming the caller takes a call. Signing in replaces this call.
      const { route } = contract.declaration;
      const readsSiteOnly =
        situation.startsWith('the first') && route.includes('{site}') && !/\{(charger|team)\}/.test(route);
      expectCost(made, {
        depth: contract.declaration.depth + added.depth,
        calls: usual.calls + added.calls - (readsSiteOnly ? 1 : 0),
        read: usual.read + added.read,
        write: usual.write + added.write,
      });
    },
  );
});

test('docs/costs.json has a row for each endpoint, in order, and no other rows', () => {
  const rows = Object.fromEntries(successful.map(({ name }) => [name, costs[name]]));
  expect(readFileSync(costsFile, 'utf8')).toBe(costsText(rows));
});

describe('accepting for a person who has signed in before', () => {
  const accepts = contracts.filter(({ name }) => name.endsWith('/accept'));

  test.each(accepts.map((contract) => [contract.name, contract] as const))(
    'makes the declared calls by link alone: %s',
    { retry: 2 },
    async (_, contract) => {
      const { email } = (await service.organization()).owner;
      const { route, ...sending } = await exampleOf(contract, service, await service.organization(), email);
      expectCost(await callsDuring(contract, () => service.call(route, sending)), ACCEPTING_AS_KNOWN);
    },
  );

  test('makes the declared calls with sign-in', { retry: 2 }, async () => {
    const contract = accepts.find(({ name }) => name === 'invitations/accept') as Contract;
    const person = await service.person(newAddress(), OWNER);
    let made: Call[] = [];
    for (const home of [await service.organization(), await service.organization()]) {
      const { route, ...sending } = await exampleOf(contract, service, home, person.email);
      made = await callsDuring(contract, () => person.call(route, sending));
    }
    expectCost(made, ACCEPTING_THEMSELVES);
  });
});

test('inviting without a mail makes the declared calls', { retry: 2 }, async () => {
  const contract = contracts.find(({ name }) => name === 'invitations/create') as Contract;
  const { owner } = await service.organization();
  const invite = () =>
    owner.call('POST /v1/invitations', { body: { email: newAddress(), role: 'USER', sendEmail: false } });
  await invite();
  expectCost(await callsDuring(contract, invite), INVITING_WITHOUT_MAIL);
});
