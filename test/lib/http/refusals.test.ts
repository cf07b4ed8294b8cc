import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { REFUSALS } from '../../../lib/domain/refusal.ts';
import type { HttpDeclaration } from '../../../lib/http/declaration.ts';
import { PageQuery } from '../../../lib/http/paging.ts';
import { refusalsOf } from '../../../lib/http/refusals.ts';

const open: HttpDeclaration = {
  kind: 'http',
  route: 'GET /v1/things',
  dialect: 'v1',
  caller: ['anybody'],
  permission: undefined,
  oneself: false,
  about: undefined,
  organization: false,
  found: false,
  creates: false,
  depth: 0,
  refuses: [],
  query: undefined,
  body: undefined,
  accepts: 'application/json',
  table: {},
  due: false,
  email: false,
  timeout: 1,
};
const ofPeople = [
  ...['unauthenticated', 'email_claim_missing', 'token_not_allowed', 'email_not_verified', 'email_not_accepted'],
  ...['address_taken', 'keys_unavailable', 'integration_not_allowed', 'operator_key_not_allowed'],
];
const always = ['request_rate_exceeded', 'internal_error', 'busy'];

function inOrder(codes: readonly string[]): string[] {
  return Object.keys(REFUSALS).filter((code) => codes.includes(code));
}

describe('refusalsOf', () => {
  it('has the refusals of every endpoint', () => {
    expect(refusalsOf(open)).toEqual(always);
  });

  it('has each declared refusal once, in the order of statuses', () => {
    const declared = { ...open, refuses: ['inviter_removed', 'forbidden', 'busy'] } as const;
    expect(refusalsOf(declared)).toEqual(['forbidden', 'inviter_removed', ...always]);
  });

  it.each([
    ['a person', { caller: ['person'] }, ofPeople],
    ['the holder of a link who may be signed in', { caller: ['link', 'person'] }, ofPeople],
    ['an access token', { caller: ['token'] }, ['unauthenticated']],
    ['a permission', { permission: 'member:read' }, ['forbidden']],
    ['an organization', { organization: true }, ['organization_required', 'no_organization', 'organization_not_found']],
    [
      'a JSON body',
      { body: z.object({}) },
      ['validation_failed', 'malformed_body', 'body_too_large', 'unsupported_media_type'],
    ],
    [
      'a form',
      { body: z.object({}), accepts: 'application/x-www-form-urlencoded' },
      ['validation_failed', 'malformed_body', 'body_too_large', 'unsupported_media_type'],
    ],
    ['a query', { query: z.object({ name: z.string() }) }, ['validation_failed', 'malformed_query']],
    ['a query with a cursor', { query: PageQuery }, ['validation_failed', 'malformed_query', 'invalid_cursor']],
  ] satisfies [string, Partial<HttpDeclaration>, string[]][])(
    'has the refusals that follow from %s',
    (_, part, codes) => {
      expect(refusalsOf({ ...open, ...part })).toEqual(inOrder([...codes, ...always]));
    },
  );
});
