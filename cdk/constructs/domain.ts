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

/** The API's own domain. The API's generated address is switched off then. */
export class Domain extends Construct {
  /** The address of API Gateway that serves the domain. */
  readonly target: Target;
  readonly #name: CfnDomainName;
  readonly #api: Api;

  /** To be made before the first route: CloudFront needs the target before the functions are changed. */
  constructor(scope: Construct, id: string, { domain, api }: DomainProps) {
    super(scope, id);
    const { name, certificateArn } = domain;
    this.#api = api;
    this.#name = new CfnDomainName(this, 'Name', {
      domainName: name,
      domainNameConfigurations: [{ certificateArn, endpointType: 'REGIONAL', securityPolicy: 'TLS_1_2' }],
    });
    api.order.add(this.#name);
    this.target = { name: this.#name.attrRegionalDomainName, zone: this.#name.attrRegionalHostedZoneId };
  }

  /** Leads the domain to the API. To be called after the API is finished: the mapping needs the stage. */
  lead(): void {
    const { id: apiId, stageName: stage, order } = this.#api;
    order.add(new CfnApiMapping(this, 'Mapping', { apiId, domainName: this.#name.ref, stage }), true);
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
