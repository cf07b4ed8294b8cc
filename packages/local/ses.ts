import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressParser } from 'postal-mime';
import type { Connection, ErrorFormat, Service } from './aws-service.ts';
import type { AccessRequest } from './policy.ts';

/** How a mail travels, beside what its headers say. */
export interface Envelope {
  /** As the local SES named it. */
  readonly messageId: string;
  /** Addresses, lower-case. */
  readonly from: string;
  readonly to: readonly string[];
  /** What SES's events about the mail bring back, by name. */
  readonly tags: Readonly<Record<string, string>>;
  /** The configuration set that it was sent with, where one was named. */
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

/** SES, as the proxy has it: a local one, and what AWS does beyond it. Sends raw mails (version 1 of the API) only. */
export function createSes(
  connection: Connection,
  options: {
    region: string;
    account: string;
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
      const judge = (resource: string) => {
        const action = 'ses:SendRawEmail';
        const decision = caller.decide({ action, resource, context });
        return { action, resource, decision, keys: to, leadingKeys: [], attributes: [] };
      };
      // AWS asks for the address if that is an identity, else for its domain. Which ones are isn't known here: the
      // permission for either will do, unless the other is denied.
      const domain = judge(arn('identity', from.slice(from.indexOf('@') + 1)));
      const address = judge(arn('identity', from));
      const identity =
        [domain, address].find(({ decision }) => decision === 'explicit deny') ??
        [domain, address].find(({ decision }) => decision === 'allow') ??
        domain;
      // A configuration set that the call names has to be allowed as well.
      const configurationSet = form.get('ConfigurationSetName') ?? header('x-ses-configuration-set');
      const tags = tagsOf(form);
      return {
        service: 'ses',
        operation,
        parts: configurationSet ? [identity, judge(arn('configuration-set', configurationSet))] : [identity],
        conflicts: false,
        async perform(delayMs) {
          if (delayMs > 0) await sleep(delayMs);
          const invalid = addressProblem(to) ?? tagProblem(tags);
          if (invalid) return fail(400, 'InvalidParameterValue', invalid);
          const headers = { 'content-type': 'application/x-www-form-urlencoded' };
          const { status, body: answered } = await connection.post(body, headers);
          if (status >= 500) return fail(500, 'InternalFailure', answered.toString());
          // The local SES tells errors in a form of its own, which the SDK can't read.
          if (status !== 200) return fail(400, 'InvalidParameterValue', answered.toString());
          const messageId = /<MessageId>([^<]+)</.exec(answered.toString())?.[1] ?? '';
          await options.onMail(raw, { messageId, from, to, tags, ...(configurationSet && { configurationSet }) });
          return { status, body: answered, contentType, error: null };
        },
      };
    },
  };
}

/** Reads a raw message's headers by name; the empty text for one that is missing. */
function headersOf(raw: Buffer): (name: string) => string {
  const text = raw.toString();
  const head = text.slice(0, /\r?\n\r?\n/.exec(text)?.index).replaceAll(/\r?\n[ \t]+/g, ' ');
  return (name) => new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
}

/** The destinations of the call, or else whom the message names, as SES does. */
function recipientsOf(form: URLSearchParams, header: (name: string) => string): string[] {
  const given = [...form].filter(([name]) => name.startsWith('Destinations.member.')).map(([, address]) => address);
  const named = given.length > 0 ? given : [header('to'), header('cc'), header('bcc')];
  const parsed = named.flatMap((text) => addressParser(text, { flatten: true }));
  return [...new Set(parsed.map(({ address }) => (address ?? '').toLowerCase()))];
}

/** What SES says about recipients that it can't send to. */
function addressProblem(to: readonly string[]): string | undefined {
  if (to.length === 0) return "Empty required header 'To'.";
  if (to.some((address) => !/@[^@\s]+$/.test(address))) return "Missing final '@domain'";
  if (to.some((address) => /[\s\p{Cc}]/u.test(address))) return 'Local address contains control or whitespace';
  return undefined;
}

/** `Tags` of the call; those in a header of the message aren't read here. */
function tagsOf(form: URLSearchParams): Record<string, string> {
  const names = [...form].filter(([key]) => /^Tags\.member\.\d+\.Name$/.test(key));
  return Object.fromEntries(names.map(([key, name]) => [name, form.get(key.replace(/Name$/, 'Value')) ?? '']));
}

/** SES takes ASCII letters, digits, `_` and `-` in tags. */
function tagProblem(tags: Readonly<Record<string, string>>): string | undefined {
  const wrong = Object.entries(tags)
    .flat()
    .find((text) => !/^[\w-]{1,256}$/.test(text));
  return wrong === undefined ? undefined : `Invalid tag <${wrong}>`;
}
