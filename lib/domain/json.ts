/** How deep objects and lists may lie in each other: far deeper than any request or event is, and no stack's end. */
const DEPTH = 64;

/** That JSON is nested too deep; its message says what must not be. */
export class TooDeep extends SyntaxError {}

/**
 * Reads JSON from outside. What is nested too deep is refused before anything is made of it: whoever walks it, such as a
 * validation, takes a frame of the stack for each level.
 *
 * @throws TooDeep
 * @throws SyntaxError for what is no JSON
 */
export function parseJson(text: string): unknown {
  let depth = 0;
  // Texts are passed over, also one that doesn't end.
  for (const [mark] of text.matchAll(/[[\]{}]|"(?:[^"\\]|\\.)*"?/gs)) {
    if (mark === '[' || mark === '{') depth += 1;
    else if (mark === ']' || mark === '}') depth -= 1;
    if (depth > DEPTH) throw new TooDeep(`must not be nested more than ${DEPTH} deep`);
  }
  return JSON.parse(text);
}
