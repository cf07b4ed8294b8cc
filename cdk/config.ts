import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as z from 'zod';
import { isAddress, normalizeAddress } from '../lib/domain/address.ts';
import { DEFAULT_LIMITS } from '../lib/domain/limits.ts';
import { parseMailbox } from '../lib/email/mime.ts';

const address = z.string().overwrite(normalizeAddress).refine(isAddress, 'is not an e-mail address');
const url = z.url({ protocol: /^https$/, error: 'is not a URL that begins with https://' });
const baseUrl = url.overwrite((text) => text.replace(/\/+$/, ''));
const origin = z
  .string()
  .refine(
    (text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'is neither an origin such as https://app.example.com nor *',
  );
const claim = z.string().min(1).optional();
const count = z.int().positive();
const limitNames = Object.keys(DEFAULT_LIMITS) as (keyof typeof DEFAULT_LIMITS)[];

/** Deleting a charger touches the access of every team to its site, in one transaction of at most 100 items. */
const MOST_TEAMS = 85;

/** What a stage in cdk.json's context may set. `docs/configuration.md` has the same in a table. */
const StageConfig = z
  .strictObject({
    /** The OIDC issuer of the callers' ID tokens; without one the stack makes a Cognito user pool. */
    issuer: url.optional(),
    /** The audience of the ID tokens: the application's client id. */
    audience: z.string().min(1).optional(),
    /** Where the issuer's keys are, when it isn't `/.well-known/jwks.json` below the issuer. */
    jwksUri: url.optional(),
    /**
     * The issuer before this one, and by what its people are found again: the subject, where both issuers have the same,
     * or the verified address.
     */
    previousIssuer: z.strictObject({ issuer: url, match: z.enum(['subject', 'address']) }).optional(),
    /** Names of the ID token's claims where they aren't OIDC's own. */
    claims: z
      .strictObject({ email: claim, emailVerified: claim, name: claim, givenName: claim, familyName: claim })
      .default({}),
    /** What mails and pages call the product. */
    productName: z.string().min(1).max(60).default('Muster'),
    /** The colour of buttons: `#3355ff`. */
    productColor: z
      .string()
      .regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i, 'is not a colour such as #3355ff')
      .optional(),
    /** An image for mails and pages. */
    logoUrl: url.optional(),
    /** Where answers to mails go when there is no inviter, and what pages show. */
    supportAddress: address.optional(),
    /** `Name <address>` or an address: the sender of every mail. */
    mailSender: z.string().refine((text) => isAddress(addressOf(text)), {
      error: 'is neither an address nor a name and an address such as Muster <invitations@example.com>',
    }),
    /** Whether the stack makes the SES identity of the sender's domain; false where the account has it already. */
    createMailIdentity: z.boolean().default(true),
    /** Where the API is reached, when a domain of yours leads to it. */
    publicUrl: baseUrl.optional(),
    /** Where people go once they have accepted, and where the user pool's sign-in returns to. */
    applicationUrl: url.optional(),
    /** Limits other than the defaults (lib/domain/limits.ts). */
    limits: z
      .partialRecord(z.enum(limitNames), count)
      .refine(({ teamsOfSite = 1 }) => teamsOfSite <= MOST_TEAMS, {
        path: ['teamsOfSite'],
        error: `must be at most ${MOST_TEAMS}`,
      })
      .default({}),
    /** Days that an invitation may be accepted, unless it says otherwise. */
    invitationDays: z.int().min(1).max(30).default(7),
    /** Days that audit entries are kept. */
    auditDays: count.default(365),
    /** Days that CloudWatch keeps logs. */
    logDays: z.enum(RetentionDays).default(30),
    /** Addresses that may create organizations; nobody listed: every verified person. */
    organizationCreators: z.array(address).default([]),
    /** Origins whose pages may call the API (CORS). */
    allowedOrigins: z.array(origin).default([]),
    /** Requests a second, and at once, beyond which the gateway answers 429. */
    throttle: z.strictObject({ rate: count, burst: count }).default({ rate: 500, burst: 1000 }),
    /** Who gets the alarms. */
    alarmEmail: address.optional(),
  })
  .refine((config) => !config.issuer === !config.audience, {
    path: ['audience'],
    error: 'belongs to issuer: give both or neither',
    // Also when something else is wrong: all mistakes are reported at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  })
  .refine(
    (config) =>
      config.previousIssuer === undefined || (config.issuer && config.issuer !== config.previousIssuer.issuer),
    {
      path: ['previousIssuer'],
      error: 'belongs to an issuer that is another one',
      when: ({ value }) => typeof value === 'object' && value !== null,
    },
  );

/** What is used for good has to mail: domains that are reserved for examples and tests (RFC 2606) get no DNS records. */
const LastingConfig = StageConfig.refine(
  // What is no address is told as that.
  ({ mailSender }) => !RESERVED.test(addressOf(String(mailSender))),
  {
    path: ['mailSender'],
    error: 'is a placeholder that can not send: give an address of a domain of yours',
    when: ({ value }) => typeof value === 'object' && value !== null,
  },
);
const RESERVED = /[@.](example\.(com|net|org)|example|test|invalid|localhost)$/;

/** Whether a stage can be thrown away, with its data. */
function isDisposable(stage: string): boolean {
  return stage === 'development';
}

/** The configuration of one deployment. */
export type Config = z.output<typeof StageConfig> & {
  readonly stage: string;
  /** The address in `mailSender`. */
  readonly senderAddress: string;
  /** Whether the stage can be thrown away, with its data. */
  readonly disposable: boolean;
};

/** A mistake in cdk.json or in the choice of a stage; the message says all of them and is all there is to say. */
export class ConfigError extends Error {}

/**
 * The configuration of `stage`.
 *
 * @param stages cdk.json's `stages`, unchecked
 * @throws ConfigError for a stage that isn't there (naming those that are) and for mistakes in it (all of them)
 */
export function readConfig(stages: unknown, stage: string): Config {
  const known = z.record(z.string(), z.unknown()).safeParse(stages).data ?? {};
  if (!Object.hasOwn(known, stage)) {
    const names = Object.keys(known).join(', ') || 'none';
    throw new ConfigError(`There is no stage "${stage}" in cdk.json. Choose one of: ${names}.`);
  }
  const parsed = (isDisposable(stage) ? StageConfig : LastingConfig).safeParse(known[stage]);
  if (parsed.success) {
    return { ...parsed.data, stage, senderAddress: addressOf(parsed.data.mailSender), disposable: isDisposable(stage) };
  }
  const mistakes = parsed.error.issues.map(
    ({ path, message }) => `  ${['stages', stage, ...path].join('.')}: ${message}`,
  );
  throw new ConfigError(`Correct these in the context of cdk.json:\n${mistakes.join('\n')}`);
}

/** The address in `Name <address>`. */
function addressOf(sender: string): string {
  return normalizeAddress(parseMailbox(sender).address);
}

/** The part of the functions' environment that is known before anything is deployed; `lib/configuration.ts` reads it. */
export function environmentOf(config: Config): Record<string, string> {
  const { claims, limits } = config;
  const values = {
    TOKEN_JWKS_URI: config.jwksUri,
    PREVIOUS_ISSUER: config.previousIssuer?.issuer,
    PREVIOUS_ISSUER_MATCH: config.previousIssuer?.match,
    CLAIM_EMAIL: claims.email,
    CLAIM_EMAIL_VERIFIED: claims.emailVerified,
    CLAIM_NAME: claims.name,
    CLAIM_GIVEN_NAME: claims.givenName,
    CLAIM_FAMILY_NAME: claims.familyName,
    ORGANIZATION_CREATORS: config.organizationCreators.join(','),
    LIMITS: Object.keys(limits).length > 0 ? JSON.stringify(limits) : undefined,
    INVITATION_DAYS: String(config.invitationDays),
    AUDIT_DAYS: String(config.auditDays),
    APPLICATION_URL: config.applicationUrl,
    PRODUCT_NAME: config.productName,
    PRODUCT_COLOR: config.productColor,
    LOGO_URL: config.logoUrl,
    SUPPORT_ADDRESS: config.supportAddress,
    MAIL_FROM: config.mailSender,
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
