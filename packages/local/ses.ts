import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressParser } from 'postal-mime';
import type { Connection, ErrorFormat, Service } from './aws-service.ts';
import type { AccessRequest } from './policy.ts';

/** The envelope of a mail. */
export interface Envelope {
  /** The message id from the local SES. */
  readonly messageId: string;
  /** Addresses, lower-case. */
  readonly from: string;
  readonly to: readonly string[];
  /** The message tags, which SES's events return. */
  readonly tags: Readonly<Record<string, string>>;
  /** The configuration set of the call, if any. */
  readonly configurationSet?: string;
}

const contentType = 'text/xml';

const fail: ErrorFormat = (status, code, message) => {
  const type = status < 500 ? 'Sender' : 'Receiver';
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const error = `<Error><Type>${type}</Type><Code>${code}</Code><Message>${text}</Message></Error>`;
  const request = `<RequestId>${randomUUID()}</RequestId>`;
  const body = `<ErrorResponse xmlns="http://ses.amazonaws.com/doc/2010-12-01/">${error}${request}</ErrorResponse>`;
  return { status, body, contentType, error: code };
};

/**
 * Creates the SES service of the proxy: a local SES with AWS's additional behavior. Supports only SendRawEmail (v1).
 */
export function createSes(
  connection: Connection,
  options: {
    region: string;
    account: string;
    /** Whether the account is in SES's sandbox: then SES authorizes the identities of the recipients too. */
    sandbox?: boolean | undefined;
    onMail(raw: Buffer, envelope: Envelope): Promise<void> | void;
  },
): Service {
  const arn = (kind: string, name: string) => `arn:aws:ses:${options.region}:${options.account}:${kind}/${name}`;
  return {
    fail,
    unknownCaller: () => fail(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'),
    async receive({ body, caller }) {
      const form = new URLSearchParams(body.toString());
      const operation = form.get('Action') ?? '';
      if (operation !== 'SendRawEmail') {
        return fail(400, 'InvalidAction', `The local stack knows DynamoDB and SendRawEmail, not '${operation}'.`);
      }
      const raw = Buffer.from(form.get('RawMessage.Data') ?? '', 'base64');
      const header = headersOf(raw);
      const [sender] = addressParser(form.get('Source') ?? header('from'), { flatten: true });
      const from = sender?.address?.toLowerCase() ?? '';
      const to = recipientsOf(form, header);
      const context: AccessRequest['context'] = {
        'ses:FromAddress': [from],
        'ses:FromDisplayName': sender?.name ? [sender.name] : undefined,
        'ses:Recipients': to,
      };
      const authorize = (resource: string) => {
        const action = 'ses:SendRawEmail';
        const decision = caller.decide({ action, resource, context });
        return { action, resource, decision, keys: to, leadingKeys: [], attributes: [] };
      };
      // AWS checks the identity of the address if there is one, else that of its domain. Which identities exist isn't
      // known here: a permission for either is enough, unless the other is denied.
      const authorizeIdentity = (email: string) => {
        const domain = authorize(arn('identity', email.slice(email.indexOf('@') + 1)));
        const address = authorize(arn('identity', email));
        return (
          [domain, address].find(({ decision }) => decision === 'explicit deny') ??
          [domain, address].find(({ decision }) => decision === 'allow') ??
          domain
        );
      };
      const identities = [from, ...(options.sandbox ? to : [])].map(authorizeIdentity);
      // The configuration set of the call needs a permission too.
      const configurationSet = form.get('ConfigurationSetName') ?? header('x-ses-configuration-set');
      const tags = tagsOf(form);
      return {
        service: 'ses',
        operation,
        parts: [...identities, ...(configurationSet ? [authorize(arn('configuration-set', configurationSet))] : [])],
        conflicts: false,
        async perform(delayMs) {
          if (delayMs > 0) await sleep(delayMs);
          const invalid = addressProblem(to) ?? tagProblem(tags);
          if (invalid) return fail(400, 'InvalidParameterValue', invalid);
          const headers = { 'content-type': 'application/x-www-form-urlencoded' };
          const { status, body: answered } = await connection.post(body, headers);
          if (status >= 500) return fail(500, 'InternalFailure', answered.toString());
          // The local SES has its own error format, which the SDK can't read.
          if (status !== 200) return fail(400, 'InvalidParameterValue', answered.toString());
          const messageId = /<MessageId>([^<]+)</.exec(answered.toString())?.[1] ?? '';
          await options.onMail(raw, { messageId, from, to, tags, ...(configurationSet && { configurationSet }) });
          return { status, body: answered, contentType, error: null };
        },
      };
    },
  };
}

/** Reads a raw message's headers by name; empty for a missing one. */
function headersOf(raw: Buffer): (name: string) => string {
  const text = raw.toString();
  const head = text.slice(0, /\r?\n\r?\n/.exec(text)?.index).replaceAll(/\r?\n[ \t]+/g, ' ');
  return (name) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
}

/** Returns the destinations of the call, else the recipients in the message's headers, as SES does. */
function recipientsOf(form: URLSearchParams, header: (name: string) => string): string[] {
  const given = [...form].filter(([name]) => name.startsWith('Destinations.member.')).map(([, address]) => address);
  const named = given.length > 0 ? given : [header('to'), header('cc'), header('bcc')];
  const parsed = named.flatMap((text) => addressParser(text, { flatten: true }));
  return [...new Set(parsed.map(({ address }) => (address ?? '').toLowerCase()))];
}

/** Returns SES's error message for invalid recipients. */
function addressProblem(to: readonly string[]): string | undefined {
  if (to.length === 0) return "Empty required header 'To'.";
  if (to.some((address) => !/@[^@\s]+$/.test(address))) return "Missing final '@domain'";
  if (to.some((address) => /[\s\p{Cc}]/u.test(address))) return 'Local address contains control or whitespace';
  return undefined;
}

/** Returns the `Tags` of the call. Tags in a message header aren't supported. */
function tagsOf(form: URLSearchParams): Record<string, string> {
  const names = [...form].filter(([key]) => /^Tags\.member\.\d+\.Name$/.test(key));
  return Object.fromEntries(names.map(([key, name]) => [name, form.get(key.replace(/Name$/, 'Value')) ?? '']));
}

/** Returns an error message for invalid tags: SES accepts ASCII letters, digits, `_` and `-`. */
function tagProblem(tags: Readonly<Record<string, string>>): string | undefined {
  const wrong = Object.entries(tags)
    .flat()
    .find((text) => !/^[\w-]{1,256}$/.test(text));
  return wrong === undefined ? undefined : `Invalid tag <${wrong}>`;
}
