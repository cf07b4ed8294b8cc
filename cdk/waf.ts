import { type App, CfnOutput, Stack } from 'aws-cdk-lib';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { type Config, ConfigError } from './config.ts';
import { tagAll } from './constructs/tags.ts';

/**
 * The web ACL for CloudFront: it refuses a client, by address, that sends more requests in five minutes than allowed. AWS
 * has these only in us-east-1, so it is a stack of its own, which is deployed before the service's.
 */
export class WafStack extends Stack {
  constructor(scope: App, id: string, { config }: { readonly config: Config }) {
    super(scope, id, {
      env: { region: 'us-east-1' },
      description: 'The limit of requests for each client of Muster',
    });
    if (!config.waf) throw new ConfigError(`The stage ${config.stage} has no waf.`);
    // Samples would show paths, which contain the secrets of links.
    const visible = (metricName: string) => ({
      metricName,
      cloudWatchMetricsEnabled: true,
      sampledRequestsEnabled: false,
    });
    const acl = new CfnWebACL(this, 'WebAcl', {
      scope: 'CLOUDFRONT',
      defaultAction: { allow: {} },
      visibilityConfig: visible('All'),
      rules: [
        {
          name: 'RequestsOfClient',
          priority: 0,
          action: { block: { customResponse: { responseCode: 429 } } },
          statement: {
            rateBasedStatement: {
              aggregateKeyType: 'IP',
              limit: config.waf.requestsPerFiveMinutes,
              evaluationWindowSec: 300,
            },
          },
          visibilityConfig: visible('RequestsOfClient'),
        },
      ],
    });
    tagAll(this, config);
    new CfnOutput(this, 'WebAclArn', { description: 'Set waf.webAclArn to this', value: acl.attrArn });
  }
}
