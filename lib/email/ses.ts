import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { configuration } from '../configuration.ts';
import { type Mail, toMime } from './mime.ts';

/**
 * SES refused a mail, or couldn't be reached. Every such mail is retried: most refusals end once an operator fixes the
 * cause (an unverified sender, a paused account).
 *
 * The message is SES's. It may contain addresses and the deployment's IAM roles, so only the code is logged and stored.
 */
export class MailError extends Error {
  /** SES's error code, or the system's if SES didn't answer (`ETIMEDOUT`, `ECONNRESET`). */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'MailError';
    this.code = code;
  }
}

const REASON = 300;
/** Time-outs in milliseconds. After them a request leaves its mail to the scheduled function. */
const CONNECT = 1000;
const ANSWER = 3000;

let sesClient: SESClient | undefined;

/** Returns the client, created at the first mail. With static settings the SDK needn't read configuration files. */
function client(): SESClient {
  sesClient ??= new SESClient({
    region: process.env.AWS_REGION as string,
    retryMode: 'standard',
    // The outbox retries: SES has no idempotency token that would prevent a duplicate.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT,
      requestTimeout: ANSWER,
      socketTimeout: ANSWER,
      // Otherwise the SDK only warns.
      throwOnRequestTimeout: true,
    },
  });
  return sesClient;
}

/**
 * Hands a mail to SES, once.
 *
 * @param tags values that SES's events about the mail repeat, by name; ASCII letters, digits, `_` and `-` only
 * @returns SES's message id, as in its events
 * @throws MailError
 */
export async function sendMail(mail: Mail, tags: Readonly<Record<string, string>>): Promise<{ messageId: string }> {
  const command = new SendRawEmailCommand({
    Destinations: [mail.to],
    RawMessage: { Data: Buffer.from(toMime(mail)) },
    ConfigurationSetName: configuration().mailConfigurationSet,
    Tags: Object.entries(tags).map(([Name, Value]) => ({ Name, Value })),
  });
  try {
    const { MessageId = '' } = await client().send(command);
    return { messageId: MessageId };
  } catch (error) {
    // Not set as the cause: the SDK's errors refer to the request.
    const { name, code = name, message } = error as Error & { code?: string };
    throw new MailError(code, message.slice(0, REASON));
  }
}
