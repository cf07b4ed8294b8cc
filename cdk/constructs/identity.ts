import { Aws, CfnCondition, type CfnParameter, CfnResource, Fn, type RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { AccountRecovery, OAuthScope, UserPool, UserPoolClient, UserPoolDomain } from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';

interface IdentityProps {
  readonly issuer?: string | undefined;
  readonly audience?: string | undefined;
  /** Parameters of the template, which replace the issuer and the audience. */
  readonly parameters: { readonly issuer: CfnParameter; readonly audience: CfnParameter } | undefined;
  readonly applicationUrl?: string | undefined;
  readonly protect: boolean;
  readonly removalPolicy: RemovalPolicy;
}

interface Pool {
  /** The condition of its resources, if a parameter decides whether it exists. */
  readonly condition: CfnCondition | undefined;
  readonly issuer: string;
  /** The client id, which is the audience of the tokens. */
  readonly clientId: string;
  /** The sign-in page. It returns to the application with a code. */
  readonly signInUrl: string;
}

/**
 * The identity provider: the configured OIDC issuer, else a Cognito user pool with hosted sign-in, so that a deployment
 * without configuration works.
 *
 * If issuer and audience are parameters of the template, another issuer, such as a local one, needs no new synthesis;
 * then the pool has a condition.
 */
export class Identity extends Construct {
  readonly issuer: string;
  readonly audience: string;
  /** The user pool, unless the configuration names an issuer. */
  readonly pool: Pool | undefined;

  constructor(scope: Construct, id: string, props: IdentityProps) {
    super(scope, id);
    const { parameters } = props;
    const { issuer = '', audience = '' } = parameters
      ? { issuer: parameters.issuer.valueAsString, audience: parameters.audience.valueAsString }
      : props;
    if (!parameters && issuer !== '') {
      this.issuer = issuer;
      this.audience = audience;
      return;
    }
    const condition =
      parameters && new CfnCondition(Stack.of(this), 'OwnUserPool', { expression: Fn.conditionEquals(issuer, '') });
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
      if (condition) resource.cfnOptions.condition = condition;
    }

    const signIn = new URLSearchParams({
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: returnTo,
    });
    const { userPoolClientId: clientId } = client;
    this.pool = {
      condition,
      issuer: `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}/${pool.userPoolId}`,
      clientId,
      signInUrl: `https://${domain.domainName}.auth.${Aws.REGION}.amazoncognito.com/login?${signIn}&client_id=${clientId}`,
    };
    const chosen = (own: string, given: string) =>
      condition ? Token.asString(Fn.conditionIf(condition.logicalId, own, given)) : own;
    this.issuer = chosen(this.pool.issuer, issuer);
    this.audience = chosen(clientId, audience);
  }
}
