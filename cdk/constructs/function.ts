import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import {
  Architecture,
  type CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Declaration } from '../../lib/http/declaration.ts';
import type { Email } from './email.ts';
import type { Events } from './events.ts';
import type { ServiceTable } from './table.ts';

/** The props that all functions of a stack share. */
export interface SharedProps {
  /** The name of the service, which function names begin with. */
  readonly service: string;
  readonly table: ServiceTable;
  readonly email: Email;
  /** Undefined: no events are published. */
  readonly events: Events | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly logDays: RetentionDays;
  /** MB. */
  readonly memory: number;
  /** The key that encrypts table and logs, if it isn't AWS's own. */
  readonly key: IKey | undefined;
  readonly reservedConcurrency: Readonly<Partial<Record<Declaration['kind'], number | undefined>>>;
}

interface DeclaredFunctionProps extends SharedProps {
  /** The name in `functions/index.ts`. */
  readonly name: string;
  readonly declaration: Declaration;
  /** The directory of the bundle. */
  readonly code: string;
}

/** A function built from its declaration, with its own role and log group. */
export class DeclaredFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: DeclaredFunctionProps) {
    const { name, declaration } = props;
    const reserved = props.reservedConcurrency[declaration.kind];
    const within = new Construct(scope, id);
    const functionName = functionNameOf(props.service, name);
    const logGroup = new LogGroup(within, 'Log', {
      logGroupName: `/aws/lambda/${functionName}`,
      retention: props.logDays,
      // A retained one would prevent that the function is created again: docs/adr/0052-functions-have-names.md.
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.key && { encryptionKey: props.key }),
    });
    const role = new Role(within, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: {
        declared: new PolicyDocument({
          statements: [
            ...declaredStatements(declaration, props),
            new PolicyStatement({
              actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
              resources: [logGroup.logGroupArn],
            }),
          ],
        }),
      },
    });
    super(within, 'Function', {
      functionName,
      // The local stack uses it as the name.
      description: name,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memory,
      timeout: Duration.seconds(declaration.timeout),
      code: Code.fromAsset(props.code),
      handler: 'index.handler',
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: readBy(props.code, {
        ...props.environment,
        TABLE_NAME: props.table.tableName,
        ...(props.events && { EVENT_BUS: props.events.bus.eventBusName }),
        ...(declaration.email && { MAIL_CONFIGURATION_SET: props.email.configurationSet }),
      }),
      ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
      // The next run of a schedule does the work that a failed one left.
      ...(declaration.kind === 'schedule' && { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
    // Lambda itself puts an event there that the function didn't take in three tries.
    if (declaration.kind === 'mailEvents') {
      (this.node.defaultChild as CfnFunction).deadLetterConfig = { targetArn: props.email.missedEvents.queueArn };
    }
  }
}

/** Returns the variables that a bundle reads: those whose names are in it. */
function readBy(code: string, environment: Readonly<Record<string, string>>): Record<string, string> {
  const words = new Set(readFileSync(join(code, 'index.cjs'), 'utf8').match(/\b[A-Z][A-Z_]+\b/g));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => words.has(name)));
}

/** The longest name of a function that Lambda allows. */
const NAME_LIMIT = 64;

/** Returns the name of a function in the account: `Muster-production-teams-create`. A long one ends with a hash. */
export function functionNameOf(service: string, name: string): string {
  const whole = `${service}-${name.replaceAll('/', '-')}`;
  if (whole.length <= NAME_LIMIT) return whole;
  const hash = createHash('sha256').update(whole).digest('hex').slice(0, 8);
  return `${whole.slice(0, NAME_LIMIT - 1 - hash.length)}-${hash}`;
}

/** Returns the IAM statements of a declaration: table actions limited to partition keys, the due index, mail, events. */
function declaredStatements(declaration: Declaration, { table, email, events, key }: SharedProps): PolicyStatement[] {
  const actionsByPrefixes = new Map<string, string[]>();
  for (const [action, prefixes] of Object.entries(declaration.table)) {
    const key = [...prefixes].sort().join();
    actionsByPrefixes.set(key, [...(actionsByPrefixes.get(key) ?? []), `dynamodb:${action}`]);
  }
  const statements = [...actionsByPrefixes].map(([prefixes, actions]) =>
    onKeys(actions, table.tableArn, prefixes.split(',')),
  );
  if (declaration.due) {
    statements.push(onKeys(['dynamodb:Query'], table.dueIndexArn, ['DUE']), postponeStatement(table.tableArn));
  }
  if (declaration.kind === 'mailEvents') {
    statements.push(new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [email.missedEvents.queueArn] }));
  }
  if (declaration.kind === 'stream' && events) {
    statements.push(...streamStatements(declaration, events));
  }
  if (declaration.kind === 'operator' && declaration.scans) {
    // A scan has no leading keys.
    statements.push(new PolicyStatement({ actions: ['dynamodb:Scan'], resources: [table.tableArn] }));
  }
  if (declaration.email) {
    statements.push(
      new PolicyStatement({
        actions: ['ses:SendRawEmail'],
        resources: [...email.mailArns],
        conditions: { StringEqualsIgnoreCase: { 'ses:FromAddress': email.sender } },
      }),
    );
  }
  if (key && statements.length > 0) statements.push(throughTable(key));
  return statements;
}

/** Returns what Lambda needs to read the stream and to tell what it gave up, and the permission to publish events. */
function streamStatements(
  { events: publishes }: Extract<Declaration, { kind: 'stream' }>,
  { bus, missed, streamArn }: Events,
): PolicyStatement[] {
  const actions = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
  return [
    new PolicyStatement({ actions: actions.map((action) => `dynamodb:${action}`), resources: [streamArn] }),
    new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [missed.queueArn] }),
    ...(publishes ? [new PolicyStatement({ actions: ['events:PutEvents'], resources: [bus.eventBusArn] })] : []),
  ];
}

/** Returns the permission to use the key of the table, by way of DynamoDB only. */
function throughTable(key: IKey): PolicyStatement {
  return new PolicyStatement({
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.amazonaws.com` } },
  });
}

/**
 * Returns the permission to postpone any item of the due index, including a newer version's items with unknown keys. It
 * covers only the index attributes.
 */
function postponeStatement(tableArn: string): PolicyStatement {
  return new PolicyStatement({
    actions: ['dynamodb:UpdateItem'],
    resources: [tableArn],
    conditions: {
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['pk', 'sk', 'due', 'dueAt'] },
      Null: { 'dynamodb:Attributes': 'false' },
      StringEqualsIfExists: { 'dynamodb:ReturnValues': 'NONE' },
    },
  });
}

/**
 * Returns a statement limited to partition keys. `Null` is needed since `ForAllValues` also matches requests without
 * keys.
 */
function onKeys(actions: string[], resource: string, prefixes: readonly string[]): PolicyStatement {
  return new PolicyStatement({
    actions,
    resources: [resource],
    conditions: {
      'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': prefixes.map((prefix) => `${prefix}#*`) },
      Null: { 'dynamodb:LeadingKeys': 'false' },
    },
  });
}
