import * as z from 'zod/mini';
import type { Format, Issue } from '../dialects/format.ts';
import { type Details, Refusal } from '../domain/refusal.ts';
import type { Request } from './request.ts';

/** The largest body that any dialect takes, in bytes. */
export const BODY_LIMIT = 256 * 1024;

/** Reads the body as its content type says; an absent body is an empty one, so that validation names what is missing. */
export function parseBody(request: Request, accepts: string): unknown {
  if (request.bodyLength > BODY_LIMIT) throw new Refusal('body_too_large');
  if (request.body === '') return {};
  if (accepts === '*/*') return anyBody(request);
  const type = (request.headers['content-type'] ?? accepts).split(';', 1)[0]?.trim().toLowerCase();
  if (type !== accepts) throw new Refusal('unsupported_media_type');
  if (accepts === 'application/x-www-form-urlencoded') return Object.fromEntries(new URLSearchParams(request.body));
  try {
    return JSON.parse(request.body);
  } catch {
    throw new Refusal('malformed_body');
  }
}

/** Reads a JSON object or list, or a form, whatever it says that it is; anything else counts as an empty body. */
function anyBody({ body, headers }: Request): unknown {
  if (headers['content-type']?.includes('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  try {
    const read: unknown = JSON.parse(body);
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    return {};
  }
}

/**
 * Validates an input; every mistake is told at once, by field.
 *
 * @param say what the dialect says of a field
 */
export function validate<T extends z.core.$ZodType>(
  schema: T,
  input: unknown,
  name: 'body' | 'query',
  say: NonNullable<Format['sentence']> = sentence,
): z.output<T> {
  const result = z.safeParse(schema, input, { reportInput: true });
  if (result.success) return result.data;
  // In the order of the fields, whatever found the mistake.
  const fields = Object.keys((schema._zod.def as { readonly shape?: object }).shape ?? {});
  const placeOf = ({ path: [field] }: z.core.$ZodIssue) => fields.indexOf(String(field)) + 1 || fields.length + 1;
  const issues = result.error.issues.toSorted((one, other) => placeOf(one) - placeOf(other));
  const all = issues.flatMap((issue) => sentences(issue as Issue, name, say));
  // Not by assignment: a field may be called `__proto__` or `constructor`.
  const byPath = Map.groupBy(all, ([path]) => path);
  const details: Details = Object.fromEntries([...byPath].map(([path, said]) => [path, said.map(([, text]) => text)]));
  throw new Refusal('validation_failed', details);
}

function sentences(issue: Issue, name: string, say: NonNullable<Format['sentence']>): [path: string, text: string][] {
  const path = (issue.path ?? []).map(String).join('.') || name;
  if (issue.code === 'unrecognized_keys') {
    const before = issue.path?.length ? `${path}.` : '';
    return (issue.keys ?? []).map((key) => [before + key.slice(0, 100), 'is not a field of this request']);
  }
  return [[path, say(issue, path)]];
}

function sentence(issue: Issue): string {
  const unit = issue.origin === 'string' ? ' characters' : issue.origin === 'array' ? ' items' : '';
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? 'is required' : `must be ${article(issue.expected ?? 'valid')}`;
    case 'invalid_value':
      return `${issue.input === undefined ? 'is required and ' : ''}must be one of ${(issue.values ?? []).join(', ')}`;
    case 'too_small':
      return `must be at least ${issue.minimum}${unit}`;
    case 'too_big':
      return `must be at most ${issue.maximum}${unit}`;
    default:
      return issue.message ?? 'is not valid';
  }
}

function article(type: string): string {
  return type === 'int' ? 'a whole number' : /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
}
