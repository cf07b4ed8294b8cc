/** The package `@muster/cdk`: the service as a construct, for a CDK application of one's own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Token } from 'aws-cdk-lib';
import type { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { readProps } from '../../cdk/config.ts';
import type { Declared } from '../../cdk/included.ts';
import { Service } from '../../cdk/service.ts';
import type { StageSettings } from '../../cdk/settings.ts';

/** The settings of a deployment: those of a stage in `docs/configuration.md`, except account and region of its stack. */
export interface MusterProps extends Omit<StageSettings, 'account' | 'region'> {
  /**
   * Whether the table, the user pool and the logs stay when the stack is deleted, and the first two can't be deleted.
   * False for a stack that can be deleted with its data, and for a first deployment, so that a failed one can be repeated.
   */
  readonly protect: boolean;
}

/** The built-in user pool. */
export interface MusterUserPool {
  /** The issuer of its ID tokens. */
  readonly issuer: string;
  /** The client id, which is the audience of its ID tokens. */
  readonly clientId: string;
  /** The address of the sign-in page. */
  readonly signInUrl: string;
}

/**
 * Muster in a stack of one's own: API, functions, table, mail and schedule.
 *
 * @example
 * const teams = new Muster(this, 'Teams', { mailSender: 'Acme <invitations@mail.acme.org>', protect: true });
 * new CfnOutput(this, 'TeamsUrl', { value: teams.apiUrl });
 */
export class Muster extends Construct {
  /** The address of the API, without a trailing slash. */
  readonly apiUrl: string;
  /** The id of the HTTP API. */
  readonly apiId: string;
  readonly table: ITableV2;
  /** The bus that events are published on; undefined with `events: false`. */
  readonly eventBus: IEventBus | undefined;
  /** The DNS records that the sender's domain needs, `NAME CNAME VALUE; ...`; undefined with `createMailIdentity: false`. */
  readonly mailDnsRecords: string | undefined;
  /** The user pool; undefined if the props name an issuer. */
  readonly userPool: MusterUserPool | undefined;
  /** All functions by their paths, such as `invitations/create`. */
  readonly functions: ReadonlyMap<string, IFunction>;
  readonly alarms: readonly Alarm[];

  /**
   * @param scope the stack, which isn't a nested one, or a construct in it
   * @param id letters, digits and hyphens; unique in the stack
   * @throws Error for mistakes in the props, listing all
   */
  constructor(scope: Construct, id: string, { protect, ...settings }: MusterProps) {
    super(scope, id);
    const functions: readonly Declared[] = JSON.parse(readFileSync(join(__dirname, 'functions.json'), 'utf8'));
    const name = `${Stack.of(this).stackName}-${id}`;
    // Functions, the API and the dashboard are named by it.
    if (Token.isUnresolved(name) || !/^[A-Za-z0-9-]+$/.test(id)) {
      throw new Error('Muster needs a stack that is not nested, and an id of letters, digits and hyphens.');
    }
    const service = new Service(this, 'Service', {
      name,
      config: readProps(settings, name, protect),
      functions,
      bundles: join(__dirname, 'functions'),
    });
    this.apiUrl = service.api.publicUrl;
    this.apiId = service.api.id;
    // TableV2 declares optional properties differently from its interface.
    this.table = service.table as ITableV2;
    this.eventBus = service.events?.bus;
    this.mailDnsRecords = service.email.dnsRecords;
    this.userPool = service.identity.pool;
    this.functions = service.functions;
    this.alarms = service.alarms.all;
  }

  /** Lets a role read the whole table: for reports and backups. It has personal data. */
  grantRead(grantee: IGrantable): Grant {
    return this.table.grantReadData(grantee);
  }

  /** Lets a role run an operator's commands, such as `npm run rebind`: they read and write the table. */
  grantOperate(grantee: IGrantable): Grant {
    return this.table.grantReadWriteData(grantee);
  }
}
