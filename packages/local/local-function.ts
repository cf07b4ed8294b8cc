import type { DeployedResource } from './cloudformation-stack.ts';
import type { PolicyDocument } from './policy.ts';

/** A function of the template, with resolved properties. */
export interface LocalFunction {
  /** The description in the template, which is the path below `functions/`; default: the logical id. */
  readonly name: string;
  readonly arn: string;
  /** The folder of the bundle. */
  readonly code: string;
  /** Lambda's handler: `index.handler`. */
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The inline and attached policies of its role. */
  readonly policies: readonly PolicyDocument[];
}

/** Returns the functions of a template. @param of returns the resources of a type. @throws Error for other runtimes */
export function toFunctions(of: (type: string) => readonly DeployedResource[]): LocalFunction[] {
  const policies = policiesOfRoles(of);
  return of('AWS::Lambda::Function').map((resource) => toFunction(resource, policies));
}

/** Returns the policies of each role, by the role's name. */
function policiesOfRoles(of: (type: string) => readonly DeployedResource[]): ReadonlyMap<string, PolicyDocument[]> {
  const policies = new Map<string, PolicyDocument[]>();
  const add = (role: string, document: unknown) => {
    policies.set(role, [...(policies.get(role) ?? []), document as PolicyDocument]);
  };
  for (const role of of('AWS::IAM::Role')) {
    const inline = (role.properties().Policies ?? []) as { PolicyDocument: unknown }[];
    for (const { PolicyDocument } of inline) add(role.stack.physicalName(role.id), PolicyDocument);
  }
  for (const policy of [...of('AWS::IAM::Policy'), ...of('AWS::IAM::ManagedPolicy')]) {
    const { Roles = [], PolicyDocument } = policy.properties() as { Roles?: string[]; PolicyDocument: unknown };
    for (const role of Roles) add(role, PolicyDocument);
  }
  return policies;
}

function toFunction(
  { stack, id, properties }: DeployedResource,
  policies: ReadonlyMap<string, PolicyDocument[]>,
): LocalFunction {
  const { Code, Handler, Timeout, MemorySize, Environment, Role, Runtime, Description } = properties() as {
    Code: { S3Key?: string };
    Handler: string;
    Timeout?: number;
    MemorySize?: number;
    Environment?: { Variables?: Record<string, unknown> };
    Role: string;
    Runtime: string;
    Description?: string;
  };
  if (!Runtime.startsWith('nodejs') || Code.S3Key === undefined) {
    throw new Error(`The local stack runs bundles for Node only; ${id} is ${Runtime} without one.`);
  }
  const variables = Object.entries(Environment?.Variables ?? {});
  return {
    name: Description ?? id,
    arn: stack.arn(id),
    code: stack.asset(Code.S3Key, id),
    handler: Handler,
    timeout: Timeout ?? 3,
    memory: MemorySize ?? 128,
    environment: Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
    policies: policies.get(Role.slice(Role.lastIndexOf('/') + 1)) ?? [],
  };
}
