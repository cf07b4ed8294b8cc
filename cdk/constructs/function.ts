import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, Function as LambdaFunction, LoggingFormat, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { Declaration } from '../../lib/http/declaration.ts';
import type { Email } from './email.ts';
import type { Table } from './table.ts';

/** What a stack's functions have in common. */
export interface SharedProps {
  readonly table: Table;
  readonly email: Email;
  readonly environment: Readonly<Record<string, string>>;
  readonly logDays: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

interface DeclaredFunctionProps extends SharedProps {
  /** As in `functions/index.ts`. */
  readonly name: string;
  readonly declaration: Declaration;
  /** The directory of its bundle. */
  readonly code: string;
}

/** A function as it declares itself, with a role and a log group of its own. */
export class DeclaredFunction extends LambdaFunction {
  constructor(scope: Construct, id: string, props: DeclaredFunctionProps) {
    const { name, declaration } = props;
    const within = new Construct(scope, id);
    const logGroup = new LogGroup(within, 'Log', { retention: props.logDays, removalPolicy: props.removalPolicy });
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
      // Physical names are CloudFormation's; people, and the local run, know it by this one.
      description: name,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      // Where more memory, and the processor that comes with it, stops paying off for a cold start.
      memorySize: 1024,
      timeout: Duration.seconds(declaration.timeout),
      code: Code.fromAsset(props.code),
      handler: 'index.handler',
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      environment: {
        ...props.environment,
        TABLE_NAME: props.table.tableName,
        ...(declaration.email && { MAIL_CONFIGURATION_SET: props.email.configurationSet }),
      },
      // The next tick of a schedule does what this one didn't.
      ...(declaration.kind === 'schedule' && { retryAttempts: 0, maxEventAge: Duration.minutes(1) }),
    });
  }
}

/** IAM's form of a declaration: the actions on the table with the keys they may touch, the index, and mail. */
function declaredStatements(declaration: Declaration, { table, email }: SharedProps): PolicyStatement[] {
  const actionsByPrefixes = new Map<string, string[]>();
  for (const [action, prefixes] of Object.entries(declaration.table)) {
    const key = [...prefixes].sort().join();
    actionsByPrefixes.set(key, [...(actionsByPrefixes.get(key) ?? []), `dynamodb:${action}`]);
  }
  const statements = [...actionsByPrefixes].map(([prefixes, actions]) =>
    onKeys(actions, table.tableArn, prefixes.split(',')),
  );
  if (declaration.due) {
    statements.push(onKeys(['dynamodb:Query'], table.dueIndexArn, ['DUE']), puttingOff(table.tableArn));
  }
  if (declaration.email) {
    statements.push(new PolicyStatement({ actions: ['ses:SendRawEmail'], resources: [...email.senderArns] }));
  }
  return statements;
}

/**
 * To put off whatever the index lists, whoever left it: a newer version's items have keys that this one doesn't know.
 * Nothing but its place in the index can be read or changed by that.
 */
function puttingOff(tableArn: string): PolicyStatement {
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

/** `ForAllValues` is also true of a request without keys, hence `Null`. */
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
