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

/** A value in a template: text is escaped, markup is kept, lists are joined, `undefined` is empty. */
export type Interpolation = string | number | Html | undefined | readonly Interpolation[];

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A template tag that escapes all interpolations, for text and quoted attributes. */
export function html(strings: TemplateStringsArray, ...values: Interpolation[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(markup)));
}

/** Marks `markup` as safe. It must come from our code, without any text of users. */
export function trusted(markup: string): Html {
  return new Html(markup);
}

/**
 * Replaces the `{placeholders}` of a phrase with markup, and escapes the phrase itself. Values are not expanded again,
 * so a name such as `{organization}` stays unchanged.
 */
export function fillHtml(phrase: string, values: Record<string, Interpolation>): Html {
  return new Html(
    phrase
      .split(/\{(\w+)\}/)
      .map((piece, index) => markup(index % 2 ? values[piece] : piece))
      .join(''),
  );
}

/** Replaces the `{placeholders}` of a phrase with plain text. */
export function fill(phrase: string, values: Record<string, string>): string {
  return phrase.replace(/\{(\w+)\}/g, (_, placeholder: string) => values[placeholder] ?? '');
}

function markup(value: Interpolation): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'object') return value.map(markup).join('');
  return String(value).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
