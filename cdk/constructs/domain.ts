import { CfnApiMapping, CfnDomainName } from 'aws-cdk-lib/aws-apigatewayv2';
import { CfnRecordSet } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import type { Config } from '../config.ts';
import type { Api } from './api.ts';

/** What a DNS name has to point to. */
export interface Target {
  readonly name: string;
  /** The hosted zone of the target, for alias records of Route 53. */
  readonly zone: string;
}

interface DomainProps {
  readonly domain: NonNullable<Config['domain']>;
  readonly api: Api;
}

/** The API's own domain, without CloudFront in front. The API's generated address is switched off then. */
export class Domain extends Construct {
  readonly target: Target;

  constructor(scope: Construct, id: string, { domain, api }: DomainProps) {
    super(scope, id);
    const { name, certificateArn } = domain;
    const made = new CfnDomainName(this, 'Name', {
      domainName: name,
      domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }],
    });
    const mapping = new CfnApiMapping(this, 'Mapping', { apiId: api.id, domainName: made.ref, stage: api.stageName });
    api.order.add(made);
    api.order.add(mapping, true);
    this.target = { name: made.attrRegionalDomainName, zone: made.attrRegionalHostedZoneId };
  }
}

/**
 * The records that lead a domain to its target, if its hosted zone is known. They are the same ones with and without
 * CloudFront: Route 53 refuses a second record of a name, so an update must change them.
 */
export class DomainRecords extends Construct {
  constructor(scope: Construct, id: string, { domain, target }: Pick<DomainProps, 'domain'> & { target: Target }) {
    super(scope, id);
    const { name, hostedZoneId } = domain;
    if (hostedZoneId === undefined) return;
    for (const type of ['A', 'AAAA']) {
      new CfnRecordSet(this, type, {
        hostedZoneId,
        name,
        type,
        aliasTarget: { dnsName: target.name, hostedZoneId: target.zone },
      });
    }
  }
}
