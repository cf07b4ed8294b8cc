import { Refusal } from '../../domain/refusal.ts';

/** JSON:API's media type. */
export const MEDIA_TYPE = 'application/vnd.api+json';

/** The one media type parameter that is accepted and ignored. Extensions (`ext`) aren't supported. */
const IGNORED = 'profile';

/**
 * Negotiates media types as JSON:API 1.1 requires. Refuses a body whose media type has parameters other than `profile`,
 * and an `Accept` header in which every JSON:API media type has such parameters. Other media types in `Accept` don't
 * matter, since there is only one answer format.
 *
 * @throws Refusal `not_acceptable`, `unsupported_media_type`
 */
export function negotiate({ accept, contentType }: { accept: string | undefined; contentType: string | undefined }) {
  const wanted = split(accept ?? '', ',').filter((one) => typeOf(one) === MEDIA_TYPE);
  if (wanted.length > 0 && !wanted.some(isPlain)) throw new Refusal('not_acceptable', { Accept: ['not_acceptable'] });
  if (contentType !== undefined && !isPlain(contentType)) {
    throw new Refusal('unsupported_media_type', { 'Content-Type': [`must be ${MEDIA_TYPE}`] }, { accept: MEDIA_TYPE });
  }
}

function typeOf(mediaType: string): string | undefined {
  return split(mediaType, ';')[0]?.toLowerCase();
}

/** Tells whether a media type has no parameter except `profile`. In `Accept`, `q` is a weight, not a parameter. */
function isPlain(mediaType: string): boolean {
  const names = split(mediaType, ';')
    .slice(1)
    .map((parameter) => parameter.split('=', 1)[0]?.trim().toLowerCase());
  return names.every((name) => name === IGNORED || name === 'q');
}

/** Splits a header's value at separators outside quotes, and drops empty pieces. */
function split(text: string, separator: ',' | ';'): string[] {
  return (text.match(separator === ',' ? /(?:"(?:\\.|[^"\\])*"|[^,])+/g : /(?:"(?:\\.|[^"\\])*"|[^;])+/g) ?? [])
    .map((piece) => piece.trim())
    .filter(Boolean);
}
