import {
  CfnCondition,
  type CfnParameter,
  type CfnResource,
  Duration,
  Fn,
  type RemovalPolicy,
  Stack,
  Token,
} from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';

/** The request headers that CORS allows. */
const REQUEST_HEADERS = [
  'authorization',
  'content-type',
  'idempotency-key',
  'texture-api-key',
  'x-auth-token',
  'x-organization-id',
  'x-user-id',
];
/** The response headers that CORS exposes. */
const RESPONSE_HEADERS = [
  'apigw-requestid',
  'idempotent-replayed',
  'location',
  'retry-after',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];

/** The format of the access log. It never contains the path or query, since they may contain a link's secret. */
const ACCESS_LOG = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  functionRequestId: '$context.integration.requestId',
  sourceAddress: '$context.identity.sourceIp',
  userAgent: '$context.identity.userAgent',
  routeKey: '$context.routeKey',
  status: '$context.status',
  latency: '$context.responseLatency',
  integrationLatency: '$context.integrationLatency',
  integrationError: '$context.integrationErrorMessage',
};

/** Requests per second, and in a burst. */
interface Throttle {
  readonly rate: number;
  readonly burst: number;
}

interface ApiProps {
  readonly name: string;
  /** A parameter of the template, which replaces the public URL. */
  readonly parameters: { readonly publicUrl: CfnParameter } | undefined;
  readonly publicUrl?: string | undefined;
  /** Whether only its own domain leads to it. */
  readonly onlyByDomain: boolean;
  readonly allowedOrigins: readonly string[];
  readonly throttle: Throttle;
  /** The limits of each route in `anonymous`, at most those of `throttle`. */
  readonly throttleAnonymous: Throttle;
  readonly logDays: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** The key that encrypts the access log, if it isn't AWS's own. */
  readonly key: IKey | undefined;
}

/**
 * Makes each resource of the API wait for the previous one, also in another nested stack. CloudFormation would change all
 * at once, while API Gateway allows an account 10 management calls a second, and refuses concurrent changes of one API.
 */
class OneByOne {
  #last: CfnResource | undefined;

  /** @param refersToLast whether it waits for the previous resource anyway, because it refers to it */
  add(resource: CfnResource, refersToLast = false): void {
    if (this.#last && !refersToLast) resource.addResourceDependency(this.#last);
    this.#last = resource;
  }
}

/** The HTTP API. It has no authorizer, which would add a cold start and couldn't refuse in the dialect of the path. */
export class Api extends Construct {
  readonly id: string;
  /** The API's generated address, `https://...`. */
  readonly endpoint: string;
  readonly stageName: string;
  /** The public URL without a trailing slash, the base of links in mails. */
  readonly publicUrl: string;
  /** The order in which resources of the API are created and updated, after the API. They are deleted in the opposite order. */
  readonly order = new OneByOne();
  /** The keys of the routes that are called without a credential. */
  readonly anonymous: string[] = [];
  readonly #stage: CfnStage;
  readonly #throttleAnonymous: object;

  constructor(scope: Construct, id: string, props: ApiProps) {
    super(scope, id);
    const api = new CfnApi(this, 'Api', {
      name: props.name,
      protocolType: 'HTTP',
      disableExecuteApiEndpoint: props.onlyByDomain,
      ...(props.allowedOrigins.length > 0 && {
        corsConfiguration: {
          allowOrigins: [...props.allowedOrigins],
          allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
          allowHeaders: REQUEST_HEADERS,
          exposeHeaders: RESPONSE_HEADERS,
          maxAge: Duration.days(1).toSeconds(),
        },
      }),
    });
    this.id = api.ref;
    this.endpoint = api.attrApiEndpoint;

    const accessLog = new LogGroup(this, 'AccessLog', {
      // Below this prefix, the account's one resource policy for deliveries of logs, of 5,120 characters, doesn't grow
      // with each API. The id of the API, since the log of a removed one may be retained.
      logGroupName: `/aws/vendedlogs/apis/${props.name}-${api.ref}`,
      retention: props.logDays,
      removalPolicy: props.removalPolicy,
      ...(props.key && { encryptionKey: props.key }),
    });
    this.#stage = new CfnStage(this, 'Stage', {
      apiId: api.ref,
      stageName: '$default',
      autoDeploy: true,
      accessLogSettings: { destinationArn: accessLog.logGroupArn, format: JSON.stringify(ACCESS_LOG) },
      defaultRouteSettings: { throttlingRateLimit: props.throttle.rate, throttlingBurstLimit: props.throttle.burst },
    });

    this.stageName = this.#stage.ref;
    const { throttle, throttleAnonymous } = props;
    this.#throttleAnonymous = {
      ThrottlingRateLimit: Math.min(throttle.rate, throttleAnonymous.rate),
      ThrottlingBurstLimit: Math.min(throttle.burst, throttleAnonymous.burst),
    };

    const publicUrl = props.parameters?.publicUrl.valueAsString;
    if (publicUrl === undefined) {
      this.publicUrl = props.publicUrl ?? api.attrApiEndpoint;
      return;
    }
    const { logicalId } = new CfnCondition(Stack.of(this), 'OwnAddress', {
      expression: Fn.conditionEquals(publicUrl, ''),
    });
    this.publicUrl = Token.asString(Fn.conditionIf(logicalId, api.attrApiEndpoint, publicUrl));
  }

  /** Puts the stage after all routes, so that API Gateway deploys them once. To be called after the last route is made. */
  finish(): void {
    // The keys of these are route keys, and CloudFormation passes them on as they are.
    this.#stage.routeSettings = Object.fromEntries(this.anonymous.map((key) => [key, this.#throttleAnonymous]));
    this.order.add(this.#stage);
  }
}

/**
 * The role with which the gateway invokes the functions of one stack. Without it, each route would need its own
 * permission. Each stack has one, since a role can't name all functions.
 */
export class Invoker extends Role {
  constructor(scope: Construct, id: string, functions: readonly IFunction[]) {
    super(scope, id, {
      assumedBy: new ServicePrincipal('apigateway.amazonaws.com'),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              effect: Effect.ALLOW,
              actions: ['lambda:InvokeFunction'],
              resources: functions.map(({ functionArn }) => functionArn),
            }),
          ],
        }),
      },
    });
  }
}

interface RoutesProps {
  readonly api: Api;
  readonly routeKeys: readonly string[];
  readonly function: IFunction;
  readonly invoker: Invoker;
}

/** The routes of the API to a function: a second one if it answers HEAD too. */
export class Routes extends Construct {
  constructor(scope: Construct, id: string, props: RoutesProps) {
    super(scope, id);
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: props.api.id,
      integrationType: 'AWS_PROXY',
      integrationUri: props.function.functionArn,
      payloadFormatVersion: '2.0',
      credentialsArn: props.invoker.roleArn,
    });
    props.api.order.add(integration);
    for (const [index, routeKey] of props.routeKeys.entries()) {
      const route = new CfnRoute(this, routeKey.startsWith('HEAD ') ? 'HeadRoute' : 'Route', {
        apiId: props.api.id,
        routeKey,
        target: `integrations/${integration.ref}`,
      });
      props.api.order.add(route, index === 0);
    }
  }
}
