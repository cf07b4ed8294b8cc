import { mkdtempSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { App } from 'aws-cdk-lib';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig, readStages } from '../../cdk/config.ts';
import { WafStack } from '../../cdk/waf.ts';
import { ADDRESS_HEADER, SECRET_HEADER } from '../../lib/http/front.ts';
import { type Assembly, assemble, findings, mailSender, ofType, temporary } from './assembled.ts';

// A domain of its own, with and without CloudFront in front.

const name = 'teams.acme.org';
const regional = { name, certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/1a2b' };
const global = { name, certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1a2b' };
const webAclArn = 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/muster/1a2b';

let plain: Assembly;
let own: Assembly;
let front: Assembly;
beforeAll(() => {
  plain = assemble();
  own = assemble({ domain: { ...regional, hostedZoneId: 'Z0123456789' } });
  front = assemble({
    domain: { ...regional, hostedZoneId: 'Z0123456789' },
    waf: { webAclArn, certificateArn: global.certificateArn },
  });
});

const only = ({ root }: Assembly, type: string) => {
  const [found, ...others] = ofType(root, type);
  expect(others).toEqual([]);
  return found?.Properties;
};
const api = (assembly: Assembly) => only(assembly, 'AWS::ApiGatewayV2::Api');

it('templates with a domain are valid for CloudFormation', () => {
  expect(findings(own)).toEqual([]);
  expect(findings(front)).toEqual([]);
});

describe('a domain', () => {
  it('is the public URL, and leads to the API', () => {
    expect(own.root.Parameters.PublicUrl?.Default).toBe(`https://${name}`);
    expect(only(own, 'AWS::ApiGatewayV2::DomainName')).toMatchObject({
      DomainName: name,
      DomainNameConfigurations: [{ CertificateArn: regional.certificateArn, SecurityPolicy: 'TLS_1_2' }],
    });
    expect(only(own, 'AWS::ApiGatewayV2::ApiMapping').DomainName).toEqual({ Ref: expect.stringMatching(/Domain/) });
  });

  it('switches the generated address of the API off', () => {
    expect(api(own).DisableExecuteApiEndpoint).toBe(true);
    expect(api(plain).DisableExecuteApiEndpoint).toBe(false);
  });

  it('gets its records if the hosted zone is known, else an output tells the target', () => {
    const records = ofType(own.root, 'AWS::Route53::RecordSet').map(({ Properties }) => Properties);
    expect(records.map(({ Type, Name, HostedZoneId }) => [Type, Name, HostedZoneId])).toEqual([
      ['A', name, 'Z0123456789'],
      ['AAAA', name, 'Z0123456789'],
    ]);
    // The same resources with CloudFront: Route 53 refuses to create a second record of a name.
    const ids = ({ root }: Assembly) =>
      Object.entries(root.Resources).flatMap(([id, { Type }]) => (Type === 'AWS::Route53::RecordSet' ? [id] : []));
    expect(ids(front)).toEqual(ids(own));
    const target = { 'Fn::GetAtt': [expect.stringMatching(/Domain/), 'RegionalDomainName'] };
    expect(records[0].AliasTarget.DNSName).toEqual(target);
    const without = assemble({ domain: regional });
    expect(ofType(without.root, 'AWS::Route53::RecordSet')).toEqual([]);
    expect(without.root.Outputs.DomainTarget?.Value).toEqual(target);
  });
});

describe('CloudFront', () => {
  const config = () => only(front, 'AWS::CloudFront::Distribution').DistributionConfig;

  it('serves the domain with the web ACL, and caches nothing', () => {
    expect(config()).toMatchObject({
      Aliases: [name],
      WebACLId: webAclArn,
      ViewerCertificate: { AcmCertificateArn: global.certificateArn, MinimumProtocolVersion: 'TLSv1.2_2021' },
      DefaultCacheBehavior: {
        AllowedMethods: ['GET', 'HEAD', 'OPTIONS', 'PUT', 'PATCH', 'POST', 'DELETE'],
        // AWS's policies CachingDisabled and AllViewer.
        CachePolicyId: '4135ea2d-6df8-44a3-9df3-4b5a84be39ad',
        OriginRequestPolicyId: '216adef6-5c7f-47e4-b989-5492eafa07d3',
        ViewerProtocolPolicy: 'https-only',
      },
    });
    expect(front.root.Outputs.DomainTarget?.Value).toEqual({ 'Fn::GetAtt': [expect.anything(), 'DomainName'] });
  });

  it('and its records exist before functions refuse what doesn’t come by it', () => {
    const ids = (type: string) =>
      Object.entries(front.root.Resources).flatMap(([id, { Type }]) => (Type === type ? [id] : []));
    const before = [...ids('AWS::CloudFront::Distribution'), ...ids('AWS::Route53::RecordSet')];
    expect(before).toHaveLength(3);
    for (const each of ofType(front.root, 'AWS::CloudFormation::Stack') as { DependsOn?: string[] }[]) {
      expect(each.DependsOn).toEqual(expect.arrayContaining(before));
    }
  });

  it('writes no log of paths, which contain secrets', () => expect(config().Logging).toBeUndefined());

  it('proves itself to the functions by a secret that the template doesn’t have', () => {
    const [{ OriginCustomHeaders: headers, DomainName, CustomOriginConfig }] = config().Origins;
    expect(CustomOriginConfig.OriginProtocolPolicy).toBe('https-only');
    expect(DomainName).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/DomainName/), 'RegionalDomainName'] });
    expect(headers.map(({ HeaderName }: { HeaderName: string }) => HeaderName)).toEqual([SECRET_HEADER]);
    const secret = { Ref: expect.stringMatching(/FrontProof/) };
    const parts = headers[0].HeaderValue['Fn::Join'][1];
    expect(parts).toEqual(['{{resolve:secretsmanager:', secret, ':SecretString:::}}']);
    for (const template of Object.values(front.nested)) {
      for (const { Properties } of ofType(template, 'AWS::Lambda::Function')) {
        expect(JSON.stringify(Properties.Environment.Variables.ORIGIN_SECRET)).toContain('resolve:secretsmanager');
      }
    }
  });

  it('reaches the API by its domain: the generated address is switched off', () => {
    expect(api(front).DisableExecuteApiEndpoint).toBe(true);
    expect(only(front, 'AWS::ApiGatewayV2::DomainName')).toEqual(only(own, 'AWS::ApiGatewayV2::DomainName'));
    expect(only(front, 'AWS::ApiGatewayV2::ApiMapping')).toEqual(only(own, 'AWS::ApiGatewayV2::ApiMapping'));
  });

  it('replaces the header with the address of the client, whatever the client sent', () => {
    const { FunctionCode: code } = only(front, 'AWS::CloudFront::Function');
    const headers = { [ADDRESS_HEADER]: { value: '10.0.0.1' }, authorization: { value: 'Bearer token' } };
    const event = { viewer: { ip: '192.0.2.7' }, request: { headers } };
    const { headers: sent } = runInNewContext(`${code}; handler(event)`, { event });
    expect(sent).toEqual({ [ADDRESS_HEADER]: { value: '192.0.2.7' }, authorization: { value: 'Bearer token' } });
  });

  it('is there only with a domain, a certificate that it can read, and a web ACL', () => {
    expect(() => assemble({ waf: { webAclArn } })).toThrow('stages.development.waf: needs domain');
    const message = 'stages.development.waf.certificateArn: is needed: a certificate of the domain in us-east-1';
    expect(() => assemble({ waf: { webAclArn }, domain: regional })).toThrow(message);
    expect(() => assemble({ waf: { webAclArn, certificateArn: regional.certificateArn }, domain: regional })).toThrow(
      message,
    );
    // In us-east-1 one certificate is enough.
    expect(() => assemble({ waf: { webAclArn }, domain: global })).not.toThrow();
    expect(() => assemble({ waf: {}, domain: global })).toThrow(
      'waf.webAclArn is missing: the ARN of a web ACL in us-east-1',
    );
    expect(() => assemble({ domain: regional, publicUrl: 'https://other.acme.org' })).toThrow('follows from domain');
    for (const type of ['CloudFront::Distribution', 'SecretsManager::Secret', 'ApiGatewayV2::DomainName']) {
      expect(ofType(plain.root, `AWS::${type}`)).toEqual([]);
    }
  });
});

describe('the web ACL', () => {
  const stack = (settings: object) => {
    const app = new App({ outdir: mkdtempSync(join(temporary, 'waf-')), analyticsReporting: false });
    const config = readConfig(readStages({ development: { mailSender, ...settings } }, undefined), 'development');
    return new WafStack(app, 'Muster-development-waf', { config });
  };

  it('refuses a client with more requests than allowed, and stores no paths', () => {
    const made = stack({ domain: global, waf: { requestsPerFiveMinutes: 500 } });
    expect(made.region).toBe('us-east-1');
    const assembly = (made.node.root as App).synth();
    const file = join(assembly.directory, made.templateFile);
    const { Resources } = JSON.parse(readFileSync(file, 'utf8'));
    const [{ Type, Properties }] = Object.values(Resources) as [{ Type: string; Properties: never }];
    expect(Type).toBe('AWS::WAFv2::WebACL');
    expect(Properties).toMatchObject({
      Scope: 'CLOUDFRONT',
      DefaultAction: { Allow: {} },
      VisibilityConfig: { SampledRequestsEnabled: false },
      Rules: [
        {
          Action: { Block: { CustomResponse: { ResponseCode: 429 } } },
          Statement: { RateBasedStatement: { AggregateKeyType: 'IP', Limit: 500, EvaluationWindowSec: 300 } },
          VisibilityConfig: { SampledRequestsEnabled: false },
        },
      ],
    });
  });

  it('belongs to a stage with waf', () => {
    expect(() => stack({})).toThrow('The stage development has no waf.');
  });
});
