import { Refusal } from '../../domain/refusal.ts';

/** JSON:API's media type. */
export const MEDIA_TYPE = 'application/vnd.api+json';

/** The one parameter that a media type may carry and mean nothing to us; extensions (`ext`) there are none of. */
const IGNORED = 'profile';

/**
 * Negotiates as JSON:API 1.1 says: a body with parameters other than `profile` is refused, and so is an `Accept` header
 * in which each mention of JSON:API has some. Whatever else it accepts is no matter: there is one form of answers.
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

/** Whether a media type has no parameter but a profile; in `Accept`, `q` is a weight and no parameter. */
function isPlain(mediaType: string): boolean {
  const names = split(mediaType, ';')
    .slice(1)
    .map((parameter) => parameter.split('=', 1)[0]?.trim().toLowerCase());
  return names.every((name) => name === IGNORED || name === 'q');
}

/** Splits a header's value where a separator isn't within quotes; empty pieces are none. */
function split(text: string, separator: ',' | ';'): string[] {
  return (text.match(separator === ',' ? /(?:"(?:\\.|[^"\\])*"|[^,])+/g : /(?:"(?:\\.|[^"\\])*"|[^;])+/g) ?? [])
    .map((piece) => piece.trim())
    .filter(Boolean);
}
