import { beforeAll, describe, expect, it } from 'vitest';
import { groupOf } from '../../cdk/included.ts';
import { functions } from '../../functions/index.ts';
import { isAnonymous, routeKeysOf } from '../../lib/http/declaration.ts';
import { testWhole } from '../support/whole.ts';
import { type Assembly, assemble, expectValid, functionOf, http, ONE_EACH, ofType, statementsOf } from './assembled.ts';

// What a platform team configures: limits of load, tags, a permissions boundary, a key.

const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f';

let plain: Assembly;
let full: Assembly;
beforeAll(() => {
  plain = assemble();
  full = assemble(
    {
      ...{ throttle: { rate: 30, burst: 400 }, throttleAnonymous: { rate: 40, burst: 60 } },
      ...{ reservedConcurrency: { schedule: 2, mailEvents: 10 }, memory: 512 },
      ...{ tags: { team: 'identity', 'cost:center': '4711' }, permissionsBoundary: BOUNDARY, kmsKeyArn: KEY },
      ...{ alarmEmail: 'operations@example.org', alarms: 'all', createMailIdentity: true },
    },
    'production',
  );
});

const templates = ({ root, nested }: Assembly) => [root, ...Object.values(nested)];
const everything = (assembly: Assembly, type: string) => templates(assembly).flatMap((each) => ofType(each, type));
const stageOf = ({ root }: Assembly) => ofType(root, 'AWS::ApiGatewayV2::Stage')[0]?.Properties;

testWhole('the full configuration is valid for CloudFormation', () => expectValid(full));

describe('routes without a credential', () => {
  it('are throttled each, and more tightly than the others', () => {
    expect(stageOf(plain)).toMatchObject({
      DefaultRouteSettings: { ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 },
      RouteSettings: { $default: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 } },
    });
  });

  it('are all routes that answer without one, and no others', () => {
    const declared = assemble({}, 'development', [
      http('health/read', 'GET /v1/health', { caller: ['anybody'] }),
      http('invitations/accept', 'POST /v1/invitations/accept', { caller: ['link', 'person'] }),
      http('members/list', 'GET /v1/members', { caller: ['person', 'token'] }),
    ]);
    const keys = ['GET /v1/health', 'HEAD /v1/health', 'POST /v1/invitations/accept'];
    expect(Object.keys(stageOf(declared).RouteSettings)).toEqual(keys);
  });

  it('exist before the stage that throttles them', () => {
    const routes = everything(plain, 'AWS::ApiGatewayV2::Route').map(({ Properties }) => Properties.RouteKey);
    for (const key of Object.keys(stageOf(plain).RouteSettings)) expect(routes).toContain(key);
    // The stage is the last resource of the order in which the API's resources are created.
    expect(ofType(plain.root, 'AWS::ApiGatewayV2::Stage')[0]?.DependsOn).toHaveLength(1);
  });

  it('never get more than all routes', () => {
    expect(stageOf(full).RouteSettings.$default).toEqual({ ThrottlingRateLimit: 30, ThrottlingBurstLimit: 60 });
  });

  it('are the pages, the console, links, health, published keys and unknown paths of this service', () => {
    const anonymous = functions.flatMap(({ declaration }) =>
      declaration.kind === 'http' && isAnonymous(declaration) ? routeKeysOf(declaration) : [],
    );
    expect(anonymous).toContain('$default');
    for (const key of anonymous) {
      expect(key).toMatch(
        /^\$default$|^(GET|HEAD|POST) \/(invitations|site)\/|^(GET|HEAD) \/(console(\/\{file\})?|v1\/(health|roles)|\.well-known\/jwks\.json)$|^POST \/v1\/invitations\/(accept|decline|block)$/,
      );
    }
  });
});

describe('reserved concurrency', () => {
  const reserved = (assembly: Assembly, name: string) =>
    functionOf(assembly.nested.background, name).Properties.ReservedConcurrentExecutions;

  it('is for the scheduled function and mail events, and off by default', () => {
    expect([reserved(full, 'scheduled/sweep'), reserved(full, 'events/mail')]).toEqual([2, 10]);
    expect(reserved(full, 'fallback')).toBeUndefined();
    for (const { Properties } of everything(plain, 'AWS::Lambda::Function')) {
      expect(Properties.ReservedConcurrentExecutions).toBeUndefined();
    }
  });

  it('of the functions with HTTP bounds what requests take from other functions of the account', () => {
    const capped = assemble({ reservedConcurrency: { http: 3 } });
    for (const { name, declaration } of ONE_EACH) {
      const { ReservedConcurrentExecutions: executions } = functionOf(
        capped.nested[groupOf({ declaration })],
        name,
      ).Properties;
      expect(executions, name).toBe(declaration.kind === 'http' ? 3 : undefined);
    }
  });

  it('leaves what Lambda keeps for functions without one', () => {
    const reserve = (schedule: number, http: number, concurrencyQuota: number) => () =>
      assemble({ reservedConcurrency: { schedule, mailEvents: 10, http }, concurrencyQuota });
    const https = ONE_EACH.filter(({ declaration: { kind } }) => kind === 'http').length;
    const together = 2 + 10 + 4 * https;
    expect(reserve(2, 4, together + 100)).not.toThrow();
    expect(reserve(2, 4, together + 99)).toThrow(
      `reservedConcurrency takes ${together} of the ${together + 99} concurrent executions of concurrencyQuota, and Lambda keeps 100`,
    );
    expect(() => assemble({ concurrencyQuota: 10 })).not.toThrow();
  });
});

it('memory is what is configured', () => {
  for (const { Properties } of everything(full, 'AWS::Lambda::Function')) expect(Properties.MemorySize).toBe(512);
});

describe('tags', () => {
  const tagsOf = ({ Properties: { Tags, Replicas, UserPoolTags, HostedZoneTags } }: { Properties: never }) => {
    const tags = Tags ?? UserPoolTags ?? HostedZoneTags ?? (Replicas as { Tags: object }[] | undefined)?.[0]?.Tags;
    return Array.isArray(tags)
      ? Object.fromEntries((tags as { Key: string; Value: string }[]).map(({ Key, Value }) => [Key, Value]))
      : tags;
  };
  /** What has no tags in CloudFormation, or only as parts of something tagged. */
  const UNTAGGED =
    /::(Route|Integration|Policy|TopicPolicy|Subscription|Permission|MetricFilter|Dashboard|EventInvokeConfig|Schedule|UserPoolDomain|UserPoolClient|ManagedLoginBranding|QueuePolicy|ConfigurationSetEventDestination|CDK::Metadata)$/;

  it('are on everything that costs money, with that of the stage', () => {
    const untagged = templates(full)
      .flatMap(({ Resources }) => Object.values(Resources))
      .filter(({ Type }) => !UNTAGGED.test(Type));
    expect(untagged.length).toBeGreaterThan(30);
    for (const resource of untagged) {
      expect(tagsOf(resource as never), resource.Type).toEqual({
        ...{ team: 'identity', 'cost:center': '4711', 'muster:stage': 'production' },
      });
    }
  });

  it('have the stage by default', () => {
    const [table] = ofType(plain.root, 'AWS::DynamoDB::GlobalTable');
    expect(tagsOf(table as never)).toEqual({ 'muster:stage': 'development' });
  });
});

it('every role has the permissions boundary', () => {
  const roles = everything(full, 'AWS::IAM::Role');
  expect(roles.length).toBeGreaterThan(ONE_EACH.length);
  for (const { Properties } of roles) expect(Properties.PermissionsBoundary).toBe(BOUNDARY);
  for (const { Properties } of everything(plain, 'AWS::IAM::Role')) {
    expect(Properties.PermissionsBoundary).toBeUndefined();
  }
});

describe('an own key', () => {
  it('encrypts the table, the mail events and all logs', () => {
    const [table] = ofType(full.root, 'AWS::DynamoDB::GlobalTable');
    expect(table?.Properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: 'KMS' });
    expect(table?.Properties.Replicas[0].SSESpecification).toEqual({ KMSMasterKeyId: KEY });
    const topics = ofType(full.root, 'AWS::SNS::Topic').map(({ Properties }) => Properties.KmsMasterKeyId);
    expect(topics.filter(Boolean)).toEqual([KEY]);
    const logs = everything(full, 'AWS::Logs::LogGroup');
    expect(logs.length).toBeGreaterThan(ONE_EACH.length);
    for (const { Properties } of logs) expect(Properties.KmsKeyId).toBe(KEY);
  });

  it('can be used by functions only by way of the table', () => {
    const ofKey = (name: string) =>
      statementsOf(full.nested[name === 'members/list' ? 'v1' : 'background'], name).filter(
        ({ Resource }: { Resource: unknown }) => Resource === KEY,
      );
    expect(ofKey('members/list')).toEqual([
      {
        Effect: 'Allow',
        Action: expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']),
        Resource: KEY,
        Condition: {
          StringEquals: {
            'kms:ViaService': { 'Fn::Join': ['', ['dynamodb.', { Ref: 'AWS::Region' }, '.amazonaws.com']] },
          },
        },
      },
    ]);
    expect(ofKey('fallback')).toEqual([]);
  });
});
