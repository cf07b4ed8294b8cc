import { readAssembly } from './assembly.ts';
import { CloudFormationStack, type DeployedResource, type DeploymentContext } from './cloudformation-stack.ts';
import type { CorsConfiguration } from './cors.ts';
import { type LocalFunction, toFunctions } from './local-function.ts';
import { type LocalRoute, toRoutes } from './local-route.ts';
import { type LocalTable, toTable } from './local-table.ts';
import type { LocalStream, Pattern } from './stream.ts';

export interface LocalSchedule {
  readonly function: string;
  /** The period of `rate(1 minute)`; other expressions aren't supported locally. */
  readonly everyMs: number;
  readonly input: unknown;
}

export interface LocalTemplate {
  readonly table: LocalTable;
  readonly functions: readonly LocalFunction[];
  readonly routes: readonly LocalRoute[];
  readonly schedules: readonly LocalSchedule[];
  /** The functions that get SES's events through SNS. */
  readonly mailEvents: readonly { readonly topic: string; readonly function: string }[];
  /** The functions that get new items from the stream of the table. */
  readonly streams: readonly LocalStream[];
  readonly cors: CorsConfiguration | undefined;
  /** The resource types that don't run locally: `AWS::CloudWatch::Alarm (3)`. */
  readonly unsupported: readonly string[];
}

export interface TemplateOptions extends Omit<DeploymentContext, 'assets'> {
  /** Values of the root stack's parameters; the others have their defaults. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The resource types that run locally or are evaluated for others. The rest is reported as unsupported. */
const SUPPORTED = new Set([
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CDK::Metadata',
  'AWS::CloudFormation::Stack',
  'AWS::DynamoDB::GlobalTable',
  'AWS::Events::EventBus',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Lambda::EventSourceMapping',
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
 * Reads a synthesized assembly (`cdk.out`) as CloudFormation would deploy it: the top-level stack and its nested
 * stacks, with resolved parameters, conditions and intrinsic functions.
 *
 * @param assembly the folder of the assembly
 * @throws Error if the template has a required resource that the local stack can't run
 */
export function readTemplate(assembly: string, options: TemplateOptions): LocalTemplate {
  const { stackName: name, template, assets } = readAssembly(assembly);
  for (const parameter of Object.keys(options.parameters)) {
    if (!template.Parameters?.[parameter]) {
      const known = Object.keys(template.Parameters ?? {}).join(', ') || 'none';
      throw new Error(`The template has no parameter ${parameter}; it has: ${known}.`);
    }
  }
  const { region, account, api } = options;
  const given = (parameter: string) => options.parameters[parameter];
  const root = new CloudFormationStack({ region, account, api, assets }, { name, template, given });
  return assemble(root.all());
}

function assemble(resources: readonly DeployedResource[]): LocalTemplate {
  const of = (type: string) => resources.filter((resource) => resource.type === type);

  const functions = toFunctions(of);
  const byArn = new Map(functions.map((item) => [item.arn, item.name]));
  const functionOf = (arn: unknown, what: string): string => {
    // An integration may refer to the function by the path of Lambda's API.
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
    table: toTable(of('AWS::DynamoDB::GlobalTable'), tableNames(functions)),
    functions,
    routes: toRoutes(of, functionOf),
    schedules: of('AWS::Scheduler::Schedule').flatMap((resource) => toSchedule(resource, functionOf)),
    mailEvents: subscriptions
      .filter(({ Protocol, TopicArn }) => Protocol === 'lambda' && mailTopics.has(TopicArn as string))
      .map(({ TopicArn, Endpoint }) => ({ topic: String(TopicArn), function: functionOf(Endpoint, 'A subscription') })),
    streams: of('AWS::Lambda::EventSourceMapping').map((resource) => toStream(resource, functionOf)),
    cors: api?.properties().CorsConfiguration as CorsConfiguration | undefined,
    unsupported: unsupported(resources),
  };
}

function tableNames(functions: readonly LocalFunction[]): ReadonlySet<string> {
  return new Set(functions.flatMap(({ environment }) => environment.TABLE_NAME ?? []));
}

function unsupported(resources: readonly DeployedResource[]): string[] {
  const counts = new Map<string, number>();
  for (const { type } of resources) {
    if (!SUPPORTED.has(type)) counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return [...counts].sort().map(([type, count]) => (count === 1 ? type : `${type} (${count})`));
}

const UNITS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function toSchedule(
  { id, properties }: DeployedResource,
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

function toStream(
  { id, properties }: DeployedResource,
  functionOf: (arn: unknown, what: string) => string,
): LocalStream {
  const { FunctionName, BatchSize, FilterCriteria, MaximumRecordAgeInSeconds } = properties() as {
    FunctionName: string;
    BatchSize?: number;
    FilterCriteria?: { Filters?: readonly { Pattern: string }[] };
    MaximumRecordAgeInSeconds?: number;
  };
  return {
    function: functionOf(FunctionName, `The event source mapping ${id}`),
    batchSize: BatchSize ?? 100,
    filters: (FilterCriteria?.Filters ?? [{ Pattern: '{}' }]).map(({ Pattern: text }) => JSON.parse(text) as Pattern),
    // The stream itself forgets records after a day.
    maximumAge: MaximumRecordAgeInSeconds ?? 24 * 60 * 60,
  };
}
