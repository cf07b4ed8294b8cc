import type { Reply } from '../dialects/format.ts';
import { loggable } from '../domain/log.ts';
import { Refusal } from '../domain/refusal.ts';
import { type Answer, IdempotentRequest } from '../table/idempotency.ts';
import type { Update } from '../table/write.ts';
import type { Caller } from './caller.ts';
import type { Incoming, Schema, Spec } from './endpoint.ts';
import type { Request } from './request.ts';

/** The idempotency support for the handler of an endpoint that creates a resource. */
export interface Creating {
  /** Undefined for a request without a key. */
  readonly idempotentRequest: IdempotentRequest | undefined;
  /** Returns the part of a transaction that stores the answer for repeated requests; none without a key. */
  remember(answer: Answer): Update[];
}

export function creating(idempotentRequest: IdempotentRequest | undefined): Creating {
  return { idempotentRequest, remember: (answer) => (idempotentRequest ? [idempotentRequest.remember(answer)] : []) };
}

/** The default lease of an attempt, in milliseconds. */
const LEASE = 6000;

/** The request header with the idempotency key. */
export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** Returns the idempotency key of a request, if it has one. @throws Refusal `validation_failed` for an invalid key */
export function idempotencyKeyOf({ headers }: Request): string | undefined {
  const key = headers[IDEMPOTENCY_KEY.toLowerCase()];
  if (key === undefined) return undefined;
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Refusal('validation_failed', { [IDEMPOTENCY_KEY]: ['must be 1 to 255 visible ASCII characters'] });
  }
  return key;
}

/** Returns the storable part of a reply: without secrets, and without rate limit headers, which change. */
export function withoutSecrets({ status, body, headers }: Reply): Answer {
  const {
    token: _token,
    link: _link,
    invite_token: _invite,
    invite_links: _links,
    secret: _signing,
    ...kept
  } = body as Body;
  const { token: _secret, ...invite } = (kept.invite ?? {}) as Body;
  const lasting = Object.entries(headers ?? {}).filter(([name]) => !name.startsWith('x-ratelimit-'));
  return {
    status,
    body: { ...kept, ...(kept.invite !== undefined && { invite }) },
    ...(lasting.length > 0 && { headers: Object.fromEntries(lasting) }),
  };
}

type Body = Readonly<Record<string, unknown>>;

/**
 * Returns the idempotent request, if the endpoint creates a resource and the request has a key. A dry run creates
 * nothing, so it has nothing to remember.
 */
export function idempotentRequestOf(
  { creates, route, lease = LEASE }: Spec<Schema, Schema>,
  { request, body }: Incoming<Schema, Schema>,
  { auditContext }: Caller,
  organizationId: string,
): IdempotentRequest | undefined {
  const isDryRun = (body as { readonly dryRun?: boolean } | undefined)?.dryRun === true;
  const key = creates && !isDryRun ? idempotencyKeyOf(request) : undefined;
  return key === undefined
    ? undefined
    : new IdempotentRequest([auditContext.by.id, route, organizationId], key, body, request.now, lease);
}

/** Returns the stored answer of an earlier attempt. Without one, handles the request and stores the answer. */
export async function answerOnce(
  idempotentRequest: IdempotentRequest | undefined,
  earlier: Awaited<ReturnType<IdempotentRequest['earlier']>>,
  handle: () => Promise<Reply>,
): Promise<Reply> {
  if (earlier === 'reused') throw new Refusal('idempotency_key_reused');
  if (earlier) return { ...earlier, headers: { ...earlier.headers, 'idempotent-replayed': 'true' } };
  const reply = await handle();
  await idempotentRequest?.finish(withoutSecrets(reply)).catch((error: unknown) => {
    // The change is committed, and the record has the answer that was known then.
    console.error({ message: 'Answer not remembered', ...loggable(error) });
  });
  return reply;
}
