import { type Answer, connect, type Send, type Service } from '../aws/service.ts';
import { configuration } from '../configuration.ts';
import { type Mail, toMime } from './mime.ts';

/** The maximum length of a reason. */
const REASON = 300;

/**
 * SES refused a mail, or couldn't be reached. Every such mail is retried: most refusals end once an operator fixes the
 * cause (an unverified sender, a paused account).
 *
 * The message is SES's. It may contain addresses and the deployment's IAM roles, so only the code is logged and stored.
 */
export class MailError extends Error {
  /**
   * SES's error code, or the system's if SES didn't answer (`ETIMEDOUT`, `ECONNRESET`). If SES has paused the account, it
   * is `AccountSendingPaused`.
   */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message.slice(0, REASON));
    this.name = 'MailError';
    this.code = code;
  }
}

/** SES's name and address. */
export const SES: Service = { name: 'ses', host: 'email', variable: 'AWS_ENDPOINT_URL_SES' };

let send: Send | undefined;

/**
 * Hands a mail to SES, once: the outbox retries. SES has no idempotency token that would prevent a duplicate. After a
 * time-out, a request leaves its mail to the scheduled function.
 *
 * @param tags values that SES's events about the mail repeat, by name; ASCII letters, digits, `_` and `-` only
 * @returns SES's message id, as in its events
 * @throws MailError
 */
export async function sendMail(mail: Mail, tags: Readonly<Record<string, string>>): Promise<{ messageId: string }> {
  const { mailConfigurationSet } = configuration();
  // SES's query protocol: a form, answered in XML.
  const body = new URLSearchParams({
    Action: 'SendRawEmail',
    Version: '2010-12-01',
    'Destinations.member.1': mail.to,
    'RawMessage.Data': Buffer.from(toMime(mail)).toString('base64'),
    ...(mailConfigurationSet && { ConfigurationSetName: mailConfigurationSet }),
  });
  for (const [index, [name, value]] of Object.entries(tags).entries()) {
    body.append(`Tags.member.${index + 1}.Name`, name);
    body.append(`Tags.member.${index + 1}.Value`, value);
  }
  // Connects at the first mail.
  send ??= connect(SES);
  let answer: Answer;
  try {
    answer = await send({ 'content-type': 'application/x-www-form-urlencoded' }, body.toString());
  } catch (error) {
    // Not set as the cause: the SDK's errors refer to the request.
    const { name, code = name, message } = error as Error & { code?: string };
    throw new MailError(code, message);
  }
  const { status, text } = answer;
  if (status >= 300) {
    const message = elementOf(text, 'Message') ?? '';
    // SES answers MessageRejected if it has paused the account itself, and another code if the account's owner has.
    const isPaused = /\bsending (paused|suspended) for this account\b/i.test(message);
    const code = isPaused
      ? 'AccountSendingPaused'
      : elementOf(text, 'Code')?.replace(/(SendingPaused)Exception$/, '$1');
    throw new MailError(code ?? `HTTP${status}`, message);
  }
  return { messageId: elementOf(text, 'MessageId') ?? '' };
}

/** Returns the text of an XML element of SES's answer, which is in the form of SES's documentation. */
function elementOf(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`)
    .exec(xml)?.[1]
    ?.replace(/&(lt|gt|quot|apos|amp);/g, (_, entity) => ENTITIES[entity] ?? '');
}

const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
