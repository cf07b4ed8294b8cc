import type { Context, SNSEvent } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { onMailEvents } from '../../../lib/http/mail-events.ts';

const GREETING = 'Successfully validated SNS topic for Amazon SES event publishing.';

function handlerOf(handle: (text: string) => void) {
  const { handler } = onMailEvents({ table: {}, timeout: 30, handle: async ({ text }) => handle(text) });
  const records = (...texts: string[]) => ({
    Records: texts.map((Message, index) => ({ Sns: { MessageId: `${index}`, Message, Timestamp: 'now' } })),
  });
  return (...texts: string[]) =>
    handler(records(...texts) as unknown as SNSEvent, { awsRequestId: 'request' } as Context);
}

test('every notification is handled, also after a failed one, and the failure is thrown for a retry by Lambda', async () => {
  const log = vi.spyOn(console, 'error').mockImplementation(() => {});
  const handled: string[] = [];
  const send = handlerOf((text) => {
    handled.push(text);
    if (text === 'two') throw new Error('Two is wrong.');
  });
  await expect(send('one', 'two', 'three')).rejects.toThrow('Two is wrong.');
  expect(handled).toEqual(['one', 'two', 'three']);
  expect(log).toHaveBeenCalledTimes(1);
  await expect(send('one')).resolves.toBeUndefined();
  log.mockRestore();
});

test('the test message of SES for a new topic is ignored', async () => {
  const handled: string[] = [];
  await handlerOf((text) => handled.push(text))(GREETING, `${GREETING}\n`);
  expect(handled).toEqual([]);
});
