import { CfnParameter, NestedStack, RemovalPolicy } from 'aws-cdk-lib';
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { DEFAULT_LIMITS } from '../lib/domain/limits.ts';
import { CONSOLE_PATH } from '../lib/domain/page-paths.ts';
import { isAnonymous, routeKeysOf } from '../lib/http/declaration.ts';
import { bundleDirectory } from './bundling/directory.ts';
import { type Config, ConfigError, environmentOf } from './config.ts';
import { Alarms } from './constructs/alarms.ts';
import { Api, Invoker, Routes } from './constructs/api.ts';
import { Backup } from './constructs/backup.ts';
import { Budget } from './constructs/budget.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { Domain, DomainRecords, type Target } from './constructs/domain.ts';
import { Email } from './constructs/email.ts';
import { Events } from './constructs/events.ts';
import { Front } from './constructs/front.ts';
import { DeclaredFunction, type SharedProps } from './constructs/function.ts';
import { Identity } from './constructs/identity.ts';
import { MailEvents } from './constructs/mail-events.ts';
import { Schedule } from './constructs/schedule.ts';
import { Stream } from './constructs/stream.ts';
import { adoptedTable, type ServiceTable, Table } from './constructs/table.ts';
import { tagAll } from './constructs/tags.ts';
import { type Declared, groupOf, includedIn, reservedExecutions } from './included.ts';
import { frontCertificate, UNRESERVED } from './settings.ts';

/** Parameters of the template, which replace values of the configuration. */
export type Parameters = Readonly<Record<'issuer' | 'audience' | 'publicUrl', CfnParameter>>;

export interface ServiceProps {
  /**
   * The name of the API, the user pool, the dashboard and the namespace of metrics. Names of functions and logs contain
   * it, so it is unique in the account and region.
   */
  readonly name: string;
  readonly config: Config;
  readonly functions: readonly Declared[];
  /** The directory of all bundles. */
  readonly bundles: string;
  readonly parameters?: Parameters | undefined;
}

/**
 * The service. The stack that contains it has the stateful resources; nested stacks, one for each dialect, have the
 * functions. A stack is limited to 500 resources, and moving a route between stacks later would make an update fail.
 */
export class Service extends Construct {
  readonly api: Api;
  readonly table: ServiceTable;
  readonly email: Email;
  /** Undefined: no events are published. */
  readonly events: Events | undefined;
  readonly identity: Identity;
  /** All functions, by their names in `functions/index.ts`. */
  readonly functions = new Map<string, LambdaFunction>();
  readonly alarms: Alarms;
  /** What the DNS name of the domain has to point to; undefined: it has none. */
  domain: Target | undefined;

  constructor(scope: Construct, id: string, { name, config, functions, bundles, parameters }: ServiceProps) {
    super(scope, id);
    requireUnreserved(config, functions);
    // What an update creates before it fails is deleted, so that the update can be repeated.
    const removalPolicy = config.protect ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : RemovalPolicy.DESTROY;
    const key = config.kmsKeyArn === undefined ? undefined : Key.fromKeyArn(this, 'Key', config.kmsKeyArn);
    this.table =
      config.table === undefined
        ? new Table(this, 'Table', { ...config, hasStream: config.events !== false, removalPolicy, key })
        : adoptedTable(this, 'AdoptedTable', config.table);
    this.email = new Email(this, 'Email', {
      ...config,
      sender: config.senderAddress,
      create: config.createMailIdentity,
      key,
    });
    this.events = this.#eventsOf(config, name);
    const { domain, waf } = config;
    const onlyByDomain = domain !== undefined;
    this.api = new Api(this, 'Api', { ...config, name, parameters, removalPolicy, key, onlyByDomain });
    const consoleUrl = config.console ? this.api.publicUrl + CONSOLE_PATH : undefined;
    this.identity = new Identity(this, 'Identity', { ...config, name, parameters, consoleUrl, removalPolicy });
    const own = domain && new Domain(this, 'Domain', { domain, api: this.api });
    const secret = waf && originSecret(this);
    const front = own && secret ? this.#front(config, own.target.name, secret) : undefined;
    this.domain = front?.target ?? own?.target;
    const records = domain && this.domain && new DomainRecords(this, 'DomainRecords', { domain, target: this.domain });

    const scheduled = new Map<string, LambdaFunction>();
    const mailEvents = new Map<string, LambdaFunction>();
    const streams = new Map<string, LambdaFunction>();
    const shared = {
      table: this.table,
      email: this.email,
      events: this.events,
      environment: {
        ...environmentOf(config),
        ...(secret && { ORIGIN_SECRET: secret }),
      },
      logDays: config.logDays,
      service: name,
      memory: config.memory,
      reservedConcurrency: config.reservedConcurrency,
      key,
    };
    const included = includedIn(config, functions);
    const isTrigger = ({ declaration: { kind } }: Declared) => kind === 'preToken';
    for (const { name: path, declaration } of included.filter(isTrigger)) {
      // Beside the user pool, which refers to it: the nested stacks need the ids of the pool.
      const code = bundleDirectory(bundles, path);
      const made = new DeclaredFunction(this, path.replaceAll('/', '-'), { ...shared, name: path, declaration, code });
      this.identity.addPreToken(made);
      this.functions.set(path, made);
    }
    const others = included.filter((each) => !isTrigger(each));
    for (const [group, declared] of Map.groupBy(others, groupOf)) {
      const nested = new Functions(this, group, {
        ...shared,
        declared,
        bundles,
        api: this.api,
        parameters: {
          ...{ Issuer: this.identity.issuer, Audience: this.identity.audience, PublicUrl: this.api.publicUrl },
          // Only pages read it, and a template must use all its parameters.
          ...(group === 'background' && config.signUpUrl === undefined && { SignUpUrl: this.identity.signUpUrl }),
        },
        holdSchedule: config.holdSchedule,
      });
      // As soon as the functions have the secret, they refuse what doesn't come by CloudFront.
      if (front && records) nested.node.addDependency(front, records);
      for (const [name, each] of nested.functions) this.functions.set(name, each);
      for (const [name, each] of nested.scheduled) scheduled.set(name, each);
      for (const [name, each] of nested.mailEvents) mailEvents.set(name, each);
      for (const [name, each] of nested.streams) streams.set(name, each);
    }
    this.api.finish();
    own?.lead();
    const { backup } = config;
    if (backup) new Backup(this, 'Backup', { name, table: this.table, backup, removalPolicy, key });
    this.alarms = new Alarms(this, 'Alarms', {
      ...config,
      name,
      apiId: this.api.id,
      table: this.table,
      mailTopic: this.email.events,
      missedEvents: this.events?.missed,
      scheduled,
      mailEvents,
      streams,
      mailQuota: config.limits.mailsOfDeployment ?? DEFAULT_LIMITS.mailsOfDeployment,
    });
    if (config.dashboard) {
      const { api, table, alarms } = this;
      new Dashboard(this, 'Dashboard', { name, apiId: api.id, table, scheduled, alarms: alarms.all });
    }
    if (config.monthlyBudget !== undefined) new Budget(this, 'Budget', { ...config, limit: config.monthlyBudget });
    tagAll(this, config);
    if (config.permissionsBoundary !== undefined) {
      const boundary = ManagedPolicy.fromManagedPolicyArn(this, 'Boundary', config.permissionsBoundary);
      PermissionsBoundary.of(this).apply(boundary);
    }
  }

  /** Returns the bus, and the stream that events come from. */
  #eventsOf({ events, tableStreamArn }: Config, name: string): Events | undefined {
    if (events === false) return undefined;
    // An existing table comes with the ARN (cdk/settings.ts).
    const streamArn = tableStreamArn ?? (this.table.tableStreamArn as string);
    return new Events(this, 'Events', { name, events, streamArn });
  }

  /** Puts CloudFront in front of the API. */
  #front({ domain, waf }: Config, origin: string, secret: string): Front | undefined {
    if (!domain || !waf) return undefined;
    if (!waf.webAclArn) throw new ConfigError(NO_WEB_ACL);
    const certificateArn = frontCertificate(domain, waf);
    return new Front(this, 'Front', { name: domain.name, certificateArn, webAclArn: waf.webAclArn, secret, origin });
  }
}

/** @throws ConfigError if too few concurrent executions are left to functions without a reservation */
function requireUnreserved(config: Config, functions: readonly Declared[]): void {
  const reserved = reservedExecutions(config, functions);
  if (reserved === 0 || reserved <= config.concurrencyQuota - UNRESERVED) return;
  throw new ConfigError(
    `reservedConcurrency takes ${reserved} of the ${config.concurrencyQuota} concurrent executions of concurrencyQuota, and Lambda keeps ${UNRESERVED} for functions without a reservation.`,
  );
}

const NO_WEB_ACL =
  'waf.webAclArn is missing: the ARN of a web ACL in us-east-1. `npx cdk deploy -c part=waf` makes one, with the output WebAclArn.';

/** Returns a reference to a generated secret. CloudFormation resolves it: the template doesn't have the value. */
function originSecret(scope: Construct): string {
  const made = new Secret(scope, 'FrontProof', {
    description: 'Proves to the functions that a request came through CloudFront',
    generateSecretString: { excludePunctuation: true },
  });
  return made.secretValue.unsafeUnwrap();
}

interface FunctionsProps extends SharedProps {
  readonly declared: readonly Declared[];
  readonly bundles: string;
  readonly api: Api;
  readonly holdSchedule: boolean;
  /** Values that depend on the root stack's conditions, so nested stacks get them as parameters. */
  readonly parameters: Readonly<Record<'Issuer' | 'Audience' | 'PublicUrl', string>> & {
    readonly SignUpUrl?: string | undefined;
  };
}

/** The functions of one dialect, with their routes, schedules and subscriptions. */
class Functions extends NestedStack {
  readonly functions = new Map<string, LambdaFunction>();
  readonly scheduled = new Map<string, LambdaFunction>();
  readonly mailEvents = new Map<string, LambdaFunction>();
  readonly streams = new Map<string, LambdaFunction>();

  constructor(scope: Construct, id: string, props: FunctionsProps) {
    const { SignUpUrl: signUpUrl, ...parameters } = props.parameters;
    super(scope, id, { parameters: { ...parameters, ...(signUpUrl && { SignUpUrl: signUpUrl }) } });
    const parameter = (name: keyof FunctionsProps['parameters']) => new CfnParameter(this, name).valueAsString;
    const environment = {
      ...props.environment,
      TOKEN_ISSUER: parameter('Issuer'),
      TOKEN_AUDIENCE: parameter('Audience'),
      PUBLIC_URL: parameter('PublicUrl'),
      ...(signUpUrl && { SIGN_UP_URL: parameter('SignUpUrl') }),
    };
    const routed = new Map<string, { readonly keys: readonly string[]; readonly target: LambdaFunction }>();
    for (const { name, declaration } of props.declared) {
      const code = bundleDirectory(props.bundles, name);
      const id = name.replaceAll('/', '-');
      const made = new DeclaredFunction(this, id, { ...props, name, declaration, code, environment });
      this.functions.set(name, made);
      switch (declaration.kind) {
        case 'http':
          routed.set(declaration.route, { keys: routeKeysOf(declaration), target: made });
          if (isAnonymous(declaration)) props.api.anonymous.push(...routeKeysOf(declaration));
          break;
        case 'schedule':
          new Schedule(this, `${id}-Schedule`, {
            expression: declaration.schedule,
            target: made,
            hold: props.holdSchedule,
          });
          this.scheduled.set(name, made);
          break;
        case 'mailEvents':
          new MailEvents(this, `${id}-Subscription`, {
            topic: props.email.events,
            target: made,
            missed: props.email.missedEvents,
          });
          this.mailEvents.set(name, made);
          break;
        case 'stream':
          if (!props.events) break;
          new Stream(this, `${id}-Stream`, { events: props.events, target: made, items: declaration.items });
          this.streams.set(name, made);
      }
    }
    if (routed.size === 0) return;
    const invoker = new Invoker(
      this,
      'Invoker',
      [...routed.values()].map(({ target }) => target),
    );
    for (const [route, { keys, target }] of routed) {
      new Routes(this, `Route ${route}`, { api: props.api, routeKeys: keys, function: target, invoker });
    }
  }
}
