import { createHmac, randomBytes } from 'node:crypto';
import type { EventType, MusterEvent } from './event.ts';
import { idBytes, idFromBytes } from './ids.ts';

export const WEBHOOK_STATUSES = ['ENABLED', 'PAUSED', 'DISABLED'] as const;
export type WebhookStatus = (typeof WEBHOOK_STATUSES)[number];

/** A receiver of an organization's events. */
export interface Webhook {
  readonly id: string;
  readonly organizationId: string;
  readonly url: string;
  /** The types of events that it gets; undefined: all. */
  readonly events?: readonly EventType[];
  /** `DISABLED`: by the service, after days of failures, or because the receiver answered 410. */
  readonly status: WebhookStatus;
  /** The version of its secret, from 1. */
  readonly secretVersion: number;
  /** When the secret was rotated: the previous one signs too for `OVERLAP`. */
  readonly rotatedAt?: string;
  /** Since when every delivery has failed; undefined: the last one was received. */
  readonly failingSince?: string;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** How long the previous secret signs beside a new one, in milliseconds. */
export const OVERLAP = 24 * 60 * 60_000;

/** How long a delivery is retried, and how long all must have failed until a webhook is disabled, in milliseconds. */
export const RETRIED = 24 * 60 * 60_000;
export const DISABLED_AFTER = 5 * 24 * 60 * 60_000;

/** How long deliveries are kept, in seconds. */
export const DELIVERY_SECONDS = 14 * 24 * 60 * 60;

/** The delivery of an event to a webhook. */
export interface WebhookDelivery {
  readonly id: string;
  readonly organizationId: string;
  readonly webhookId: string;
  readonly event: MusterEvent;
  readonly delivery: {
    readonly state: 'QUEUED' | 'SENT' | 'FAILED';
    readonly attempts: number;
    /** When it reached this state, or was tried last. */
    readonly at: string;
    /** Why the last attempt failed: a code of the system (`ETIMEDOUT`), `HTTP_500`, `address_not_allowed`. */
    readonly reason?: string;
  };
  /** The status of the last answer. */
  readonly responseStatus?: number;
  /** When the retries began: when it was made, or sent again. */
  readonly since: string;
  /** When it is tried next, unless it has ended. */
  readonly due?: string;
  readonly dueAt?: string;
  readonly createdAt: string;
  readonly ttl: number;
}

/** Returns the id of an event's delivery. A webhook has one of each event, so a duplicate of the event makes no other. */
export function deliveryId({ id }: Pick<MusterEvent, 'id'>): string {
  return idFromBytes('webhookDelivery', idBytes(id));
}

/**
 * Whether a webhook gets an event: none from before it was created, which may still be on its way. A test is for the tested
 * webhook only, whatever types it wants.
 */
export function receives(
  { id, status, events, createdAt }: Webhook,
  event: Pick<MusterEvent, 'type' | 'resource' | 'time'>,
): boolean {
  if (status !== 'ENABLED' || event.time < createdAt) return false;
  return isTest(event) ? event.resource.id === id : events === undefined || events.includes(event.type);
}

/** Whether an event is the test of a webhook. */
export function isTest({ type }: Pick<MusterEvent, 'type'>): boolean {
  return type === 'webhook.tested';
}

/** The beginning of a secret, by which Standard Webhooks' libraries know its form. */
const SECRET = 'whsec_';

/** Returns a new signing secret: 256 random bits in Base64. */
export function newWebhookSecret(): string {
  return `${SECRET}${randomBytes(32).toString('base64')}`;
}

/**
 * Returns the headers of Standard Webhooks for a body.
 *
 * @param id the message's id, the same for all attempts
 * @param secrets those that sign: during a rotation, the new and the previous one
 */
export function signatureHeaders(
  id: string,
  body: string,
  now: Date,
  secrets: readonly string[],
): Readonly<Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string>> {
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(SECRET.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
