import { Fn } from 'aws-cdk-lib';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import {
  AllowedMethods,
  CachePolicy,
  Distribution,
  Function as EdgeFunction,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  OriginRequestPolicy,
  ViewerProtocolPolicy,
} from 'aws-cdk-lib/aws-cloudfront';
import { HttpOrigin } from 'aws-cdk-lib/aws-cloudfront-origins';
import { Construct } from 'constructs';
import { ADDRESS_HEADER, SECRET_HEADER } from '../../lib/http/front.ts';
import type { Config } from '../config.ts';
import type { Api } from './api.ts';
import type { Target } from './domain.ts';

/** The hosted zone of every distribution of CloudFront. */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

/** Replaces whatever the client sent in this header by its address. */
const CODE = `function handler(event) {
  event.request.headers['${ADDRESS_HEADER}'] = { value: event.viewer.ip };
  return event.request;
}`;

interface FrontProps {
  readonly domain: NonNullable<Config['domain']>;
  readonly webAclArn: string;
  /** Proves to the functions that a request came through here. */
  readonly secret: string;
  readonly api: Api;
}

/**
 * CloudFront in front of the API, with a web ACL that limits the requests of each client. It caches nothing. It writes no
 * access log, since paths contain the secrets of links (docs/adr/0050).
 */
export class Front extends Construct {
  readonly target: Target;

  constructor(scope: Construct, id: string, { domain, webAclArn, secret, api }: FrontProps) {
    super(scope, id);
    const origin = new HttpOrigin(Fn.select(2, Fn.split('/', api.endpoint)), {
      customHeaders: { [SECRET_HEADER]: secret },
    });
    const addressed = new EdgeFunction(this, 'ClientAddress', {
      code: FunctionCode.fromInline(CODE),
      runtime: FunctionRuntime.JS_2_0,
      comment: `Sets ${ADDRESS_HEADER}`,
    });
    const distribution = new Distribution(this, 'Distribution', {
      domainNames: [domain.name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', domain.certificateArn),
      webAclId: webAclArn,
      defaultBehavior: {
        origin,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // With the Host of the client, API Gateway would find no API.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: addressed }],
      },
    });
    this.target = { name: distribution.distributionDomainName, zone: CLOUDFRONT_ZONE };
  }
}
