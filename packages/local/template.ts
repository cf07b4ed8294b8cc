import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PolicyDocument } from './policy.ts';

/** A function of the template, with everything resolved that it is deployed with. */
export interface LocalFunction {
  /** The path below `functions/`, which the template has as its description; the logical id where it has none. */
  readonly name: string;
  readonly arn: string;
  /** The folder of its bundle. */
  readonly code: string;
  /** Lambda's handler: `index.handler`. */
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  /** The inline policies of its role, and those attached to it by the template. */
  readonly policies: readonly PolicyDocument[];
}

export interface LocalRoute {
  /** `GET /v1/members/{id}`, or `$default`. */
  readonly routeKey: string;
  readonly function: string;
  /** Milliseconds until the gateway gives up on the function. */
  readonly timeout: number;
}

export interface LocalSchedule {
  readonly function: string;
  /** `rate(1 minute)`: nothing else runs locally. */
  readonly everyMs: number;
  readonly input: unknown;
}

/** `AWS::ApiGatewayV2::Api` `CorsConfiguration`, as the template has it. */
export interface CorsConfiguration {
  readonly AllowOrigins?: readonly string[];
  readonly AllowMethods?: readonly string[];
  readonly AllowHeaders?: readonly string[];
  readonly ExposeHeaders?: readonly string[];
  readonly AllowCredentials?: boolean;
  readonly MaxAge?: number;
}

export interface LocalTable {
  readonly name: string;
  /** DynamoDB's CreateTable input. */
  readonly definition: Readonly<Record<string, unknown>>;
  /** The time-to-live attribute, where there is one. */
  readonly timeToLive: string | undefined;
}

export interface LocalTemplate {
  readonly table: LocalTable;
  readonly functions: readonly LocalFunction[];
  readonly routes: readonly LocalRoute[];
  readonly schedules: readonly LocalSchedule[];
  /** The functions that SES's events reach by SNS. */
  readonly mailEvents: readonly { readonly topic: string; readonly function: string }[];
  readonly cors: CorsConfiguration | undefined;
  /** What is deployed but doesn't run here: `AWS::CloudWatch::Alarm (3)`. */
  readonly unsupported: readonly string[];
}

export interface TemplateOptions {
  readonly region: string;
  readonly account: string;
  /** The URL of the API, where the template asks for its endpoint. */
  readonly api: string;
  /** Values of the root stack's parameters; the others take their defaults. */
  readonly parameters: Readonly<Record<string, string>>;
}

interface Resource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly Metadata?: Record<string, unknown>;
  readonly Condition?: string;
}

interface Template {
  readonly Parameters?: Record<string, { Type: string; Default?: unknown }>;
  readonly Mappings?: Record<string, Record<string, Record<string, unknown>>>;
  readonly Conditions?: Record<string, unknown>;
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { Value: unknown }>;
}

/** What runs, or is honoured while running something else: the rest is reported as unsupported. */
const SUPPORTED = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::Stack',
  'AWS::DynamoDB::GlobalTable',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::SES::ConfigurationSet',
  'AWS::SES::ConfigurationSetEventDestination',
  'AWS::SES::EmailIdentity',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::Scheduler::Schedule',
  'AWS::Scheduler::ScheduleGroup',
]);

/**
 * Reads a synthesized assembly (`cdk.out`) the way CloudFormation would deploy it: the one top-level stack and the
 * nested stacks below it, with parameters, conditions and intrinsic functions resolved.
 *
 * @param assembly the folder of the assembly
 * @throws Error with a sentence where the template has what the local stack needs to run but can't
 */
export function readTemplate(assembly: string, options: TemplateOptions): LocalTemplate {
  const manifest = readJson<Manifest>(join(assembly, 'manifest.json'));
  const assets = readAssets(assembly, manifest);
  const stacks = Object.entries(manifest.artifacts).filter(([, { type }]) => type === 'aws:cloudformation:stack');
  const [stack] = stacks;
  if (!stack || stacks.length > 1) {
    throw new Error(
      `The assembly ${assembly} has ${stacks.length} top-level stacks, the local stack runs exactly one.`,
    );
  }
  const [name, { properties }] = stack;
  const template = readJson<Template>(join(assembly, String(properties?.templateFile)));
  for (const parameter of Object.keys(options.parameters)) {
    if (!template.Parameters?.[parameter]) {
      const known = Object.keys(template.Parameters ?? {}).join(', ') || 'none';
      throw new Error(`The template has no parameter ${parameter}; it has: ${known}.`);
    }
  }
  const context: Context = { ...options, assembly, assets, policies: new Map() };
  const root = new Scope(context, String(properties?.stackName ?? name), template, (key) => options.parameters[key]);
  return assemble(root.all(), context);
}

/** The parameters that the assembly's top-level stack declares. */
export function parametersOf(assembly: string): string[] {
  const manifest = readJson<Manifest>(join(assembly, 'manifest.json'));
  const stack = Object.values(manifest.artifacts).find(({ type }) => type === 'aws:cloudformation:stack');
  if (!stack) return [];
  return Object.keys(readJson<Template>(join(assembly, String(stack.properties?.templateFile))).Parameters ?? {});
}

interface Manifest {
  readonly artifacts: Record<string, { type: string; properties?: Record<string, unknown> }>;
}

interface Context extends TemplateOptions {
  readonly assembly: string;
  /** Object key in the bootstrap bucket (`<hash>.zip`) to path. */
  readonly assets: ReadonlyMap<string, string>;
  /** Role name to policies. */
  readonly policies: Map<string, PolicyDocument[]>;
}

function readJson<T>(file: string): T {
  return JSON.parse(readFileSync(file, 'utf8')) as T;
}

function readAssets(assembly: string, manifest: Manifest): Map<string, string> {
  const assets = new Map<string, string>();
  for (const { type, properties } of Object.values(manifest.artifacts)) {
    if (type !== 'cdk:asset-manifest') continue;
    const { files = {} } = readJson<{
      files?: Record<string, { source: { path?: string }; destinations: Record<string, { objectKey: string }> }>;
    }>(join(assembly, String(properties?.file)));
    for (const { source, destinations } of Object.values(files)) {
      if (source.path === undefined) continue;
      for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(assembly, source.path));
    }
  }
  return assets;
}

/** A resource that is deployed, within the stack that has it. */
interface Deployed {
  readonly scope: Scope;
  readonly id: string;
  readonly type: string;
  /** Its properties, resolved when asked for: whatever isn't run needn't be resolvable. */
  properties(): Record<string, unknown>;
}

/** One stack while its template is being resolved. Everything is lazy, so that stacks may refer to each other. */
class Scope {
  readonly context: Context;
  readonly stack: string;
  readonly template: Template;
  readonly #given: (parameter: string) => unknown;
  readonly #nested = new Map<string, Scope>();

  constructor(context: Context, stack: string, template: Template, given: (parameter: string) => unknown) {
    this.context = context;
    this.stack = stack;
    this.template = template;
    this.#given = given;
  }

  /** All that is deployed by this stack and the stacks nested in it. */
  all(): Deployed[] {
    return Object.entries(this.template.Resources).flatMap(([id, { Type, Condition, Properties }]) => {
      if (Condition !== undefined && !this.condition(Condition)) return [];
      const nested = Type === 'AWS::CloudFormation::Stack' ? this.nested(id).all() : [];
      const properties = () => this.resolve(Properties ?? {}) as Record<string, unknown>;
      return [{ scope: this, id, type: Type, properties }, ...nested];
    });
  }

  nested(id: string): Scope {
    const known = this.#nested.get(id);
    if (known) return known;
    const properties = this.template.Resources[id]?.Properties ?? {};
    const url = String(this.resolve(properties.TemplateURL));
    const file = this.asset(url.slice(url.lastIndexOf('/') + 1), id);
    const parameters = (properties.Parameters ?? {}) as Record<string, unknown>;
    const scope = new Scope(this.context, `${this.stack}-${id}`, readJson<Template>(file), (key) =>
      key in parameters ? this.resolve(parameters[key]) : undefined,
    );
    this.#nested.set(id, scope);
    return scope;
  }

  asset(objectKey: string, id: string): string {
    const path = this.context.assets.get(objectKey);
    if (path === undefined) throw new Error(`${id} refers to the asset ${objectKey}, which the assembly doesn't have.`);
    return path;
  }

  /** Resolves intrinsic functions at any depth. `AWS::NoValue` removes the property, as an undefined result. */
  resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(item)).filter((item) => item !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only && entries.length === 1 && (only[0] === 'Ref' || only[0].startsWith('Fn::'))) {
      return this.#intrinsic(only[0], only[1]);
    }
    const resolved = entries.map(([key, item]) => [key, this.resolve(item)] as const);
    return Object.fromEntries(resolved.filter(([, item]) => item !== undefined));
  }

  condition(name: string): boolean {
    const expression = this.template.Conditions?.[name];
    if (expression === undefined) throw new Error(`The stack ${this.stack} has no condition ${name}.`);
    return this.#isTrue(expression);
  }

  #isTrue(expression: unknown): boolean {
    const [key, argument] = Object.entries(expression as object)[0] ?? [];
    const list = argument as unknown[];
    switch (key) {
      case 'Condition':
        return this.condition(String(argument));
      case 'Fn::Equals':
        return String(this.resolve(list[0])) === String(this.resolve(list[1]));
      case 'Fn::Not':
        return !this.#isTrue(list[0]);
      case 'Fn::And':
        return list.every((item) => this.#isTrue(item));
      case 'Fn::Or':
        return list.some((item) => this.#isTrue(item));
      default:
        throw new Error(`The local stack doesn't know the condition function ${key}.`);
    }
  }

  #intrinsic(key: string, argument: unknown): unknown {
    const list = argument as unknown[];
    switch (key) {
      case 'Ref':
        return this.#ref(String(argument));
      case 'Fn::GetAtt': {
        const [id, ...attribute] = typeof argument === 'string' ? argument.split('.') : list.map(String);
        return this.#attribute(String(id), attribute.join('.'));
      }
      case 'Fn::Sub': {
        const [text, own] = (typeof argument === 'string' ? [argument, {}] : argument) as [
          string,
          Record<string, unknown>,
        ];
        return text.replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
          if (literal) return `\${${name}}`;
          if (name in own) return String(this.resolve(own[name]));
          const [id, ...attribute] = name.trim().split('.');
          return String(
            attribute.length > 0 ? this.#attribute(String(id), attribute.join('.')) : this.#ref(String(id)),
          );
        });
      }
      case 'Fn::Join':
        return (this.resolve(list[1]) as unknown[]).map(String).join(String(list[0]));
      case 'Fn::If':
        return this.resolve(this.condition(String(list[0])) ? list[1] : list[2]);
      case 'Fn::Select':
        return (this.resolve(list[1]) as unknown[])[Number(this.resolve(list[0]))];
      case 'Fn::Split':
        return String(this.resolve(list[1])).split(String(list[0]));
      case 'Fn::FindInMap': {
        const [map, first, second] = list.map((item) => String(this.resolve(item)));
        return this.template.Mappings?.[String(map)]?.[String(first)]?.[String(second)];
      }
      case 'Fn::Base64':
        return Buffer.from(String(this.resolve(argument))).toString('base64');
      default:
        throw new Error(`The local stack doesn't know the function ${key} that the stack ${this.stack} uses.`);
    }
  }

  #ref(name: string): unknown {
    const { region, account } = this.context;
    switch (name) {
      case 'AWS::Region':
        return region;
      case 'AWS::AccountId':
        return account;
      case 'AWS::Partition':
        return 'aws';
      case 'AWS::URLSuffix':
        return 'amazonaws.com';
      case 'AWS::StackName':
        return this.stack;
      case 'AWS::StackId':
        return `arn:aws:cloudformation:${region}:${account}:stack/${this.stack}/local`;
      case 'AWS::NoValue':
        return undefined;
    }
    const parameter = this.template.Parameters?.[name];
    if (parameter) {
      const value = this.#given(name) ?? parameter.Default;
      if (value === undefined) throw new Error(`The parameter ${name} of the stack ${this.stack} has no value.`);
      const isList = parameter.Type === 'CommaDelimitedList' || parameter.Type.startsWith('List<');
      return isList && typeof value === 'string' ? value.split(',').map((item) => item.trim()) : value;
    }
    const type = this.template.Resources[name]?.Type;
    if (type === undefined) throw new Error(`The stack ${this.stack} refers to ${name}, which it doesn't have.`);
    return REF_IS_ARN.has(type) ? this.arn(name) : this.physicalName(name);
  }

  #attribute(id: string, attribute: string): unknown {
    const resource = this.template.Resources[id];
    if (!resource) throw new Error(`The stack ${this.stack} refers to ${id}.${attribute}, which it doesn't have.`);
    if (resource.Type === 'AWS::CloudFormation::Stack' && attribute.startsWith('Outputs.')) {
      const scope = this.nested(id);
      const output = scope.template.Outputs?.[attribute.slice('Outputs.'.length)];
      if (!output) throw new Error(`The stack ${scope.stack} has no output ${attribute.slice('Outputs.'.length)}.`);
      return scope.resolve(output.Value);
    }
    if (attribute === 'Arn' || attribute === 'TopicArn') return this.arn(id);
    if (attribute === 'ApiEndpoint') return this.context.api;
    // What nothing here runs (a user pool's URL, an alarm's name) needs no more than a value that is recognizably local.
    return `${this.physicalName(id)}.${attribute}`;
  }

  /** The name that the template gives, else `<stack>-<logical id>` without CloudFormation's random part. */
  physicalName(id: string): string {
    const { Type, Properties = {} } = this.template.Resources[id] as Resource;
    const given = Properties[NAME_PROPERTIES[Type] ?? ''];
    return given === undefined ? `${this.stack}-${id}` : String(this.resolve(given) ?? `${this.stack}-${id}`);
  }

  arn(id: string): string {
    const { Type } = this.template.Resources[id] as Resource;
    const { region, account } = this.context;
    const name = this.physicalName(id);
    const [, service = '', kind = ''] = Type.toLowerCase().split('::');
    const build = ARNS[Type] ?? (() => `${service}:${region}:${account}:${kind}/${name}`);
    return `arn:aws:${build(name, region, account)}`;
  }
}

const NAME_PROPERTIES: Readonly<Record<string, string>> = {
  'AWS::DynamoDB::GlobalTable': 'TableName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::Logs::LogGroup': 'LogGroupName',
  'AWS::SES::ConfigurationSet': 'Name',
  'AWS::SES::EmailIdentity': 'EmailIdentity',
  'AWS::SNS::Topic': 'TopicName',
  'AWS::SQS::Queue': 'QueueName',
};

const ARNS: Readonly<Record<string, (name: string, region: string, account: string) => string>> = {
  'AWS::DynamoDB::GlobalTable': (name, region, account) => `dynamodb:${region}:${account}:table/${name}`,
  'AWS::IAM::Role': (name, _, account) => `iam::${account}:role/${name}`,
  'AWS::Lambda::Function': (name, region, account) => `lambda:${region}:${account}:function:${name}`,
  'AWS::Logs::LogGroup': (name, region, account) => `logs:${region}:${account}:log-group:${name}:*`,
  'AWS::SES::ConfigurationSet': (name, region, account) => `ses:${region}:${account}:configuration-set/${name}`,
  'AWS::SES::EmailIdentity': (name, region, account) => `ses:${region}:${account}:identity/${name}`,
  'AWS::SNS::Topic': (name, region, account) => `sns:${region}:${account}:${name}`,
  'AWS::SQS::Queue': (name, region, account) => `sqs:${region}:${account}:${name}`,
};

const REF_IS_ARN = new Set(['AWS::SNS::Topic', 'AWS::IAM::ManagedPolicy', 'AWS::CloudFormation::Stack']);

function assemble(resources: readonly Deployed[], context: Context): LocalTemplate {
  const of = (type: string) => resources.filter((resource) => resource.type === type);

  collectPolicies(of, context);
  const functions = of('AWS::Lambda::Function').map((resource) => toFunction(resource, context));
  const byArn = new Map(functions.map((item) => [item.arn, item.name]));
  const functionOf = (arn: unknown, what: string): string => {
    // An integration may name the function by the path of Lambda's own API.
    const match = /arn:aws:lambda:[^:]*:[^:]*:function:[^:/]+/.exec(String(arn));
    const name = match && byArn.get(match[0]);
    if (!name) throw new Error(`${what} calls ${String(arn)}, which is no function of the template.`);
    return name;
  };

  const events = of('AWS::SES::ConfigurationSetEventDestination').map(
    (resource) => resource.properties().EventDestination as { SnsDestination?: { TopicARN?: string } } | undefined,
  );
  const mailTopics = new Set(events.map((destination) => destination?.SnsDestination?.TopicARN));
  const subscriptions = of('AWS::SNS::Subscription').map((resource) => resource.properties());

  const [api] = of('AWS::ApiGatewayV2::Api');
  return {
    table: toTable(of('AWS::DynamoDB::GlobalTable')),
    functions,
    routes: toRoutes(of, functionOf),
    schedules: of('AWS::Scheduler::Schedule').flatMap((resource) => toSchedule(resource, functionOf)),
    mailEvents: subscriptions
      .filter(({ Protocol, TopicArn }) => Protocol === 'lambda' && mailTopics.has(TopicArn as string))
      .map(({ TopicArn, Endpoint }) => ({ topic: String(TopicArn), function: functionOf(Endpoint, 'A subscription') })),
    cors: api?.properties().CorsConfiguration as CorsConfiguration | undefined,
    unsupported: unsupported(resources),
  };
}

function unsupported(resources: readonly Deployed[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of resources) {
    if (!SUPPORTED.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].sort().map(([type, count]) => (count === 1 ? type : `${type} (${count})`));
}

type ByType = (type: string) => readonly Deployed[];

function collectPolicies(of: ByType, { policies }: Context): void {
  const add = (role: string, document: unknown) => {
    policies.set(role, [...(policies.get(role) ?? []), document as PolicyDocument]);
  };
  for (const role of of('AWS::IAM::Role')) {
    const inline = (role.properties().Policies ?? []) as { PolicyDocument: unknown }[];
    for (const { PolicyDocument } of inline) add(role.scope.physicalName(role.id), PolicyDocument);
  }
  for (const policy of [...of('AWS::IAM::Policy'), ...of('AWS::IAM::ManagedPolicy')]) {
    const { Roles = [], PolicyDocument } = policy.properties() as { Roles?: string[]; PolicyDocument: unknown };
    for (const role of Roles) add(role, PolicyDocument);
  }
}

function toFunction({ scope, id, properties }: Deployed, { policies }: Context): LocalFunction {
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
    arn: scope.arn(id),
    code: scope.asset(Code.S3Key, id),
    handler: Handler,
    timeout: Timeout ?? 3,
    memory: MemorySize ?? 128,
    environment: Object.fromEntries(variables.map(([key, value]) => [key, String(value)])),
    policies: policies.get(Role.slice(Role.lastIndexOf('/') + 1)) ?? [],
  };
}

/** A global table's definition has what CreateTable wants, beside what belongs to its replicas. */
function toTable(tables: readonly Deployed[]): LocalTable {
  const [table] = tables;
  if (!table || tables.length > 1) {
    throw new Error(`The template has ${tables.length} tables (AWS::DynamoDB::GlobalTable), the local stack runs one.`);
  }
  const properties = table.properties() as Record<string, unknown> & {
    TimeToLiveSpecification?: { AttributeName: string; Enabled: boolean };
  };
  const name = table.scope.physicalName(table.id);
  const keep = (from: Record<string, unknown>, names: readonly string[]) =>
    Object.fromEntries(names.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]));
  const indexes = (key: string) => {
    const list = properties[key] as Record<string, unknown>[] | undefined;
    return list && { [key]: list.map((index) => keep(index, ['IndexName', 'KeySchema', 'Projection'])) };
  };
  const { TimeToLiveSpecification: timeToLive } = properties;
  return {
    name,
    definition: {
      TableName: name,
      ...keep(properties, ['AttributeDefinitions', 'KeySchema']),
      ...indexes('GlobalSecondaryIndexes'),
      ...indexes('LocalSecondaryIndexes'),
      BillingMode: 'PAY_PER_REQUEST',
    },
    timeToLive: timeToLive?.Enabled ? timeToLive.AttributeName : undefined,
  };
}

function toRoutes(of: ByType, functionOf: (arn: unknown, what: string) => string): LocalRoute[] {
  for (const stage of of('AWS::ApiGatewayV2::Stage')) {
    const { StageName } = stage.properties();
    if (StageName !== '$default')
      throw new Error(`The local stack serves the stage $default, not ${String(StageName)}.`);
  }
  const integrations = new Map(
    of('AWS::ApiGatewayV2::Integration').map(({ scope, id, properties }) => [scope.physicalName(id), properties()]),
  );
  return of('AWS::ApiGatewayV2::Route').map((route) => {
    const { RouteKey, Target } = route.properties();
    const routeKey = String(RouteKey);
    const integration = integrations.get(String(Target).replace('integrations/', ''));
    if (integration?.PayloadFormatVersion !== '2.0') {
      throw new Error(`The route ${routeKey} needs an integration with payload format 2.0.`);
    }
    return {
      routeKey,
      function: functionOf(integration.IntegrationUri, `The route ${routeKey}`),
      timeout: Number(integration.TimeoutInMillis ?? 30_000),
    };
  });
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function toSchedule(
  { id, properties }: Deployed,
  functionOf: (arn: unknown, what: string) => string,
): readonly LocalSchedule[] {
  const { ScheduleExpression, State, Target } = properties() as {
    ScheduleExpression: string;
    State?: string;
    Target: { Arn: string; Input?: string };
  };
  if (State === 'DISABLED') return [];
  const [, count, unit = ''] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(ScheduleExpression) ?? [];
  if (count === undefined) {
    throw new Error(`The schedule ${id} is ${ScheduleExpression}; the local stack knows rate(...) only.`);
  }
  return [
    {
      function: functionOf(Target.Arn, `The schedule ${id}`),
      everyMs: Number(count) * (UNITS[unit] ?? 0),
      input: Target.Input === undefined ? {} : JSON.parse(Target.Input),
    },
  ];
}
