import type { Reply } from '../dialects/format.ts';
import { loggable } from '../domain/log.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Answer, Once } from '../table/idempotency.ts';
import type { Update } from '../table/write.ts';
import type { Caller } from './caller.ts';
import type { Incoming, Schema, Spec } from './endpoint.ts';
import type { Request } from './request.ts';

/** What a handler gets that creates something, to do so once for each key. */
export interface Creating {
  /** Undefined for a request without a key. */
  readonly once: Once | undefined;
  /** What a transaction has in it, so that a repeated request gets this answer; nothing for a request without a key. */
  remember(answer: Answer): Update[];
}

/** What a handler gets for a request. */
export function creating(once: Once | undefined): Creating {
  return { once, remember: (answer) => (once ? [once.remember(answer)] : []) };
}

/** Milliseconds after which a request that creates is done, or was broken off. */
const PATIENCE = 6000;

/** The header by which a client makes sure that what it asks for is created once. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** The key of a request, if it carries one. @throws Refusal `validation_failed` for what is no key */
export function keyOf({ headers }: Request): string | undefined {
  const key = headers[IDEMPOTENCY_KEY.toLowerCase()];
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refusal('validation_failed', { [IDEMPOTENCY_KEY]: ['must be 1 to 255 visible ASCII characters'] });
  }
  return key;
}

/** A reply as it is remembered: no secret is kept for another time, and no count of requests, which is another then. */
export function withoutSecrets({ status, body, headers }: Reply): Answer {
  const { token: _token, link: _link, invite_token: _invite, invite_links: _links, ...kept } = body as Body;
  const { token: _secret, ...invite } = (kept.invite ?? {}) as Body;
  const lasting = Object.entries(headers ?? {}).filter(([name]) => !name.startsWith('x-ratelimit-'));
  return {
    status,
    body: { ...kept, ...(kept.invite !== undefined && { invite }) },
    ...(lasting.length > 0 && { headers: Object.fromEntries(lasting) }),
  };
}

type Body = Readonly<Record<string, unknown>>;

/** What a request is known by that creates something, if it carries a key. */
export function onceOf(
  { creates, route, patience = PATIENCE }: Spec<Schema, Schema>,
  { request, body }: Incoming<Schema, Schema>,
  { occasion }: Caller,
  organizationId: string,
): Once | undefined {
  const key = creates ? keyOf(request) : undefined;
  return key === undefined
    ? undefined
    : new Once([occasion.by.id, route, organizationId], key, body, request.now, patience);
}

/** Answers a request as it was answered before; the first time, remembers the answer. */
export async function answeredOnce(
  once: Once | undefined,
  earlier: Awaited<ReturnType<Once['earlier']>>,
  handle: () => Promise<Reply>,
): Promise<Reply> {
  if (earlier === 'reused') throw new Refusal('idempotency_key_reused');
  if (earlier) return { ...earlier, headers: { ...earlier.headers, 'idempotent-replayed': 'true' } };
  const reply = await handle();
  await once?.finish(withoutSecrets(reply)).catch((error: unknown) => {
    // It was done, and what is remembered says so.
    console.error({ message: 'Answer not remembered', ...loggable(error) });
  });
  return reply;
}
