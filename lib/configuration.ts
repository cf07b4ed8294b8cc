import { DEFAULT_LIMITS, type Limits } from './domain/limits.ts';
import { CONSOLE_PATH } from './domain/page-paths.ts';
import type { Product } from './domain/product.ts';
import type { RoleLabels } from './domain/role-words.ts';
import type { ApplicationPermissions } from './domain/roles.ts';

/**
 * The settings of a deployment that most functions read. CDK writes them into the environment of the functions.
 *
 * A function gets the variables whose names are in its bundle (`cdk/constructs/function.ts`). So what only one function
 * reads has a function of its own here.
 */
export interface Configuration {
  readonly tableName: string;
  readonly issuer: string;
  readonly audience: string;
  /** The console's client id at the issuer: that of the application, unless it has its own. */
  readonly consoleClientId: string;
  /** The URL of the issuer's keys; undefined: `/.well-known/jwks.json` below the issuer. */
  readonly jwksUri: string | undefined;
  /** The previous issuer, and how its users are matched when they first sign in with the present one. */
  readonly previousIssuer: { readonly issuer: string; readonly match: 'subject' | 'address' } | undefined;
  /** The names of the ID token's claims. */
  readonly claims: Readonly<Record<'email' | 'emailVerified' | 'name' | 'givenName' | 'familyName', string>>;
  readonly limits: Limits;
  readonly invitationDays: number;
  readonly auditDays: number;
  /** The URL of the API, without a trailing slash. Links in mails start with it. */
  readonly publicUrl: string;
  /** The secret that proves that a request came through CloudFront; undefined: there is none in front. */
  readonly originSecret: string | undefined;
  /** The URL of the application, where people go after they accept; undefined: there is none. */
  readonly applicationUrl: string | undefined;
  /** The SES configuration set of the mails: with it, SES publishes delivery events. */
  readonly mailConfigurationSet: string | undefined;
  /** How mails and pages look; `from` is `Name <address>`. */
  readonly product: Product & { readonly from: string };
}

let current: Configuration | undefined;

/** Returns the configuration of this function. The environment is read once, at the first use. */
export function configuration(): Configuration {
  current ??= read(process.env);
  return current;
}

/** Returns the addresses that may create organizations; empty: every verified person. */
export function organizationCreators(): readonly string[] {
  return (process.env.ORGANIZATION_CREATORS || '')
    .split(',')
    .map((address) => address.trim().toLowerCase())
    .filter(Boolean);
}

/** Returns the name of the bus that events are published on. */
export function eventBus(): string {
  return process.env.EVENT_BUS ?? '';
}

/** Returns the origins that a `redirectUrl` of an invitation may have; empty: none. */
export function redirectOrigins(): readonly string[] {
  return (process.env.REDIRECT_ORIGINS || '').split(',').filter(Boolean);
}

/** Returns the page where people create an account, a URL with `{email}` and `{redirectUrl}`; undefined: unknown. */
export function signUpUrl(): string | undefined {
  return process.env.SIGN_UP_URL || undefined;
}

/** Returns the deployment's own names of roles. */
export function roleLabels(): RoleLabels {
  return JSON.parse(process.env.ROLE_LABELS || '{}');
}

/** Whether webhooks may lead to this machine, also by HTTP. Only the local stack sets that. */
export function webhooksToLoopback(): boolean {
  return process.env.WEBHOOKS_TO_LOOPBACK === '1';
}

/** Returns the APIs of this deployment: `v1`, and those of other products that it hasn't left out. */
export function dialects(): readonly string[] {
  return (process.env.DIALECTS || 'v1').split(',');
}

/** Whether this deployment has a console. */
export function hasConsole(): boolean {
  return process.env.CONSOLE === '1';
}

/**
 * Returns the address of a page of the console; undefined: there is no console.
 *
 * @param place the parts of the fragment: `org_...`, `invitations`, `inv_...`; none: the start
 */
export function consoleUrl(...place: readonly string[]): string | undefined {
  return hasConsole() ? `${configuration().publicUrl}${CONSOLE_PATH}#/${place.join('/')}` : undefined;
}

/** Returns where people go on after they have joined: the application, or else the console; undefined: there is neither. */
export function homeUrl(): string | undefined {
  return configuration().applicationUrl ?? consoleUrl();
}

/** Returns the permissions of the application's own. */
export function applicationPermissions(): ApplicationPermissions {
  return JSON.parse(process.env.APPLICATION_PERMISSIONS || '{}');
}

function read(environment: NodeJS.ProcessEnv): Configuration {
  const text = (name: string) => environment[name] || undefined;
  const audience = environment.TOKEN_AUDIENCE ?? '';
  const previousIssuer = text('PREVIOUS_ISSUER');
  const color = text('PRODUCT_COLOR');
  const logoUrl = text('LOGO_URL');
  const supportAddress = text('SUPPORT_ADDRESS');
  const timeZone = text('TIME_ZONE');
  return {
    tableName: environment.TABLE_NAME ?? '',
    issuer: environment.TOKEN_ISSUER ?? '',
    audience,
    consoleClientId: text('CONSOLE_CLIENT_ID') ?? audience,
    jwksUri: text('TOKEN_JWKS_URI'),
    previousIssuer: previousIssuer
      ? { issuer: previousIssuer, match: text('PREVIOUS_ISSUER_MATCH') === 'subject' ? 'subject' : 'address' }
      : undefined,
    claims: {
      email: text('CLAIM_EMAIL') ?? 'email',
      emailVerified: text('CLAIM_EMAIL_VERIFIED') ?? 'email_verified',
      name: text('CLAIM_NAME') ?? 'name',
      givenName: text('CLAIM_GIVEN_NAME') ?? 'given_name',
      familyName: text('CLAIM_FAMILY_NAME') ?? 'family_name',
    },
    limits: { ...DEFAULT_LIMITS, ...JSON.parse(text('LIMITS') ?? '{}') },
    invitationDays: Number(text('INVITATION_DAYS') ?? 7),
    auditDays: Number(text('AUDIT_DAYS') ?? 365),
    publicUrl: text('PUBLIC_URL') ?? '',
    originSecret: text('ORIGIN_SECRET'),
    applicationUrl: text('APPLICATION_URL'),
    mailConfigurationSet: text('MAIL_CONFIGURATION_SET'),
    product: {
      name: text('PRODUCT_NAME') ?? 'Muster',
      from: text('MAIL_FROM') ?? '',
      ...(color && { color }),
      ...(logoUrl && { logoUrl }),
      ...(supportAddress && { supportAddress }),
      ...(timeZone && { timeZone }),
    },
  };
}
