import type { Context, SNSEvent } from 'aws-lambda';
import { loggable } from '../domain/log.ts';
import type { TableAccess } from '../table/access.ts';
import type { MailEventsDeclaration } from './declaration.ts';

interface Spec {
  readonly table: TableAccess;
  readonly timeout: number;
  handle(notification: Notification): Promise<void>;
}

/** A notification of SES. SNS may deliver it several times, and in any order. */
export interface Notification {
  /** SNS's message id: the same for each delivery. */
  readonly id: string;
  /** SES's JSON. */
  readonly text: string;
  /** ISO time. */
  readonly publishedAt: string;
  readonly requestId: string;
}

export type MailEventsFunction = MailEventsDeclaration & {
  readonly handler: (event: SNSEvent, context: Context) => Promise<void>;
};

/** The log message about an unreadable notification. An alarm counts it. */
export const PUT_ASIDE = 'Mail event put aside';

/** The text that SES publishes when the topic is set up. */
const GREETING = 'Successfully validated SNS topic for Amazon SES event publishing.';

/** Declares a function that receives SES's delivery events, one notification at a time. */
export function onMailEvents({ handle, ...declared }: Spec): MailEventsFunction {
  return {
    kind: 'mailEvents',
    ...declared,
    due: false,
    email: false,
    handler: async ({ Records }, { awsRequestId: requestId }) => {
      const failures: string[] = [];
      for (const { Sns } of Records) {
        const { MessageId: id, Message: text, Timestamp: publishedAt } = Sns;
        if (text.trim() === GREETING) continue;
        try {
          await handle({ id, text, publishedAt, requestId });
        } catch (error) {
          const failure = loggable(error);
          console.error({ message: 'Mail event failed', notification: id, ...failure });
          failures.push(failure.error);
        }
      }
      // Lambda delivers the whole batch again. Notifications that were recorded aren't recorded twice.
      if (failures.length > 0) throw new Error(failures[0]);
    },
  };
}
