import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { addressOf, PermanentStageConfig, RESERVED, StageConfig, type StageSettings } from './settings.ts';

/** Tells whether a stage can always be deleted with its data: `development`, and each developer's `development-...`. */
export function isDisposable(stage: string): boolean {
  return /^development(-[a-z0-9-]+)?$/.test(stage);
}

/** The configuration of one deployment. */
export type Config = Omit<z.output<typeof StageConfig>, 'createMailIdentity'> & {
  /** The name of the stage; of a construct in an application of somebody's own, its unique name. */
  readonly stage: string;
  readonly createMailIdentity: boolean;
  /** The address in `mailSender`. */
  readonly senderAddress: string;
  /**
   * Whether stack, table and user pool are protected from deletion, and stay with the logs when the stack is removed: in
   * every stage that isn't disposable, once its first deployment has succeeded (`cdk/deploy/run.ts`).
   */
  readonly protect: boolean;
};

/** Mistakes in the configuration or an unknown stage. The message lists all of them; a stack trace isn't needed. */
export class ConfigError extends Error {}

/**
 * Reads the configurations of all stages, not yet validated: from a file of the deployer's if there is one, so that an
 * update of this repository merges nothing, else from cdk.json.
 *
 * @param file the path of a JSON file, `{"production": {...}}`
 * @throws ConfigError if the file can't be read
 */
export function readStages(context: unknown, file: string | undefined): Stages {
  if (!file) return { source: 'cdk.json', prefix: ['stages'], stages: context };
  try {
    return { source: file, prefix: [], stages: JSON.parse(readFileSync(file, 'utf8')) };
  } catch (error) {
    throw new ConfigError(`${file} can't be read: ${(error as Error).message}`);
  }
}

/** Configurations by stage, with their source for messages. */
interface Stages {
  readonly source: string;
  readonly prefix: readonly string[];
  readonly stages: unknown;
}

/**
 * Reads the configuration of a stage. `development-...` has the one of `development`, if it has none of its own.
 *
 * @param unprotected whether this is a first deployment, which can be deleted until it has succeeded
 * @throws ConfigError for an unknown stage, listing the known ones, and for mistakes in the stage, listing all
 */
export function readConfig({ source, prefix, stages }: Stages, stage: string, unprotected = false): Config {
  const known = z.record(z.string(), z.unknown()).safeParse(stages).data ?? {};
  const entry = !Object.hasOwn(known, stage) && isDisposable(stage) ? 'development' : stage;
  if (!Object.hasOwn(known, entry)) {
    const names = Object.keys(known).join(', ') || 'none';
    throw new ConfigError(`There is no stage "${stage}" in ${source}. Choose one of: ${names}.`);
  }
  const settings = parse(known[entry], { permanent: !isDisposable(stage), source, path: [...prefix, entry] });
  return configOf(settings, {
    stage,
    protect: !isDisposable(stage) && !unprotected,
    createMailIdentity: entry === stage && (settings.createMailIdentity ?? createsIdentity(known, stage, source)),
  });
}

/**
 * Reads the settings of a construct in somebody's own CDK application.
 *
 * @param name a name that is unique in the account and region
 * @param protect whether the deployment is protected from deletion
 * @throws ConfigError for mistakes, listing all
 */
export function readProps(props: StageSettings, name: string, protect: boolean): Config {
  const settings = parse(props, { permanent: protect, source: 'the props of Muster', path: [] });
  return configOf(settings, { stage: name, protect, createMailIdentity: settings.createMailIdentity ?? true });
}

function configOf(
  settings: z.output<typeof StageConfig>,
  more: Pick<Config, 'stage' | 'protect' | 'createMailIdentity'>,
): Config {
  const { domain, publicUrl = domain && `https://${domain.name}` } = settings;
  return { ...settings, ...more, publicUrl, senderAddress: addressOf(settings.mailSender) };
}

/** @param path the path of the settings in their source */
function parse(
  settings: unknown,
  { permanent, source, path }: { permanent: boolean; source: string; path: readonly string[] },
): z.output<typeof StageConfig> {
  const parsed = (permanent ? PermanentStageConfig : StageConfig).safeParse(settings);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(
    ({ path: within, message }) => `  ${[...path, ...within].join('.')}: ${message}`,
  );
  throw new ConfigError(`Correct these in ${source}:\n${mistakes.join('\n')}`);
}

/**
 * Tells whether a stage creates the SES identity of its sender's domain, if it doesn't say so. An account has an identity
 * once, and the stack that created it deletes it, so a disposable stage leaves it to a permanent one.
 *
 * @throws ConfigError if another permanent stage with the same domain doesn't say so either
 */
function createsIdentity(stages: Readonly<Record<string, unknown>>, stage: string, source: string): boolean {
  const domainOf = (name: string) => {
    const { mailSender } = z.looseObject({ mailSender: z.string() }).safeParse(stages[name]).data ?? {};
    const sender = mailSender === undefined ? '' : addressOf(mailSender);
    return RESERVED.test(sender) ? undefined : sender.slice(sender.lastIndexOf('@') + 1);
  };
  const says = (name: string) => z.looseObject({ createMailIdentity: z.boolean() }).safeParse(stages[name]).data;
  const domain = domainOf(stage);
  const others = Object.keys(stages).filter(
    (name) => name !== stage && !isDisposable(name) && domain !== undefined && domainOf(name) === domain,
  );
  if (isDisposable(stage)) return !others.some((name) => says(name)?.createMailIdentity ?? true);
  const silent = others.filter((name) => says(name) === undefined);
  if (silent.length === 0) return true;
  throw new ConfigError(
    `Correct this in ${source}:
  ${stage}.createMailIdentity: must be given, since ${silent.join(', ')} also sends from ${domain}. In one account, give it to one of them as true and to the others as false; in different accounts, to each as true.`,
  );
}

/**
 * Returns the environment variables that are known before the deployment. `lib/configuration.ts` reads them, and a
 * function gets those that its bundle reads.
 */
export function environmentOf(config: Config): Record<string, string> {
  const { claims, organizationCreators, applicationUrl } = config;
  const redirectOrigins = config.redirectOrigins ?? (applicationUrl ? [new URL(applicationUrl).origin] : []);
  const limits = {
    // Listed creators are trusted: their new organizations have the full limit at once.
    ...(organizationCreators.length > 0 && { mailsOfNewOrganization: Number.MAX_SAFE_INTEGER }),
    ...config.limits,
  };
  const values = {
    TOKEN_JWKS_URI: config.jwksUri,
    CONSOLE_CLIENT_ID: config.consoleClientId,
    PREVIOUS_ISSUER: config.previousIssuer?.issuer,
    PREVIOUS_ISSUER_MATCH: config.previousIssuer?.match,
    CLAIM_EMAIL: claims.email,
    CLAIM_EMAIL_VERIFIED: claims.emailVerified,
    CLAIM_NAME: claims.name,
    CLAIM_GIVEN_NAME: claims.givenName,
    CLAIM_FAMILY_NAME: claims.familyName,
    DIALECTS: ['v1', ...config.dialects].join(','),
    CONSOLE: config.console ? '1' : undefined,
    ORGANIZATION_CREATORS: organizationCreators.join(','),
    APPLICATION_PERMISSIONS:
      Object.keys(config.permissions).length > 0 ? JSON.stringify(config.permissions) : undefined,
    LIMITS: Object.keys(limits).length > 0 ? JSON.stringify(limits) : undefined,
    INVITATION_DAYS: String(config.invitationDays),
    AUDIT_DAYS: String(config.auditDays),
    APPLICATION_URL: config.applicationUrl,
    REDIRECT_ORIGINS: redirectOrigins.join(','),
    SIGN_UP_URL: config.signUpUrl,
    ROLE_LABELS: Object.keys(config.roleLabels).length > 0 ? JSON.stringify(config.roleLabels) : undefined,
    TIME_ZONE: config.timeZone === 'UTC' ? undefined : config.timeZone,
    PRODUCT_NAME: config.productName,
    PRODUCT_COLOR: config.productColor,
    LOGO_URL: config.logoUrl,
    SUPPORT_ADDRESS: config.supportAddress,
    MAIL_FROM: config.mailSender,
  };
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])));
}
