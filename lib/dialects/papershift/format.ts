import { type Language, languageOf } from '../../domain/language.ts';
import type { RefusalCode } from '../../domain/refusal.ts';
import type { Format, Problem } from '../format.ts';
import { MEDIA_TYPE, negotiate } from './media-type.ts';
import { statusesOf } from './statuses.ts';
import { FIELD_REFUSALS, FIELDS, GERMAN, MISTAKES, type MistakeName, TITLES } from './words.ts';

/**
 * Papershift's API: JSON:API 1.1.
 *
 * The keys of a refusal's details are places: a JSON pointer into the document (`/data/attributes/name`), followed by
 * `#name` if the field is missing; a query parameter after `?`; otherwise a header. The values are names of mistakes,
 * or the refusal's code.
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
    // Errors with different statuses are answered with the most general one.
    return { status: statuses.size === 1 ? ([...statuses][0] as number) : 400, body: { errors } };
  },
};

/** Returns one error object. `meta` is always present, since some clients throw without it. */
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
  // Texts without a translation are shown as they are: `Idempotency-Key must be ...`.
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

/** Returns an error's `source`, and the attribute of a team that it concerns. */
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
