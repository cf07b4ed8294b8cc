import * as z from 'zod/mini';
import { ALL_EVENT_TYPES } from '../domain/event.ts';
import { problemOfUrl } from './sending.ts';

const Url = z.string().check((context) => {
  const problem = problemOfUrl(context.value);
  if (problem) context.issues.push({ code: 'custom', message: problem, input: context.value });
});

const Types = z.array(z.enum(ALL_EVENT_TYPES)).check(z.minLength(1), z.maxLength(ALL_EVENT_TYPES.length));

/** The body that creates a webhook. Without `events`, it gets all. */
export const NewWebhookBody = z.strictObject({ url: Url, events: z.optional(z.nullable(Types)) });

/** The body that changes one. `events: null` means all. */
export const ChangedWebhookBody = z.strictObject({
  url: z.optional(Url),
  events: z.optional(z.nullable(Types)),
  status: z.optional(z.enum(['ENABLED', 'PAUSED'])),
});
