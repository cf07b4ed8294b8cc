import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CloudFormationValidatePlugin, NestedStack } from 'aws-cdk-lib';
import { expect, inject } from 'vitest';
import { bundleDirectory } from '../../cdk/bundling/directory.ts';
import { readConfig, readStages } from '../../cdk/config.ts';
import { ROOT } from '../../cdk/fingerprint.ts';
import { MusterStack } from '../../cdk/stack.ts';
import { dialectOf } from '../../lib/dialects/dialect.ts';
import type {
  Declaration,
  HttpDeclaration,
  MailEventsDeclaration,
  Route,
  ScheduleDeclaration,
  StreamDeclaration,
} from '../../lib/http/declaration.ts';

// Synthesizes the stack of small configurations, for the tests of the template.

export interface Resource {
  Type: string;
  Condition?: string;
  DependsOn?: string[];
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a template has no type
  Properties: any;
}
export interface Template {
  Resources: Record<string, Resource>;
  Parameters: Record<string, { Default?: string }>;
  Conditions: Record<string, unknown>;
  Outputs: Record<string, { Condition?: string; Value: unknown }>;
}
export interface Assembly {
  app: App;
  /** Whether the stack is protected from deletion. */
  isProtected: boolean;
  root: Template;
  /** The nested templates, by the dialect of their functions. */
  nested: Record<string, Template>;
  files: string[];
}
export type Declared = { name: string; declaration: Declaration };

/** The feature flags of CDK in cdk.json. */
export const FLAGS: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')).context).filter(([key]) => key !== 'stages'),
);

export const temporary = mkdtempSync(join(tmpdir(), 'template-'));
// At the end of the process: test files share this module.
process.once('exit', () => rmSync(temporary, { recursive: true }));

export const mailSender = 'Muster <invitations@mail.acme.org>';
const plugin = new CloudFormationValidatePlugin();

export function http(name: string, route: Route, more: Partial<HttpDeclaration> = {}): Declared {
  const declaration: HttpDeclaration = {
    kind: 'http',
    route,
    dialect: dialectOf(route),
    caller: ['person'],
    permission: undefined,
    oneself: false,
    about: undefined,
    organization: false,
    found: false,
    creates: false,
    table: {},
    due: false,
    email: false,
    timeout: 10,
    depth: 0,
    refuses: [],
    query: undefined,
    body: undefined,
    accepts: 'application/json',
    ...more,
  };
  return { name, declaration };
}

const sweep: ScheduleDeclaration = {
  kind: 'schedule',
  schedule: 'rate(1 minute)',
  table: { UpdateItem: ['ORG'] },
  due: true,
  email: true,
  timeout: 55,
};

const mailEvents: MailEventsDeclaration = {
  kind: 'mailEvents',
  table: { PutItem: ['AUDIT'] },
  due: false,
  email: false,
  timeout: 30,
};

const stream: StreamDeclaration = {
  kind: 'stream',
  items: ['AuditEntry'],
  events: true,
  table: {},
  due: false,
  email: false,
  timeout: 50,
};

/** One function of each kind. */
export const ONE_EACH: readonly Declared[] = [
  http('invitations/create', 'POST /v1/invitations', {
    table: {
      BatchGetItem: ['USER', 'ORG'],
      ConditionCheckItem: ['USER'],
      PutItem: ['ORG', 'EMAIL', 'AUDIT'],
      DeleteItem: ['AUDIT', 'EMAIL', 'ORG'],
    },
    email: true,
    timeout: 12,
  }),
  http('members/list', 'GET /v1/members', { table: { BatchGetItem: ['USER', 'ORG'], Query: ['ORG'] } }),
  http('papershift/teams/update', 'PUT /api/v1/teams/{id}'),
  http('rocketchat/teams/create', 'POST /api/v1/teams.create'),
  http('volttime/teams/create', 'POST /api/v3/teams'),
  http('volttime/chargers/list', 'GET /api/v2/teams/{team_id}/chargers'),
  http('pages/invitation', 'GET /invitation', { caller: ['anybody'] }),
  http('fallback', '$default', { caller: ['anybody'], timeout: 5 }),
  { name: 'scheduled/sweep', declaration: sweep },
  { name: 'events/mail', declaration: mailEvents },
  { name: 'events/publish', declaration: stream },
  { name: 'webhooks/deliver', declaration: { ...stream, events: false } },
];

/** The variables that most functions read. */
const VARIABLES = [
  ...['TABLE_NAME', 'TOKEN_ISSUER', 'TOKEN_AUDIENCE', 'PUBLIC_URL', 'AUDIT_DAYS', 'INVITATION_DAYS'],
  ...['MAIL_FROM', 'MAIL_CONFIGURATION_SET', 'PRODUCT_NAME', 'ORIGIN_SECRET'],
];

/** The variables that pages read, or what stands for them. */
const FOR_PAGES = ['SIGN_UP_URL'];

export function assemble(
  settings: object = {},
  stage = 'development',
  declared: readonly Declared[] = ONE_EACH,
  isFirst = false,
): Assembly {
  const directory = mkdtempSync(join(temporary, 'assembly-'));
  const bundles = join(directory, 'functions');
  for (const { name } of declared) {
    mkdirSync(bundleDirectory(bundles, name), { recursive: true });
    writeFileSync(
      join(bundleDirectory(bundles, name), 'index.cjs'),
      // It reads every variable, except those of one function each.
      `exports.handler = () => [${JSON.stringify(name)}, ${[...VARIABLES, ...(name === 'fallback' ? FOR_PAGES : [])].map((each) => `process.env.${each}`)}];`,
    );
  }
  const app = new App({
    outdir: directory,
    context: FLAGS,
    analyticsReporting: false,
    builtinCloudFormationValidation: false,
  });
  const config = readConfig(readStages({ [stage]: { mailSender, ...settings } }, undefined), stage, isFirst);
  const stack = new MusterStack(app, `Muster-${stage}`, { config, functions: declared, bundles });
  app.synth();
  const read = (file: string): Template => JSON.parse(readFileSync(file, 'utf8'));
  const nested = stack.node.findAll().filter((each) => each instanceof NestedStack);
  const groups = nested.map(({ node }) => node.id);
  const fileOf = (id: string) => join(directory, nested.find(({ node }) => node.id === id)?.templateFile ?? '');
  const rootFile = join(directory, stack.templateFile);
  return {
    app,
    isProtected: stack.terminationProtection === true,
    root: read(rootFile),
    nested: Object.fromEntries(groups.map((id) => [id, read(fileOf(id))])),
    files: [rootFile, ...groups.map(fileOf)],
  };
}

/** Returns the findings of CloudFormation's offline validator. The synthesis validates the root template only. */
export function findings({ app, files }: Pick<Assembly, 'app' | 'files'>): string[] {
  const stackTemplates = files.map((templatePath) => ({
    stackConstructPath: 'Muster',
    templatePath,
    accountId: undefined,
    region: undefined,
  }));
  const report = plugin.validate({ templatePaths: files, stackTemplates, appConstruct: app });
  return report.violations.map(({ severity, ruleName, description }) => `${severity} ${ruleName}: ${description}`);
}

/** Expects no findings. `npm test` leaves this to `validators.test.ts`: to load the validator takes 4 CPU s. */
export function expectValid(assembly: Pick<Assembly, 'app' | 'files'>): void {
  if (inject('whole')) expect(findings(assembly)).toEqual([]);
}

export function ofType(template: Template | undefined, type: string): Resource[] {
  return Object.values(template?.Resources ?? {}).filter(({ Type }) => Type === type);
}

export function functionOf(template: Template | undefined, name: string): Resource {
  const found = ofType(template, 'AWS::Lambda::Function').find(({ Properties }) => Properties.Description === name);
  if (!found) throw new Error(`No function ${name} here.`);
  return found;
}

export function logicalId(template: Template | undefined, resource: Resource): string | undefined {
  return Object.entries(template?.Resources ?? {}).find(([, each]) => each === resource)?.[0];
}

/** Returns the statements of a function's role, with `TABLE` in place of the table's parameter. */
export function statementsOf(template: Template | undefined, name: string) {
  const role = template?.Resources[functionOf(template, name).Properties.Role['Fn::GetAtt'][0]]?.Properties;
  expect(role.ManagedPolicyArns).toBeUndefined();
  expect(role.Policies).toHaveLength(1);
  const text = JSON.stringify(role.Policies[0].PolicyDocument.Statement);
  return JSON.parse(text.replaceAll(/\{"Ref":"referenceto\w+Table\w+(?<!Stream)Arn"\}/g, '"TABLE"'));
}
