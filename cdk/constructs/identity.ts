import {
  Aws,
  CfnCondition,
  CfnOutput,
  CfnParameter,
  CfnResource,
  Fn,
  type RemovalPolicy,
  Stack,
  Token,
} from 'aws-cdk-lib';
import { AccountRecovery, OAuthScope, UserPool, UserPoolClient, UserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

interface IdentityProps {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  readonly applicationUrl?: string | undefined;
  readonly protect: boolean;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The identity provider: the configured OIDC issuer, else a Cognito user pool with hosted sign-in, so that a deployment
 * without configuration works.
 *
 * Issuer and audience are template parameters, so that another issuer, such as a local one, needs no new synthesis.
 */
export class Identity extends Construct {
  readonly issuer: string;
  readonly audience: string;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const issuer = new CfnParameter(stack, 'Issuer', {
      description: 'OIDC issuer of the ID tokens; empty: a Cognito user pool is made',
      default: props.issuer ?? '',
    });
    const audience = new CfnParameter(stack, 'Audience', {
      description: 'Audience of the ID tokens; needed with Issuer',
      default: props.audience ?? '',
    });
    const ownPool = new CfnCondition(stack, 'OwnUserPool', {
      expression: Fn.conditionEquals(issuer.valueAsString, ''),
    });

    const pool = new UserPool(this, 'Pool', {
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      standardAttributes: { givenName: { mutable: true }, familyName: { mutable: true } },
      deletionProtection: props.protect,
      removalPolicy: props.removalPolicy,
    });
    // Host names of sign-in pages are unique across AWS. The stack id is unique and known before the deployment.
    const domainPrefix = `muster-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
    const domain = new UserPoolDomain(this, 'SignIn', { userPool: pool, cognitoDomain: { domainPrefix } });
    const returnTo = props.applicationUrl ?? 'http://localhost:3000';
    const client = new UserPoolClient(this, 'Client', {
      userPool: pool,
      // Lets an operator get an ID token with the AWS CLI and the account's credentials.
      authFlows: { userSrp: true, adminUserPassword: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [returnTo],
      },
      preventUserExistenceErrors: true,
    });
    for (const resource of this.node.findAll().filter(CfnResource.isCfnResource)) {
      resource.cfnOptions.condition = ownPool;
    }

    const poolIssuer = `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}/${pool.userPoolId}`;
    this.issuer = Token.asString(Fn.conditionIf(ownPool.logicalId, poolIssuer, issuer.valueAsString));
    this.audience = Token.asString(Fn.conditionIf(ownPool.logicalId, client.userPoolClientId, audience.valueAsString));
    const signIn = new URLSearchParams({
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: returnTo,
    });
    new CfnOutput(stack, 'SignInUrl', {
      condition: ownPool,
      value: `https://${domain.domainName}.auth.${Aws.REGION}.amazoncognito.com/login?${signIn}&client_id=${client.userPoolClientId}`,
    });
    new CfnOutput(stack, 'PoolIssuer', { condition: ownPool, value: poolIssuer });
    new CfnOutput(stack, 'ClientId', { condition: ownPool, value: client.userPoolClientId });
  }
}
