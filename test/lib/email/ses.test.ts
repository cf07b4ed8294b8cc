import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import PostalMime from 'postal-mime';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { endpointOf } from '../../../lib/aws/service.ts';
import type { Mail } from '../../../lib/email/mime.ts';
import { MailError, SES, sendMail } from '../../../lib/email/ses.ts';
import { addressFromSdk } from '../../support/sdk.ts';

const SECRET = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';
const MAIL: Mail = {
  from: { name: 'Müster', address: 'invitations@muster.example' },
  to: 'bob@example.com',
  subject: 'Grüße',
  text: `https://api.muster.example/invitation?token=${SECRET}`,
  html: '<p>🌻</p>',
  headers: {},
};

/** A fake SES: how the next request is answered, and the received requests. */
let answer: (response: ServerResponse) => void;
let requests: { headers: IncomingMessage['headers']; parameters: URLSearchParams }[] = [];
const server = createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  requests.push({ headers: request.headers, parameters: new URLSearchParams(body) });
  answer(response);
});

beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  vi.stubEnv('AWS_ENDPOINT_URL_SES', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});

afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

function refuse(status: number, code: string, message = 'Because.') {
  answer = (response) =>
    response
      .writeHead(status, { 'content-type': 'text/xml' })
      .end(
        `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
      );
}

async function failure(): Promise<MailError> {
  requests = [];
  const error = await sendMail(MAIL, {}).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MailError);
  expect(requests.length).toBeLessThanOrEqual(1);
  return error as MailError;
}

test('a mail reaches SES completely, with its recipient as the only destination, and SES’s message id is returned', async () => {
  requests = [];
  answer = (response) =>
    response
      .writeHead(200, { 'content-type': 'text/xml' })
      .end(
        '<SendRawEmailResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><SendRawEmailResult><MessageId>m-1</MessageId></SendRawEmailResult></SendRawEmailResponse>',
      );
  vi.stubEnv('MAIL_CONFIGURATION_SET', 'Events');
  await expect(sendMail(MAIL, { invitation: 'inv_1', mail: '2' })).resolves.toEqual({ messageId: 'm-1' });
  const [{ headers, parameters } = expect.fail()] = requests;
  expect(headers.authorization).toContain('/eu-central-1/ses/aws4_request');
  expect(parameters.get('Action')).toBe('SendRawEmail');
  expect([...parameters].filter(([name]) => name.startsWith('Destinations'))).toEqual([
    ['Destinations.member.1', 'bob@example.com'],
  ]);
  // SES publishes events by configuration set, with these tags.
  expect(parameters.get('ConfigurationSetName')).toBe('Events');
  expect([...parameters].filter(([name]) => name.startsWith('Tags'))).toEqual([
    ['Tags.member.1.Name', 'invitation'],
    ['Tags.member.1.Value', 'inv_1'],
    ['Tags.member.2.Name', 'mail'],
    ['Tags.member.2.Value', '2'],
  ]);
  const mail = await PostalMime.parse(Buffer.from(parameters.get('RawMessage.Data') ?? '', 'base64'));
  expect(mail).toMatchObject({ subject: 'Grüße', from: MAIL.from, text: expect.stringContaining(MAIL.text) });
});

test('a request has the same form and signed headers as from the SDK', async () => {
  requests = [];
  answer = (response) => response.end('<MessageId>m-1</MessageId>');
  vi.stubEnv('MAIL_CONFIGURATION_SET', 'Events');
  await sendMail(MAIL, { invitation: 'inv_1', mail: '2' });
  const sdk = new SESClient({});
  await sdk.send(
    new SendRawEmailCommand({
      Destinations: [MAIL.to],
      RawMessage: { Data: Buffer.from(requests[0]?.parameters.get('RawMessage.Data') ?? '', 'base64') },
      ConfigurationSetName: 'Events',
      Tags: [
        { Name: 'invitation', Value: 'inv_1' },
        { Name: 'mail', Value: '2' },
      ],
    }),
  );
  sdk.destroy();
  const [ours, theirs] = requests.map(({ headers, parameters }) => ({
    parameters: Object.fromEntries(parameters),
    contentType: headers['content-type'],
    scope: /Credential=[^,]+/.exec(headers.authorization ?? '')?.[0],
  }));
  expect(ours).toEqual(theirs);
});

test.each([
  ['eu-central-1', 'https://email.eu-central-1.amazonaws.com'],
  ['us-gov-west-1', 'https://email.us-gov-west-1.amazonaws.com'],
  ['eusc-de-east-1', 'https://email.eusc-de-east-1.amazonaws.eu'],
])('the endpoint of SES in %s is the same as from the SDK', async (region, expected) => {
  vi.stubEnv('AWS_ENDPOINT_URL_SES', '');
  expect(endpointOf(SES, region)).toBe(expected);
  const address = await addressFromSdk(new SESClient({ region }), (sdk) =>
    sdk.send(new SendRawEmailCommand({ RawMessage: { Data: Buffer.from('x') } })),
  );
  expect(address).toBe(expected);
  vi.stubEnv('AWS_ENDPOINT_URL_SES', `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

test('the reason of a refusal is decoded', async () => {
  refuse(400, 'MessageRejected', '&lt;x&gt; &amp;amp; &quot;y&apos;');
  expect((await failure()).message).toBe('<x> &amp; "y\'');
});

test.each([
  [400, 'MessageRejected'],
  [400, 'MailFromDomainNotVerifiedException'],
  [400, 'InvalidParameterValue'],
])('a refusal of SES is not retried, and is thrown with its reason (%i %s)', async (status, code) => {
  refuse(status, code, 'Email address is not verified.');
  expect(await failure()).toMatchObject({ code, message: 'Email address is not verified.' });
});

test.each([
  [400, 'Throttling'],
  [400, 'AccountSendingPaused'],
  [403, 'AccessDenied'],
  [403, 'ExpiredToken'],
  [400, 'ConfigurationSetDoesNotExist'],
  [500, 'InternalFailure'],
  [503, 'ServiceUnavailable'],
  [400, 'SomethingNew'],
])('a temporary error is thrown without a retry (%i %s)', async (status, code) => {
  refuse(status, code);
  expect(await failure()).toMatchObject({ message: 'Because.' });
});

test.each([
  ['MessageRejected', 'Sending paused for this account. For more information, please check the inbox.'],
  ['MessageRejected', 'Sending suspended for this account. For more information, please check the inbox.'],
  ['AccountSendingPaused', 'Because.'],
  ['AccountSendingPausedException', 'Because.'],
])('after SES’s answer %s, "%s" the account is paused, whatever the answer calls it', async (code, message) => {
  refuse(400, code, message);
  expect((await failure()).code).toBe('AccountSendingPaused');
});

test('an answer that isn’t XML is an error', async () => {
  answer = (response) => response.writeHead(502).end('<html>Bad gateway');
  expect(await failure()).toMatchObject({ name: 'MailError' });
});

test('a broken connection is an error with its code', async () => {
  answer = (response) => response.destroy();
  expect(await failure()).toMatchObject({ code: 'ECONNRESET' });
});

test('a call to SES times out after three seconds', async () => {
  answer = () => {};
  const start = performance.now();
  expect(await failure()).toMatchObject({ code: 'ETIMEDOUT' });
  expect(performance.now() - start).toBeGreaterThan(2500);
  expect(performance.now() - start).toBeLessThan(4000);
});

test('an error contains nothing of the mail, at any depth', async () => {
  const log = vi.spyOn(console, 'warn');
  refuse(400, 'MessageRejected', 'x'.repeat(5000));
  const error = await failure();
  expect(error.message.length).toBeLessThanOrEqual(300);
  const { inspect } = await import('node:util');
  expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(
    new RegExp(`${SECRET}|${btoa(SECRET).slice(4, 30)}`),
  );
  expect(log).not.toHaveBeenCalled();
});
