import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { synthesize } from '../../../cdk/synthesize.ts';
import { adminAccessKeyId } from '../../../packages/local/aws.ts';
import { startEngine } from '../../../packages/local/engine.ts';
import { AUDIENCE } from '../../../packages/local/issuer.ts';
import { startStack } from '../../../packages/local/stack.ts';
import { readTemplate } from '../../../packages/local/template.ts';
import { memberItems, writeTo } from '../service.ts';
import { eventOf, type Handler } from './event.ts';
import type { Invited, Organization, Person, Side } from './side.ts';

const REGION = 'eu-central-1';
/** The value of every limit; the peers' limits are the same. */
const NO_LIMIT = 1_000_000;
const LIMITS = Object.fromEntries(
  [
    ...['members', 'pendingInvitations', 'mailsOfOrganization', 'mailsOfNewOrganization', 'mailsOfPerson'],
    ...['mailsOfDeployment', 'organizationsOfPerson', 'teams'],
  ].map((name) => [name, NO_LIMIT]),
);

/** The deployed bundles of the functions, invoked in this process as Lambda invokes them. */
export interface Functions extends Side {
  person(email: string): Promise<Owner>;
  /** Returns an ID token of a person. */
  token(email: string): Promise<string>;
  /** Calls an endpoint, in an idle instance of its function or a new one. @throws Error for a refusal */
  // biome-ignore lint/suspicious/noExplicitAny: benchmarks check the form of answers
  invoke(route: string, path: string, event: Partial<APIGatewayProxyEventV2>): Promise<any>;
  /** The name of the table. */
  readonly table: string;
  /** The DynamoDB engine, which a peer may use too. */
  readonly engine: { readonly endpoint: string; readonly region: string; readonly credentials: Credentials };
  /** Sets the DynamoDB endpoint of functions that start from now on. */
  useEndpoint(endpoint: string): void;
  /** Discards all running functions, so that the next calls start new ones. */
  restart(): void;
  close(): Promise<void>;
}

interface Owner extends Person {
  createOrganization(name: string): Promise<Organization & { read(): Promise<unknown> }>;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Starts an issuer, and an engine with its data in memory, as the peer's SQLite has: otherwise each transaction waits for
 * the disk. Loads functions at their first call. An instance handles one request at a time.
 */
export async function startFunctions(directory: string): Promise<Functions> {
  const engine = await startEngine({ directory, inMemory: true });
  const stack = await startStack({ directory, dynamodb: engine.endpoint });
  const { api, issuer, dynamodb: endpoint, table } = stack;
  const parameters = { Issuer: issuer, Audience: AUDIENCE, PublicUrl: api };
  const template = readTemplate(await synthesize(), { region: REGION, account: '000000000000', api, parameters });
  const credentials = { accessKeyId: adminAccessKeyId, secretAccessKey: 'local' };
  Object.assign(process.env, ...template.functions.map(({ environment }) => environment), {
    TABLE_NAME: table,
    LIMITS: JSON.stringify(LIMITS),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  });

  const require = createRequire(import.meta.url);
  const idle = new Map<string, Handler[]>();
  const start = (code: string): Handler => {
    const file = join(code, 'index.cjs');
    delete require.cache[file];
    return require(file).handler;
  };
  /** Invokes the function of a route, in an idle instance or a new one. */
  const invoke = async (route: string, path: string, event: Partial<APIGatewayProxyEventV2>) => {
    const found = template.routes.find(({ routeKey }) => routeKey === route);
    const code = template.functions.find(({ name }) => name === found?.function)?.code;
    if (!code) throw new Error(`There is no ${route}.`);
    const instances = idle.get(code) ?? [];
    idle.set(code, instances);
    const handler = instances.pop() ?? start(code);
    const result = await handler(eventOf(route, path, event), { awsRequestId: 'bench', getRemainingTimeInMillis });
    instances.push(handler);
    if ((result.statusCode ?? 500) >= 300) throw new Error(`${route} answered ${result.statusCode} ${result.body}`);
    return result.body ? JSON.parse(result.body) : undefined;
  };

  const person = async (email: string) => {
    const authorization = `Bearer ${await stack.token({ email, name: 'Jane Doe' })}`;
    await invoke('GET /v1/me', '/v1/me', { headers: { authorization } });
    return {
      async createOrganization(name: string): Promise<Organization & { read(): Promise<unknown> }> {
        const body = JSON.stringify({ name });
        const route = 'POST /v1/organizations';
        const { id } = await invoke(route, '/v1/organizations', { headers: { authorization, ...JSON_BODY }, body });
        const headers = { authorization, 'x-organization-id': id };
        return {
          async invite(address) {
            const invitation = { email: address, role: 'USER', sendEmail: false };
            const { link } = await invoke('POST /v1/invitations', '/v1/invitations', {
              headers: { ...headers, ...JSON_BODY },
              body: JSON.stringify(invitation),
            });
            return { accept: new URL(link).searchParams.get('token') as string };
          },
          async list() {
            const query = { rawQueryString: 'perPage=100', queryStringParameters: { perPage: '100' } };
            const { data } = await invoke('GET /v1/members', '/v1/members', { headers, ...query });
            return data.map(({ role, userProfile }: ShownMember) => ({
              role,
              email: userProfile.email,
              name: `${userProfile.firstName} ${userProfile.lastName}`,
            }));
          },
          async addMembers(emails) {
            const { ids, items, counted } = memberItems(id, emails);
            await writeTo(table, endpoint, items, counted);
            return ids;
          },
          read: () =>
            invoke('GET /v1/organizations/{organizationId}', `/v1/organizations/${id}`, {
              headers,
              pathParameters: { organizationId: id },
            }),
          remove: (memberId) =>
            invoke('DELETE /v1/members/{id}', `/v1/members/${memberId}`, {
              headers,
              pathParameters: { id: memberId },
            }),
        };
      },
      accept: ({ accept: token }: Invited) =>
        invoke('POST /v1/invitations/accept', '/v1/invitations/accept', {
          headers: { authorization, ...JSON_BODY },
          body: JSON.stringify({ token }),
        }),
    };
  };

  return {
    name: 'Muster',
    person,
    token: (email) => stack.token({ email, name: 'Jane Doe' }),
    invoke,
    table,
    engine: { endpoint, region: REGION, credentials },
    useEndpoint(address) {
      process.env.AWS_ENDPOINT_URL_DYNAMODB = address;
    },
    restart: () => idle.clear(),
    async close() {
      await stack.stop();
      await engine.close();
    },
  };
}

const JSON_BODY = { 'content-type': 'application/json' };

interface ShownMember {
  readonly role: string;
  readonly userProfile: { readonly email: string; readonly firstName: string; readonly lastName: string };
}

function getRemainingTimeInMillis(): number {
  return 20_000;
}
