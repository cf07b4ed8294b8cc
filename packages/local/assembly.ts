import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A CloudFormation template, as CDK writes it. */
export interface Template {
  readonly Parameters?: Record<string, { Type: string; Default?: unknown }>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { Value: unknown }>;
}

export interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly Condition?: string;
}

/** A synthesized assembly (`cdk.out`) with one top-level stack. */
export interface Assembly {
  readonly stackName: string;
  readonly template: Template;
  /** Paths by object keys in the bootstrap bucket (`<hash>.zip`). */
  readonly assets: ReadonlyMap<string, string>;
}

interface Manifest {
  readonly artifacts: Record<string, { type: string; properties?: Record<string, unknown> }>;
}

/**
 * Reads an assembly.
 *
 * @param folder the folder of the assembly
 * @throws Error unless it has exactly one top-level stack
 */
export function readAssembly(folder: string): Assembly {
  const manifest = readManifest(folder);
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (!stack || stacks.length > 1) {
    throw new Error(`The assembly ${folder} has ${stacks.length} top-level stacks, the local stack runs exactly one.`);
  }
  const [name, { properties }] = stack;
  return {
    stackName: String(properties?.stackName ?? name),
    template: readTemplateFile(join(folder, String(properties?.templateFile))),
    assets: readAssets(folder, manifest),
  };
}

/** Returns the names of the top-level stack's parameters. */
export function parametersOf(folder: string): string[] {
  const stack = Object.values(readManifest(folder).artifacts).find(({ type }) => type === 'aws:cloudformation:stack');
  if (!stack) return [];
  return Object.keys(readTemplateFile(join(folder, String(stack.properties?.templateFile))).Parameters ?? {});
}

export function readTemplateFile(file: string): Template {
  return readJson<Template>(file);
}

function readManifest(folder: string): Manifest {
  return readJson<Manifest>(join(folder, 'manifest.json'));
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function readAssets(folder: string, manifest: Manifest): Map<string, string> {
  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(manifest.artifacts)) {
    if (type !== 'cdk:asset-manifest') continue;
    const { files = {} } = readJson<{
      files?: Record<string, { source: { path?: string }; destinations: Record<string, { objectKey: string }> }>;
    }>(join(folder, String(properties?.file)));
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(folder, source.path));
    }
  }
  return assets;
}
