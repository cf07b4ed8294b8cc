import type { Context, SNSEvent } from 'aws-lambda';
import { loggable } from '../domain/log.ts';
import type { TableAccess } from '../table/access.ts';
import type { MailEventsDeclaration } from './declaration.ts';

interface Spec {
  readonly table: TableAccess;
  readonly timeout: number;
  handle(notification: Notification): Promise<void>;
}

/** What SES published once. SNS may bring it several times, and in any order. */
export interface Notification {
  /** SNS's id of it: the same each time. */
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

/** The log's message about a notification that can't be read; an alarm counts it. */
export const PUT_ASIDE = 'Mail event put aside';

/** What SES publishes when it is told of the topic. */
const GREETING = 'Successfully validated SNS topic for Amazon SES event publishing.';

/** Declares a function that gets what SES tells of the mails, one notification at a time. */
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
      // Lambda brings all of them again; what is recorded already isn't recorded twice.
      if (failures.length > 0) throw new Error(failures[0]);
    },
  };
}
