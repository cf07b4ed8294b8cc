import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../../../cdk/fingerprint.ts';
import { dynamodbAdapter } from './dynamodb-adapter.ts';
import type { Invited, Organization, Person, Side } from './side.ts';

export const VERSION = '1.7.25';

/** The used part of better-auth, which isn't a dependency of this project. */
interface BetterAuth {
  handler(request: Request): Promise<Response>;
  readonly $context: Promise<{
    runMigrations?(): Promise<void>;
    readonly adapter: { create(of: { model: string; data: Record<string, unknown> }): Promise<{ id: string }> };
  }>;
  readonly options: object;
}

/** Loads a module of better-auth. Installs the package into `node_modules/.bench` the first time. */
async function load(name: string) {
  const directory = join(ROOT, 'node_modules', '.bench');
  const manifest = join(directory, 'package.json');
  if (!existsSync(join(directory, 'node_modules', 'better-auth'))) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(manifest, JSON.stringify({ private: true, dependencies: { 'better-auth': VERSION } }));
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: directory });
  }
  return import(pathToFileURL(createRequire(manifest).resolve(name)).href);
}

const BASE = 'http://127.0.0.1:9';
const NO_LIMIT = 1_000_000;

/** Starts better-auth's organization plugin in this process, with sessions in cookies as its performance guide advises. */
async function start(name: string, database: unknown): Promise<Side & { readonly auth: BetterAuth }> {
  const { betterAuth } = await load('better-auth');
  const { organization: plugin } = await load('better-auth/plugins');
  const auth: BetterAuth = betterAuth({
    database,
    baseURL: BASE,
    secret: 'a secret of the bench, which is long enough',
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    session: { cookieCache: { enabled: true, maxAge: 24 * 60 * 60 } },
    // Hashing a password is slow by design, and signing up isn't measured.
    emailAndPassword: { enabled: true, password: { hash: async (text: string) => text, verify: async () => true } },
    plugins: [
      plugin({
        sendInvitationEmail: async () => {},
        organizationLimit: NO_LIMIT,
        membershipLimit: NO_LIMIT,
        invitationLimit: NO_LIMIT,
      }),
    ],
  });

  const call = async (route: string, cookie: string, body?: object) => {
    const [method = '', path = ''] = route.split(' ');
    const headers = { origin: BASE, cookie, ...(body && { 'content-type': 'application/json' }) };
    const sent = body && { body: JSON.stringify(body) };
    const answer = await auth.handler(new Request(`${BASE}/api/auth${path}`, { method, headers, ...sent }));
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${name}: ${route} answered ${answer.status} ${text}`);
    return { body: JSON.parse(text), cookies: answer.headers.getSetCookie() };
  };

  const person = async (email: string): Promise<Person & { readonly id: string }> => {
    const made = await call('POST /sign-up/email', '', { email, name: 'Jane Doe', password: 'password' });
    const cookie = made.cookies.map((text) => text.split(';')[0]).join('; ');
    return {
      id: made.body.user.id,
      async createOrganization(title): Promise<Organization> {
        const { id } = (await call('POST /organization/create', cookie, { name: title, slug: title })).body;
        const list = async (): Promise<{ role: string; user: { email: string; name: string } }[]> =>
          (await call(`GET /organization/list-members?organizationId=${id}&limit=100`, cookie)).body.members;
        return {
          async invite(address): Promise<Invited> {
            const body = { email: address, role: 'member', organizationId: id };
            return { accept: (await call('POST /organization/invite-member', cookie, body)).body.id };
          },
          list: async () => (await list()).map(({ role, user }) => ({ role, email: user.email, name: user.name })),
          async addMembers(people) {
            const { adapter } = await auth.$context;
            return Promise.all(
              people.map(async (address) => {
                const times = { createdAt: new Date(), updatedAt: new Date() };
                const data = { email: address, name: 'Jane Doe', emailVerified: true, ...times };
                const user = await adapter.create({ model: 'user', data });
                const member = { organizationId: id, userId: user.id, role: 'member', createdAt: new Date() };
                return (await adapter.create({ model: 'member', data: member })).id;
              }),
            );
          },
          remove: (member) =>
            call('POST /organization/remove-member', cookie, { memberIdOrEmail: member, organizationId: id }),
        };
      },
      accept: ({ accept: invitationId }) => call('POST /organization/accept-invitation', cookie, { invitationId }),
    };
  };
  return { name, person, auth };
}

/** Starts better-auth on SQLite in memory, in this process. */
export async function onSqlite(): Promise<Side> {
  const { DatabaseSync } = await import('node:sqlite');
  const { getMigrations } = await load('better-auth/db/migration');
  const side = await start('better-auth on SQLite', new DatabaseSync(':memory:'));
  await (await getMigrations(side.auth.options)).runMigrations();
  return side;
}

/** Starts better-auth on a DynamoDB engine. */
export async function onDynamodb(connection: Parameters<typeof dynamodbAdapter>[1]): Promise<Side> {
  const { createAdapterFactory } = await load('better-auth/adapters');
  return start('better-auth on DynamoDB', await dynamodbAdapter(createAdapterFactory, connection));
}
