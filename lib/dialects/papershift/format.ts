import { type Language, languageOf } from '../../domain/language.ts';
import type { RefusalCode } from '../../domain/refusal.ts';
import type { Format, Problem } from '../format.ts';
import { MEDIA_TYPE, negotiate } from './media-type.ts';
import { statusesOf } from './statuses.ts';
import { FIELD_REFUSALS, FIELDS, GERMAN, MISTAKES, type MistakeName, TITLES } from './words.ts';

/**
 * Papershift's API: JSON:API 1.1.
 *
 * The details of its refusals name places: a JSON pointer into the request's document (`/data/attributes/name`), with
 * `#name` behind it where the field itself is missing; a parameter of the query behind a `?`; else a header. At each
 * stand mistakes by their names, or the code of the refusal itself.
 */
export const papershift: Format = {
  dialect: 'papershift',
  headers: {
    'content-type': MEDIA_TYPE,
    vary: 'Accept',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'strict-transport-security': 'max-age=31536000',
  },
  serialize: (body) => JSON.stringify(body),
  negotiate,
  problem(problem) {
    const places = Object.entries(problem.details ?? { '': [] });
    const language = languageOf(problem.acceptLanguage, 'en');
    const errors = places.flatMap(([place, names]) =>
      (names.length > 0 ? names : [problem.code]).map((name) =>
        errorOf(problem, problem.details && place, name, language),
      ),
    );
    const statuses = new Set(errors.map(({ status }) => Number(status)));
    // Several problems of different kinds have the most general status.
    return { status: statuses.size === 1 ? ([...statuses][0] as number) : 400, body: { errors } };
  },
};

/** One error, in the form that every client we know can read: some throw unless `meta` is there. */
function errorOf(
  { code, status, message, requestId }: Problem,
  place: string | undefined,
  name: string,
  language: Language,
) {
  const mistake = name in MISTAKES ? MISTAKES[name as MistakeName] : undefined;
  const answered = String(mistake?.status ?? (code === 'validation_failed' ? 400 : (statusesOf(code)[0] ?? status)));
  const { source, attribute } = placeOf(place);
  const said = mistake?.[language] ?? (attribute && FIELD_REFUSALS[name as RefusalCode]?.[language]);
  const subject = attribute ? (FIELDS[attribute]?.[language] ?? attribute) : place?.replace(/^\?/, '');
  const sentence = language === 'de' ? (GERMAN[code] ?? message) : message;
  // What isn't ours to translate is told as it is: `Idempotency-Key must be ...`.
  const text = said ?? (name === code ? undefined : name);
  const shown = mistake || name === code ? name : code;
  return {
    ...(status === 500 && { id: requestId }),
    status: answered,
    code: shown,
    title: TITLES[Number(answered)] ?? TITLES[status] ?? 'Error',
    detail: text === undefined ? sentence : `${subject || 'The document'} ${text}`,
    ...(source && { source }),
    meta: { attribute: attribute ?? 'base', code: shown, message: text ?? sentence },
  };
}

/** Where an error's source is, and which attribute of a team it is about. */
function placeOf(place: string | undefined): {
  readonly source?: Readonly<Record<string, string>>;
  readonly attribute?: string | undefined;
} {
  if (place === undefined) return {};
  if (place.startsWith('?')) return { source: { parameter: place.slice(1) } };
  if (place !== '' && !place.startsWith('/')) return { source: { header: place } };
  const [pointer = '', missing] = place.split('#');
  const [, attribute = missing] = /^\/data\/(?:attributes|relationships)\/([^/]+)/.exec(pointer) ?? [];
  return { source: { pointer }, attribute };
}
