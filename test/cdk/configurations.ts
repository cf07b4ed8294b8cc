import { join } from 'node:path';
import { App, NestedStack } from 'aws-cdk-lib';
import { readConfig, readStages } from '../../cdk/config.ts';
import type { StageSettings } from '../../cdk/settings.ts';
import { MusterStack } from '../../cdk/stack.ts';
import { functions } from '../../functions/index.ts';
import { FLAGS } from './assembled.ts';

const mailSender = 'Muster <invitations@mail.acme.org>';

/** A value for each key. The issuer's own keys are in `OFF`, since with an issuer there is no user pool. */
const ON: Required<Omit<StageSettings, 'issuer' | 'audience' | 'consoleClientId' | 'jwksUri' | 'previousIssuer'>> = {
  account: '123456789012',
  region: 'eu-central-1',
  userPool: {
    mail: 'ses',
    callbackUrls: ['https://app.acme.org/signed-in', 'http://localhost:5173/'],
    logoutUrls: ['https://app.acme.org/signed-out'],
    mfa: 'required',
    threatProtection: true,
    memberships: true,
  },
  claims: { name: 'nickname' },
  productName: 'Volt',
  productColor: '#3355ff',
  logoUrl: 'https://acme.org/logo.png',
  supportAddress: 'help@acme.org',
  mailSender,
  createMailIdentity: true,
  sandboxRecipients: ['ada@acme.org', 'acme.net'],
  publicUrl: 'https://api.acme.org',
  domain: {
    name: 'api.acme.org',
    certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
    hostedZoneId: 'Z0123456789ABCDEFGHIJ',
  },
  waf: {
    requestsPerFiveMinutes: 1000,
    certificateArn: 'arn:aws:acm:us-east-1:123456789012:certificate/1b2c3d4e-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
    webAclArn: 'arn:aws:wafv2:us-east-1:123456789012:global/webacl/Muster/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
  },
  applicationUrl: 'https://app.acme.org/',
  redirectOrigins: ['https://app.acme.org', 'http://localhost:3000'],
  signUpUrl: 'https://app.acme.org/sign-up?email={email}&next={redirectUrl}',
  roleLabels: { USER: { en: 'Technician', de: 'Techniker' } },
  timeZone: 'Europe/Berlin',
  limits: { members: 50 },
  invitationDays: 14,
  auditDays: 90,
  logDays: 90,
  organizationCreators: ['ada@acme.org'],
  permissions: { 'invoice:pay': ['ADMIN'], 'invoice:read': ['ADMIN', 'USER'] },
  console: true,
  dialects: ['papershift', 'rocketchat', 'volttime'],
  allowedOrigins: ['https://app.acme.org'],
  throttle: { rate: 100, burst: 200 },
  throttleAnonymous: { rate: 10, burst: 20 },
  table: 'Restored',
  tableStreamArn: 'arn:aws:dynamodb:eu-central-1:123456789012:table/Restored/stream/2026-11-28T09:00:00.000',
  events: 'company',
  holdSchedule: true,
  backup: { days: 35, copyTo: ['arn:aws:backup:eu-west-1:123456789012:backup-vault:copies'] },
  concurrencyQuota: 2000,
  reservedConcurrency: { schedule: 2, mailEvents: 20, http: 5 },
  memory: 512,
  alarms: 'all',
  alarmEmail: 'operations@acme.org',
  alarmTopic: 'arn:aws:sns:eu-central-1:123456789012:alarms',
  dashboard: true,
  monthlyBudget: 100,
  tags: { team: 'identity' },
  permissionsBoundary: 'arn:aws:iam::123456789012:policy/boundary',
  kmsKeyArn: 'arn:aws:kms:eu-central-1:123456789012:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f',
};

/** As little as possible: an issuer of one's own, and no API of another product. */
const OFF: StageSettings = {
  mailSender,
  issuer: 'https://issuer.acme.org',
  audience: 'application',
  createMailIdentity: false,
  console: false,
  dialects: [],
  alarms: 'none',
  dashboard: false,
};

/** The configurations for which the templates are checked, all of a permanent stage. */
export const CONFIGURATIONS = { defaults: { mailSender }, 'everything on': ON, 'everything off': OFF };

/** A synthesized configuration. */
export interface Synthesized {
  readonly app: App;
  /** The files of all templates. */
  readonly files: string[];
}

/**
 * Synthesizes the stage `production`.
 *
 * @param bundles the directory of the bundles
 * @param only the names of some functions; default: all
 * @param context feature flags; default: those of cdk.json
 */
export function synthesizeConfiguration(
  settings: StageSettings,
  outdir: string,
  bundles: string,
  only?: readonly string[],
  context = FLAGS,
): Synthesized {
  const app = new App({ outdir, context, analyticsReporting: false, builtinCloudFormationValidation: false });
  const config = readConfig(readStages({ production: settings }, undefined), 'production');
  const declared = functions.filter(({ name }) => only?.includes(name) ?? true);
  const stack = new MusterStack(app, 'Muster-production', { config, functions: declared, bundles });
  app.synth();
  const nested = stack.node.findAll().filter((each) => each instanceof NestedStack);
  return { app, files: [stack, ...nested].map(({ templateFile }) => join(outdir, templateFile)) };
}
