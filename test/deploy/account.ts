import type { Emulator } from './emulator.ts';

/** Returns the texts of an XML document's elements with a name. */
export function texts(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map(([, text]) => text as string);
}

/** Returns the status of a stack; undefined if it doesn't exist. */
export async function statusOf(emulator: Emulator, StackName: string): Promise<string | undefined> {
  try {
    return texts(await emulator.query('cloudformation', 'DescribeStacks', { StackName }), 'StackStatus')[0];
  } catch (error) {
    if (String(error).includes('does not exist')) return undefined;
    throw error;
  }
}

/** What an account has, of the things that a stack of Muster makes. */
export interface Contents {
  readonly tables: readonly string[];
  readonly pools: readonly string[];
  readonly logGroups: readonly string[];
  readonly identities: readonly string[];
  readonly functions: readonly string[];
  readonly roles: readonly string[];
  readonly schedules: readonly string[];
  readonly topics: readonly string[];
  readonly queues: readonly string[];
  readonly apis: readonly string[];
}

/** Lists what an account has. The roles of the CDK's bootstrap stack don't count. */
export async function contentsOf(emulator: Emulator): Promise<Contents> {
  const [tables, pools, logs, identities, functions, roles, schedules, topics, queues, apis] = await Promise.all([
    emulator.json('dynamodb', 'DynamoDB_20120810.ListTables'),
    emulator.json('cognito-idp', 'AWSCognitoIdentityProviderService.ListUserPools', { MaxResults: 60 }),
    allLogGroups(emulator),
    emulator.query('ses', 'ListIdentities', { Version: '2010-12-01' }),
    emulator.rest('lambda', '/2015-03-31/functions?MaxItems=10000'),
    emulator.query('iam', 'ListRoles', { MaxItems: '1000' }),
    emulator.rest('scheduler', '/schedules'),
    emulator.query('sns', 'ListTopics'),
    emulator.query('sqs', 'ListQueues'),
    emulator.rest('apigateway', '/v2/apis'),
  ]);
  return {
    tables: tables.TableNames,
    pools: pools.UserPools.map(({ Id }: { Id: string }) => Id),
    logGroups: logs,
    identities: texts(identities, 'member'),
    functions: functions.Functions.map(({ FunctionName }: { FunctionName: string }) => FunctionName),
    roles: texts(roles, 'RoleName').filter((name) => name.startsWith('Muster-')),
    schedules: schedules.Schedules.map(({ Name }: { Name: string }) => Name),
    topics: texts(topics, 'TopicArn'),
    queues: texts(queues, 'QueueUrl'),
    apis: (apis.items ?? apis.Items).map((api: { apiId: string }) => api.apiId),
  };
}

/** Returns the different values of a variable in the environments of the functions that have it. */
export async function valuesOf(emulator: Emulator, variable: string): Promise<string[]> {
  const { functions } = await contentsOf(emulator);
  const values = functions.map(async (name) => {
    const { Environment } = await emulator.rest('lambda', `/2015-03-31/functions/${name}/configuration`);
    return Environment.Variables[variable];
  });
  return [...new Set(await Promise.all(values))].filter((value) => value !== undefined);
}

/** A new account, or one in which nothing is left. */
export const EMPTY: Contents = {
  tables: [],
  pools: [],
  logGroups: [],
  identities: [],
  functions: [],
  roles: [],
  schedules: [],
  topics: [],
  queues: [],
  apis: [],
};

async function allLogGroups(emulator: Emulator): Promise<string[]> {
  const names: string[] = [];
  let nextToken: string | undefined;
  do {
    const page = await emulator.json('logs', 'Logs_20140328.DescribeLogGroups', { limit: 50, nextToken });
    names.push(...page.logGroups.map(({ logGroupName }: { logGroupName: string }) => logGroupName));
    nextToken = page.nextToken;
  } while (nextToken);
  return names;
}
