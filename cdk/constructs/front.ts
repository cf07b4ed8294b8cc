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
import type { Target } from './domain.ts';

/** The hosted zone of every distribution of CloudFront. */
const CLOUDFRONT_ZONE = 'Z2FDTNDATAQYW2';

/** Replaces whatever the client sent in this header by its address. */
const CODE = `function handler(event) {
  event.request.headers['${ADDRESS_HEADER}'] = { value: event.viewer.ip };
  return event.request;
}`;

interface FrontProps {
  /** The domain of the API. */
  readonly name: string;
  /** A certificate of the domain in us-east-1. */
  readonly certificateArn: string;
  readonly webAclArn: string;
  /** Proves to the functions that a request came through here. */
  readonly secret: string;
  /** The address of API Gateway that serves the domain. */
  readonly origin: string;
}

/**
 * CloudFront in front of the API, with a web ACL that limits the requests of each client. It caches nothing. It writes no
 * access log, since paths contain the secrets of links (docs/adr/0050).
 */
export class Front extends Construct {
  readonly target: Target;

  constructor(scope: Construct, id: string, { name, certificateArn, webAclArn, secret, origin: address }: FrontProps) {
    super(scope, id);
    const origin = new HttpOrigin(address, { customHeaders: { [SECRET_HEADER]: secret } });
    const addressed = new EdgeFunction(this, 'ClientAddress', {
      code: FunctionCode.fromInline(CODE),
      runtime: FunctionRuntime.JS_2_0,
      comment: `Sets ${ADDRESS_HEADER}`,
    });
    const distribution = new Distribution(this, 'Distribution', {
      domainNames: [name],
      certificate: Certificate.fromCertificateArn(this, 'Certificate', certificateArn),
      webAclId: webAclArn,
      defaultBehavior: {
        origin,
        allowedMethods: AllowedMethods.ALLOW_ALL,
        cachePolicy: CachePolicy.CACHING_DISABLED,
        // API Gateway finds the API by the domain, in the Host of the client and in TLS: CloudFront sends the same in both.
        originRequestPolicy: OriginRequestPolicy.ALL_VIEWER,
        viewerProtocolPolicy: ViewerProtocolPolicy.HTTPS_ONLY,
        functionAssociations: [{ eventType: FunctionEventType.VIEWER_REQUEST, function: addressed }],
      },
    });
    this.target = { name: distribution.distributionDomainName, zone: CLOUDFRONT_ZONE };
  }
}
