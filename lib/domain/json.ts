/** The maximum nesting of objects and lists: far deeper than any request or event, and safe for the call stack. */
const DEPTH = 64;

/** JSON is nested too deep. The message is a sentence for the caller. */
export class TooDeep extends SyntaxError {}

/**
 * Parses untrusted JSON. The depth is checked first: code that walks the value, such as validation, needs a stack frame
 * for each level.
 *
 * @throws TooDeep
 * @throws SyntaxError if the text is not JSON
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  // The pattern skips strings, also an unterminated one.
  for (const [mark] of text.matchAll(/[[\]{}]|"(?:[^"\\]|\\.)*"?/gs)) {
    if (mark === '[' || mark === '{') depth += 1;
    else if (mark === ']' || mark === '}') depth -= 1;
    if (depth > DEPTH) throw new TooDeep(`must not be nested more than ${DEPTH} deep`);
  }
  return JSON.parse(text);
}
