import * as z from 'zod/mini';
import { isId } from './ids.ts';
import type { DeliveryState } from './invitation.ts';

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
  /** When it happened: ISO time. */
  readonly at: string;
  /** Why, where that can be said without the recipient's address; at most `REASON` characters. */
  readonly reason: string | undefined;
}

/** A bounce that isn't for good (a full mailbox, a refusal for now), or of which SES can't say, is `softBounce`. */
export type MailEventKind = 'send' | 'delivery' | 'delay' | 'softBounce' | 'hardBounce' | 'complaint' | 'failure';

/** The state that each kind leads to; a delay to none. */
export const STATES: Readonly<Record<MailEventKind, DeliveryState | undefined>> = {
  send: 'SENT',
  delivery: 'DELIVERED',
  delay: undefined,
  softBounce: 'BOUNCED',
  hardBounce: 'BOUNCED',
  complaint: 'COMPLAINED',
  failure: 'FAILED',
};

/** The longest reason, in characters. */
const REASON = 200;

// Loosely: SES adds fields as it likes, and what isn't read here can't be wrong.
const Text = z.optional(z.string());
const Recipients = z.optional(z.array(z.object({ status: Text, diagnosticCode: Text })));
const Mail = z.object({
  messageId: z.string().check(z.minLength(1)),
  timestamp: Text,
  tags: z.optional(z.record(z.string(), z.array(z.string()))),
});
const About = z.object({ mail: Mail });
const Bounce = z.object({
  bounce: z.object({
    bounceType: z.enum(['Permanent', 'Transient', 'Undetermined']),
    bounceSubType: Text,
    bouncedRecipients: Recipients,
    feedbackId: Text,
    timestamp: Text,
  }),
});
const Complaint = z.object({
  complaint: z.object({
    complaintFeedbackType: z.optional(z.nullable(z.string())),
    complaintSubType: z.optional(z.nullable(z.string())),
    feedbackId: Text,
    timestamp: Text,
  }),
});
const Delivery = z.object({ delivery: z.optional(z.object({ timestamp: Text })) });
const Delay = z.object({
  deliveryDelay: z.object({ delayType: Text, delayedRecipients: Recipients, timestamp: Text }),
});
const Reject = z.object({ reject: z.optional(z.object({ reason: Text })) });

/** What a kind of event says of itself. */
type Said = Pick<MailEvent, 'kind'> & { timestamp?: string | undefined; id?: string | undefined; reason?: string };

/** Reads what a type of event says; undefined where it isn't as SES describes it. */
const READERS: Readonly<Record<string, (event: unknown) => Said | undefined>> = {
  Send: () => ({ kind: 'send' }),
  Delivery: (event) => {
    const { data } = z.safeParse(Delivery, event);
    return data && { kind: 'delivery', timestamp: data.delivery?.timestamp };
  },
  DeliveryDelay: (event) => {
    const { data } = z.safeParse(Delay, event);
    if (!data) return undefined;
    const { delayType = 'General', delayedRecipients, timestamp } = data.deliveryDelay;
    return { kind: 'delay', timestamp, reason: words([`Delayed/${delayType}`, codeOf(delayedRecipients)]) };
  },
  Bounce: (event) => {
    const { data } = z.safeParse(Bounce, event);
    if (!data) return undefined;
    const { bounceType, bounceSubType, bouncedRecipients, feedbackId: id, timestamp } = data.bounce;
    const kind = bounceType === 'Permanent' ? 'hardBounce' : 'softBounce';
    const type = [bounceType, bounceSubType].filter(Boolean).join('/');
    return { kind, timestamp, id, reason: words([type, codeOf(bouncedRecipients)]) };
  },
  Complaint: (event) => {
    const { data } = z.safeParse(Complaint, event);
    if (!data) return undefined;
    const { complaintFeedbackType: type, complaintSubType: subType, feedbackId: id, timestamp } = data.complaint;
    return { kind: 'complaint', timestamp, id, reason: words([type || subType || 'complaint']) };
  },
  Reject: (event) => {
    const { data } = z.safeParse(Reject, event);
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
    event = JSON.parse(text);
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

  const { messageId, timestamp, tags = {} } = about.mail;
  const [organizationId = '', invitationId = '', number = ''] = ['organization', 'invitation', 'mail'].map(
    (name) => tags[name]?.[0],
  );
  const isOurs = isId('organization', organizationId) && isId('invitation', invitationId);
  if (!isOurs || !/^[1-9]\d{0,8}$/.test(number)) return undefined;
  return {
    organizationId,
    invitationId,
    mail: Number(number),
    messageId,
    kind: said.kind,
    mark: [messageId, type, said.id ?? said.timestamp ?? ''].join('\n'),
    at: timeOf(said.timestamp) ?? (said.kind === 'send' ? timeOf(timestamp) : undefined) ?? publishedAt,
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
    json = JSON.stringify(JSON.parse(text));
  } catch {
    json = JSON.stringify(text);
  }
  const kept = json.replaceAll(/"(?:[^"\\]|\\.)*"/g, (part) => (part.includes('@') ? '"(address)"' : part));
  return Buffer.from(kept).subarray(0, KEPT).toString();
}
