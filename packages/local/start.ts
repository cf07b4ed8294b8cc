/** `npm start`: runs the service locally until Ctrl+C. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../../cdk/fingerprint.ts';
import { type Stack, startStack } from './stack.ts';

const ADMIN = { email: 'ada@example.com', name: 'Ada Lovelace' };

/** Reads the options from the command line and the environment. */
function readArguments(): { port: number; fresh: boolean } {
  const usage = 'Usage: npm start -- [--port N] [--fresh]';
  let values: { port?: string; fresh?: boolean };
  try {
    ({ values } = parseArgs({ options: { port: { type: 'string' }, fresh: { type: 'boolean' } } }));
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}. ${usage}`);
  }
  const text = values.port ?? process.env.PORT ?? '3000';
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new Error(`${text} is no port: choose a number up to 65535. ${usage}`);
  }
  return { port: Number(text), fresh: values.fresh ?? false };
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

async function welcome(stack: Stack): Promise<string> {
  const token = await stack.token(ADMIN);
  const where = `
  API    ${stack.api}
  Inbox  ${stack.inbox}
  Logs   .local/functions.log

Not run here: ${stack.unsupported.join(', ') || 'nothing'}.

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
  const starting = startStack({ directory: join(ROOT, '.local'), schedule: true, ...readArguments() });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, async () => {
      // A second signal ends the process at once.
      const stack = await starting.catch(() => undefined);
      await stack?.stop();
      process.exit(0);
    });
  }
  process.stdout.write(await welcome(await starting));
} catch (error) {
  const { message, stack } = error as Error;
  process.stderr.write(`${process.env.LOCAL_LOG === '1' ? stack : message}\n`);
  process.exit(1);
}
