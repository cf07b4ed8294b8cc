import { describe, expect, test } from 'vitest';
import { newId } from '../../../lib/domain/ids.ts';
import type { Invitation } from '../../../lib/domain/invitation.ts';
import { hashSecret, newSecret, withSecret } from '../../../lib/domain/link.ts';
import { type ClaimedInvitation, INVITATIONS, newMailSecrets, nextMail } from '../../../lib/invitations/mail.ts';
import { MAILS, newMail } from '../../../lib/outbox/mails.ts';
import { queued, retryAt } from '../../../lib/outbox/outbox.ts';
import { roundRobin } from '../../../lib/outbox/sweep.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = new Date('2026-08-05T14:30:00.000Z');
const later = (milliseconds: number) => new Date(NOW.getTime() + milliseconds).toISOString();
const momentOf = ({ dueAt }: { readonly dueAt: string }) => dueAt.split('#')[0];

describe('a mail that could not be sent is retried', () => {
  const FAR = later(365 * 24 * HOUR);

  test('with a backoff that doubles from one minute to six hours', () => {
    const pauses = Array.from({ length: 12 }, (_, tries) => Date.parse(retryAt(tries + 1, NOW, FAR)) - NOW.getTime());
    expect(pauses).toEqual([
      ...[1, 2, 4, 8, 16, 32, 64, 128, 256].map((minutes) => minutes * MINUTE),
      ...[6 * HOUR, 6 * HOUR, 6 * HOUR],
    ]);
    expect(retryAt(10_000, NOW, FAR)).toBe(later(6 * HOUR));
  });

  test('for the last time at its expiry', () => {
    expect(retryAt(7, NOW, later(64 * MINUTE + 1))).toBe(later(64 * MINUTE));
    expect(retryAt(7, NOW, later(64 * MINUTE - 1))).toBe(later(64 * MINUTE - 1));
    expect(retryAt(1, NOW, later(-MINUTE))).toBe(later(-MINUTE));
  });
});

describe('a queued mail', () => {
  const id = newId('mail', NOW);

  test('is leased by the request that writes it, or due at once', () => {
    expect(momentOf(queued(id, NOW, 'request'))).toBe(later(MINUTE));
    expect(momentOf(queued(id, NOW, 'sweep'))).toBe(later(0));
    expect(queued(id, NOW, 'request').delivery).toEqual({ state: 'QUEUED', attempts: 0, at: later(0) });
  });

  test('of its own item expires after seven days, and is then deleted', () => {
    const mail = newMail(NOW, 'usr_1', 'request');
    expect(MAILS.end(mail)).toBe(later(7 * 24 * HOUR));
    expect(MAILS.next(mail)).toBeUndefined();
  });
});

describe('the mails of an invitation', () => {
  const delivery = {
    state: 'QUEUED',
    kind: 'invitation',
    mail: 3,
    attempts: 2,
    at: later(0),
    reason: 'Throttling',
  } as const;
  const invitation = {
    ...{ id: newId('invitation', NOW), organizationId: newId('organization', NOW), expiresAt: later(7 * 24 * HOUR) },
    ...{ days: 7, reminders: 0, secrets: ['old'], stopSecrets: ['older'], delivery },
  } as unknown as ClaimedInvitation;

  test('are retried until the period ends, and followed by reminders and the expiry', () => {
    expect(INVITATIONS.end(invitation)).toBe(later(7 * 24 * HOUR));
    const next = (changes: Partial<Invitation>) => INVITATIONS.next({ ...invitation, ...changes });
    expect(next({})).toBe(later(3.5 * 24 * HOUR));
    expect(next({ reminders: 1 })).toBe(later(6 * 24 * HOUR));
    expect(next({ reminders: 2 })).toBe(later(7 * 24 * HOUR));
    expect(next({ remindersStoppedAt: later(0) })).toBe(later(7 * 24 * HOUR));
  });

  test('have a number and secrets for each attempt, and the next one after a sent mail is a reminder', () => {
    const secrets = newMailSecrets();
    expect(nextMail(invitation, NOW, secrets)).toEqual({
      secrets: ['old', hashSecret(secrets.link)],
      stopSecrets: ['older', hashSecret(secrets.stop)],
      delivery: { ...delivery, mail: 4 },
      reminders: 0,
    });
    const sent = { ...invitation, delivery: { ...delivery, state: 'DELIVERED' as const } };
    const reminder = { state: 'QUEUED', kind: 'reminder', mail: 4, attempts: 0, at: later(4 * 24 * HOUR) };
    expect(nextMail(sent, new Date(later(4 * 24 * HOUR)), secrets)).toMatchObject({ delivery: reminder, reminders: 1 });
    expect(nextMail(sent, new Date(later(4 * 24 * HOUR)), secrets).delivery).not.toHaveProperty('reason');
  });

  test('have at most twenty valid secrets, the newest ones', () => {
    const secrets = Array.from({ length: 25 }, newSecret);
    const kept = secrets.reduce<string[]>((hashes, secret) => withSecret(hashes, secret), []);
    expect(kept).toEqual(secrets.slice(-20).map(hashSecret));
  });
});

test('the sweep takes the items of partitions in turn', () => {
  const rows = ['a1', 'a2', 'a3', 'b1', 'c1', 'c2'].map((name) => ({ pk: name.charAt(0), sk: name }));
  expect(roundRobin(rows).map(({ sk }) => sk)).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3']);
  expect(roundRobin([])).toEqual([]);
});
