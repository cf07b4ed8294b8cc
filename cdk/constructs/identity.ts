import { Aws, CfnCondition, type CfnParameter, CfnResource, Fn, type RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  FeaturePlan,
  LambdaVersion,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  StandardThreatProtectionMode,
  UserPool,
  UserPoolClient,
  UserPoolDomain,
  UserPoolEmail,
  UserPoolOperation,
} from 'aws-cdk-lib/aws-cognito';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { domainOf } from '../../lib/domain/address.ts';
import { paletteOf } from '../../lib/domain/color.ts';
import { parseMailbox } from '../../lib/email/mime.ts';
import type { Config } from '../config.ts';

interface IdentityProps
  extends Pick<
    Config,
    | 'issuer'
    | 'audience'
    | 'userPool'
    | 'applicationUrl'
    | 'productName'
    | 'productColor'
    | 'mailSender'
    | 'senderAddress'
    | 'protect'
  > {
  /** The name of the user pool. */
  readonly name: string;
  /** Parameters of the template, which replace the issuer and the audience. */
  readonly parameters: { readonly issuer: CfnParameter; readonly audience: CfnParameter } | undefined;
  /** Where the sign-in of the console returns to; undefined: there is none. */
  readonly consoleUrl: string | undefined;
  readonly removalPolicy: RemovalPolicy;
}

interface Pool {
  readonly resource: UserPool;
  /** The condition of its resources, if a parameter decides whether it exists. */
  readonly condition: CfnCondition | undefined;
  readonly id: string;
  readonly issuer: string;
  /** The client id, which is the audience of the tokens. */
  readonly clientId: string;
  /** The sign-in page. It returns to the application with a code. */
  readonly signInUrl: string;
  /** The sign-up page, which does so too, with `{email}` for the address. */
  readonly signUpUrl: string;
}

const MFA = { off: Mfa.OFF, optional: Mfa.OPTIONAL, required: Mfa.REQUIRED };

/** Where sign-in returns to if there is no application yet. */
const NO_APPLICATION = 'http://localhost:3000';

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
  /** The pool's sign-up page, with `{email}` for the address; undefined, or empty when deployed: there is no pool. */
  readonly signUpUrl: string | undefined;
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
    this.pool = this.#makePool(props, condition);
    this.#limitTo(condition);
    const chosen = (own: string, given: string) =>
      condition ? Token.asString(Fn.conditionIf(condition.logicalId, own, given)) : own;
    this.issuer = chosen(this.pool.issuer, issuer);
    this.audience = chosen(this.pool.clientId, audience);
    this.signUpUrl = chosen(this.pool.signUpUrl, '');
  }

  /** Lets a function add claims to the tokens of the pool, if there is a pool. */
  addPreToken(target: IFunction): void {
    if (!this.pool) return;
    const { resource, condition } = this.pool;
    resource.addTrigger(UserPoolOperation.PRE_TOKEN_GENERATION_CONFIG, target, LambdaVersion.V2_0);
    // The permission to invoke the function is a resource of the pool.
    this.#limitTo(condition);
  }

  /** Lets the resources of the pool exist under a condition only. */
  #limitTo(condition: CfnCondition | undefined): void {
    for (const resource of this.node.findAll().filter(CfnResource.isCfnResource)) {
      if (condition) resource.cfnOptions.condition = condition;
    }
  }

  #makePool(props: IdentityProps, condition: CfnCondition | undefined): Pool {
    const { userPool, consoleUrl } = props;
    const pool = new UserPool(this, 'Pool', {
      userPoolName: props.name,
      selfSignUpEnabled: true,
      signInAliases: { email: true },
      signInCaseSensitive: false,
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      // Asked at sign-up. Whether an attribute is required can't be changed later.
      standardAttributes: {
        givenName: { required: true, mutable: true },
        familyName: { required: true, mutable: true },
      },
      passwordPolicy: {
        minLength: 12,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
      },
      mfa: MFA[userPool.mfa],
      ...(userPool.mfa !== 'off' && { mfaSecondFactor: { sms: false, otp: true } }),
      ...(userPool.threatProtection && {
        featurePlan: FeaturePlan.PLUS,
        standardThreatProtectionMode: StandardThreatProtectionMode.FULL_FUNCTION,
      }),
      userVerification: { emailSubject: `Your code for ${props.productName}`, emailBody: 'Your code is {####}.' },
      email: userPool.mail === 'ses' ? mailBySes(props) : UserPoolEmail.withCognito(),
      deletionProtection: props.protect,
      removalPolicy: props.removalPolicy,
    });
    // Host names of sign-in pages are unique across AWS. The stack id is unique and known before the deployment.
    const domainPrefix = `muster-${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
    const domain = new UserPoolDomain(this, 'SignIn', {
      userPool: pool,
      cognitoDomain: { domainPrefix },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    const callbackUrls = userPool.callbackUrls ?? [props.applicationUrl ?? NO_APPLICATION];
    const ofConsole = consoleUrl === undefined ? [] : [consoleUrl];
    const client = new UserPoolClient(this, 'Client', {
      userPool: pool,
      userPoolClientName: props.productName,
      // Lets an operator get an ID token with the AWS CLI and the account's credentials.
      authFlows: { userSrp: true, adminUserPassword: true },
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [...callbackUrls, ...ofConsole],
        logoutUrls: [...(userPool.logoutUrls ?? callbackUrls), ...ofConsole],
      },
      preventUserExistenceErrors: true,
    });
    // Without a style, the pages show only an error.
    new CfnManagedLoginBranding(this, 'Style', {
      userPoolId: pool.userPoolId,
      clientId: client.userPoolClientId,
      settings: styleOf(props.productColor),
    });

    const signIn = new URLSearchParams({
      response_type: 'code',
      scope: 'openid email profile',
      redirect_uri: callbackUrls[0] as string,
    });
    const { userPoolClientId: clientId } = client;
    const host = `https://${domain.domainName}.auth.${Aws.REGION}.amazoncognito.com`;
    const query = `${signIn}&client_id=${clientId}`;
    return {
      resource: pool,
      condition,
      id: pool.userPoolId,
      issuer: `https://cognito-idp.${Aws.REGION}.${Aws.URL_SUFFIX}/${pool.userPoolId}`,
      clientId,
      signInUrl: `${host}/login?${query}`,
      // All pages of the pool take the parameters of the authorization endpoint.
      signUpUrl: `${host}/signup?${query}&login_hint={email}`,
    };
  }
}

/** Sends the pool's mails by SES, from the sender of all mails: Cognito itself sends 50 a day. */
function mailBySes({ mailSender, senderAddress, productName }: IdentityProps): UserPoolEmail {
  return UserPoolEmail.withSES({
    fromEmail: senderAddress,
    fromName: parseMailbox(mailSender).name || productName,
    sesRegion: Aws.REGION,
    sesVerifiedDomain: domainOf(senderAddress),
  });
}

/** Returns the style of the sign-in pages, which keep Cognito's values except for the buttons' color. */
function styleOf(productColor: string | undefined): object {
  const { fill, onFill } = paletteOf(productColor);
  const button = { backgroundColor: `${fill.slice(1)}ff`, textColor: `${onFill.slice(1)}ff` };
  const states = { active: button, defaults: button, hover: button };
  return { components: { primaryButton: { lightMode: states, darkMode: states } } };
}
