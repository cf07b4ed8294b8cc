/**
 * Takes from a user's words whatever a mail client would turn into a link, by putting a space where links have none:
 * `https://evil.example` becomes `https: //evil. example`.
 *
 * Spaces and not invisible characters: browsers drop those from an address, so that a generous client's link would
 * still lead there, and spam filters take them for an attempt to hide something. Abbreviations (`e.V.`, `z.B.`),
 * dates and decimals stay as they are.
 */
export function unlinked(text: string): string {
  return (
    text
      // The colon of a scheme: after a letter, with something to lead to right behind it, or before two slashes.
      .replace(/:(?=\/\/)|(?<=\p{L}):(?=[\p{L}\p{N}/+])/gu, ': ')
      // The dot of a domain: no top-level domain begins with a digit or has one letter. With the dots that browsers
      // take for one, and the marks and joiners that may stand in a label.
      .replace(/[.\u2024\u3002\uff0e\uff61](?=[\p{L}\p{M}\p{Join_Control}][\p{L}\p{M}\p{N}\p{Join_Control}-])/gu, '$& ')
      .replace(/\b(\d{1,3}\.)(\d{1,3}\.)(\d{1,3}\.)(?=\d{1,3}\b)/g, '$1 $2 $3 ')
  );
}
