import * as z from 'zod/mini';
import type { Format, Issue } from '../dialects/format.ts';
import { parseJson, TooDeep } from '../domain/json.ts';
import { type Details, Refusal } from '../domain/refusal.ts';
import type { HttpDeclaration } from './declaration.ts';
import type { Request } from './request.ts';

/** The maximum size of a body in any dialect, in bytes. */
const BODY_LIMIT = 256 * 1024;

type MediaType = HttpDeclaration['accepts'];

const FORM = 'application/x-www-form-urlencoded';

/** Parses the body by its content type. A missing body counts as `{}`, so that validation names the missing fields. */
export function parseBody({ body, headers }: Request, accepts: MediaType): unknown {
  if (body.length > BODY_LIMIT) throw new Refusal('body_too_large');
  if (body.length === 0) return {};
  const { 'content-type': contentType, 'content-encoding': coding } = headers;
  if (coding !== undefined && coding.trim().toLowerCase() !== 'identity') {
    throw unsupported('Content-Encoding', 'must be left out: send the body as it is', {
      'accept-encoding': 'identity',
    });
  }
  const [type, charset] = mediaTypeOf(contentType ?? accepts);
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8') {
    throw unsupported('Content-Type', 'must have no charset other than utf-8');
  }
  if (accepts !== '*/*' && type !== accepts)
    throw unsupported('Content-Type', `must be ${accepts}`, { accept: accepts });
  const text = decoded(body);
  if (type === FORM) return readForm(text);
  // Rocket.Chat treats an unreadable body, and JSON without fields, as an empty body.
  if (accepts === '*/*' && !hasFields(text)) return {};
  const read = readJson(text);
  if (read === undefined || hasNameTwice(text)) throw new Refusal('malformed_body');
  return read;
}

function unsupported(header: string, text: string, headers: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal('unsupported_media_type', { [header]: [text] }, headers);
}

/** Returns the media type and charset of a header, in lower case. */
function mediaTypeOf(header: string): [type: string, charset: string | undefined] {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim().toLowerCase());
  const [, charset] = parameters.map((one) => /^charset\s*=\s*"?([^"]*)"?$/.exec(one)).find(Boolean) ?? [];
  return [type, charset];
}

/**
 * Returns a body as text, without a byte order mark.
 *
 * Decoding replaces invalid UTF-8 with U+FFFD. The gateway decodes some content types itself, so a sent U+FFFD can't be
 * distinguished and is refused too. JSON can contain it as `\ufffd`.
 *
 * @throws Refusal `malformed_body`
 */
function decoded(body: Buffer): string {
  const text = body.toString('utf8');
  if (text.includes(REPLACEMENT)) throw new Refusal('malformed_body');
  return text.replace(/^\ufeff/, '');
}

const REPLACEMENT = '\ufffd';

/** Whether every percent sign is part of percent-encoded UTF-8. */
export function isEncoded(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text) && !new URLSearchParams(text).toString().includes('%EF%BF%BD');
}

/** Parses a form. @throws Refusal `malformed_body` */
function readForm(text: string): Record<string, string> {
  const form = new URLSearchParams(text);
  if (!isEncoded(text) || new Set(form.keys()).size < form.size) throw new Refusal('malformed_body');
  return Object.fromEntries(form);
}

/** Parses JSON; undefined if the text is not JSON. @throws Refusal `validation_failed` if it is nested too deep */
function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof TooDeep) throw new Refusal('validation_failed', { body: [error.message] });
    return undefined;
  }
}

function hasFields(text: string): boolean {
  const read = readJson(text);
  return typeof read === 'object' && read !== null;
}

/** Whether an object in a JSON text has a duplicate name: parsers differ in which value they take. */
function hasNameTwice(json: string): boolean {
  const open: (Set<unknown> | undefined)[] = [];
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")\s*(:?)|[{}[\]]/g)) {
    if (token === '{') open.push(new Set());
    else if (token === '[') open.push(undefined);
    else if (text === undefined) open.pop();
    else if (colon) {
      const names = open.at(-1);
      const name = JSON.parse(text);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}

/**
 * Validates an input. The refusal lists all mistakes, by field.
 *
 * @param sentenceOf the dialect's function that returns the sentence about a mistake
 */
export function validate<T extends z.core.$ZodType>(
  schema: T,
  input: unknown,
  name: 'body' | 'query',
  sentenceOf: NonNullable<Format['sentence']> = sentence,
): z.output<T> {
  const result = z.safeParse(schema, input, { reportInput: true });
  if (result.success) return result.data;
  // Sorted in the order of the fields.
  const fields = Object.keys((schema._zod.def as { readonly shape?: object }).shape ?? {});
  const placeOf = ({ path: [field] }: z.core.$ZodIssue) => fields.indexOf(String(field)) + 1 || fields.length + 1;
  const issues = result.error.issues.toSorted((one, other) => placeOf(one) - placeOf(other));
  const all = issues.flatMap((issue) => sentences(issue as Issue, name, sentenceOf));
  // Not by assignment to an object: a field may be named `__proto__` or `constructor`.
  const byPath = Map.groupBy(all, ([path]) => path);
  const details: Details = Object.fromEntries(
    [...byPath].map(([path, entries]) => [path, entries.map(([, text]) => text)]),
  );
  throw new Refusal('validation_failed', details);
}

function sentences(
  issue: Issue,
  name: 'body' | 'query',
  sentenceOf: NonNullable<Format['sentence']>,
): [path: string, text: string][] {
  const path = (issue.path ?? []).map(String).join('.') || name;
  if (issue.code === 'unrecognized_keys') {
    const before = issue.path?.length ? `${path}.` : '';
    const kind = name === 'body' ? 'field' : 'parameter';
    return (issue.keys ?? []).map((key) => [before + key.slice(0, 100), `is not a ${kind} of this request`]);
  }
  return [[path, sentenceOf(issue, path)]];
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
