import * as z from 'zod/mini';
import { isId } from './ids.ts';
import type { Delivery, DeliveryState, Invitation } from './invitation.ts';
import { parseJson } from './json.ts';

/** What SES tells of a mail, as far as it matters here. */
export interface MailEvent {
  readonly organizationId: string;
  readonly invitationId: string;
  /** Which of the invitation's mails it is about. */
  readonly mail: number;
  /** SES's id of the mail. */
  readonly messageId: string;
  readonly kind: MailEventKind;
  /** What tells the event from others of its kind about the same mail: the same each time that it comes. */
  readonly mark: string;
  /** When the mail was sent, and when this happened to it: ISO times. */
  readonly sentAt: string;
  readonly at: string;
  /** Why, where that can be said without the recipient's address; at most `REASON` characters. */
  readonly reason: string | undefined;
}

/**
 * A bounce that isn't for good (a full mailbox, a refusal for now), or of which SES can't say, is `softBounce`; one that
 * may as well be an automatic reply of somebody who got the mail is a `reply`.
 */
export type MailEventKind =
  | ('send' | 'delivery' | 'delay' | 'reply')
  | ('softBounce' | 'hardBounce' | 'complaint' | 'failure');

/** The state that each kind leads to; none where it only says why a mail may not be there. */
const STATES: Readonly<Record<Exclude<MailEventKind, 'delay' | 'reply'>, DeliveryState>> = {
  send: 'SENT',
  failure: 'FAILED',
  delivery: 'DELIVERED',
  softBounce: 'BOUNCED',
  hardBounce: 'BOUNCED',
  complaint: 'COMPLAINED',
};

/** Events come in any order: what says more stays, whatever comes after it. */
const RANKS: Readonly<Record<DeliveryState, number>> = {
  QUEUED: 0,
  SENT: 1,
  FAILED: 2,
  DELIVERED: 3,
  BOUNCED: 4,
  // Between them: a bounce for good.
  COMPLAINED: 6,
};
const HARD_BOUNCE = 5;

/** What stops all further mail of an invitation. */
const STOPS: Readonly<Partial<Record<MailEventKind, 'bounce' | 'complaint'>>> = {
  hardBounce: 'bounce',
  complaint: 'complaint',
};

/** What an event changes about an invitation. */
export interface MailEffect {
  readonly delivery?: Delivery;
  readonly sentAt?: string;
  readonly mailStopped?: 'bounce' | 'complaint';
}

/**
 * Finds what an event changes. A bounce for good and a complaint say something about the address, whichever of the
 * invitation's mails they are about; the other events count for the latest only.
 *
 * @returns undefined where it changes nothing
 */
export function effectOf(
  { kind, mail, sentAt, at, reason }: MailEvent,
  { delivery, mailStopped }: Pick<Invitation, 'delivery' | 'mailStopped'>,
): MailEffect | undefined {
  const stop = STOPS[kind];
  // A mail whose link the inviter took instead: there is no state to set.
  if (!delivery) return stop && !mailStopped ? { mailStopped: stop } : undefined;
  if (!stop && delivery.mail !== mail) return undefined;
  if (kind === 'delay' || kind === 'reply') {
    const isWaiting = RANKS[delivery.state] <= RANKS.SENT && delivery.reason !== reason;
    return isWaiting ? { delivery: { ...delivery, ...(reason && { reason }) } } : undefined;
  }
  const reached = delivery.state === 'BOUNCED' && mailStopped ? HARD_BOUNCE : RANKS[delivery.state];
  const rank = kind === 'hardBounce' ? HARD_BOUNCE : RANKS[STATES[kind]];
  if (rank <= reached) return undefined;
  const { reason: before, ...rest } = delivery;
  const isQueued = delivery.state === 'QUEUED';
  return {
    delivery: {
      ...rest,
      state: STATES[kind],
      // It comes before our own record of a try that SES took, or in place of one whose answer was lost.
      attempts: isQueued && before === undefined ? delivery.attempts + 1 : delivery.attempts,
      at,
      ...(reason && { reason }),
    },
    ...(isQueued && { sentAt }),
    ...(stop && { mailStopped: stop }),
  };
}

/** The longest reason, in characters. */
const REASON = 200;

// Loosely: SES adds fields as it likes, and what isn't read here can't be wrong.
const Text = z.optional(z.string());
const Recipients = z.optional(z.array(z.object({ status: Text, diagnosticCode: Text })));
const Mail = z.object({
  messageId: z.string().check(z.minLength(1), z.maxLength(200)),
  timestamp: Text,
  tags: z.optional(z.record(z.string(), z.array(z.string()))),
});
const About = z.object({ mail: Mail });
const Bounced = z.object({
  bounce: z.object({
    bounceType: z.enum(['Permanent', 'Transient', 'Undetermined']),
    bounceSubType: Text,
    bouncedRecipients: Recipients,
    feedbackId: Text,
    timestamp: Text,
  }),
});
const Complained = z.object({
  complaint: z.object({
    complaintFeedbackType: z.optional(z.nullable(z.string())),
    complaintSubType: z.optional(z.nullable(z.string())),
    feedbackId: Text,
    timestamp: Text,
  }),
});
const Delivered = z.object({ delivery: z.optional(z.object({ timestamp: Text })) });
const Delayed = z.object({
  deliveryDelay: z.object({ delayType: Text, delayedRecipients: Recipients, timestamp: Text }),
});
const Rejected = z.object({ reject: z.optional(z.object({ reason: Text })) });

/** What a kind of event says of itself. */
type Said = Pick<MailEvent, 'kind'> & { timestamp?: string | undefined; id?: string | undefined; reason?: string };

/** Reads what a type of event says; undefined where it isn't as SES describes it. */
const READERS: Readonly<Record<string, (event: unknown) => Said | 'meaningless' | undefined>> = {
  Send: () => ({ kind: 'send' }),
  Delivery: (event) => {
    const { data } = z.safeParse(Delivered, event);
    return data && { kind: 'delivery', timestamp: data.delivery?.timestamp };
  },
  DeliveryDelay: (event) => {
    const { data } = z.safeParse(Delayed, event);
    if (!data) return undefined;
    const { delayType = 'General', delayedRecipients, timestamp } = data.deliveryDelay;
    return { kind: 'delay', timestamp, reason: words([`Delayed/${delayType}`, codeOf(delayedRecipients)]) };
  },
  Bounce: (event) => {
    const { data } = z.safeParse(Bounced, event);
    if (!data) return undefined;
    const { bounceType, bounceSubType, bouncedRecipients, feedbackId: id, timestamp } = data.bounce;
    const code = codeOf(bouncedRecipients);
    // SES counts an out-of-office reply as a bounce of this type. Of one that is no reply, the server said why.
    const isReply = bounceType === 'Transient' && (bounceSubType ?? 'General') === 'General' && code === undefined;
    const kind = bounceType === 'Permanent' ? 'hardBounce' : isReply ? 'reply' : 'softBounce';
    const type = [bounceType, bounceSubType].filter(Boolean).join('/');
    return { kind, timestamp, id, reason: words([type, code]) };
  },
  Complaint: (event) => {
    const { data } = z.safeParse(Complained, event);
    if (!data) return undefined;
    const { complaintFeedbackType: type, complaintSubType: subType, feedbackId: id, timestamp } = data.complaint;
    // Somebody took the mail out of their spam: the opposite.
    if (type === 'not-spam') return 'meaningless';
    return { kind: 'complaint', timestamp, id, reason: words([type || subType || 'complaint']) };
  },
  Reject: (event) => {
    const { data } = z.safeParse(Rejected, event);
    return data && { kind: 'failure', reason: words(['Reject', data.reject?.reason]) };
  },
  'Rendering Failure': () => ({ kind: 'failure', reason: 'Rendering Failure' }),
};

/** Types that say nothing about delivery. */
const MEANINGLESS = new Set(['Open', 'Click', 'Subscription']);

/**
 * Reads what SES published: the form of its event publishing, or the older one of its notifications, which has
 * `notificationType` instead of `eventType`.
 *
 * @param publishedAt when SES published it, for what doesn't say when it happened: ISO time
 * @returns the event; undefined for one that means nothing here, or of a mail that isn't an invitation's; or a sentence
 * that says why it can't be read
 */
export function parseMailEvent(text: string, publishedAt: string): MailEvent | undefined | string {
  let event: { eventType?: unknown; notificationType?: unknown } | null;
  try {
    event = parseJson(text) as typeof event;
  } catch {
    return 'It is no JSON.';
  }
  if (typeof event !== 'object' || event === null) return 'It is no object.';
  const type = event.eventType ?? event.notificationType;
  if (typeof type !== 'string') return 'It has no eventType.';
  if (MEANINGLESS.has(type)) return undefined;
  const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
  // Not the type itself: whoever wrote it may have written anything.
  if (!read) return 'Its eventType is unknown.';
  const { data: about } = z.safeParse(About, event);
  if (!about) return 'Its mail is not as expected.';
  const said = read(event);
  if (!said) return `What it says of the ${type} is not as expected.`;
  if (said === 'meaningless') return undefined;

  const { messageId, timestamp, tags = {} } = about.mail;
  const [organizationId = '', invitationId = '', number = ''] = ['organization', 'invitation', 'mail'].map(
    (name) => tags[name]?.[0],
  );
  const sentAt = timeOf(timestamp) ?? publishedAt;
  const isOurs = isId('organization', organizationId) && isId('invitation', invitationId);
  if (!isOurs || !/^[1-9]\d{0,8}$/.test(number)) return undefined;
  return {
    organizationId,
    invitationId,
    mail: Number(number),
    messageId,
    kind: said.kind,
    mark: [messageId, type, said.id ?? said.timestamp ?? ''].join('\n'),
    sentAt,
    at: timeOf(said.timestamp) ?? (said.kind === 'send' ? sentAt : publishedAt),
    reason: said.reason,
  };
}

/** The enhanced status code (RFC 3463) of what the recipient's server said, whose words may name addresses. */
function codeOf(recipients: z.output<typeof Recipients>): string | undefined {
  const [{ status, diagnosticCode } = {}] = recipients ?? [];
  return [status, diagnosticCode]
    .map((text) => /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(text ?? '')?.[0])
    .find(Boolean);
}

/** One line without any address. */
function words(parts: readonly (string | undefined)[]): string {
  const text = parts
    .filter(Boolean)
    .join(' ')
    .replaceAll(/\S*@\S*/g, '(address)')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ');
  return text.slice(0, REASON);
}

function timeOf(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** The longest text that is kept of a notification that can't be read, in bytes. */
const KEPT = 10_000;

/** What may be kept of a notification that can't be read: its JSON without the texts that have an address in them. */
export function withoutAddresses(text: string): string {
  let json: string;
  try {
    json = JSON.stringify(parseJson(text));
  } catch {
    json = JSON.stringify(text);
  }
  const kept = json.replaceAll(/"(?:[^"\\]|\\.)*"/g, (part) => (part.includes('@') ? '"(address)"' : part));
  return Buffer.from(kept).subarray(0, KEPT).toString();
}
