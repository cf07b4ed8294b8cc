import { beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from '../../cdk/synthesize.ts';
import { type Graph, mostAtOnce, readGraph, refused, reversed, simulate, type Work } from './simulation.ts';

// API Gateway allows 10 management calls a second for an account, with a burst of 40, and refuses concurrent changes of
// one API. CloudFormation doesn't wait for that, so the template has to: "Amazon API Gateway quotas", as of November 2026.
const RATE = 10;
const BURST = 40;

/** The assumed duration of a call of API Gateway, in seconds. */
const CALL = 0.1;
/** The calls for a resource: the change, and a read of the result. */
const CALLS = 2;

const isGateway = (type: string) => type.startsWith('AWS::ApiGatewayV2::');

/** The fastest other operations: all of them are done at once, so that everything waits for API Gateway only. */
const AT_ONCE = (type: string) => (isGateway(type) ? CALLS * CALL : 0);

/** Durations as in AWS, roughly. */
const USUAL = (type: string) => {
  if (isGateway(type)) return 1;
  if (type.endsWith(':begin') || type === 'AWS::CloudFormation::Stack') return 2;
  return type === 'AWS::IAM::Role' ? 17 : type === 'AWS::Lambda::Function' ? 8 : 3;
};

const callsOf = (works: readonly Work[]) =>
  works.flatMap(({ start }) => Array.from({ length: CALLS }, (_, index) => start + index * CALL));

let graph: Graph;

beforeAll(async () => {
  graph = readGraph(await synthesize(), 'Muster-development');
});

describe.each([
  ['creating or updating everything', (all: Graph) => all],
  ['deleting everything', reversed],
])('%s', (_, order) => {
  it.each([
    ['if all else is done at once', AT_ONCE],
    ['with usual durations', USUAL],
  ])('stays below API Gateway’s quota, one change at a time, %s', (_, seconds) => {
    const works = simulate(order(graph), seconds).filter(({ type }) => isGateway(type));
    expect(works.length).toBeGreaterThan(250);
    expect(mostAtOnce(works)).toBe(1);
    expect(refused(callsOf(works), RATE, BURST)).toBe(0);
  });

  it('takes less than ten minutes, with usual durations', () => {
    const works = simulate(order(graph), USUAL);
    expect(Math.max(...works.map(({ end }) => end))).toBeLessThan(10 * 60);
  });
});

it('the simulation finds calls beyond the quota, if resources don’t wait for each other', () => {
  const unordered: Graph = new Map(
    [...graph].map(([key, { type, after }]) => [
      key,
      { type, after: isGateway(type) ? after.filter((name) => !isGateway(graph.get(name)?.type ?? '')) : after },
    ]),
  );
  const works = simulate(unordered, AT_ONCE).filter(({ type }) => isGateway(type));
  expect(mostAtOnce(works)).toBeGreaterThan(10);
  expect(refused(callsOf(works), RATE, BURST)).toBeGreaterThan(10);
});
