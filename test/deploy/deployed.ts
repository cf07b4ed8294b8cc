import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Client, type RunningStack, type Service, serviceOf } from '../support/service.ts';
import type { Emulator, SentMail } from './emulator.ts';
import type { Outputs } from './project.ts';

/** The deployed API, called over HTTP. Answers are checked against their declarations, as in the other tests. */
export interface Deployed extends Pick<Service, 'api' | 'call'> {
  /** Signs a person in, with a verified address. */
  person(email: string, name?: string): Promise<Client>;
  /** Returns the newest mail to an address. @throws Error if there is none */
  mail(to: string): Promise<SentMail>;
  /** Returns the address of the first link in the newest mail to a person. */
  link(to: string): Promise<string>;
  close(): Promise<void>;
}

/** Signs a person in at an issuer. Returns the ID token. */
export type SignIn = (email: string, name: string) => Promise<string>;

/** Opens the API of a deployed stack. Without `signIn`, people sign in at the stack's user pool. */
export async function openApi(
  emulator: Emulator,
  outputs: Outputs,
  signIn: SignIn = poolSignIn(emulator, outputs),
): Promise<Deployed> {
  const url = outputs.ApiUrl as string;
  const { server, origin } = await forward(url);
  const stack = { api: origin } as RunningStack;
  const { call, person } = serviceOf(() => ({
    ...stack,
    token: ({ email = '', name = 'Ada Lovelace' }) => signIn(email, name),
  }));
  const mail = async (to: string) => {
    const newest = (await emulator.mails(to)).at(-1);
    if (!newest) throw new Error(`No mail was sent to ${to}.`);
    return newest;
  };
  return {
    api: origin,
    call,
    person: (email, name) => person(email, name === undefined ? {} : { name }),
    mail,
    link: async (to) => {
      const { BodyText } = await mail(to);
      const [link = ''] = /https?:\/\/\S+/.exec(BodyText) ?? [];
      if (!link.startsWith(url)) throw new Error(`The mail to ${to} has no link to ${url}:\n${BodyText}`);
      return origin + link.slice(url.length);
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Signs people in at the built-in user pool, as docs/deploy.md shows for an operator. */
function poolSignIn(emulator: Emulator, { PoolIssuer = '', ClientId = '' }: Outputs): SignIn {
  const UserPoolId = PoolIssuer.slice(PoolIssuer.lastIndexOf('/') + 1);
  const cognito = (operation: string, body: object) =>
    emulator.json('cognito-idp', `AWSCognitoIdentityProviderService.${operation}`, body);
  const known = new Set<string>();
  return async (email, name) => {
    const [given = name, family = name] = name.split(' ');
    const Password = 'Correct-horse-1';
    if (!known.has(email)) {
      const attributes = { email, email_verified: 'true', name, given_name: given, family_name: family };
      const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
      await cognito('AdminCreateUser', { UserPoolId, Username: email, UserAttributes, MessageAction: 'SUPPRESS' });
      await cognito('AdminSetUserPassword', { UserPoolId, Username: email, Password, Permanent: true });
      known.add(email);
    }
    const { AuthenticationResult } = await cognito('AdminInitiateAuth', {
      UserPoolId,
      ClientId,
      AuthFlow: 'ADMIN_USER_PASSWORD_AUTH',
      AuthParameters: { USERNAME: email, PASSWORD: Password },
    });
    return AuthenticationResult.IdToken;
  };
}

/**
 * Forwards requests on loopback to an API of the emulator, whose host names don't resolve on every machine.
 */
async function forward(url: string): Promise<{ server: Server; origin: string }> {
  const { host, port } = new URL(url);
  const server = createServer((incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const forwarded = httpRequest(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, host } },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
        answer.pipe(outgoing);
      },
    );
    forwarded.once('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
