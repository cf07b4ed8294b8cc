import { expect, test } from 'vitest';
import type { Mail } from '../../../packages/local/mail.ts';
import { completeEvent } from '../../../packages/local/ses-event.ts';

const mail = (messageId: string, to: string): Mail => ({
  messageId,
  to: [to],
  from: 'Muster <invitations@example.org>',
  subject: `About ${messageId}`,
  headers: { to },
  text: '',
  html: '',
  sentAt: '2026-11-22T00:00:00.000Z',
  tags: { invitation: `inv_${messageId}`, mail: '1' },
  configurationSet: 'Events',
});
const mails = [mail('one', 'jane@example.com'), mail('two', 'jane@example.com'), mail('three', 'john@example.com')];
// biome-ignore lint/suspicious/noExplicitAny: tests check the form of the event
const complete = (event: Record<string, unknown>): any => completeEvent(event, mails, '000000000000');

test('an event is completed with SES’s fields about its mail', () => {
  const event = { eventType: 'Delivery', mail: { messageId: 'one' }, delivery: { recipients: ['jane@example.com'] } };
  expect(complete(event)).toEqual({
    ...event,
    mail: {
      timestamp: '2026-11-22T00:00:00.000Z',
      source: 'Muster <invitations@example.org>',
      sendingAccountId: '000000000000',
      messageId: 'one',
      destination: ['jane@example.com'],
      headersTruncated: false,
      headers: [{ name: 'to', value: 'jane@example.com' }],
      commonHeaders: {
        from: ['Muster <invitations@example.org>'],
        to: ['jane@example.com'],
        messageId: 'one',
        subject: 'About one',
      },
      tags: {
        'ses:operation': ['SendRawEmail'],
        'ses:configuration-set': ['Events'],
        'ses:source-ip': ['127.0.0.1'],
        'ses:from-domain': ['example.org'],
        invitation: ['inv_one'],
        mail: ['1'],
      },
    },
  });
});

test.each<[string, Record<string, unknown>]>([
  ['its destination', { mail: { destination: ['Jane@Example.com'] } }],
  ['its destination, if the message id is unknown', { mail: { messageId: 'x', destination: ['jane@example.com'] } }],
  ['its bounced recipient', { bounce: { bouncedRecipients: [{ emailAddress: 'jane@example.com' }] } }],
  ['its complaining recipient', { complaint: { complainedRecipients: [{ emailAddress: 'jane@example.com' }] } }],
  ['the recipient of the delivery', { delivery: { recipients: ['jane@example.com'] } }],
  ['its delayed recipient', { deliveryDelay: { delayedRecipients: [{ emailAddress: 'jane@example.com' }] } }],
])('the newest mail is found by %s', (_, event) => {
  expect(complete(event).mail.tags.invitation).toEqual(['inv_two']);
});

test('given fields are kept', () => {
  const given = { messageId: 'one', timestamp: 'then', tags: { mail: ['7'], own: ['x'] }, commonHeaders: { to: [] } };
  const { timestamp, tags, commonHeaders } = complete({ mail: given }).mail;
  expect([timestamp, tags.mail, tags.own, tags.invitation]).toEqual(['then', ['7'], ['x'], ['inv_one']]);
  expect(commonHeaders).toMatchObject({ to: [], subject: 'About one' });
});

test.each([{}, { mail: 3 }, { mail: { messageId: 'x' } }, { eventType: 'Bounce', bounce: { bouncedRecipients: 'x' } }])(
  'an event about an unknown mail is unchanged: %j',
  (event) => {
    expect(complete(event)).toBe(event);
  },
);
