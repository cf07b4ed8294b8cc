/** Markup that is safe to put into a page. Only `html` and `trusted` make it. */
export class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

/** What may stand in a template: text is escaped, markup is kept, lists are joined, `undefined` leaves nothing. */
export type Interpolation = string | number | Html | undefined | readonly Interpolation[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A template whose interpolations are all escaped, in text and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...values: Interpolation[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markup)));
}

/** Declares that `markup` was written by us, with nothing of a user's in it. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

/**
 * Fills the `{places}` of a phrase with markup, escaping the phrase itself. What is filled in is not looked at again,
 * so a name that reads `{organization}` stays that.
 */
export function fillHtml(phrase: string, values: Record<string, Interpolation>): Html {
  return new Html(
    phrase
      .split(/\{(\w+)\}/)
      .map((piece, index) => markup(index % 2 ? values[piece] : piece))
      .join(''),
  );
}

/** Fills the `{places}` of a phrase with plain text. */
export function fill(phrase: string, values: Record<string, string>): string {
  return phrase.replace(/\{(\w+)\}/g, (_, place: string) => values[place] ?? '');
}

function markup(value: Interpolation): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(markup).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
