import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { SIMULATOR } from '../../lib/email/muted.ts';
import { SmokeError } from './smoke.ts';

/** How long the delivery of the mail may take, in milliseconds. */
const PATIENCE = 120_000;

export interface Target {
  /** The address of the API. */
  readonly url: string;
  readonly poolId: string;
  readonly clientId: string;
}

/**
 * Does what the service is for, with a temporary person of the built-in user pool: creates an organization, invites an
 * address of SES's simulator, and waits until SES has reported the delivery. Then it deletes everything again, also if
 * a step fails: organization, person, and user of the pool. Entries of the audit log stay, as for every deleted
 * organization.
 *
 * @throws SmokeError for a step that fails, with what couldn't be deleted
 */
export async function journey(client: CognitoIdentityProviderClient, target: Target): Promise<void> {
  const { poolId: UserPoolId, clientId: ClientId } = target;
  // The simulator accepts mails to each address with a tag.
  const tagged = (tag: string) => SIMULATOR.replace('@', `+${tag}-${randomBytes(6).toString('hex')}@`);
  const Username = tagged('deployer');
  const Password = `Aa1!${randomBytes(24).toString('base64url')}`;
  const attributes = { email: Username, email_verified: 'true', given_name: 'Deployment', family_name: 'Check' };
  const UserAttributes = Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
  await client.send(new AdminCreateUserCommand({ UserPoolId, Username, UserAttributes, MessageAction: 'SUPPRESS' }));
  const cleaning: (() => Promise<unknown>)[] = [
    () => client.send(new AdminDeleteUserCommand({ UserPoolId, Username })),
  ];
  let failure: unknown;
  try {
    await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password, Permanent: true }));
    const signedIn = await client.send(
      new AdminInitiateAuthCommand({
        ...{ UserPoolId, ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH' },
        AuthParameters: { USERNAME: Username, PASSWORD: Password },
      }),
    );
    const token = signedIn.AuthenticationResult?.IdToken ?? '';
    const call = caller(target.url, token);
    await call('GET', '/v1/me');
    cleaning.unshift(() => call('DELETE', '/v1/me'));
    const organization = await call('POST', '/v1/organizations', { name: 'Deployment check' });
    cleaning.unshift(() => call('DELETE', `/v1/organizations/${organization.id}`));
    const invited = await call('POST', '/v1/invitations', { email: tagged('invited'), role: 'USER' });
    const deadline = Date.now() + PATIENCE;
    for (let state = ''; state !== 'DELIVERED'; await sleep(1000)) {
      const { delivery } = await call('GET', `/v1/invitations/${invited.id}`);
      state = delivery.state;
      if (Date.now() > deadline) {
        throw new SmokeError(
          `The mail of an invitation is ${state} after ${PATIENCE / 1000} seconds, not DELIVERED (${delivery.reason}).`,
        );
      }
    }
  } catch (error) {
    failure = error;
  }
  const left: string[] = [];
  for (const clean of cleaning) await clean().catch((error: Error) => left.push(error.message));
  if (failure === undefined && left.length === 0) return;
  const parts = [failure instanceof Error ? failure.message : undefined, ...left.map((text) => `Not deleted: ${text}`)];
  throw new SmokeError(parts.filter(Boolean).join('\n'));
}

/** Returns a function that calls the API as a person, and returns the JSON of the answer. */
function caller(url: string, token: string) {
  // biome-ignore lint/suspicious/noExplicitAny: the service's own answers, whose forms its tests check
  return async (method: string, path: string, body?: object): Promise<any> => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new SmokeError(`${method} ${path} answered ${response.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
}
