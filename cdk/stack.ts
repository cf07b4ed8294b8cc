import { type App, CfnOutput, type CfnOutputProps, CfnParameter, Stack } from 'aws-cdk-lib';
import { Service, type ServiceProps } from './service.ts';

/** A stage of this repository's app: a stack with the service, its parameters and its outputs. */
export class MusterStack extends Stack {
  constructor(scope: App, id: string, props: Pick<ServiceProps, 'config' | 'functions' | 'bundles'>) {
    const { config } = props;
    super(scope, id, {
      description: 'Organizations, members, invitations, teams and shared sites',
      terminationProtection: config.protect,
      env: { ...(config.account && { account: config.account }), ...(config.region && { region: config.region }) },
    });
    const parameter = (name: string, description: string, value: string | undefined) =>
      new CfnParameter(this, name, { description, default: value ?? '' });
    const parameters = {
      issuer: parameter('Issuer', 'OIDC issuer of the ID tokens; empty: a Cognito user pool is made', config.issuer),
      audience: parameter('Audience', 'Audience of the ID tokens; needed with Issuer', config.audience),
      publicUrl: parameter('PublicUrl', "Where people reach the API; empty: the API's own address", config.publicUrl),
    };
    const service = new Service(this, 'Service', { ...props, name: this.stackName, parameters });
    for (const [name, output] of Object.entries(outputsOf(service))) {
      if (output) new CfnOutput(this, name, output);
    }
  }
}

/** Returns the outputs of the stack, by name. */
function outputsOf({
  api,
  table,
  email,
  events,
  identity,
  domain,
}: Service): Record<string, CfnOutputProps | undefined> {
  const { pool } = identity;
  const ofPool = (value: string | undefined) =>
    value === undefined ? undefined : { value, ...(pool?.condition && { condition: pool.condition }) };
  return {
    ApiUrl: { value: api.publicUrl },
    DomainTarget: domain && { description: 'Where the DNS name of the domain points to', value: domain.name },
    TableName: { value: table.tableName },
    EventBusName: events && { description: 'The bus that events are published on', value: events.bus.eventBusName },
    MailDnsRecords:
      email.dnsRecords === undefined
        ? undefined
        : { description: 'Add these to the DNS of the sender so that mail can leave', value: email.dnsRecords },
    SignInUrl: ofPool(pool?.signInUrl),
    PoolId: ofPool(pool?.id),
    PoolIssuer: ofPool(pool?.issuer),
    ClientId: ofPool(pool?.clientId),
  };
}
