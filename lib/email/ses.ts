import { SESClient, SendRawEmailCommand } from '@aws-sdk/client-ses';
import { configuration } from '../configuration.ts';
import { type Mail, toMime } from './mime.ts';

/**
 * A mail that SES didn't take, whether it refused it or couldn't be reached: most of what is refused today (an
 * unverified sender, a paused account) is taken once somebody has set it right, so that every mail is tried again.
 *
 * The message is what SES said. It may name addresses and the deployment's own roles, so that it is neither logged nor
 * kept: the code is.
 */
export class MailError extends Error {
  /** SES's error code, or the system's where SES didn't answer (`ETIMEDOUT`, `ECONNRESET`). */
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'MailError';
    this.code = code;
  }
}

const REASON = 300;
/** Milliseconds: a create call waits for SES at most that long, then leaves the mail to the scheduled function. */
const CONNECT = 1000;
const ANSWER = 3000;

let sesClient: SESClient | undefined;

/** Made at the first mail; static settings spare the SDK looking for them in files. */
function client(): SESClient {
  sesClient ??= new SESClient({
    region: process.env.AWS_REGION as string,
    retryMode: 'standard',
    // Retries are written down and belong to the scheduled function; SES has no token that makes a second one harmless.
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: CONNECT,
      requestTimeout: ANSWER,
      socketTimeout: ANSWER,
      // Without it the SDK only warns.
      throwOnRequestTimeout: true,
    },
  });
  return sesClient;
}

/**
 * Hands a mail to SES, once.
 *
 * @param tags what SES's events about the mail bring back, by name; ASCII letters, digits, `_` and `-` only
 * @returns SES's id of the message, by which its events name it
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
    // Not kept as the cause: the SDK's errors hold on to the request.
    const { name, code = name, message } = error as Error & { code?: string };
    throw new MailError(code, message.slice(0, REASON));
  }
}
