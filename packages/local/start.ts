/** `npm start`: runs the service locally until Ctrl+C. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../cdk/fingerprint.ts';
import { type Stack, type StackOptions, startStack } from './stack.ts';

const ADMIN = { email: 'ada@example.com', name: 'Ada Lovelace' };

/** Reads the options from the command line and the environment. */
function readArguments(): Pick<StackOptions, 'port' | 'fresh' | 'issuer'> {
  const usage = 'Usage: npm start -- [--port N] [--fresh] [--issuer URL --audience CLIENT_ID [--jwks-uri URL]]';
  const text = { type: 'string' } as const;
  const options = { port: text, fresh: { type: 'boolean' }, issuer: text, audience: text, 'jwks-uri': text } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ options }));
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. ${usage}`);
  }
  const port = values.port ?? process.env.PORT ?? '3000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535) {
    throw new Error(`${port} is no port: choose a number up to 65535. ${usage}`);
  }
  const { issuer: url, audience, 'jwks-uri': jwksUri } = values;
  const urls = [url, jwksUri].filter((each) => each !== undefined);
  const wrong = urls.find((each) => !URL.canParse(each) || !/^https?:$/.test(new URL(each).protocol));
  if (wrong !== undefined) throw new Error(`${wrong} is no URL. ${usage}`);
  if (!url !== !audience || (jwksUri && !url)) throw new Error(`--issuer and --audience belong together. ${usage}`);
  return {
    port: Number(port),
    fresh: values.fresh ?? false,
    ...(url && audience && { issuer: { url, audience, ...(jwksUri && { jwksUri }) } }),
  };
}

/** Returns the id of the ADMIN's organization, and creates one at the first start. */
async function organizationOf(api: string, token: string): Promise<string> {
  const ask = async (method: string, body?: object) => {
    const response = await fetch(`${api}/v1/organizations`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} /v1/organizations answered ${response.status} ${text}`);
    return JSON.parse(text);
  };
  const { data } = (await ask('GET')) as { data: { id: string }[] };
  return data[0]?.id ?? ((await ask('POST', { name: 'Acme Energy' })) as { id: string }).id;
}

async function welcome(stack: Stack, ownIssuer: boolean): Promise<string> {
  const parts = `
  API     ${stack.api}
  Console ${stack.api}/console
  Inbox   ${stack.inbox}
  Issuer  ${stack.issuer}
  Docs    ${stack.api}/_local/docs/
  Logs    .local/functions.log

Not run here: ${stack.unsupported.join(', ') || 'nothing'}.
`;
  if (ownIssuer)
    return `${parts}\nSign in there, and send the ID token: Authorization: Bearer ...\n\nCtrl+C stops it.\n`;
  const token = await stack.token(ADMIN);
  const where = `${parts}
Token of ${ADMIN.name}, ${ADMIN.email}:

${token}
`;
  let organization: string;
  try {
    organization = await organizationOf(stack.api, token);
  } catch (error) {
    return `${where}\nShe has no organization yet: ${(error as Error).message}\n`;
  }
  const headers = `-H 'Authorization: Bearer ${token}' -H 'X-Organization-Id: ${organization}'`;
  // A new address each time, since an address can't be invited twice.
  const invitee = `jane.${Date.now().toString(36)}@example.com`;
  const body = JSON.stringify({ email: invitee, role: 'USER' });
  return `${where}
She is an ADMIN. See her organization, invite somebody to it, and read the mail:

curl -s ${stack.api}/v1/organizations ${headers}
curl -s ${stack.api}/v1/invitations ${headers} -H 'Content-Type: application/json' -d '${body}'
curl -s '${stack.api}/_local/mail?to=${invitee}'

Ctrl+C stops it. Tokens of others: npm run -s token -- jane@example.com
`;
}

try {
  // Lambda's time zone. Worker threads can't have their own.
  process.env.TZ = 'UTC';
  const given = readArguments();
  const starting = startStack({ directory: join(ROOT, '.local'), schedule: true, ...given });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      // A second signal ends the process at once.
      const stack = await starting.catch(() => undefined);
      await stack?.stop();
      process.exit(0);
    });
  }
  process.stdout.write(await welcome(await starting, given.issuer !== undefined));
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${process.env.LOCAL_LOG === '1' ? stack : message}\n`);
  process.exit(1);
}
