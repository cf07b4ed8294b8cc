import { REFUSALS, type RefusalCode } from '../../domain/refusal.ts';
import type { Format, Issue, Problem } from '../format.ts';

/** Laravel's own texts of refusals. Others have our text and code. */
const LARAVEL: Partial<Record<RefusalCode, (problem: Problem) => string>> = {
  unauthenticated: () => 'Unauthenticated.',
  forbidden: () => 'This action is unauthorized.',
  route_not_found: ({ path }) => `The route ${path.slice(1)} could not be found.`,
  method_not_allowed: ({ method, path, headers: { allow } }) =>
    `The ${method} method is not supported for route ${path.slice(1)}. Supported methods: ${allow}.`,
  body_too_large: () => 'The POST data is too large.',
  request_rate_exceeded: () => 'Too Many Attempts.',
  internal_error: () => 'Server Error',
};

/** The Laravel model of each missing resource, and the path segment before its key. */
const MODELS: Partial<Record<RefusalCode, readonly [model: string, segment: string]>> = {
  invitation_not_found: ['Invite', 'invites'],
  team_not_found: ['Team', 'teams'],
  site_not_found: ['Site', 'sites'],
  charger_not_found: ['Charger', 'chargers'],
};

/** An invalid invite is reported as an invalid token. */
const TOKEN = ['token', 'The selected token is invalid.'] as const;

/** The domain's refusals that are reported for a field. */
const FIELDS: Partial<Record<RefusalCode, readonly [field: string, sentence: string]>> = {
  site_invite_not_found: TOKEN,
  team_name_taken: ['name', 'The name has already been taken.'],
  charger_identity_taken: ['identity', 'The identity has already been taken.'],
  site_invite_expired: TOKEN,
  site_invite_used: TOKEN,
  site_invite_void: TOKEN,
  idempotency_key_reused: ['Idempotency-Key', 'The Idempotency-Key was used with another body.'],
};

/** Returns the status of a refusal. Laravel reports invalid fields with 422. */
export function statusOf(code: RefusalCode): number {
  return code === 'validation_failed' || code in FIELDS ? 422 : REFUSALS[code];
}

/** Volt Time's API, built with Laravel: JSON, and errors as `{"message", "errors"?}`. */
export const volttime: Format = {
  dialect: 'volttime',
  headers: {
    'content-type': 'application/json',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
  },
  serialize: (body, status) => JSON.stringify(body, null, isPretty(status) ? 4 : 0),
  sentence,
  problem(problem) {
    const { code, message, details = {} } = problem;
    const status = statusOf(code);
    const [field, taken] = FIELDS[code] ?? [];
    if (field && taken) return { status, body: { ...invalid({ [field]: [taken] }), error: code } };
    if (code === 'validation_failed') return { status, body: invalid(details) };
    const own = LARAVEL[code]?.(problem) ?? notFound(problem);
    if (own !== undefined) return { status, body: { message: own } };
    if (status === 401) return { status, body: { message: 'Unauthenticated.', error: code } };
    const said = Object.entries(details).map(([place, texts]) => ` ${place} ${texts.join(', ')}.`);
    return { status, body: { message: message + said.join(''), error: code } };
  },
};

/** Tells whether Laravel pretty-prints an error: all but those of authentication and validation. */
function isPretty(status: number): boolean {
  return status >= 400 && status !== 401 && status !== 422;
}

function notFound({ code, path }: Problem): string | undefined {
  const [model, segment] = MODELS[code] ?? [];
  if (!model) return;
  const segments = path.split('/');
  return `No query results for model [App\\Models\\${model}] ${segments[segments.indexOf(segment as string) + 1]}`;
}

/** Returns the body about invalid fields. A missing field has no other errors. */
function invalid(details: Readonly<Record<string, readonly string[]>>) {
  const errors = Object.fromEntries(
    Object.entries(details).map(([field, said]) => [field, said.filter((text) => text.endsWith(REQUIRED)).slice(0, 1)]),
  );
  for (const [field, said] of Object.entries(details)) if (errors[field]?.length === 0) errors[field] = [...said];
  const [first, ...others] = Object.values(errors).flat();
  const more = others.length === 0 ? '' : ` (and ${others.length} more error${others.length === 1 ? '' : 's'})`;
  return { message: `${first}${more}`, errors };
}

const REQUIRED = ' field is required.';

const TYPES: Readonly<Record<string, string>> = {
  string: 'a string',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  int: 'an integer',
  number: 'an integer',
};

/** Returns a field's name for a sentence. A field within a list is named by its path. */
export function attributeOf(path: string): string {
  return path.includes('.') ? path : path.replaceAll('_', ' ');
}

/** Returns the sentence of Laravel's rules about a field. */
function sentence(issue: Issue, path: string): string {
  const attribute = attributeOf(path);
  const field = `The ${attribute} field`;
  const { minimum, maximum } = issue;
  switch (issue.code) {
    case 'invalid_type':
      return isEmpty(issue.input) ? `The ${attribute}${REQUIRED}` : `${field} must be ${TYPES[issue.expected ?? '']}.`;
    case 'invalid_value':
      return isEmpty(issue.input) ? `The ${attribute}${REQUIRED}` : `The selected ${attribute} is invalid.`;
    case 'too_small':
      return issue.origin === 'string' ? `The ${attribute}${REQUIRED}` : `${field} must be at least ${minimum}.`;
    case 'too_big':
      return `${field} must not be greater than ${maximum}${issue.origin === 'string' ? ' characters' : ''}.`;
    case 'invalid_union':
      return isEmpty(issue.input) ? `The ${attribute}${REQUIRED}` : `${field} ${issue.message}.`;
    default:
      return `${field} ${issue.message}.`;
  }
}

/** Tells whether Laravel treats a value as empty. PHP's empty array is also the empty object. */
function isEmpty(input: unknown): boolean {
  return (input ?? '') === '' || (typeof input === 'object' && Object.keys(input as object).length === 0);
}
