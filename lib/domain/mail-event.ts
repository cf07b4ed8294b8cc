import * as z from 'zod/mini';
import { isId } from './ids.ts';
import type { Delivery, DeliveryState, Invitation } from './invitation.ts';
import { parseJson } from './json.ts';

/** A delivery event of SES, reduced to the fields that this service uses. */
export interface MailEvent {
  readonly organizationId: string;
  readonly invitationId: string;
  /** The number of the mail among the invitation's mails. */
  readonly mail: number;
  /** SES's id of the mail. */
  readonly messageId: string;
  readonly kind: MailEventKind;
  /** The deduplication key: the same each time that SNS delivers this event. */
  readonly deduplicationKey: string;
  /** When the mail was sent, and when the event happened: ISO times. */
  readonly sentAt: string;
  readonly at: string;
  /** The cause, without addresses; at most `REASON` characters. */
  readonly reason: string | undefined;
}

/**
 * The kinds of events. `softBounce` is a temporary bounce (such as a full mailbox), or one that SES can't classify.
 * `reply` is a bounce that may be an automatic reply to a delivered mail.
 */
export const MAIL_EVENT_KINDS = [
  ...(['send', 'delivery', 'delay', 'reply'] as const),
  ...(['softBounce', 'hardBounce', 'complaint', 'failure'] as const),
] as const;
export type MailEventKind = (typeof MAIL_EVENT_KINDS)[number];

/** The delivery state of each kind. `delay` and `reply` change only the reason. */
const STATES: Readonly<Record<Exclude<MailEventKind, 'delay' | 'reply'>, DeliveryState>> = {
  send: 'SENT',
  failure: 'FAILED',
  delivery: 'DELIVERED',
  softBounce: 'BOUNCED',
  hardBounce: 'BOUNCED',
  complaint: 'COMPLAINED',
};

/** Events arrive in any order: a state is replaced only by one of higher rank. */
const RANKS: Readonly<Record<DeliveryState, number>> = {
  QUEUED: 0,
  SENT: 1,
  FAILED: 2,
  DELIVERED: 3,
  BOUNCED: 4,
  // A hard bounce is between them.
  COMPLAINED: 6,
};
const HARD_BOUNCE = 5;

/** The kinds that stop all further mail of an invitation. */
const STOP_REASONS: Readonly<Partial<Record<MailEventKind, 'bounce' | 'complaint'>>> = {
  hardBounce: 'bounce',
  complaint: 'complaint',
};

/** The changes that an event makes to an invitation. */
export interface MailEffect {
  readonly delivery?: Delivery;
  readonly sentAt?: string;
  readonly mailStopped?: 'bounce' | 'complaint';
}

/**
 * Returns the changes that an event makes. A hard bounce and a complaint concern the address, so they count for any
 * mail of the invitation. The other events count for the latest mail only.
 *
 * @returns undefined if nothing changes
 */
export function effectOf(
  { kind, mail, sentAt, at, reason }: MailEvent,
  { delivery, mailStopped }: Pick<Invitation, 'delivery' | 'mailStopped'>,
): MailEffect | undefined {
  const stop = STOP_REASONS[kind];
  // The inviter took the link instead, by an answer of the API: there is no delivery to update.
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
      // The event arrived before our own record of the attempt, or SES's answer to the attempt was lost.
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

// The schemas are lenient: SES may add fields, and fields that aren't read aren't validated.
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

/** The fields that depend on the type of event. */
type EventFields = Pick<MailEvent, 'kind'> & {
  timestamp?: string | undefined;
  id?: string | undefined;
  reason?: string;
};

/** Reads the fields of each type of event; undefined if they differ from SES's documentation. */
const PARSERS: Readonly<Record<string, (event: unknown) => EventFields | 'irrelevant' | undefined>> = {
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
    // SES reports an out-of-office reply as a bounce of this type. A real bounce has a status code of the server.
    const isReply = bounceType === 'Transient' && (bounceSubType ?? 'General') === 'General' && code === undefined;
    const kind = bounceType === 'Permanent' ? 'hardBounce' : isReply ? 'reply' : 'softBounce';
    const type = [bounceType, bounceSubType].filter(Boolean).join('/');
    return { kind, timestamp, id, reason: words([type, code]) };
  },
  Complaint: (event) => {
    const { data } = z.safeParse(Complained, event);
    if (!data) return undefined;
    const { complaintFeedbackType: type, complaintSubType: subType, feedbackId: id, timestamp } = data.complaint;
    // The recipient moved the mail out of spam: not a complaint.
    if (type === 'not-spam') return 'irrelevant';
    return { kind: 'complaint', timestamp, id, reason: words([type || subType || 'complaint']) };
  },
  Reject: (event) => {
    const { data } = z.safeParse(Rejected, event);
    return data && { kind: 'failure', reason: words(['Reject', data.reject?.reason]) };
  },
  'Rendering Failure': () => ({ kind: 'failure', reason: 'Rendering Failure' }),
};

/** Types that aren't about delivery. */
const IRRELEVANT = new Set(['Open', 'Click', 'Subscription']);

/**
 * Parses a notification of SES: the format of event publishing, or the older one with `notificationType` instead of
 * `eventType`.
 *
 * @param publishedAt ISO time when SES published it, for events without a time of their own
 * @returns the event; undefined for an irrelevant type, and for a mail that isn't an invitation's; a sentence with the
 *   reason if it can't be parsed
 */
export function parseMailEvent(text: string, publishedAt: string): MailEvent | undefined | string {
  let event: { eventType?: unknown; notificationType?: unknown } | null;
  try {
    event = parseJson(text) as typeof event;
  } catch {
    return 'It is not JSON.';
  }
  if (typeof event !== 'object' || event === null) return 'It is not a JSON object.';
  const type = event.eventType ?? event.notificationType;
  if (typeof type !== 'string') return 'It has no eventType.';
  if (IRRELEVANT.has(type)) return undefined;
  const read = Object.hasOwn(PARSERS, type) ? PARSERS[type] : undefined;
  // The text doesn't repeat the type: it is untrusted.
  if (!read) return 'Its eventType is unknown.';
  const { data: about } = z.safeParse(About, event);
  if (!about) return 'Its mail object is malformed.';
  const fields = read(event);
  if (!fields) return `Its ${type} object is malformed.`;
  if (fields === 'irrelevant') return undefined;

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
    kind: fields.kind,
    deduplicationKey: [messageId, type, fields.id ?? fields.timestamp ?? ''].join('\n'),
    sentAt,
    at: timeOf(fields.timestamp) ?? (fields.kind === 'send' ? sentAt : publishedAt),
    reason: fields.reason,
  };
}

/**
 * Returns the enhanced status code (RFC 3463) of the recipient's server. The rest of its text may contain addresses.
 */
function codeOf(recipients: z.output<typeof Recipients>): string | undefined {
  const [{ status, diagnosticCode } = {}] = recipients ?? [];
  return [status, diagnosticCode]
    .map((text) => /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/.exec(text ?? '')?.[0])
    .find(Boolean);
}

/** Joins the parts to one line without addresses. */
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

/** How many bytes of an unreadable notification are stored. */
const KEPT = 10_000;

/** Returns the storable part of an unreadable notification: its JSON without strings that contain an address. */
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
