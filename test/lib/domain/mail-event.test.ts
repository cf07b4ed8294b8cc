import { describe, expect, test } from 'vitest';
import type { Delivery, DeliveryState } from '../../../lib/domain/invitation.ts';
import {
  effectOf,
  type MailEvent,
  type MailEventKind,
  parseMailEvent,
  withoutAddresses,
} from '../../../lib/domain/mail-event.ts';
import fixture from '../../fixtures/ses-events.json' with { type: 'json' };

const PUBLISHED = '2026-11-20T10:00:30.000Z';
const parse = (event: object, mail: object = fixture.mail) =>
  parseMailEvent(JSON.stringify({ ...event, mail }), PUBLISHED);
const published = (type: string) => fixture.events.find(({ eventType }) => eventType === type) as object;

describe('an event that SES publishes', () => {
  const about = {
    organizationId: 'org_01k806tfs2fem51f7c11lc6q1f',
    invitationId: 'inv_01k806u8vg4rntud3okdc56qf0',
    mail: 2,
    messageId: fixture.mail.messageId,
    sentAt: '2026-11-20T10:00:00.100Z',
  };
  const expected = [
    { kind: 'send', at: '2026-11-20T10:00:00.100Z', reason: undefined },
    { kind: 'delivery', at: '2026-11-20T10:00:02.000Z', reason: undefined },
    { kind: 'hardBounce', at: '2026-11-20T10:00:03.000Z', reason: 'Permanent/General 5.1.1' },
    { kind: 'complaint', at: '2026-11-20T10:00:04.000Z', reason: 'abuse' },
    { kind: 'failure', at: PUBLISHED, reason: 'Reject Bad content' },
    { kind: 'failure', at: PUBLISHED, reason: 'Rendering Failure' },
    { kind: 'delay', at: '2026-11-20T10:00:05.000Z', reason: 'Delayed/TransientCommunicationFailure 4.4.1' },
    undefined,
    undefined,
    undefined,
    { kind: 'softBounce', at: '2026-11-20T10:00:09.000Z', reason: 'Transient/MailboxFull' },
  ];

  test.each(fixture.events.map((event, index) => ({ event, wanted: expected[index] })))(
    'is parsed: $event.eventType $event.notificationType',
    ({ event, wanted }) => {
      const read = parse(event);
      expect(read).toEqual(wanted && { ...about, ...wanted, deduplicationKey: expect.any(String) });
      expect(JSON.stringify(read) ?? '').not.toContain('@');
    },
  );

  test('has a deduplication key that is unique and the same each time', () => {
    const marks = () =>
      fixture.events.map((event) => (parse(event) as MailEvent | undefined)?.deduplicationKey).filter(Boolean);
    expect(marks()).toEqual(marks());
    expect(new Set(marks()).size).toBe(8);
    const bounce = published('Bounce') as { bounce: object };
    const again = { ...bounce, bounce: { ...bounce.bounce, feedbackId: 'another' } };
    expect((parse(again) as MailEvent).deduplicationKey).not.toBe((parse(bounce) as MailEvent).deduplicationKey);
  });

  test.each(['Permanent', 'Transient', 'Undetermined'])('may be a %s bounce without further fields', (bounceType) => {
    const kind = { Permanent: 'hardBounce', Transient: 'reply', Undetermined: 'softBounce' }[bounceType];
    expect(parse({ eventType: 'Bounce', bounce: { bounceType } })).toMatchObject({
      kind,
      reason: bounceType,
      at: PUBLISHED,
    });
  });

  test.each([
    // An out-of-office reply as SES reports it, and bounces with a reason from the server.
    [{ bounceType: 'Transient', bounceSubType: 'General' }, 'reply'],
    [{ bounceType: 'Transient', bounceSubType: 'General', bouncedRecipients: [{ emailAddress: 'a@b.c' }] }, 'reply'],
    [{ bounceType: 'Transient', bounceSubType: 'General', bouncedRecipients: [{ status: '4.4.7' }] }, 'softBounce'],
    [{ bounceType: 'Transient', bounceSubType: 'MailboxFull' }, 'softBounce'],
    [{ bounceType: 'Undetermined', bounceSubType: 'Undetermined' }, 'softBounce'],
    [{ bounceType: 'Permanent', bounceSubType: 'General' }, 'hardBounce'],
  ])('is classified by its fields: a bounce %j is a %s', (bounce, kind) => {
    expect(parse({ eventType: 'Bounce', bounce })).toMatchObject({ kind });
  });

  test.each([
    ['not-spam', undefined],
    ['abuse', 'complaint'],
    ['fraud', 'complaint'],
    [null, 'complaint'],
    [undefined, 'complaint'],
  ])('is classified by its fields: feedback of type %s', (complaintFeedbackType, kind) => {
    const read = parse({ eventType: 'Complaint', complaint: { complaintFeedbackType } }) as MailEvent | undefined;
    expect(read?.kind).toBe(kind);
  });

  test('has a short reason without addresses', () => {
    const reject = parse({ eventType: 'Reject', reject: { reason: `Bad\n<jane@example.com>, ${'x'.repeat(300)}` } });
    expect(reject).toMatchObject({ reason: expect.stringMatching(/^Reject Bad \(address\) x{1,200}$/) });
    expect((reject as MailEvent).reason).toHaveLength(200);
    const bounce = {
      bounceType: 'Permanent',
      bounceSubType: 'a@b.example',
      bouncedRecipients: [{ status: 'jane@5.1.1.example' }],
    };
    expect(JSON.stringify(parse({ eventType: 'Bounce', bounce }))).not.toContain('@');
  });
});

test.each([
  ['of another sender', { 'ses:configuration-set': ['Other'] }],
  ['with invalid tags', { ...fixture.mail.tags, invitation: ['inv_1'] }],
  ['without a number', { ...fixture.mail.tags, mail: ['x'] }],
  ['without tags', undefined],
])('an event of a mail %s is ignored', (_, tags) => {
  expect(parse(published('Send'), { ...fixture.mail, tags })).toBeUndefined();
});

test.each([
  ['{', 'It is not JSON.'],
  ['3', 'It is not a JSON object.'],
  ['null', 'It is not a JSON object.'],
  ['{}', 'It has no eventType.'],
  ['{"eventType":"Teleported"}', 'Its eventType is unknown.'],
  ['{"eventType":"constructor"}', 'Its eventType is unknown.'],
  ['{"eventType":"Send"}', 'Its mail object is malformed.'],
  ['{"eventType":"Send","mail":{"messageId":7}}', 'Its mail object is malformed.'],
  ['{"eventType":"Bounce","mail":{"messageId":"m"}}', 'Its Bounce object is malformed.'],
  [
    '{"eventType":"Bounce","mail":{"messageId":"m"},"bounce":{"bounceType":"Forever"}}',
    'Its Bounce object is malformed.',
  ],
])('%s is unreadable, with a sentence as reason', (text, sentence) => {
  expect(parseMailEvent(text, PUBLISHED)).toBe(sentence);
});

test('an unreadable event is stored without addresses and with at most 10 KB', () => {
  const event = {
    to: ['"jane" <jane@example.com>', 'x'],
    'john@example.com': 1,
    deep: { escaped: '\\" jane\u0040x', n: null },
  };
  const kept = withoutAddresses(JSON.stringify(event).replace('@example.com>', '\\u0040example.com>'));
  expect(JSON.parse(kept)).toEqual({ to: ['(address)', 'x'], '(address)': 1, deep: { escaped: '(address)', n: null } });
  expect(withoutAddresses('To jane@example.com')).toBe('"(address)"');
  expect(withoutAddresses('{"half":')).toBe('"{\\"half\\":"');
  expect(Buffer.byteLength(withoutAddresses(JSON.stringify('ü'.repeat(9000))))).toBeLessThanOrEqual(10_003);
});

describe('an event about a mail', () => {
  const event = (kind: MailEventKind, more: Partial<MailEvent> = {}) =>
    ({ kind, mail: 2, sentAt: 'sent', at: 'then', reason: 'why', ...more }) as MailEvent;
  const delivery = (state: DeliveryState, more: Partial<Delivery> = {}): Delivery => ({
    ...{ state, kind: 'invitation', mail: 2, attempts: 1, at: 'before' },
    ...more,
  });
  const stateAfter = (kind: MailEventKind, state: DeliveryState, mailStopped?: 'bounce' | 'complaint') =>
    effectOf(event(kind), { delivery: delivery(state), ...(mailStopped && { mailStopped }) })?.delivery?.state;

  test('changes the state only to a stronger one', () => {
    const kinds: MailEventKind[] = ['send', 'failure', 'delivery', 'softBounce', 'hardBounce', 'complaint'];
    const reachable = (state: DeliveryState, stopped?: 'bounce' | 'complaint') =>
      kinds.map((kind) => stateAfter(kind, state, stopped));
    const all = ['SENT', 'FAILED', 'DELIVERED', 'BOUNCED', 'BOUNCED', 'COMPLAINED'];
    const from = (index: number) => all.map((state, at) => (at < index ? undefined : state));
    expect(reachable('QUEUED')).toEqual(from(0));
    expect(reachable('SENT')).toEqual(from(1));
    expect(reachable('FAILED')).toEqual(from(2));
    expect(reachable('DELIVERED')).toEqual(from(3));
    expect(reachable('BOUNCED')).toEqual(from(4));
    expect(reachable('BOUNCED', 'bounce')).toEqual(from(5));
    expect(reachable('COMPLAINED', 'complaint')).toEqual(from(6));
  });

  test('also changes time and reason, and counts the attempt if it is the first record of it', () => {
    expect(
      effectOf(event('delivery', { reason: undefined }), { delivery: delivery('QUEUED', { attempts: 0 }) }),
    ).toEqual({
      delivery: delivery('DELIVERED', { at: 'then' }),
      sentAt: 'sent',
    });
    const unanswered = delivery('QUEUED', { reason: 'ETIMEDOUT' });
    expect(effectOf(event('send', { reason: undefined }), { delivery: unanswered })).toEqual({
      delivery: delivery('SENT', { at: 'then' }),
      sentAt: 'sent',
    });
    expect(effectOf(event('softBounce'), { delivery: delivery('SENT') })).toEqual({
      delivery: delivery('BOUNCED', { at: 'then', reason: 'why' }),
    });
  });

  test('changes nothing if the mail is an earlier one, unless the address is invalid or complained', () => {
    const later = { delivery: delivery('SENT', { mail: 3 }) };
    for (const kind of ['send', 'failure', 'delivery', 'softBounce', 'delay', 'reply'] as const) {
      expect(effectOf(event(kind), later)).toBeUndefined();
    }
    const stopped = (state: DeliveryState) => delivery(state, { mail: 3, at: 'then', reason: 'why' });
    expect(effectOf(event('hardBounce'), later)).toEqual({ delivery: stopped('BOUNCED'), mailStopped: 'bounce' });
    expect(effectOf(event('complaint'), later)).toEqual({ delivery: stopped('COMPLAINED'), mailStopped: 'complaint' });
    expect(effectOf(event('complaint'), {})).toEqual({ mailStopped: 'complaint' });
    expect(effectOf(event('delivery'), {})).toBeUndefined();
  });

  test.each(['delay', 'reply'] as const)('of the kind %s changes only the reason, and only of a sent mail', (kind) => {
    const delayed = delivery('SENT', { reason: 'why' });
    expect(effectOf(event(kind), { delivery: delivery('SENT') })).toEqual({ delivery: delayed });
    expect(effectOf(event(kind), { delivery: delayed })).toBeUndefined();
    expect(effectOf(event(kind), { delivery: delivery('DELIVERED') })).toBeUndefined();
    // In any order.
    expect(effectOf(event('delivery'), { delivery: delayed })?.delivery?.state).toBe('DELIVERED');
  });
});
