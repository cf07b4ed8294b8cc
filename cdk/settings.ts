import { Token } from 'aws-cdk-lib';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { OTHER_DIALECTS } from '../lib/dialects/dialect.ts';
import { isAddress, normalizeAddress } from '../lib/domain/address.ts';
import { nameOf } from '../lib/domain/input.ts';
import { LANGUAGES } from '../lib/domain/language.ts';
import { DEFAULT_LIMITS } from '../lib/domain/limits.ts';
import { isOwnPermission, ROLES } from '../lib/domain/roles.ts';
import { parseMailbox } from '../lib/email/mime.ts';
import {
  address,
  arn,
  baseUrl,
  claim,
  count,
  isTimeZone,
  mailIdentity,
  origin,
  returnUrl,
  url,
  webOrigin,
} from './setting-values.ts';

// The settings of a stage, and what is wrong in them. cdk/config.ts reads them.

const limitNames = Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[];

/**
 * The upper limit of `teamsOfSite`: deleting a charger may update every team's access, in one transaction of 100 items.
 */
const MAX_TEAMS = 85;

/** Concurrent executions that Lambda doesn't let an account reserve. */
export const UNRESERVED = 100;

/** The configuration of a stage. `docs/configuration.md` documents it in a table. */
export const StageConfig = z
  .strictObject({
    /** The AWS account, twelve digits; default: that of the credentials. */
    account: z
      .string()
      .regex(/^\d{12}$/, 'is not a number of an account, with twelve digits')
      .optional(),
    /** The region, such as `eu-central-1`; default: that of the environment. */
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'is not a region such as eu-central-1')
      .optional(),
    /** The OIDC issuer of the callers' ID tokens; undefined: the stack creates a Cognito user pool. */
    issuer: url.optional(),
    /** The audience of the ID tokens: the application's client id. */
    audience: z.string().min(1).optional(),
    /** The console's client id at the issuer, if it isn't the application's: ID tokens for it are accepted too. */
    consoleClientId: z.string().min(1).optional(),
    /** The URL of the issuer's keys; default: `/.well-known/jwks.json` below the issuer. */
    jwksUri: url.optional(),
    /**
     * The previous issuer, and how its users are matched: by subject, if both issuers use the same ones, or by verified
     * address.
     */
    previousIssuer: z.strictObject({ issuer: url, match: z.enum(['subject', 'address']) }).optional(),
    /** The built-in user pool. */
    userPool: z
      .strictObject({
        /** Who sends the pool's mails. SES needs the verified identity of the sender's domain. */
        mail: z.enum(['cognito', 'ses']).default('cognito'),
        /** Where sign-in returns to; default: the application's URL. */
        callbackUrls: z.array(returnUrl).min(1).optional(),
        /** Where sign-out returns to; default: where sign-in does. */
        logoutUrls: z.array(returnUrl).min(1).optional(),
        /** Codes of an authenticator app as a second factor. */
        mfa: z.enum(['off', 'optional', 'required']).default('optional'),
        /** Whether Cognito refuses leaked passwords and risky sign-ins, for a price per user. */
        threatProtection: z.boolean().default(false),
        /** Whether ID tokens have the memberships of the person. */
        memberships: z.boolean().default(false),
      })
      .prefault({}),
    /** Names of the ID token's claims that differ from OIDC's. */
    claims: z
      .strictObject({ email: claim, emailVerified: claim, name: claim, givenName: claim, familyName: claim })
      .default({}),
    /** The product's name in mails and pages. */
    productName: z.string().min(1).max(60).default('Muster'),
    /** The color of buttons: `#3355ff`. */
    productColor: z
      .string()
      .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'is not a color such as #3355ff')
      .optional(),
    /** The URL of an image for mails and pages. */
    logoUrl: url.optional(),
    /** The support address on pages, and the reply address of mails without an inviter. */
    supportAddress: address.optional(),
    /** `Name <address>` or an address: the sender of every mail. */
    mailSender: z.string().refine((text) => isAddress(addressOf(text)), {
      error: 'is neither an address nor a name and an address such as Muster <invitations@example.com>',
    }),
    /** Whether the stack creates the SES identity of the sender's domain; default: `createsIdentity`. */
    createMailIdentity: z.boolean().optional(),
    /** Identities in SES, addresses or domains, that mails may be sent to while the account is in SES's sandbox. */
    sandboxRecipients: z.array(mailIdentity).default([]),
    /** The public URL of the API with a custom domain. */
    publicUrl: baseUrl.optional(),
    /** The API's own domain, with its certificate, and its hosted zone in Route 53, if records are to be created. */
    domain: z
      .strictObject({
        name: z.hostname().refine((name) => name.includes('.'), 'is no domain'),
        certificateArn: arn('acm'),
        hostedZoneId: z
          .string()
          .regex(/^Z[A-Z0-9]+$/, 'is no id of a hosted zone')
          .optional(),
      })
      .optional(),
    /** CloudFront in front of the domain, with a web ACL that limits the requests of each client. */
    waf: z
      .strictObject({
        requestsPerFiveMinutes: z.int().min(10).max(2_000_000_000).default(3000),
        webAclArn: arn('wafv2').optional(),
        /** A certificate of the domain in us-east-1, where CloudFront reads them; default: that of `domain`. */
        certificateArn: arn('acm').optional(),
      })
      .optional(),
    /** The application's URL: the link after accepting, and the redirect URI of the user pool. */
    applicationUrl: url.optional(),
    /** Origins that an invitation's `redirectUrl` may have; default: that of `applicationUrl`. */
    redirectOrigins: z
      .array(webOrigin)
      // Lambda allows 4 KB of environment variables.
      .refine((all) => all.join().length <= 1000, 'has more than 1,000 characters together')
      .optional(),
    /** Where an account is made: a URL in which `{email}` and `{redirectUrl}` are replaced. */
    signUpUrl: url
      .max(1000)
      .refine(
        (text) => !/\{(?!(email|redirectUrl)\})/.test(text),
        'has a placeholder other than {email} and {redirectUrl}',
      )
      .optional(),
    /** The product's own names of roles in mails and pages, by language. */
    roleLabels: z.partialRecord(z.enum(ROLES), z.partialRecord(z.enum(LANGUAGES), nameOf(40))).default({}),
    /** The time zone of times in mails, and in pages without JavaScript: an IANA name. */
    timeZone: z.string().refine(isTimeZone, 'is not the name of a time zone such as Europe/Berlin').default('UTC'),
    /** Limits that differ from the defaults (lib/domain/limits.ts). */
    limits: z
      .partialRecord(z.enum(limitNames), count)
      .refine(({ teamsOfSite = 1 }) => teamsOfSite <= MAX_TEAMS, {
        path: ['teamsOfSite'],
        error: `must be at most ${MAX_TEAMS}`,
      })
      .default({}),
    /** The default validity of an invitation, in days. */
    invitationDays: z.int().min(1).max(30).default(7),
    /** The retention of audit entries, in days. */
    auditDays: count.default(365),
    /** The retention of CloudWatch logs, in days. */
    logDays: z.enum(RetentionDays).default(30),
    /** Addresses that may create organizations; empty: every person with a verified address. */
    organizationCreators: z
      .array(address)
      // Lambda allows 4 KB of environment variables.
      .refine((all) => all.join().length <= 2000, 'has more than 2,000 characters together')
      .default([]),
    /** Permissions of the application's own, and the roles that have each: `{"invoice:pay": ["ADMIN"]}`. */
    permissions: z
      .record(
        z
          .string()
          .regex(
            /^(?=.{3,64}$)[a-z][a-z0-9-]*:[a-z][a-z0-9-]*$/,
            'is no name such as invoice:pay, of 64 characters at most',
          ),
        z.array(z.enum(ROLES)).min(1),
      )
      .superRefine((all, { addIssue }) => {
        for (const name of Object.keys(all).filter(isOwnPermission)) {
          addIssue({ code: 'custom', path: [name], message: 'is a permission of Muster: choose another name' });
        }
      })
      // Lambda allows 4 KB of environment variables, and a statement has the names.
      .refine((all) => JSON.stringify(all).length <= 1500, 'has more than 1,500 characters together')
      .default({}),
    /** Whether there is a console at `/console`, where people manage their organizations in a browser. */
    console: z.boolean().default(true),
    /** The APIs of other products to deploy beside `/v1`. */
    dialects: z.array(z.enum(OTHER_DIALECTS)).default([...OTHER_DIALECTS]),
    /** Origins whose pages may call the API (CORS). */
    allowedOrigins: z.array(origin).default([]),
    /** The gateway's limits: requests per second, and concurrent requests in a burst. Beyond them it answers 429. */
    throttle: z.strictObject({ rate: count, burst: count }).default({ rate: 500, burst: 1000 }),
    /** The gateway's limits for each route that is called without a credential: pages, links, unknown paths. */
    throttleAnonymous: z.strictObject({ rate: count, burst: count }).default({ rate: 50, burst: 100 }),
    /** The name of an existing table to use, for example a restored one; undefined: the stack creates one. */
    table: z
      .string()
      .refine((text) => Token.isUnresolved(text) || /^[\w.-]{3,255}$/.test(text), 'is not the name of a table')
      .optional(),
    /** The ARN of the stream of `table`, with new images, from which events are published. */
    tableStreamArn: arn('dynamodb').optional(),
    /** Where events are published: on a bus that the stack creates, on an existing one by its name, or nowhere. */
    events: z
      .union([
        z.boolean(),
        z
          .string()
          .refine(
            (text) => Token.isUnresolved(text) || /^[\w./-]{1,256}$/.test(text),
            'is neither true, nor false, nor the name of a bus',
          ),
      ])
      .default(true),
    /** Daily backups by AWS Backup, kept for so many days, with copies in other backup vaults; undefined: none. */
    backup: z
      .strictObject({ days: z.int().min(1).max(36_500).default(35), copyTo: z.array(arn('backup')).default([]) })
      .optional(),
    /** Whether due work waits: the scheduled function doesn't run by itself. */
    holdSchedule: z.boolean().default(false),
    /** The account's quota of concurrent Lambda executions. */
    concurrencyQuota: count.default(1000),
    /**
     * Concurrent executions that the scheduled function, that of mail events, and each function with HTTP have for
     * themselves. It is also the most that they have.
     */
    reservedConcurrency: z
      .strictObject({ schedule: count.optional(), mailEvents: count.optional(), http: count.optional() })
      .default({}),
    /** The memory of functions, in MB. */
    memory: z.int().min(256).max(10_240).default(1024),
    /** Which alarms there are. The essential ones cost nothing in an account without others. */
    alarms: z.enum(['essential', 'all', 'none']).default('essential'),
    /** The address that gets alarms. */
    alarmEmail: address.optional(),
    /** The ARN of an existing SNS topic that gets alarms. */
    alarmTopic: arn('sns').optional(),
    /** Whether there is a dashboard. */
    dashboard: z.boolean().default(true),
    /** What the deployment may cost in a month, in US dollars, before somebody is told. */
    monthlyBudget: z.number().positive().optional(),
    /** Tags of all resources, beside `muster:stage`. */
    tags: z
      .record(
        z.string().regex(/^(?!aws:)[\w .:/=+@-]{1,128}$/, 'is no key of a tag'),
        z.string().regex(/^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u, 'is no value of a tag'),
      )
      .default({}),
    /** The ARN of the IAM policy that bounds the permissions of all roles. */
    permissionsBoundary: arn('iam').optional(),
    /** The ARN of the KMS key that encrypts the table, its backups, the logs and mail events. */
    kmsKeyArn: arn('kms').optional(),
  })
  .refine((config) => !config.issuer === !config.audience, {
    path: ['audience'],
    error: 'belongs to issuer: give both or neither',
    // Checked even if other values are invalid, so that all mistakes are reported at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(({ consoleClientId, issuer, console }) => consoleClientId === undefined || (issuer && console), {
    path: ['consoleClientId'],
    error: 'belongs to issuer and a console: leave it out',
  })
  .refine(({ domain, publicUrl }) => !domain || publicUrl === undefined || publicUrl === `https://${domain.name}`, {
    path: ['publicUrl'],
    error: 'follows from domain: leave it out',
  })
  .refine(({ domain, waf }) => !waf || domain, { path: ['waf'], error: 'needs domain' })
  .refine(({ domain, waf }) => !(waf && domain) || mayBeInUsEast1(frontCertificate(domain, waf)), {
    path: ['waf', 'certificateArn'],
    error: 'is needed: a certificate of the domain in us-east-1, where CloudFront reads certificates',
  })
  .refine(
    ({ table, tableStreamArn, events }) => table === undefined || tableStreamArn !== undefined || events === false,
    {
      path: ['tableStreamArn'],
      error:
        'is missing: the ARN of the stream of table, from which events are published. Or set events to false: then none are',
    },
  )
  .refine(({ table, tableStreamArn }) => table !== undefined || tableStreamArn === undefined, {
    path: ['tableStreamArn'],
    error: 'belongs to table: the stack knows the stream of the table that it creates',
  })
  .refine(({ monthlyBudget, alarmEmail, alarmTopic }) => monthlyBudget === undefined || alarmEmail || alarmTopic, {
    path: ['monthlyBudget'],
    error: 'needs alarmEmail or alarmTopic, which is told',
  })
  .refine(
    (config) =>
      config.previousIssuer === undefined || (config.issuer && config.issuer !== config.previousIssuer.issuer),
    {
      path: ['previousIssuer'],
      error: 'needs an issuer that differs from it',
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  );

/** The settings of a stage, as they are written. */
export type StageSettings = z.input<typeof StageConfig>;

/** A stage that isn't disposable has to send mails: domains reserved for examples and tests (RFC 2606) can't. */
export const PermanentStageConfig = StageConfig.refine(
  // An invalid address has its own error.
  ({ mailSender }) => !RESERVED.test(addressOf(String(mailSender))),
  {
    path: ['mailSender'],
    error: 'is a placeholder that can not send: give an address of a domain of yours',
    when: ({ value }) => typeof value === 'object' && value !== null,
  },
);
/** Returns the certificate that CloudFront uses. */
export function frontCertificate(
  domain: { readonly certificateArn: string },
  waf: { readonly certificateArn?: string | undefined },
): string {
  return waf.certificateArn ?? domain.certificateArn;
}

/** A reference to another resource has no value yet. */
function mayBeInUsEast1(certificateArn: string): boolean {
  return Token.isUnresolved(certificateArn) || certificateArn.includes(':acm:us-east-1:');
}

/** The ends of addresses that can't send. */
export const RESERVED = /[@.](example\.(com|net|org)|example|test|invalid|localhost)$/;

/** Returns the address of `Name <address>`. */
export function addressOf(sender: string): string {
  return normalizeAddress(parseMailbox(sender).address);
}
