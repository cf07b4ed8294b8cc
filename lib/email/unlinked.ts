/**
 * Breaks everything in a user's text that a mail client would turn into a link, with a space:
 * `https://evil.example` becomes `https: //evil. example`.
 *
 * Invisible characters wouldn't do: browsers remove them from a URL, and spam filters are suspicious of them.
 * Abbreviations (`e.V.`, `z.B.`), dates and decimals stay unchanged.
 */
export function unlinked(text: string): string {
  return (
    text
      // The colon of a scheme: between a letter and the rest of a URL, or before two slashes.
      .replace(/:(?=\/\/)|(?<=\p{L}):(?=[\p{L}\p{N}/+])/gu, ': ')
      // The dot of a domain: no top-level domain begins with a digit or has only one letter. Includes the characters
      // that browsers treat as dots, and the marks and joiners that a label may contain.
      .replace(/[.\u2024\u3002\uff0e\uff61](?=[\p{L}\p{M}\p{Join_Control}][\p{L}\p{M}\p{N}\p{Join_Control}-])/gu, '$& ')
      .replace(/\b(\d{1,3}\.)(\d{1,3}\.)(\d{1,3}\.)(?=\d{1,3}\b)/g, '$1 $2 $3 ')
  );
}
