import { writeFileSync } from 'node:fs';
import { expect, inject, test } from 'vitest';
import { examplesText, formOf, presentable, type RecordedExample, recordedExamples } from '../../docs/examples.ts';
import { type Contract, contracts } from '../support/contract.ts';
import { claimedMember, exampleOf, type Home } from '../support/requests.ts';
import { type Client, useService } from '../support/service.ts';

// Compares the examples of the OpenAPI documents with what the endpoints answer. `npm run endpoint` records them.

const service = useService();
const file = new URL('../../docs/examples.json', import.meta.url);
/** All examples, including those that this run records. */
const examples = { ...recordedExamples() };

/** Returns who usually calls an endpoint. */
function callerOf({ name, declaration }: Contract, home: Home): Pick<Client, 'call'> | Promise<Client> {
  // An owner can't be erased.
  if (name === 'me/erase') return claimedMember(service, home);
  return declaration.caller.includes('link') ? service : home.owner;
}

/** Sends an example request. Returns it with its answer. */
async function exchange(contract: Contract): Promise<RecordedExample> {
  const home: Home = await service.organization();
  const caller = await callerOf(contract, home);
  const { route, by = caller, ...sending } = await exampleOf(contract, service, home);
  const { status, body } = await by.call(route, sending);
  const { body: sent } = sending;
  return presentable({ ...(sent !== undefined && { sent }), status, ...(body !== undefined && { body }) });
}

const withBodies = contracts.filter(({ declaration }) => declaration.dialect !== 'page');

test.each(withBodies.map((contract) => [contract.name, contract] as const))(
  '%s answers as in docs/examples.json',
  async (name, contract) => {
    const made = await exchange(contract);
    const form = ({ sent, status, body }: RecordedExample) => ({ sent: formOf(sent), status, body: formOf(body) });
    if (!inject('recording').keeps) {
      expect(examples[name], `npm run endpoint -- ${name} records an example`).toBeDefined();
      expect(form(made), `npm run endpoint -- ${name} records it`).toEqual(form(examples[name] as RecordedExample));
      return;
    }
    const recorded = examples[name];
    if (recorded && JSON.stringify(form(recorded)) === JSON.stringify(form(made))) return;
    examples[name] = made;
    writeFileSync(file, examplesText(examples));
  },
);

test('docs/examples.json has no other rows', () => {
  expect(Object.keys(examples).sort()).toEqual(withBodies.map(({ name }) => name).sort());
});
