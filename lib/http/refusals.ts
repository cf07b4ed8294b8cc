import * as z from 'zod/mini';
import { REFUSALS, type RefusalCode } from '../domain/refusal.ts';
import type { HttpDeclaration } from './declaration.ts';

/**
 * Returns all refusal codes of an endpoint, in the order of `REFUSALS`: declared ones, and those that follow from its
 * caller and input. The documents are generated from them, and tests compare answers with them. No handler imports this
 * file.
 */
export function refusalsOf(declaration: HttpDeclaration): readonly RefusalCode[] {
  const { route, dialect, caller, permission, organization, creates, body, query, refuses } = declaration;
  // Every endpoint has a request rate: the dialect's, or the gateway's.
  const codes = new Set<RefusalCode>([...refuses, 'request_rate_exceeded', 'internal_error', 'busy']);
  const add = (...more: RefusalCode[]) => {
    for (const code of more) codes.add(code);
  };
  if (caller.includes('person')) {
    add('unauthenticated', 'email_claim_missing', 'email_not_accepted', 'email_not_verified', 'address_taken');
    add('keys_unavailable');
  }
  if (caller.includes('operatorKey') && !caller.includes('person')) {
    add('unauthenticated', 'email_claim_missing', 'email_not_accepted', 'keys_unavailable', 'operator_key_required');
  }
  if (caller.includes('token') || caller.includes('integration')) add('unauthenticated');
  // Without an offer to the caller, `ownership:accept` is refused with `ownership_offer_not_found`.
  if (permission && permission !== 'ownership:accept') add('forbidden');
  if (organization) add('organization_not_found');
  if (organization && !route.includes('{organizationId}')) add('organization_required', 'no_organization');
  if (caller.includes('person') && !caller.includes('token')) add('token_not_allowed');
  if (caller.includes('person') && !caller.includes('integration')) add('integration_not_allowed');
  if (caller.includes('person') && !caller.includes('operatorKey')) add('operator_key_not_allowed');
  if (body || query) add('validation_failed');
  if (query && dialect !== 'page') add('malformed_query');
  if (dialect === 'papershift') add('not_acceptable');
  if (creates) add('idempotency_key_reused');
  if (body) add('malformed_body', 'body_too_large', 'unsupported_media_type');
  if (query instanceof z.core.$ZodObject && 'cursor' in query._zod.def.shape) add('invalid_cursor');
  return (Object.keys(REFUSALS) as RefusalCode[]).filter((code) => codes.has(code));
}
