import type { Reply } from '../dialects/format.ts';
import { Refusal } from '../domain/refusal.ts';
import type { Answer } from '../table/idempotency.ts';
import type { Request } from './request.ts';

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
