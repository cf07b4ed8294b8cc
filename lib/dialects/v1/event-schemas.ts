import * as z from 'zod/mini';
import { AUDIT_ACTIONS } from '../../domain/audit.ts';
import { ALL_EVENT_TYPES } from '../../domain/event.ts';
import { WEBHOOK_STATUSES } from '../../domain/webhook.ts';
import { id, organizationId, timestamp } from './fields.ts';

// The schemas of answers about webhooks and the audit log.

const webhookFields = {
  id: id('whk'),
  organizationId,
  url: z.string(),
  events: z.nullable(z.array(z.enum(ALL_EVENT_TYPES))),
  status: z.enum(WEBHOOK_STATUSES),
  failingSince: z.nullable(timestamp),
  createdAt: timestamp,
  updatedAt: timestamp,
};

export const Webhook = z.strictObject(webhookFields);

/** With its secret, which no other answer has, nor that to a repeated request. */
export const NewWebhook = z.strictObject({ ...webhookFields, secret: z.optional(z.string()) });

export const WebhookDelivery = z.strictObject({
  id: id('whd'),
  webhookId: id('whk'),
  eventId: id('aud'),
  type: z.enum(ALL_EVENT_TYPES),
  status: z.enum(['PENDING', 'DELIVERED', 'FAILED']),
  attempts: z.int().check(z.minimum(0)),
  lastAttemptAt: z.nullable(timestamp),
  nextAttemptAt: z.nullable(timestamp),
  responseStatus: z.nullable(z.int()),
  reason: z.nullable(z.string()),
  createdAt: timestamp,
});

export const AuditEntry = z.strictObject({
  id: id('aud'),
  action: z.enum(AUDIT_ACTIONS),
  resourceType: z.enum([
    'organization',
    'member',
    'invitation',
    'accessToken',
    'integration',
    'team',
    'site',
    'charger',
    'webhook',
  ]),
  resourceId: z.string(),
  actorType: z.enum(['user', 'apiKey', 'integration', 'link', 'organization', 'operator', 'system', 'ses']),
  actorId: z.string(),
  organizationId,
  workspaceId: z.null(),
  metadata: z.nullable(
    z.strictObject({
      before: z.optional(z.record(z.string(), z.unknown())),
      after: z.optional(z.record(z.string(), z.unknown())),
    }),
  ),
  requestId: z.string(),
  sourceAddress: z.nullable(z.string()),
  createdAt: timestamp,
});
