import * as z from 'zod/mini';
import { REFUSALS, type RefusalCode } from '../domain/refusal.ts';
import type { HttpDeclaration } from './declaration.ts';

/**
 * Every code that an endpoint may refuse with, in the order of `REFUSALS`: those that it declares, and those that
 * follow from who may call it and from its input. The documents are made from it, and the tests hold answers against
 * it. No handler imports this file.
 */
export function refusalsOf(declaration: HttpDeclaration): readonly RefusalCode[] {
  const { route, dialect, caller, permission, organization, creates, body, query, refuses } = declaration;
  // Whoever sends too much is refused everywhere: by the gateway, where the dialect doesn't count.
  const codes = new Set<RefusalCode>([...refuses, 'request_rate_exceeded', 'internal_error', 'busy']);
  const add = (...more: RefusalCode[]) => {
    for (const code of more) codes.add(code);
  };
  if (caller.includes('person')) {
    add('unauthenticated', 'email_claim_missing', 'email_not_accepted', 'email_not_verified', 'address_taken');
    add('keys_unavailable');
  }
  if (caller.includes('token')) add('unauthenticated');
  // Who wasn't offered the ownership is told that there is no offer.
  if (permission && permission !== 'ownership:accept') add('forbidden');
  if (organization) add('organization_not_found');
  if (organization && !route.includes('{organizationId}')) add('organization_required', 'no_organization');
  if (caller.includes('person') && !caller.includes('token')) add('token_not_allowed');
  if (body || query) add('validation_failed');
  if (query && dialect !== 'page') add('malformed_query');
  if (dialect === 'papershift') add('not_acceptable');
  if (creates) add('idempotency_key_reused');
  if (body) add('malformed_body', 'body_too_large', 'unsupported_media_type');
  if (query instanceof z.core.$ZodObject && 'cursor' in query._zod.def.shape) add('invalid_cursor');
  return (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => codes.has(code));
}
