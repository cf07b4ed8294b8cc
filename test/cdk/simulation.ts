import { readFileSync } from 'node:fs';
import { join } from 'node:path';

// Simulates in which order and how much in parallel CloudFormation works on the resources of a stack with its nested
// stacks: on each one as soon as all that it depends on is done.

/** A resource, or the beginning of a nested stack, which has no operation of its own. */
interface Step {
  readonly type: string;
  /** The keys of the steps that are done before it. */
  readonly after: readonly string[];
}

/** The steps of creating a stack, by key. */
export type Graph = ReadonlyMap<string, Step>;

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DependsOn?: string | readonly string[];
}

/** An operation of CloudFormation on a resource, with its times in seconds from the beginning. */
export interface Work {
  readonly key: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
}

/** Reads the graph of a stack from a synthesized assembly. */
export function readGraph(assembly: string, stack: string): Graph {
  const { files } = JSON.parse(readFileSync(join(assembly, `${stack}.assets.json`), 'utf8'));
  const graph = new Map<string, Step>();
  const read = (file: string, path: string): string[] => {
    const { Resources } = JSON.parse(readFileSync(join(assembly, file), 'utf8')) as {
      Resources: Readonly<Record<string, Resource>>;
    };
    const begin = path === '' ? [] : [`${path}:begin`];
    for (const [id, { Type, Properties = {}, DependsOn = [] }] of Object.entries(Resources)) {
      const names = new Set([...references(Properties), ...[DependsOn].flat()]);
      const after = [...names].filter((name) => name in Resources && name !== id).map((name) => `${path}/${name}`);
      const key = `${path}/${id}`;
      if (Type !== 'AWS::CloudFormation::Stack') {
        graph.set(key, { type: Type, after: [...after, ...begin] });
        continue;
      }
      const [hash = ''] = /[0-9a-f]{64}/.exec(JSON.stringify(Properties.TemplateURL)) ?? [];
      graph.set(`${key}:begin`, { type: `${Type}:begin`, after: [...after, ...begin] });
      graph.set(key, { type: Type, after: [`${key}:begin`, ...read(files[hash].source.path, key)] });
    }
    return Object.keys(Resources).map((id) => `${path}/${id}`);
  };
  read(`${stack}.template.json`, '');
  return graph;
}

/** Returns the graph of deleting a stack: everything in the opposite order. */
export function reversed(graph: Graph): Graph {
  const before = new Map<string, string[]>([...graph.keys()].map((key) => [key, []]));
  for (const [key, { after }] of graph) for (const name of after) before.get(name)?.push(key);
  return new Map([...graph].map(([key, { type }]) => [key, { type, after: before.get(key) ?? [] }]));
}

/** Works on all steps, each as soon as it can. @param seconds how long an operation on a type takes */
export function simulate(graph: Graph, seconds: (type: string) => number): Work[] {
  const done = new Map<string, Work>();
  const visit = (key: string): Work => {
    const known = done.get(key);
    if (known) return known;
    const { type, after } = graph.get(key) as Step;
    const start = Math.max(0, ...after.map((name) => visit(name).end));
    const work = { key, type, start, end: start + seconds(type) };
    done.set(key, work);
    return work;
  };
  return [...graph.keys()].map(visit);
}

/** Returns the largest number of operations at the same time. */
export function mostAtOnce(works: readonly Work[]): number {
  // Rounded, so that the end of one and the start of the next are equal.
  const at = (time: number) => Math.round(time * 1000);
  const changes = works.flatMap(({ start, end }) => [
    { time: at(start), by: 1 },
    { time: at(end), by: -1 },
  ]);
  let now = 0;
  let most = 0;
  for (const { by } of changes.sort((one, other) => one.time - other.time || one.by - other.by)) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}

/** Counts the calls that a token bucket refuses. @param times of the calls, in seconds */
export function refused(times: readonly number[], rate: number, burst: number): number {
  let tokens = burst;
  let last = 0;
  let count = 0;
  for (const time of [...times].sort((one, other) => one - other)) {
    tokens = Math.min(burst, tokens + (time - last) * rate);
    last = time;
    // An equal rate must not fail by rounding.
    if (tokens > 1 - 1e-6) tokens -= 1;
    else count += 1;
  }
  return count;
}

/** Returns the names in `Ref`, `Fn::GetAtt` and `Fn::Sub` below a value. */
function references(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(references);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    if (name === 'Ref') return [String(inner)];
    if (name === 'Fn::GetAtt') return [String([inner].flat()[0]).split('.')[0] as string];
    const text = name === 'Fn::Sub' ? String([inner].flat()[0]) : '';
    return [...[...text.matchAll(/\$\{([^}!.]+)/g)].map(([, each]) => each as string), ...references(inner)];
  });
}
