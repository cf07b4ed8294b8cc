/**
 * `npm run invite -- people.csv`: invites the people of a CSV file, and continues where an earlier run stopped.
 * `npm run import-members -- people.csv` makes them members.
 */
import { existsSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../cdk/fingerprint.ts';
import { parseAccessToken } from '../../lib/domain/access-token.ts';
import { isId } from '../../lib/domain/ids.ts';
import { parseIntegrationToken } from '../../lib/domain/integration.ts';
import { isRedirectUrl } from '../../lib/domain/redirect.ts';
import { ROLES } from '../../lib/domain/roles.ts';
import { runningStack } from '../local/stack-file.ts';
import { Api } from './api.ts';
import type { Naming } from './columns.ts';
import { Run } from './invite.ts';
import { lock } from './lock.ts';
import { IMPORTING, INVITING, type Mode } from './mode.ts';
import { Progress } from './progress.ts';
import { Display, summary } from './report.ts';
import { roleOf } from './rows.ts';
import { readSheet, rowsOf } from './sheet.ts';
import { Stop } from './stop.ts';

const USAGE = `Usage: npm run invite -- people.csv [options]

Invites everybody in a CSV file, a hundred at a time. Its first line names the columns: email, and optionally role,
message, language, expiresInDays. Exports of Google Workspace, Google Contacts, Outlook, Microsoft 365, Entra, Slack and
GitLab work unchanged. A further run continues where the last one stopped, and invites nobody twice.

  --organization org_...  the organization; required if you are in several
  --role ROLE             the role of rows without one: ${ROLES.join(', ')}; default: USER
  --redirect-url URL      the page of your application where everybody goes in the end
  --api URL               the API; default: the running local stack
  --email-column NAME     the address column, if it has another name or there are several
  --ignore-column NAME    a column with one of these names but another meaning; can be repeated
  --dry-run               shows the expected result of each row, and writes nothing
  --help

MUSTER_TOKEN in the environment is the token of an ADMIN: an ID token, an access token (mst_...), or that of an
integration (msi_...).
`;

const IMPORT_USAGE = `Usage: npm run import-members -- people.csv --organization org_... [options]

Makes everybody in a CSV file a member, a hundred at a time, without an invitation: the operator vouches for them. Its
first line names the columns: email, and optionally role, firstName, lastName, subject (the person's sub at the issuer),
teams (ids of teams, separated by spaces). A further run continues where the last one stopped.

  --organization org_...  the organization
  --role ROLE             the role of rows without one: ${ROLES.join(', ')}; default: USER
  --send-email            tells each person by mail
  --api URL               the API; default: the running local stack
  --email-column NAME     the address column, if it has another name or there are several
  --ignore-column NAME    a column with one of these names but another meaning; can be repeated
  --dry-run               shows the expected result of each row, and writes nothing
  --help

MUSTER_TOKEN in the environment is an operator key (mso_...) with the permission member:import.
`;

/** The exit codes after signals, as in shells. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Within this time, in milliseconds, a second signal is a duplicate: npm forwards the signal that both got. */
const SAME_SIGNAL = 1000;

interface Options {
  readonly file: string;
  readonly api: string | undefined;
  readonly organization: string | undefined;
  readonly role: string;
  readonly redirectUrl: string | undefined;
  readonly dryRun: boolean;
  readonly mode: Mode;
  readonly sendEmail: boolean;
  readonly naming: Naming;
}

/** @returns the exit code */
async function main(): Promise<number> {
  const isImport = process.argv.includes('--import-members');
  const usage = isImport ? IMPORT_USAGE : USAGE;
  const options = readArguments(usage);
  if (!options) {
    process.stdout.write(usage);
    return 0;
  }
  const { file, role, redirectUrl, dryRun, mode, sendEmail, naming } = options;
  const url = await apiOf(options);
  const token = tokenOf(options);
  const sheet = await readSheet(file, naming);
  const { ignored } = sheet.header;
  if (ignored.length > 0) process.stderr.write(`Columns without a meaning here: ${ignored.join(', ')}.\n`);

  const interruption = listen();
  // A mistake in the address should show at once.
  const first = new Api(url, token, interruption.signal, { retries: 0 });
  const organization = await organizationOf(first, options.organization ?? ownOrganization(token));
  const api = new Api(url, token, interruption.signal, { organization: organization.id });
  const unlock = dryRun ? () => {} : lock(`${file}${mode.suffix}.lock`);
  try {
    const target = { api: url, organization: organization.id };
    const progress = await Progress.open(`${file}${mode.suffix}.jsonl`, target, { writing: !dryRun });
    process.stderr.write(
      `${dryRun ? `Dry run: ${mode.doing}` : capital(mode.doing)} to ${organization.name} (${organization.id}) at ${url}\n`,
    );
    const display = new Display(sheet.count, dryRun);
    const run = new Run(api, progress, {
      mode,
      dryRun,
      interrupted: interruption.signal,
      onProgress: (waiting) => display.show(run.tally, waiting),
    });
    let end: unknown;
    try {
      const more = { ...(sendEmail && { sendEmail }), ...(redirectUrl !== undefined && { redirectUrl }) };
      await run.invite(rowsOf(sheet, role, more));
    } catch (error) {
      end = error;
    } finally {
      display.end();
      progress.close();
    }
    process.stdout.write(summary(run.tally, sheet.count, dryRun, mode.done));
    if (end instanceof Error && end.name === 'AbortError') {
      process.stderr.write('Stopped. Run the same command again to continue.\n');
      return interruption.code;
    }
    if (end) throw end;
    return run.tally.failures.length === 0 ? 0 : 1;
  } finally {
    unlock();
  }
}

/** @returns undefined for --help */
function readArguments(usage: string): Options | undefined {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse();
  } catch (error) {
    throw new Stop(`${(error as Error).message.split('. ')[0]}.\n\n${usage}`);
  }
  const { values, positionals } = parsed;
  if (values.help) return undefined;
  const [path, more] = positionals;
  if (path === undefined || more !== undefined) throw new Stop(`Name one CSV file.\n\n${usage}`);
  const { api, organization, 'dry-run': dryRun = false, 'redirect-url': redirectUrl } = values;
  const { 'send-email': sendEmail = false, 'import-members': isImport = false } = values;
  const mode = isImport ? IMPORTING : INVITING;
  if (isImport && organization === undefined) throw new Stop(`Name the organization.\n\n${usage}`);
  if (!isImport && sendEmail) throw new Stop(`--send-email is for imports.\n\n${usage}`);
  if (isImport && redirectUrl !== undefined) throw new Stop(`--redirect-url is for invitations.\n\n${usage}`);
  const role = roleOf(values.role ?? 'USER');
  const naming = { columns: mode.columns, email: values['email-column'], ignored: values['ignore-column'] ?? [] };
  if (!(ROLES as readonly string[]).includes(role)) throw new Stop(`${role} is no role: ${ROLES.join(', ')}.`);
  if (redirectUrl !== undefined && !isRedirectUrl(redirectUrl)) {
    throw new Stop(`${redirectUrl} is no URL that begins with https://, or with http://localhost.`);
  }
  if (organization !== undefined && !isId('organization', organization)) {
    throw new Stop(`${organization} is no id of an organization: it is like org_01k806tfs2fem51f7c11lc6q1f.`);
  }
  // npm runs scripts in the folder of package.json, wherever it is called.
  const from = ['invite', 'import-members'].includes(process.env.npm_lifecycle_event ?? '')
    ? process.env.INIT_CWD
    : undefined;
  const named = resolve(from ?? '.', path);
  if (!existsSync(named)) throw new Stop(`There is no file ${named}.`);
  if (!statSync(named).isFile()) throw new Stop(`${named} is no file: it is read twice, so it can't be a pipe.`);
  // Resolves links, so that a file has one progress file.
  return { file: realpathSync(named), api, organization, role, redirectUrl, dryRun, mode, sendEmail, naming };
}

function parse() {
  return parseArgs({
    allowPositionals: true,
    options: {
      api: { type: 'string' },
      organization: { type: 'string' },
      role: { type: 'string' },
      'redirect-url': { type: 'string' },
      'email-column': { type: 'string' },
      'ignore-column': { type: 'string', multiple: true },
      'dry-run': { type: 'boolean' },
      'import-members': { type: 'boolean' },
      'send-email': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
}

async function apiOf({ api }: Options): Promise<string> {
  if (api === undefined) {
    const stack = await runningStack(join(ROOT, '.local'));
    if (!stack) throw new Stop('No local stack is running: start one with npm start, or name an API with --api URL.');
    return stack.api;
  }
  const url = URL.parse(api);
  const isLocal = url && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url?.protocol !== 'https:' && !(isLocal && url.protocol === 'http:')) {
    throw new Stop(`${api} is no address of an API: it begins with https://, since a token is sent there.`);
  }
  return (url.origin + url.pathname).replace(/\/+$/, '');
}

function tokenOf({ api }: Options): string {
  const token = process.env.MUSTER_TOKEN?.trim();
  if (token) return token;
  throw new Stop(
    api === undefined
      ? 'MUSTER_TOKEN is not set. For the local stack: export MUSTER_TOKEN=$(npm run -s token -- ada@example.com)'
      : 'MUSTER_TOKEN is not set: put the ID token or the access token (mst_...) of an ADMIN there, or an operator key (mso_...) for an import.',
  );
}

/** Returns the organization of an access token or of an integration; undefined for other tokens. */
function ownOrganization(token: string): string | undefined {
  return (parseAccessToken(token) ?? parseIntegrationToken(token))?.organizationId;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/** Reads the named organization, or the caller's only one. */
async function organizationOf(api: Api, id: string | undefined): Promise<{ id: string; name: string }> {
  if (id !== undefined) {
    // A key that may import needn't be able to read.
    const named = await api.call(({ organizations }, options) => organizations.read(id, options), ['forbidden']);
    return named ?? { id, name: 'the organization' };
  }
  const { data } = await api.call(({ organizations }, options) => organizations.list({ perPage: 100 }, options));
  const [only, ...others] = data;
  if (!only) throw new Stop('You are in no organization.');
  if (others.length === 0) return only;
  const all = [only, ...others].map((each) => `  --organization ${each.id}   ${each.name}`).join('\n');
  throw new Stop(`You are in several organizations. Say which:\n${all}`);
}

/** Handles signals: the first aborts the run after the current request, another one ends the process at once. */
function listen(): { readonly signal: AbortSignal; readonly code: number } {
  const controller = new AbortController();
  const interruption = { signal: controller.signal, code: 0 };
  let first = 0;
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (controller.signal.aborted) {
        if (performance.now() - first > SAME_SIGNAL) process.exit(code);
        return;
      }
      first = performance.now();
      interruption.code = code;
      process.stderr.write('\nStopping after the request that is under way ...\n');
      controller.abort();
    });
  }
  return interruption;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
